"""Work that goes on for as long as its process does, whatever it raises.

`supervised` begins such work again after an exception, so that no failure of one part ends the
others. `once_available` waits for servers that are still starting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
import structlog

from services.core.bus.errors import BusError, described

_BACKOFF: Final = (0.5, 1.0, 2.0, 5.0)
_CALM_SECONDS: Final = 60.0  #: work that went on for so long begins again without delay
_LOOK_SECONDS: Final = 0.5

T = TypeVar("T")
log = structlog.get_logger()


async def supervised(work: Callable[[], Awaitable[None]]) -> None:
    """Do some work until it returns or is cancelled; after an exception, begin it again."""
    name = getattr(work, "__qualname__", None) or repr(work)
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        begun = loop.time()
        try:
            await work()
        except Exception as error:
            if loop.time() - begun > _CALM_SECONDS:
                failures = 0
            log.exception("work_failed", step=name, kind=type(error).__name__, why=described(error))
            await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
            failures += 1
        else:
            return


async def once_available(
    step: str, work: Callable[[], Awaitable[T]], seconds: float | None = None
) -> T:
    """Return what some work comes to as soon as database and broker let it through.

    The log says, once for each cause, for what it waits. Where `seconds` are given, the last error
    is raised after them; a wrong password, which no waiting mends, is then raised at once.
    """
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    cause = ""
    while True:
        try:
            return await work()
        except BusError as error:
            is_over = deadline is not None and (
                loop.time() > deadline or isinstance(error.__cause__, asyncpg.InvalidPasswordError)
            )
            if is_over:
                raise
            if str(error) != cause:
                cause = str(error)
                log.warning("waiting", step=step, kind=type(error).__name__, why=cause)
        await asyncio.sleep(_LOOK_SECONDS)
