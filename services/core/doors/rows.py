"""The rows that a service shows, for its routes: a pool of its own, made when first needed."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import asyncpg
import structlog

from services.core.bus.errors import BusError
from services.core.bus.notices import listen
from services.core.bus.postgres import FAILURES, pool
from services.core.doors.problems import Problem
from services.core.settings import Settings

RETRY_SECONDS: Final = 2
_SECONDS: Final = 5.0
POOL: Final = 4  #: connections at most

log = structlog.get_logger()


class Rows:
    """Asks the schema of one service."""

    def __init__(self, settings: Settings, service: str) -> None:
        self._settings, self._service = settings, service
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def ask(self, query: Any, **arguments: object) -> Any:
        """Put one named query; of several rows, all of them as a list.

        Raises Problem UNAVAILABLE where the database does not answer in time.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                async with self._opening:
                    if self._pool is None:
                        self._pool = await pool(self._settings, self._service, POOL, "routes")
                async with self._pool.acquire(timeout=_SECONDS) as connection:
                    found = query(connection, **arguments)
                    return (
                        [row async for row in found] if hasattr(found, "__aiter__") else await found
                    )
        except (*FAILURES, BusError) as error:
            log.warning("database_away", kind=type(error).__name__, why=str(error))
            raise Problem("UNAVAILABLE", retry_after=RETRY_SECONDS) from error

    async def listen(self, channel: str, hear: Callable[[str], None]) -> None:
        """Call `hear` for each notice of the service on a channel, until cancelled."""
        await listen(self._settings, self._service, channel, hear)

    async def close(self) -> None:
        """Let the connections go."""
        if self._pool is not None:
            self._pool.terminate()
