"""Withholding: what a fact of a clock tells of other facts, for readers who may not read those.

A fact of a clock is read by the readers of the fact that started the clock. It also tells of the
fact that stopped, paused or moved the clock: its id, its moment, its agency and officer. A reader
who may not read that other fact gets the fact of the clock without them, as if the platform had
said it at the moment of recording. Every way in which agencies are shown facts decides it here.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from msgspec.structs import replace

from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import deadline

PLATFORM: Final = "platform"
_FIELDS: Final = ("by_event_id", "done_at")  #: of the data, those that tell of another fact
_NIL: Final = "00000000-0000-0000-0000-000000000000"


def tells_of(event: Event, envelope: Envelope) -> frozenset[str]:
    """Return the ids of the facts that a fact of a clock tells of, except the clock's start.

    Empty for every other fact, and where the platform or an agency said the fact itself.
    """
    if not isinstance(event, deadline.Fact):
        return frozenset()
    others = {getattr(event, "by_event_id", None) or event.cause_event_id}
    if envelope.causation != envelope.correlation:
        others.add(envelope.causation)
    return frozenset(others - {event.cause_event_id})


def is_whole(event: Event, envelope: Envelope, readable: AbstractSet[str]) -> bool:
    """Say whether a reader of some facts may read all that one of them tells."""
    return tells_of(event, envelope) <= readable


def withheld(envelope: Envelope) -> Envelope:
    """Return the envelope without who acted and when."""
    return replace(
        envelope,
        agency=PLATFORM,
        officer="",
        role=PLATFORM.upper(),
        occurred_at=envelope.recorded_at,
    )


def data_withheld(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an event, as JSON, without what tells of another fact."""
    return {name: value for name, value in data.items() if name not in _FIELDS}


def data_readable(data: Mapping[str, Any], class_: type[Event]) -> dict[str, Any]:
    """Return data from which something may have been withheld so that its class can read it.

    The nil UUID takes the place of an id that the class requires and the data lack.
    """
    lacks = _FIELDS[0] in class_.__struct_fields__ and _FIELDS[0] not in data
    return {**data, _FIELDS[0]: _NIL} if lacks else dict(data)
