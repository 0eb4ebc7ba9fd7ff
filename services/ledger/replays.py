"""Who had what replayed, and why: each replay is itself recorded, before its first line is out.

Where its lines cannot be written, the record says so.
"""

from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from services.core.doors.rows import Rows
from services.ledger.archive import Criteria, Entry
from services.ledger.service import queries


class Replay(Struct, frozen=True):
    """One replay, as it was recorded."""

    number: int
    who: str
    why: str
    criteria: dict[str, str]
    count: int
    first: str | None  #: lane/index of the first entry, and of the last
    last: str | None
    written_to: str
    failed: str | None  #: why not all of it was written
    replayed_at: datetime


def place_of(entry: Entry) -> str:
    """Spell the place of an entry in the archive."""
    return f"{entry.lane}/{entry.index}"


async def record(
    rows: Rows,
    wanted: Criteria,
    *,
    who: str,
    why: str,
    count: int,
    first: str | None,
    last: str | None,
    written_to: str,
) -> int:
    """Record a replay and return its number. Raises Problem UNAVAILABLE."""
    named = {name: value for name, value in asdict(wanted).items() if value is not None}
    number: int = await rows.ask(
        queries.record_replay,
        who=who,
        why=why,
        criteria=msgspec.json.encode(named).decode(),
        count=count,
        first=first,
        last=last,
        written_to=written_to,
    )
    return number


async def note_failed(rows: Rows, number: int, why: str) -> None:
    """Note in the record of a replay that not all of it was written. Raises Problem UNAVAILABLE."""
    await rows.ask(queries.note_failed_replay, number=number, failed=why)


async def recorded(rows: Rows) -> list[Replay]:
    """Return every replay, the oldest first. Raises Problem UNAVAILABLE."""
    found = await rows.ask(queries.replays)
    return [
        Replay(**{**dict(row), "criteria": msgspec.json.decode(row["criteria"])}) for row in found
    ]
