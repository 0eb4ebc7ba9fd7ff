"""A thread with its corrections taken in: what counts, in which order, and what was undone by what.

Two times are told apart: what had happened by a day, and what was known at a moment. A correction
that was known counts whenever its act happened; one that was not known does not.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from services.core.contracts.corrections import Slot, Slots
from services.core.contracts.days import VIET_NAM
from services.core.telling.thread import Entry

How: TypeAlias = Literal["corrected", "withdrawn"]


class Undone(Struct, frozen=True):
    """That a fact does not count any more, and because of which."""

    how: How
    by: str


class Corrected(Struct, frozen=True):
    """A thread as it is shown, and as it counts."""

    shown: list[Entry]  #: everything that had happened, what was undone included
    standing: list[Entry]  #: what counts, each correction in the place of what it corrects
    undone: dict[str, Undone]  #: of what is shown and does not count


def corrected(
    thread: Sequence[Entry], as_of: date | None = None, known_at: datetime | None = None
) -> Corrected:
    """Take in the corrections of a thread that is in the order in which it was recorded.

    Up to a day in Viet Nam it is told in the order in which things happened.
    """
    known = [e for e in thread if known_at is None or e.envelope.recorded_at <= known_at]
    standing, undone = _taken_in(known)
    return Corrected(_happened(known, as_of), _happened(standing, as_of), undone)


def _happened(entries: Iterable[Entry], as_of: date | None) -> list[Entry]:
    if as_of is None or as_of == date.max:
        return list(entries)
    end = datetime.combine(as_of + timedelta(days=1), time(), VIET_NAM)
    return sorted(
        (entry for entry in entries if entry.envelope.occurred_at < end),
        key=lambda entry: entry.envelope.occurred_at,
    )


def _taken_in(entries: Iterable[Entry]) -> tuple[list[Entry], dict[str, Undone]]:
    """Return what counts in the order of its places, and what does not."""
    slots: dict[str, Slots[Entry]] = {}
    places: list[Slot[Entry]] = []
    undone: dict[str, Undone] = {}
    for entry in entries:
        envelope = entry.envelope
        family = slots.setdefault(envelope.type.split(".")[1], Slots())
        slots_before = len(family.all)
        how: How = "corrected" if envelope.corrects else "withdrawn"
        undone |= {e.envelope.id: Undone(how, envelope.id) for e in family.add(entry)}
        places += family.all[slots_before:]
    return [entry for slot in places for entry in slot.facts], undone
