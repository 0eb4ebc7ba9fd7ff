"""Who had what replayed, and why: each replay is itself recorded, before its first line is out."""

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


async def recorded(rows: Rows) -> list[Replay]:
    """Return every replay, the oldest first. Raises Problem UNAVAILABLE."""
    found = await rows.ask(queries.replays)
    return [
        Replay(**{**dict(row), "criteria": msgspec.json.decode(row["criteria"])}) for row in found
    ]
