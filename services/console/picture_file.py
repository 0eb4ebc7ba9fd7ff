"""The picture of flows as `lienthong run flows` leaves it in the home: one JSON file."""

import time
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from services.console.flow_map import Flow, Picture

FILE: Final = "flows.json"


class _Flow(Struct, frozen=True):
    agency: str
    reader: str
    events: int
    per_minute: float
    last_at: float  #: seconds since 1970
    recorded_late: float | None = None  #: seconds from the act to its record, a mean


class _File(Struct, frozen=True):
    """Of the file, what the map needs."""

    written_at: float
    flows: list[_Flow]


class PictureFile:
    """Reads the file each time it is asked."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    async def latest(self) -> Picture | None:
        """Return the picture; None where there is none that can be read."""
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except (OSError, msgspec.DecodeError):
            return None
        return joined(found, time.time())


def joined(file: _File, now: float) -> Picture:
    """Make one flow of all the types that one agency says to one reader."""
    pair = attrgetter("agency", "reader")
    flows = [
        _joined(list(each), now) for _, each in groupby(sorted(file.flows, key=pair), key=pair)
    ]
    return Picture(datetime.fromtimestamp(file.written_at, UTC), tuple(flows))


def _joined(flows: list[_Flow], now: float) -> Flow:
    late = [(each.events, each.recorded_late) for each in flows if each.recorded_late is not None]
    events = sum(count for count, _ in late)
    return Flow(
        flows[0].agency,
        flows[0].reader,
        sum(each.per_minute for each in flows),
        max(0.0, now - max(each.last_at for each in flows)),
        sum(count * seconds for count, seconds in late) / events if events else None,
    )
