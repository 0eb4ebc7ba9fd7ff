"""What of the archive a caller may see: one rule for the door and for the pages."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.tokens import Speaker
from services.core.access.withholding import is_whole, withheld
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.doors.callers import is_operator
from services.ledger.archive import Archive, Entry

Visible = Callable[[str, Sequence[tuple[Envelope, Event]]], set[str]]
"""Which facts of all that stand under one key an agency may see: their ids."""


def seen_by(speaker: Speaker, entries: Sequence[Entry], visible: Visible) -> list[Entry]:
    """Return what a speaker may see of all that stands under one key; operators see everything."""
    if is_operator(speaker):
        return list(entries)
    readable = [(entry.envelope, entry.event) for entry in entries if entry.event is not None]
    ids = visible(speaker.agency, readable)
    return [_shown(entry, ids) for entry in entries if entry.id in ids]


def _shown(entry: Entry, readable: AbstractSet[str]) -> Entry:
    """Return an entry as a reader of some facts may see it."""
    if entry.event is None or is_whole(entry.event, entry.envelope, readable):
        return entry
    return replace(entry, envelope=withheld(entry.envelope), is_whole=False)


class Given(Protocol):
    """The index of what each agency was given, which answers before anything else is read."""

    async def has_of(self, agency: str, key: str) -> bool:
        """Say whether an agency was given anything of a key, by one look-up."""

    async def seen(self, agency: str, facts: Sequence[str]) -> set[str]:
        """Return which of some facts were given to an agency."""


class Sight(Struct, frozen=True):
    """The archive as each caller may see it.

    Nothing is read of a key of which an agency was given nothing: a hidden key and one that does
    not exist take the same work.
    """

    archive: Archive
    visible: Visible
    given: Given

    async def of_key(self, key: str, speaker: Speaker) -> list[Entry]:
        """Return what was recorded and refused under a key, as far as a speaker may see it.

        Raises Problem UNAVAILABLE.
        """
        if not (is_operator(speaker) or await self.given.has_of(speaker.agency, key)):
            return []
        entries = [entry for entry in await self.archive.of_key(key) if entry.stands_in_events]
        return seen_by(speaker, entries, self.visible)
