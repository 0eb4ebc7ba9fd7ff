"""The records that a process reads from Kafka: each partition once, for all of its lanes (B1).

One consumer reads for every lane of the process. A lane subscribes with its positions and takes
what it needs from queues of its own. A lane that is behind the others in a partition, or does not
take its records in time, reads that partition with a consumer of its own until it has caught up:
nobody waits for it.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Final

import structlog

from services.core.bus.chain import Target
from services.core.bus.errors import BusError, Doubt, described
from services.core.bus.kafka import OutOfRange, Reader
from services.core.bus.record import Record
from services.core.settings import Settings

MOST_QUEUED: Final = 1_000  #: records of one partition that wait for one lane, about
MOST_QUEUED_BYTES: Final = 4_000_000
_FETCH: Final = 4_000  #: records that are handed out at once, at most
_READ_SECONDS: Final = 60.0
_ALONE_SECONDS: Final = 0.5
_PACE_SECONDS: Final = 0.005  #: between two fetches: each costs the same for one record or for many
_ASSIGN_SECONDS: Final = 0.01  #: many lanes subscribe at a start; each assignment drops a fetch
_BACKOFF: Final = 0.5

log = structlog.get_logger()


class Fetcher:
    """The one consumer of a process, which reads for all subscriptions. `run` must be running."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._attached: dict[Target, set[Subscription]] = {}
        self._next: dict[Target, int] = {}  #: of each attached partition, what is handed out next
        self._assigned: set[Target] = set()
        self._reader: Reader | None = None
        self._assigning: asyncio.TimerHandle | None = None
        self._has_partitions = asyncio.Event()

    def subscribe(self, positions: Mapping[Target, int]) -> "Subscription":
        """Read some partitions, each from its offset on."""
        return Subscription(self, positions)

    async def run(self) -> None:
        """Read until cancelled; a broker that is away is a doubt for every subscription."""
        while True:
            reader = Reader(self.settings)
            try:
                await self._has_partitions.wait()
                await reader.start()
                self._reader = reader
                self._assign()
                await self._read(reader)
            except Exception as error:  # noqa: BLE001  no record may end the reading of a process
                doubt = (
                    error
                    if isinstance(error, BusError)
                    else Doubt(f"Kafka: could not read: {described(error)}")
                )
                self._fail(list(self._attached), doubt)
                log.warning("fetcher_waits", doubt=str(doubt))
            finally:
                self._reader = None
                self._assigned.clear()
                reader.abandon()
            await asyncio.sleep(_BACKOFF)

    def attach(self, subscription: "Subscription", target: Target, offset: int) -> bool:
        """Hand out what follows an offset to a subscription too; False where it is behind."""
        if others := self._attached.get(target):
            if offset < self._next[target]:
                return False
            others.add(subscription)
            return True
        self._attached[target] = {subscription}
        self._next[target] = offset
        self._has_partitions.set()
        if self._reader is None:
            return True
        if target in self._assigned:
            self._reader.resume(target, offset)
        elif self._assigning is None:
            loop = asyncio.get_running_loop()
            self._assigning = loop.call_later(_ASSIGN_SECONDS, self._assign)
        return True

    def detach(self, subscription: "Subscription", target: Target) -> None:
        """Hand out nothing more of a partition to a subscription."""
        others = self._attached.get(target, set())
        others.discard(subscription)
        if not others and self._attached.pop(target, None) is not None:
            del self._next[target]
            if self._reader is not None and target in self._assigned:
                self._reader.pause([target])

    def _assign(self) -> None:
        self._assigning = None
        if self._reader is not None:
            self._assigned = set(self._next)
            self._reader.follow(self._next)

    async def _read(self, reader: Reader) -> None:
        while True:
            try:
                records = await reader.fetch(_READ_SECONDS, _FETCH)
            except OutOfRange as error:
                self._fail(error.targets, error.meaning)
                continue
            self._hand_out(records)
            await asyncio.sleep(_PACE_SECONDS)

    def _hand_out(self, records: Iterable[Record]) -> None:
        for target, run in groupby(records, key=lambda each: (each.topic, each.partition)):
            if target not in self._next:
                continue
            fetched = list(run)
            self._next[target] = fetched[-1].offset + 1
            for subscription in list(self._attached[target]):
                if not subscription.put(target, fetched):
                    self.detach(subscription, target)

    def _fail(self, targets: Iterable[Target], error: BusError) -> None:
        for target in targets:
            for subscription in list(self._attached.get(target, ())):
                subscription.fail(error)
                self.detach(subscription, target)


