"""`lienthong clock [TIME]`: what time the house has, and moving a story on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Final

from services.cli.errors import CommandError
from services.cli.platform_home import settings_of_servers
from services.cli.tail import closing
from services.cli.times import moment_with_offset
from services.core.bus.kafka import Reader, reading
from services.core.bus.overview import standings
from services.core.bus.postgres import FAILURES, Connection, connect, has_tables, sorted_error
from services.core.clock import StoryClock, clock_of
from services.core.contracts.days import VIET_NAM
from services.core.settings import Settings
from services.deadlines import service as deadlines
from services.deadlines.ticking import next_moment, unsaid
from services.gateway.counting import counted
from services.gateway.service import NAME

_PATIENCE: Final = 10.0
_POLL_SECONDS: Final = 0.01


def clock(to: str | None = None) -> int:
    """Print the time of the house, or move a story's time on while nothing is pending.

    Parameters
    ----------
    to
        Where to move to, such as 2026-08-17T09:00+07:00; never back.
    """
    settings = settings_of_servers()
    own = clock_of(settings)
    if to is not None:
        asyncio.run(closing(_move(settings, own, moment_with_offset(to, "TIME"))))
    kind = "story" if isinstance(own, StoryClock) else "wall"
    print(f"{own.now().astimezone(VIET_NAM).isoformat(timespec='seconds')}  ({kind})")
    return 0


async def _move(settings: Settings, own: object, moment: datetime) -> None:
    async with moving(settings, own) as story:
        await story.move(moment)


class Story:
    """A story that is moved on, moment by moment, so that what time brings about keeps its order.

    Before each step the house is quiet: nothing is pending, and every clock has said what it must.
    """

    def __init__(
        self, settings: Settings, own: StoryClock, reader: Reader, patience: float
    ) -> None:
        self._settings, self._own, self._reader = settings, own, reader
        self._patience = patience

    async def move(self, moment: datetime) -> None:
        """Move on to a moment, with a stop at each at which a clock speaks. Raises CommandError."""
        if moment < self._own.now():
            raise CommandError(
                f"the story is at {self._own.now().isoformat()} and goes on, never back"
            )
        while True:
            next_ = await self.quiet()
            self._own.move(moment if next_ is None else min(moment, next_))
            if next_ is None or next_ > moment:
                return

    async def begin(self, moment: datetime) -> None:
        """Begin to tell at a moment, be it again: only between two tellings does time go back."""
        if moment < self._own.now():
            await self.quiet()
            self._own.move(moment)

    async def quiet(self) -> datetime | None:
        """Wait until all is quiet; return when a clock speaks next. Raises CommandError."""
        deadline = time.monotonic() + self._patience
        try:
            async with _connected(self._settings, NAME) as gateway, AsyncExitStack() as stack:
                clocks = None
                if await has_tables(self._settings, deadlines.NAME):
                    clocks = await stack.enter_async_context(
                        _connected(self._settings, deadlines.NAME)
                    )
                while True:
                    trouble, next_ = await self._stands(gateway, clocks)
                    if trouble is None:
                        return next_
                    if time.monotonic() > deadline:
                        raise CommandError(
                            f"{trouble}, and the clock moves only when all is quiet; "
                            f"`lienthong run` decides them"
                        )
                    await asyncio.sleep(_POLL_SECONDS)
        except FAILURES as error:
            raise sorted_error(error) from error

    async def _stands(
        self, gateway: Connection, clocks: "Connection | None"
    ) -> tuple[str | None, datetime | None]:
        """Return why the house is not quiet, if so; else when a clock speaks next.

        What is counted twice must not have changed: the clocks may have spoken meanwhile.
        """
        before = await counted(gateway)
        if before.pending:
            return f"{before.pending} submissions are pending", None
        next_ = None
        if clocks is not None:
            (standing,) = await standings(self._settings, (deadlines.NAME,), self._reader)
            if standing.lag is None:
                return "Kafka does not tell what the clocks have not heard", None
            if standing.lag or standing.outbox:
                return f"{standing.lag} records are not heard by the clocks", None
            if await unsaid(clocks, self._own.now()):
                return "clocks have not said what they must", None
            next_ = await next_moment(clocks, self._own.now())
        after = await counted(gateway)
        return (None, next_) if after == before else ("submissions were accepted", None)


@asynccontextmanager
async def moving(
    settings: Settings, own: object, patience: float = _PATIENCE
) -> AsyncIterator[Story]:
    """Let a story be moved on within the block, waiting up to `patience` seconds for quiet.

    Raises CommandError where the clock is no story's.
    """
    if not isinstance(own, StoryClock):
        raise CommandError(
            "this house runs by the wall's clock; a story begins in an empty house with "
            "LIENTHONG_STORY_START=<time>"
        )
    async with reading(settings) as reader:
        yield Story(settings, own, reader, patience)


@asynccontextmanager
async def _connected(settings: Settings, service: str) -> AsyncIterator[Connection]:
    connection = await connect(settings, service)
    try:
        yield connection
    finally:
        connection.terminate()
