"""What is recorded, as it is recorded: one follower of Kafka a process, one bounded queue a page.

A page that cannot keep up does not slow the follower or another page: the oldest of what waits for
it is dropped and counted, and the page says how many it left out.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, Protocol

import structlog
from msgspec import Struct

from services.core.access.docket import stream_of
from services.core.bus.chain import Target
from services.core.bus.errors import Doubt, described
from services.core.bus.kafka import Reader, reading
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.settings import Settings
from services.core.telling.following import Heeded, events, targets_of
from services.core.telling.lines import Line, Teller

RECENT: Final = 100  #: events that a page begins with
MOST_WAITING: Final = 60  #: events that wait for a page; those of a burst beyond it are skipped
BREATH_SECONDS: Final = 0.25  #: between two batches of a page
QUIET_SECONDS: Final = 5.0  #: after which a page is told that nothing came
_LOOK_BACK: Final = 50  #: records of each partition that are read to begin with
_BACKOFF: Final = 0.5

log = structlog.get_logger()


class Row(Struct, frozen=True):
    """One event of the list."""

    id: str
    case: str  #: the id of the case or judgment it belongs to; empty where it belongs to none
    line: Line


class Batch(Struct, frozen=True):
    """What a page is given at once, the oldest first."""

    rows: Sequence[Row] = ()
    mark: str = ""  #: from where to go on after an interruption
    skipped: int = 0  #: how many were left out before these
    is_anew: bool = False  #: whether what came before these is not known any more


class Live(Protocol):
    """What one kind of visitor sees happen."""

    async def recent(self, teller: Teller) -> Batch:
        """Return the latest events."""

    def follow(self, teller: Teller, after: str) -> AsyncIterator[Batch]:
        """Yield what comes after a mark, until the page goes or the process ends."""


def row_of(id_: str, part: str, line: Line) -> Row:
    """Return an event's row; what belongs to no judgment, as a unit's diary, leads to no case."""
    return Row(id_, stream_of(part) if is_uuid7(key_of(part)) else "", line)


class Waiting:
    """What waits for one page."""

    def __init__(self, most: int) -> None:
        self._kept: deque[Heeded] = deque(maxlen=most)
        self._skipped = 0
        self._some = asyncio.Event()

    def put(self, heeded: Heeded) -> None:
        """Add an event; where there is no room the oldest is skipped."""
        self._skipped += len(self._kept) == self._kept.maxlen
        self._kept.append(heeded)
        self._some.set()

    def wake(self) -> None:
        """Let whoever waits look up."""
        self._some.set()

    async def some(self, seconds: float) -> None:
        """Wait until there is something, or for a time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._some.wait()

    def take(self) -> tuple[list[Heeded], int]:
        """Return what waited, and how many were skipped before it."""
        taken = list(self._kept), self._skipped
        self._kept.clear()
        self._skipped = 0
        self._some.clear()
        return taken


class Watch:
    """The list of all that happens in the house, for operators."""

    def __init__(self, settings: Settings, families: Iterable[str]) -> None:
        self._settings = settings
        self._targets = targets_of(settings, families)
        self._recent: deque[Heeded] = deque(maxlen=RECENT)
        self._pages: set[Waiting] = set()
        self.is_ending = False  #: whether the process lets every page go

    async def run(self) -> None:
        """Follow every events topic until cancelled, over every loss of the broker."""
        positions: dict[Target, int] = {}
        try:
            while True:
                try:
                    async with reading(self._settings) as reader:
                        positions = positions or await self._begin(reader)
                        await self._follow(reader, positions)
                except Exception as error:  # noqa: BLE001  no record may end the list
                    if not isinstance(error, Doubt):  # a topic was changed or made anew
                        positions = {}
                    log.warning("console_waits", kind=type(error).__name__, why=described(error))
                    await asyncio.sleep(_BACKOFF)
        finally:
            self.end()

    def end(self) -> None:
        """Let every page go."""
        self.is_ending = True
        for page in self._pages:
            page.wake()

    async def _begin(self, reader: Reader) -> dict[Target, int]:
        """Remember the latest events, and return from where to follow."""
        ends = await reader.ends(self._targets)
        back = {target: max(0, end - _LOOK_BACK) for target, end in ends.items()}
        found = [each async for each in events(reader, back, follow=False)]
        self._recent.clear()
        self._recent.extend(sorted(found, key=lambda each: each[1].recorded_at)[-RECENT:])
        after = {(each.topic, each.partition): each.offset + 1 for each, _ in found}
        return {target: max(end, after.get(target, 0)) for target, end in ends.items()}

    async def _follow(self, reader: Reader, positions: dict[Target, int]) -> None:
        async for heeded in events(reader, positions, follow=True):
            record, _ = heeded
            positions[record.topic, record.partition] = record.offset + 1
            self.tell(heeded)

    def tell(self, heeded: Heeded) -> None:
        """Show an event on every page."""
        self._recent.append(heeded)
        for page in self._pages:
            page.put(heeded)

    async def recent(self, teller: Teller) -> Batch:
        """Return the latest events."""
        return _batch(teller, list(self._recent))

    async def follow(self, teller: Teller, after: str) -> AsyncIterator[Batch]:
        """Yield what comes after an event's id; an empty batch where nothing came for a while."""
        page, is_anew = Waiting(MOST_WAITING), False
        known = list(self._recent)
        for place, (_, envelope) in enumerate(known):
            if envelope.id == after:
                known = known[place + 1 :]
                break
        else:
            is_anew = bool(after and known)
        for heeded in known:
            page.put(heeded)
        self._pages.add(page)
        try:
            while not self.is_ending:
                taken, skipped = page.take()
                yield _batch(teller, taken, skipped, is_anew=is_anew)
                is_anew = False
                await page.some(QUIET_SECONDS)
                await asyncio.sleep(BREATH_SECONDS)
        finally:
            self._pages.discard(page)


def _batch(
    teller: Teller, heeded: Sequence[Heeded], skipped: int = 0, *, is_anew: bool = False
) -> Batch:
    rows = [
        row_of(envelope.id, envelope.subject, teller.line(record, envelope))
        for record, envelope in heeded
    ]
    return Batch(rows, rows[-1].id if rows else "", skipped, is_anew)
