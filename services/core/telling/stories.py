"""A case or judgment as a whole: its thread, its parts, what is owed, what may follow."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.identifiers import key_of
from services.core.telling.corrected import Undone, corrected
from services.core.telling.duties import Duty, open_duties
from services.core.telling.standing import Part, Step, next_steps, parts_of
from services.core.telling.thread import Entry, of_case


class Told(Struct, frozen=True):
    """A thread, read and understood."""

    id: str
    thread: list[Entry]
    parts: dict[str, Part]
    steps: list[Step]
    duties: list[Duty]  #: the open clocks, due first before others
    undone: dict[str, Undone] = {}  #: what of the thread was corrected or withdrawn

    @property
    def this(self) -> Part | None:
        """What the thread is of; None where all that was said of it was refused."""
        return self.parts.get(self.id)

    @property
    def family(self) -> str:
        """Whether it is a judgment or a case."""
        return "judgment" if self.id == key_of(self.id) else "case"

    @property
    def numbers(self) -> list[str]:
        """Official numbers: its own, and the first of its judgment."""
        this, judgment = self.this, self.parts.get(key_of(self.id))
        return list(
            dict.fromkeys(
                [*(this.numbers if this else ()), *(judgment.numbers[:1] if judgment else ())]
            )
        )

    @property
    def office(self) -> str | None:
        """The agency that carries the case out; of a judgment, its court."""
        this = self.this
        if this is None or this.family == "case":
            return this.handler if this else None
        return str(getattr(this.opened, "court_id", "")) or None


def told(
    id_: str,
    everything: Sequence[Entry],
    catalogue: Catalogue,
    directory: Directory,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Told | None:
    """Understand a case or judgment by all that stands under its key; None where nothing does.

    `everything` is in order of recording. `as_of` leaves out what happened after that day in Viet
    Nam, `known_at` what was recorded after that moment.
    """
    whole = of_case(everything, id_) if id_ != key_of(id_) else everything
    found = corrected(whole, as_of, known_at)
    thread = found.shown
    if not any(stream_of(entry.envelope.subject) == id_ for entry in thread):
        return None
    parts = parts_of(found.standing, catalogue)
    law = thread[-1].envelope.law
    steps = [
        step
        for part in _by_activity(id_, thread, parts)
        for step in next_steps(part, parts, catalogue, directory, law)
    ]
    duties = open_duties(found.standing, id_, parts, catalogue, directory)
    return Told(id_, thread, parts, steps, duties, found.undone)


def marks_of(entry: Entry, found: Told) -> dict[str, Any]:
    """Return what is to be known of an entry beside itself: that it came late, or was undone."""
    marks: dict[str, Any] = {"late": True} if entry.is_late else {}
    undone = found.undone.get(entry.envelope.id)
    return marks | ({f"{undone.how}_by": undone.by} if undone else {})


def _by_activity(id_: str, thread: list[Entry], parts: dict[str, Part]) -> list[Part]:
    """Return the parts of what was asked for, the one that something happened to last first."""
    last = {entry.envelope.subject: place for place, entry in enumerate(thread)}
    inside = [part for part in parts.values() if f"{part.id}.".startswith(f"{id_}.")]
    return sorted(inside, key=lambda part: -last[part.id])


def telling_steps(steps: Sequence[Step], most: int) -> dict[str, list[Step]]:
    """Return by part the steps most worth telling, at most so many of each."""
    of: dict[str, list[Step]] = {}
    for step in steps:
        of.setdefault(step.part, []).append(step)
    return {
        part: ([step for step in each if not step.is_repeat] or each)[:most]
        for part, each in of.items()
    }
