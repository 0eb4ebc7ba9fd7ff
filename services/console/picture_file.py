"""The picture of flows as `lienthong run flows` leaves it in the home, for the map."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from services.console.flow_map import Flow, Picture
from services.flows import picture, windows


class PictureFile:
    """Reads the file each time it is asked."""

    def __init__(self, home: Path) -> None:
        self._home = home

    async def latest(self) -> Picture | None:
        """Return the picture; None where there is none that can be read."""
        found = picture.read(self._home)
        return joined(found, time.time()) if found else None


def joined(found: picture.Picture, now: float) -> Picture:
    """Make one flow of all the types that one agency says to one reader."""
    pair = attrgetter("agency", "reader")
    flows = [
        _joined(list(each), now) for _, each in groupby(sorted(found.flows, key=pair), key=pair)
    ]
    return Picture(datetime.fromtimestamp(found.written_at, UTC), tuple(flows))


def _joined(flows: Sequence[windows.Flow], now: float) -> Flow:
    late = [(each.events, each.recorded_late) for each in flows if each.recorded_late is not None]
    events = sum(count for count, _ in late)
    return Flow(
        flows[0].agency,
        flows[0].reader,
        sum(each.per_minute for each in flows),
        max(0.0, now - max(each.last_at for each in flows)),
        sum(count * seconds for count, seconds in late) / events if events else None,
    )
