"""The few connections to PostgreSQL that all lanes of a service in a process share.

A connection is held for one statement or one transaction. One on which anything but an answer of
the server was seen, as where a commit was cancelled, is broken off: an open transaction falls with
it (B6).
"""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from services.core.bus import postgres
from services.core.bus.postgres import FAILURES, Connection, sorted_error
from services.core.settings import Settings

# A commit listens for warnings; asyncpg warns of that where the server ends the connection.
warnings.filterwarnings("ignore", ".*log listener", asyncpg.InterfaceWarning)

#: Connections of a service in a process; its lanes take turns, and batches grow while they wait.
PER_SERVICE: Final = 3


class Connections:
    """A pool of connections of one service. It connects when it is first used."""

    def __init__(self, settings: Settings, service: str) -> None:
        self._settings, self._service = settings, service
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Connection]:
        """Hold a connection; what is raised meanwhile by the server or the connection is sorted.

        Raises Doubt where there is none in time.
        """
        async with self._opening:
            if self._pool is None:
                self._pool = await postgres.pool(
                    self._settings, self._service, PER_SERVICE, "lanes"
                )
            pool = self._pool
        try:
            connection = await pool.acquire(timeout=self._settings.lease_seconds)
            try:
                yield connection
            except asyncpg.PostgresError:
                raise
            except BaseException:
                if is_open(connection):
                    connection.terminate()
                raise
            finally:
                await pool.release(connection)
        except FAILURES as error:
            raise sorted_error(error) from error

    def abandon(self) -> None:
        """Break every connection off at once."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


def is_open(connection: Connection) -> bool:
    """Whether a held connection still stands; one that the server ended has left its pool."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
