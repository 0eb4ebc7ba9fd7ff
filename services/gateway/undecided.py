"""What is accepted and has no outcome yet, for whoever must not speak before it has."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiosql

from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.gateway.service import NAME

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")


class Undecided:
    """Asks the gateway's own rows, whichever gateway has accepted."""

    def __init__(self, settings: Settings) -> None:
        self._rows = Rows(settings, NAME)

    async def of(self, wanted: Sequence[tuple[str, datetime]]) -> set[tuple[str, datetime]]:
        """Return those keys and moments under which something accepted before it is pending.

        What is held is not pending: it waits for a person. Raises Problem UNAVAILABLE.
        """
        rows: list[Any] = await self._rows.ask(
            queries.undecided,
            keys=[key for key, _ in wanted],
            moments=[moment for _, moment in wanted],
        )
        return {(row["key"], row["moment"]) for row in rows}

    async def close(self) -> None:
        """Let the connections go."""
        await self._rows.close()
