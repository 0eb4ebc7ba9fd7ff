"""How a part of the house is killed while it works, and how each kill is told.

The load never pauses for the kill: it goes on until the part was killed and a while longer, so that
every kill falls into the middle of something.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

from msgspec import Struct

from services.core.runtime.stack import Stack
from services.gateway.counting import Counts
from tests.hearings.process import Program
from tests.patience import PATIENCE

PARTS = ("service", "broker", "database")
MOST_BEFORE = 150  #: outcomes that a load may bring about before the kill


class Load(Struct):
    """What goes on while a part is killed."""

    submit: Callable[[asyncio.Event], Awaitable[object]]  #: until the event, and a while longer
    done: Callable[[], int]  #: how much was done so far
    settled: Callable[[], Awaitable[Counts]]  #: waits until nothing is pending


class Killer(Struct):
    """Kills parts of the house, one after another, each under load, and starts them again."""

    stack: Stack
    program: Program
    load: Load

    async def kill_each(self, times: int) -> None:
        """Kill every part so many times, in any order, and see each time that nothing is lost."""
        for number, part in enumerate(_in_any_order(times), 1):
            await self._kill(part, f"{number:2} of {times * len(PARTS)}")

    async def _kill(self, part: str, number: str) -> None:
        begun, killed = self.load.done(), asyncio.Event()
        loading = asyncio.ensure_future(self.load.submit(killed))
        wanted = begun + random.randint(1, MOST_BEFORE)  # noqa: S311  any moment will do
        async with asyncio.timeout(PATIENCE):
            while self.load.done() < wanted:
                self.program.must_run()
                if loading.done():
                    loading.result()
                await asyncio.sleep(0.001)
        done, at = self.load.done() - begun, time.monotonic()
        self._end(part)
        killed.set()
        await asyncio.to_thread(self._start, part)
        up = time.monotonic() - at
        await asyncio.wait_for(loading, PATIENCE)
        counts = await self.load.settled()
        self.program.must_run()
        assert counts.accepted == counts.recorded + counts.refused + counts.held
        sys.stdout.write(
            f"kill {number}: {part:8} after {done:3} done, up in {up:4.1f} s, nothing pending in "
            f"{time.monotonic() - at:4.1f} s | accepted {counts.accepted} = recorded "
            f"{counts.recorded} + refused {counts.refused} + held {counts.held} + pending "
            f"{counts.pending}\n"
        )
        sys.stdout.flush()

    def _end(self, part: str) -> None:
        match part:
            case "service":
                self.program.kill()
            case "broker":
                self.stack.kill_kafka()
            case "database":
                self.stack.kill_postgres()

    def _start(self, part: str) -> None:
        if part == "service":
            self.program.start()
        else:
            self.stack.start()


def _in_any_order(times: int) -> Iterator[str]:
    parts = [*PARTS] * times
    random.shuffle(parts)
    yield from parts
