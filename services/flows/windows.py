"""Windows over the events, purely: what was seen goes in, the picture as of a moment comes out.

Records are counted by the wall time at which they were written to Kafka, so that a process that was
away counts what it missed where it belongs.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

WINDOW_SECONDS: Final = 300
_BUCKET_SECONDS: Final = 5


class Seen(Struct, frozen=True):
    """One event as it passed by."""

    agency: str
    type: str
    reader: str
    written_at: float  #: seconds since 1970, the broker's clock
    recorded_late: float  #: seconds from the act to its record, by the house's clock
    seen_late: float  #: seconds from its record to being seen here, by the wall's


class Bucket(Struct):
    """What was seen in five seconds."""

    events: int = 0
    recorded_late: float = 0.0
    seen_late: float = 0.0


class Flow(Struct, frozen=True):
    """What one agency says of one type to one reader, over the window. Ages are means."""

    agency: str
    type: str
    reader: str
    events: int
    per_minute: float
    recorded_late: float | None  #: seconds; None where nothing was seen in the window
    seen_late: float | None
    last_at: float
    buckets: dict[int, Bucket]  #: by the second at which each begins; from them it goes on


class Windows:
    """The windowed table: one row an agency, type and reader."""

    def __init__(self, flows: Iterable[Flow] = ()) -> None:
        """Go on from the flows of an earlier picture."""
        self._buckets = {_of(flow): dict(flow.buckets) for flow in flows}
        self._last = {_of(flow): flow.last_at for flow in flows}

    def take(self, seen: Seen) -> None:
        """Count an event."""
        of = (seen.agency, seen.type, seen.reader)
        begins = int(seen.written_at // _BUCKET_SECONDS) * _BUCKET_SECONDS
        bucket = self._buckets.setdefault(of, {}).setdefault(begins, Bucket())
        bucket.events += 1
        bucket.recorded_late += seen.recorded_late
        bucket.seen_late += seen.seen_late
        self._last[of] = max(self._last.get(of, 0.0), seen.written_at)

    def flows(self, now: float) -> list[Flow]:
        """Return every flow ever seen, the busiest first, and forget what left the window."""
        found = []
        for of, buckets in self._buckets.items():
            for begins in [each for each in buckets if each <= now - WINDOW_SECONDS]:
                del buckets[begins]
            events = sum(bucket.events for bucket in buckets.values())
            found.append(
                Flow(
                    *of,
                    events=events,
                    per_minute=events * 60 / WINDOW_SECONDS,
                    recorded_late=_mean(events, (each.recorded_late for each in buckets.values())),
                    seen_late=_mean(events, (each.seen_late for each in buckets.values())),
                    last_at=self._last[of],
                    buckets=buckets,
                )
            )
        return sorted(found, key=lambda flow: (-flow.events, -flow.last_at, _of(flow)))


def _of(flow: Flow) -> tuple[str, str, str]:
    return (flow.agency, flow.type, flow.reader)


def _mean(events: int, late: Iterable[float]) -> float | None:
    return sum(late) / events if events else None