class Subscription:
    """What one lane reads, from its own positions, in order within a partition."""

    def __init__(self, fetcher: Fetcher, positions: Mapping[Target, int]) -> None:
        self._fetcher = fetcher
        self._next = dict(positions)  #: the offset after the last record that is queued
        self._queues: dict[Target, deque[Record]] = {target: deque() for target in positions}
        self._bytes = dict.fromkeys(positions, 0)
        self._behind = set(positions)  #: where the process's consumer does not read for us
        self._alone: Reader | None = None
        self._alone_follows: set[Target] = set()
        self._arrived = asyncio.Event()
        self._failure: BusError | None = None
        self._join()

    async def read(self, seconds: float, limit: int, only: Collection[Target] = ()) -> list[Record]:
        """Return up to `limit` records, in order within a partition; none after `seconds`.

        Raises what `Reader.read` raises.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            if self._failure is not None:
                raise self._failure
            if found := self._take(only or self._queues, limit):
                return found
            left = deadline - loop.time()
            if left <= 0:
                return []
            if self._behind.intersection(only or self._queues):
                await self._catch_up(min(left, _ALONE_SECONDS))
            else:
                await self._wait(left)

    def put(self, target: Target, records: Iterable[Record]) -> bool:
        """Queue records that follow each other; False where too many wait already."""
        if not self._has_room(target):
            self._behind.add(target)
            return False
        for record in records:
            self._queue(target, record)
        self._arrived.set()
        return True

    def fail(self, error: BusError) -> None:
        """Have the next `read` raise this."""
        self._failure = error
        self._arrived.set()

    def close(self) -> None:
        """Read nothing more."""
        for target in self._queues:
            self._fetcher.detach(self, target)
        self._read_alone_no_more()

    def _has_room(self, target: Target) -> bool:
        return len(self._queues[target]) < MOST_QUEUED and self._bytes[target] < MOST_QUEUED_BYTES

    def _queue(self, target: Target, record: Record) -> None:
        if record.offset >= self._next[target]:
            self._queues[target].append(record)
            self._bytes[target] += len(record.value)
            self._next[target] = record.offset + 1

    def _take(self, targets: Iterable[Target], limit: int) -> list[Record]:
        found: list[Record] = []
        for target in list(targets):
            queue = self._queues[target]
            if not queue:
                continue
            count = min(len(queue), limit - len(found))
            taken = [queue.popleft() for _ in range(count)]
            self._bytes[target] -= sum(len(each.value) for each in taken)
            found += taken
            if queue:  # others come first the next time
                self._queues[target] = self._queues.pop(target)
                break
        if found and self._behind:
            self._join()
        return found

    def _join(self) -> None:
        """Have the process's consumer read for us where it stands where we do, and we have room."""
        for target in list(self._behind):
            if len(self._queues[target]) <= MOST_QUEUED // 2 and self._fetcher.attach(
                self, target, self._next[target]
            ):
                self._behind.discard(target)
        if not self._behind:
            self._read_alone_no_more()

    async def _catch_up(self, seconds: float) -> None:
        """Read alone for a moment where we are behind."""
        self._join()
        if not self._behind:
            return
        if self._alone is None:
            self._alone, self._alone_follows = Reader(self._fetcher.settings), set()
            await self._alone.start()
        if self._alone_follows != self._behind:
            self._alone_follows = set(self._behind)
            self._alone.follow({target: self._next[target] for target in self._behind})
        room = [target for target in self._behind if self._has_room(target)]
        for record in await self._alone.read(seconds, MOST_QUEUED, room):
            self._queue((record.topic, record.partition), record)
        self._join()

    async def _wait(self, seconds: float) -> None:
        self._arrived.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return

    def _read_alone_no_more(self) -> None:
        if self._alone is not None:
            self._alone.abandon()
            self._alone = None
