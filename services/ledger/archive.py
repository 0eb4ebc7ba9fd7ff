"""The archive, for who asks: what stands under a key, in a case, under an id, in a selection.

Entries come in the order of their index, which is gapless in each lane; everything under one key is
in one lane.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from services.core.bus.record import Record
from services.core.bus.snapshot import heard_by
from services.core.bus.store import queries as bus
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import envelope_of
from services.core.contracts.errors import ContractError
from services.core.contracts.event import Event
from services.core.contracts.identifiers import key_of
from services.core.doors.pages import MOST_BYTES
from services.core.doors.rows import Rows
from services.core.telling import thread
from services.ledger.service import Kind, queries

_PAGE: Final = 2_000


class Entry(thread.Entry, frozen=True, kw_only=True):
    """One archived record: what it was, with its envelope, its event and its place."""

    lane: int
    index: int  #: gapless in its lane; it orders the archive
    kind: Kind
    is_whole: bool = True  #: whether its reader may read every fact that it tells of

    @property
    def id(self) -> str:
        """The id of the fact, refusal or submission."""
        return self.envelope.id

    @property
    def stands_in_events(self) -> bool:
        """Whether it was published as a fact or outcome; else it was put before a family."""
        return self.record.topic.endswith(".events")


class Criteria(Struct, frozen=True):
    """A selection; what is not named is not asked for. Times are of recording, `until` without."""

    case_id: str | None = None
    key: str | None = None
    type: str | None = None
    agency: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Span(Struct, frozen=True):
    """How much a selection holds."""

    count: int
    first: datetime | None  #: when its first and last entries were recorded
    last: datetime | None
    bytes: int


class Archive:
    """Reads the archive. Its methods raise Problem UNAVAILABLE where the database is away."""

    def __init__(self, rows: Rows, codec: Codec) -> None:
        self.rows, self._codec = rows, codec

    async def of_key(self, key: str) -> list[Entry]:
        """Return everything that stands under a key: a judgment, a unit, a denunciation."""
        return self._entries(await self.rows.ask(queries.of_key, key=key))

    async def of_case(self, case_id: str) -> list[Entry]:
        """Return what concerns a case or judgment: itself, what lies inside it, its judgment."""
        if case_id == key_of(case_id):
            return await self.of_key(case_id)
        cases = [case_id, key_of(case_id)]
        return self._entries(await self.rows.ask(queries.of_case, cases=cases))

    async def of_id(self, id_: str) -> Entry | None:
        """Return the entry of that id, a UUID, or None."""
        found = self._entries(await self.rows.ask(queries.of_id, id=id_))
        return found[0] if found else None

    async def of_correlation(self, submission: str) -> list[Entry]:
        """Return all that followed from an agency's submission, itself included."""
        return self._entries(await self.rows.ask(queries.of_correlation, correlation=submission))

    async def find(self, wanted: Criteria) -> AsyncIterator[Entry]:
        """Yield a selection, lane by lane, in the order of the index."""
        lane, index = -1, 0
        while True:
            rows = await self.rows.ask(
                queries.find,
                lane=lane,
                index=index,
                most=_PAGE,
                bytes=MOST_BYTES,
                **asdict(wanted),
            )
            if not rows:
                return
            for entry in self._entries(rows):
                lane, index = entry.lane, entry.index
                yield entry

    async def span(self, wanted: Criteria) -> Span:
        """Say how much a selection holds."""
        return Span(*await self.rows.ask(queries.span, **asdict(wanted)))

    async def by_key(self, topics: Sequence[str]) -> AsyncIterator[list[Entry]]:
        """Yield what stands in some topics, all entries of one key together."""
        key, index = "", 0
        held: list[Entry] = []
        while True:
            rows = await self.rows.ask(
                queries.by_key,
                topics=list(topics),
                key=key,
                index=index,
                most=_PAGE,
                bytes=MOST_BYTES,
            )
            if not rows:
                break
            for entry in self._entries(rows):
                if held and held[0].record.key != entry.record.key:
                    yield held
                    held = []
                held.append(entry)
                key, index = entry.record.key, entry.index
        if held:
            yield held

    async def heard(self) -> dict[tuple[str, int, str], int]:
        """Say how far topics are archived: topic, partition, producing lane → last number."""
        return heard_by(await self.rows.ask(bus.all_heard))

    def _entries(self, rows: Sequence[Any]) -> list[Entry]:
        return [self._entry(*row) for row in rows]

    def _entry(
        self,
        lane: int,
        index: int,
        kind: Kind,
        topic: str,
        offset: int,
        key: str,
        value: bytes,
        head: bytes,
    ) -> Entry:
        record = Record(topic, lane, offset, key, value, head)
        return Entry(
            record,
            envelope_of(head),
            event_of(record, self._codec),
            lane=lane,
            index=index,
            kind=kind,
        )


def event_of(record: Record, codec: Codec) -> Event | None:
    """Return what a record says, or None where it cannot be read."""
    try:
        return codec.decode(record.value)
    except ContractError:
        return None
