"""B4: the owner sends its outbox, in order of numbers, one batch a partition at a time.

After a commit the lane offers its chunks; what others put into the outbox (gateways do) is found by
asking the database. The marks move over contiguous acknowledgements only and are written with the
lane's next commit.
"""

import asyncio
from asyncio import TaskGroup
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from services.core.bus.chain import Chunk, Target
from services.core.bus.crashpoints import Reached
from services.core.bus.errors import OutboxHole
from services.core.bus.record import Numbered
from services.core.bus.store import Sending, Store

#: Sends as many of the records as fit one batch; returns how many, and the offset of the last one.
Send: TypeAlias = Callable[[Target, Sequence[Numbered]], Awaitable[tuple[int, int]]]

#: Told what was sent to a target: number and offset of the first record, and the records.
Sent: TypeAlias = Callable[[Target, int, int, Sequence[Numbered]], None]

BATCH: Final = 1_000  #: records handed to the producer at once
ROOM: Final = 4_000  #: records that may wait before the lane stops deciding


class Outbox:
    """What one lane still has to send. Lives and dies with one ownership of the lane."""

    def __init__(
        self,
        store: Store,
        send: Send,
        targets: dict[Target, Sending],
        reached: Reached,
        life: TaskGroup,
    ) -> None:
        self._store, self._send, self._reached, self._life = store, send, reached, life
        self._pipes: dict[Target, _Pipe] = {}
        self.changed = asyncio.Event()
        self.on_sent: Sent = lambda *_: None
        self.tasks: list[asyncio.Task[None]] = []
        for target, sending in targets.items():
            self._open(target, sending.sent, sending.given.number)

    def offer(self, chunks: list[Chunk]) -> None:
        """Send what was committed. Chunks that do not follow what waits are read again in order."""
        for chunk in chunks:
            target = (chunk.topic, chunk.partition)
            pipe = self._pipes.get(target) or self._open(target, chunk.first - 1, chunk.first - 1)
            pipe.offer(chunk)

    async def look(self) -> None:
        """Ask the database where others have put something into the outbox, and have it read."""
        for target, sending in (await self._store.targets()).items():
            pipe = self._pipes.get(target) or self._open(target, sending.sent, sending.sent)
            if sending.given.number > pipe.queued:
                pipe.look()

    def marks(self) -> dict[Target, tuple[int, int]]:
        """Return what was acknowledged since the last call: target → number, offset."""
        return {
            target: mark
            for target, pipe in self._pipes.items()
            if (mark := pipe.take_mark()) is not None
        }

    @property
    def has_marks(self) -> bool:
        """Whether anything was acknowledged since the last call of `marks`."""
        return any(pipe.has_mark for pipe in self._pipes.values())

    def restore(self, marks: dict[Target, tuple[int, int]]) -> None:
        """Take back marks whose commit did not come about."""
        for target, mark in marks.items():
            self._pipes[target].restore(mark)

    @property
    def waiting(self) -> int:
        """How many records are known to wait."""
        return sum(pipe.waiting for pipe in self._pipes.values())

    async def room(self) -> None:
        """Wait until so little waits that the lane may decide on."""
        while self.waiting > ROOM:
            self.changed.clear()
            await self.changed.wait()

    async def drained(self) -> None:
        """Wait until nothing waits."""
        while self.waiting or any(pipe.is_busy for pipe in self._pipes.values()):
            self.changed.clear()
            await self.changed.wait()

    def _open(self, target: Target, sent: int, given: int) -> "_Pipe":
        pipe = _Pipe(self, self._store, self._send, target, sent, given, self._reached)
        self._pipes[target] = pipe
        self.tasks.append(self._life.create_task(pipe.run(), name=f"send {target[0]}[{target[1]}]"))
        return pipe


class _Pipe:
    """The one sender of a lane for one partition."""

    def __init__(
        self,
        outbox: Outbox,
        store: Store,
        send: Send,
        target: Target,
        sent: int,
        given: int,  # what the outbox holds at least
        reached: Reached,
    ) -> None:
        self._outbox, self._store, self._send, self._target = outbox, store, send, target
        self._reached, self._changed = reached, outbox.changed
        self._queue: deque[Numbered] = deque()
        self._sent = self._queued = sent
        self._given = given
        self._behind = given > sent
        self._mark: tuple[int, int] | None = None
        self._wake = asyncio.Event()
        self.is_busy = self._behind

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def queued(self) -> int:
        """The last number that was sent or waits here."""
        return self._queued

    def offer(self, chunk: Chunk) -> None:
        if chunk.first == self._queued + 1 and not self._behind:
            self._queue.extend(chunk.records)
            self._queued = chunk.last
        else:
            self._behind = True
        self._wake.set()

    def look(self) -> None:
        self._behind = True
        self._wake.set()

    @property
    def has_mark(self) -> bool:
        return self._mark is not None

    def take_mark(self) -> tuple[int, int] | None:
        mark, self._mark = self._mark, None
        return mark

    def restore(self, mark: tuple[int, int]) -> None:
        self._mark = self._mark or mark

    async def run(self) -> None:
        while True:
            if not self._queue:
                if self._behind:
                    self.is_busy = True
                    await self._catch_up()
                if not self._queue:
                    self.is_busy = False
                    self._changed.set()
                    if not self._behind:
                        await self._wake.wait()
                    self._wake.clear()
                    continue
            self.is_busy = True
            batch = [self._queue[i] for i in range(min(BATCH, len(self._queue)))]
            self._reached("before_send")
            fitted, offset = await self._send(self._target, batch)
            self._reached("after_send")
            for _ in range(fitted):
                self._queue.popleft()
            self._outbox.on_sent(self._target, self._sent + 1, offset + 1 - fitted, batch[:fitted])
            self._sent += fitted
            self._mark = (self._sent, offset)
            self._changed.set()

    async def _catch_up(self) -> None:
        """Queue what the outbox holds; what was offered while it was read is queued already."""
        self._behind = False
        chunks = await self._store.unsent(self._target, self._queued)
        for chunk in chunks:
            if chunk.first > self._queued + 1:
                raise self._hole(f"goes on with {chunk.first}")
            if chunk.last > self._queued:
                self._queue.extend(chunk.records[self._queued + 1 - chunk.first :])
                self._queued = chunk.last
        if chunks:
            self._behind = True
        elif self._queued < self._given:
            raise self._hole(f"ends, but {self._given} was given")

    def _hole(self, found: str) -> OutboxHole:
        return OutboxHole(
            f"{self._target[0]}[{self._target[1]}]: after number {self._queued} the outbox "
            f"{found}; restore the missing rows from a backup"
        )
