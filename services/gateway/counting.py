"""How many submissions there are, and what became of them: one query as of one moment."""

from pathlib import Path
from typing import Any, Final

import aiosql
from msgspec import Struct

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")


class Counts(Struct, frozen=True):
    """Every submission ever accepted, by what became of it; the four add up to the first."""

    accepted: int
    recorded: int
    refused: int
    held: int
    pending: int


async def counted(connection: Any) -> Counts:
    """Count everything. Raises what asyncpg raises."""
    return Counts(**dict(await queries.counts(connection)))
