"""Fair order between senders: whoever waits is served in turn, however much another has sent.

What one sender has sent keeps its order. How much one may let wait is for the owner of a queue to
say: `count` tells it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final, Generic, TypeVar

from services.core.doors.problems import Problem

Item = TypeVar("Item")
_RETRY_SECONDS: Final = 2


class RoundRobin(Generic[Item]):
    """A queue that gives one item of each sender in turn."""

    def __init__(self) -> None:
        self._by_sender: OrderedDict[str, deque[Item]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Item]:
        return (item for items in self._by_sender.values() for item in items)

    def count(self, sender: str) -> int:
        """How many items of a sender wait."""
        return len(self._by_sender.get(sender, ()))

    def put(self, sender: str, item: Item) -> None:
        """Add an item behind those of the same sender."""
        self._by_sender.setdefault(sender, deque()).append(item)
        self._length += 1

    def pop(self) -> Item:
        """Remove and return the next item; there must be one."""
        sender, items = next(iter(self._by_sender.items()))
        item = items.popleft()
        self._length -= 1
        if items:
            self._by_sender.move_to_end(sender)
        else:
            del self._by_sender[sender]
        return item

    def discard(self, sender: str, item: Item) -> None:
        """Remove an item of a sender, if it still waits."""
        items = self._by_sender.get(sender, deque())
        if item in items:
            items.remove(item)
            self._length -= 1
            if not items:
                del self._by_sender[sender]


class Turns:
    """Lets one sender at a time do something, and those who wait in turn."""

    def __init__(self, most_waiting: int) -> None:
        """`most_waiting`: how often one sender may wait."""
        self._most_waiting = most_waiting
        self._waiting: RoundRobin[asyncio.Future[None]] = RoundRobin()
        self._is_taken = False

    @asynccontextmanager
    async def take(self, sender: str) -> AsyncIterator[None]:
        """Wait for the sender's turn, which lasts until the end of the block.

        Raises Problem TOO_MANY where the sender waits too often already.
        """
        if self._is_taken:
            await self._wait(sender)
        self._is_taken = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, sender: str) -> None:
        if self._waiting.count(sender) >= self._most_waiting:
            what = f"at most {self._most_waiting} such requests may wait"
            raise Problem("TOO_MANY", what, retry_after=_RETRY_SECONDS)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put(sender, turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._waiting.discard(sender, turn)
            if not turn.cancelled():  # the turn came as its sender went
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.pop()
            if not turn.done():  # its sender has gone
                turn.set_result(None)
                return
        self._is_taken = False
