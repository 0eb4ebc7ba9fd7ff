"""What the bus takes of this service: its family, and the view of all clocks.

The rows are filled by the facts of the family itself. When a clock must speak by itself is worked
out as its facts are heard; `ticking` then looks for what is due, and `board` shows the rows.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

import aiosql
import msgspec

from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Family
from services.core.contracts.identifiers import key_of
from services.deadlines.domain import Known, decide, evolve, react, retract, stream
from services.deadlines.domain.heard import Heard
from services.deadlines.timetable import What, warning_at

NAME: Final = "deadlines"

FAMILY: Final = Family(
    name="deadline",
    start=Known(),
    claims=get_args(deadline.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    retract=retract,
    involves=("handler",),
    state_version=7,
)

_STATES: Final[dict[type[Event], str]] = {
    deadline.Paused: "PAUSED",
    deadline.Overdue: "OVERDUE",
    deadline.Expired: "EXPIRED",
    deadline.Cancelled: "CANCELLED",
    deadline.Withdrawn: "WITHDRAWN",
}

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")


def service(catalogue: Catalogue, codec: Codec) -> Service:
    """Return the service with its view; its lanes decide the same without one."""

    def rows(heard: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
        return statements(
            [(record.event(codec), envelope) for record, envelope in heard], catalogue
        )

    return Service(name=NAME, families=(FAMILY,), view=View((FAMILY.name,), rows))


def statements(heard: Sequence[tuple[Event, Envelope]], catalogue: Catalogue) -> list[Statement]:
    """Return what writes the rows of clocks; it may be run again at any time."""
    begun: dict[str, dict[str, Any]] = {}
    changed: dict[str, dict[str, Any]] = {}
    for event, envelope in heard:
        if isinstance(event, deadline.Started):
            begun[event.clock_id] = begun_by(event, envelope, catalogue)
            changed.pop(event.clock_id, None)  # it starts anew, whatever happened to it before
        elif change := changed_by(event, envelope):
            known = changed.setdefault(change["clock_id"], {})
            known |= change
    written: list[Statement] = []
    if begun:
        those = list(begun.values())
        written.append((queries.begin.sql, (msgspec.json.encode(those).decode(),)))
    if changed:
        those = list(changed.values())
        written.append((queries.change.sql, (msgspec.json.encode(those).decode(),)))
    return written


def ends_as(rule_id: str, kind: str, catalogue: Catalogue) -> What:
    """Return what is said when a clock has run out."""
    entry = catalogue.clocks.get(rule_id)
    expires = kind == "period" if entry is None else entry.expires
    return "expired" if expires else "overdue"


def begun_by(event: deadline.Started, envelope: Envelope, catalogue: Catalogue) -> dict[str, Any]:
    """Return the row of a clock as it starts."""
    since = envelope.occurred_at
    if event.kind != "lead":  # which counts back from its start
        since = max(since, event.start)
    return {
        "clock_id": event.clock_id,
        "watched": event.watched,
        "key": key_of(event.watched),
        "rule_id": event.rule_id,
        "rule_version": event.rule_version,
        "calendar_version": event.calendar_version,
        "kind": event.kind,
        "verified": event.verified,
        "start": event.start,
        "due": event.due,
        "alarm_at": event.alarm_at,
        "responsible": event.responsible,
        "addressee": event.addressee,
        "cause_event_id": event.cause_event_id,
        "started": envelope.id,
        "state": "RUNNING",
        "since": envelope.recorded_at,
        "soon_at": event.due and warning_at(event.due, since),
        "ends_at": event.alarm_at or event.due,
        "ends_as": ends_as(event.rule_id, event.kind, catalogue),
        "sequence": envelope.sequence,
        "run": envelope.sequence,
    }


def changed_by(event: Event, envelope: Envelope) -> dict[str, Any] | None:
    """Return what a fact changes in the row of its clock; what it says nothing of stays."""
    match event:
        case deadline.DueSoon():
            change: dict[str, Any] = {"is_warned": True, "soon_at": None}
        case deadline.Extended(due=due) if envelope.withdraws:
            change = _moved(due, envelope.occurred_at)
        case deadline.Extended(new_due=due, ground="CALENDAR", calendar_version=version):
            change = _moved(due, envelope.occurred_at) | {"calendar_version": version}
        case deadline.Extended(new_due=due):
            change = _moved(due, envelope.occurred_at)
        case deadline.Resumed(new_due=due):
            change = _in("RUNNING", envelope) | _moved(due, envelope.occurred_at)
            change["run"] = envelope.sequence  # what was turned away in the pause may be said again
        case deadline.Stopped(late=late):
            change = _in("STOPPED", envelope) | {"late": late}
        case (
            deadline.Paused()
            | deadline.Overdue()
            | deadline.Expired()
            | deadline.Cancelled()
            | deadline.Withdrawn()
        ):
            change = _in(_STATES[type(event)], envelope)
        case _:
            return None
    return {"clock_id": event.clock_id, "sequence": envelope.sequence, **change}


def _in(state: str, envelope: Envelope) -> dict[str, Any]:
    """Return a change of state, since it was recorded.

    When the act happened that changed it is for readers of that act alone.
    """
    return {"state": state, "since": envelope.recorded_at, "late": None}


def _moved(due: datetime, since: datetime) -> dict[str, Any]:
    return {"due": due, "ends_at": due, "soon_at": warning_at(due, since)}
