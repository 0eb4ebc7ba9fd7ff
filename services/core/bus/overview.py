"""How every lane of a service stands, read from the database and Kafka by whoever asks.

It asks no process: what it says holds also while none runs. Why a lane stands still its owner has
noted in the lane's row; one that was killed is a lane whose lease has ended, without a reason.
"""

import contextlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from services.core.bus.chain import Target
from services.core.bus.errors import Doubt
from services.core.bus.kafka import Reader
from services.core.bus.postgres import FAILURES, connect, has_tables, sorted_error
from services.core.bus.store import queries
from services.core.settings import Settings
from services.core.telemetry.halted import Halted

_positions: Final = msgspec.json.Decoder(dict[str, int])


class LaneStanding(Struct, frozen=True):
    """One lane as its row says."""

    partition: int
    owner: str | None
    lease_seconds: float | None  #: how long it still is its owner's; None where it is nobody's
    positions: dict[str, int]
    unsent: int
    letters: int
    halted: Halted | None = None

    @property
    def is_lapsed(self) -> bool:
        """Whether its owner has not renewed its lease: it died, or the lane is red."""
        return self.owner is not None and self.lease_seconds is None


class ServiceStanding(Struct, frozen=True):
    """A service as all its lanes stand together."""

    service: str
    lanes: int
    owned: int
    owners: dict[str, int]  #: process → how many lanes it holds
    lapsed: list[int]  #: lanes whose owner lets them stand
    lease_seconds: float | None  #: of the lane whose lease ends first
    lag: int | None  #: records not yet read; None where Kafka does not tell
    oldest_unread_seconds: float | None  #: None where nothing is unread
    outbox: int
    letters: int
    halted: list[Halted] = []


async def lanes_of(settings: Settings, service: str) -> list[LaneStanding]:
    """Return every lane of a service, none where it never ran here. Raises Doubt."""
    if not await has_tables(settings, service):
        return []
    connection = await connect(settings, service)
    try:
        return [
            LaneStanding(
                row["partition"],
                row["owner"],
                row["lease_seconds"],
                _positions.decode(row["positions"]),
                row["unsent"],
                row["letters"],
                _halted(service, row),
            )
            async for row in queries.overview(connection)
        ]
    except FAILURES as error:
        raise sorted_error(error) from error
    finally:
        connection.terminate()


def _halted(service: str, row: Any) -> Halted | None:
    if row["halted_kind"] is None:
        return None
    return Halted(
        service, row["partition"], row["halted_kind"], row["halted_why"], row["halted_at"]
    )


async def halted_lanes(settings: Settings, services: Iterable[str]) -> list[Halted]:
    """Return the lanes of some services that stand still, and why. Raises Doubt."""
    lanes = [each for service in services for each in await lanes_of(settings, service)]
    return [lane.halted for lane in lanes if lane.halted is not None]


def together(
    service: str, lanes: list[LaneStanding], lag: int | None, oldest: float | None
) -> ServiceStanding:
    """Sum the lanes of a service up."""
    owned = [lane for lane in lanes if lane.lease_seconds is not None]
    return ServiceStanding(
        service=service,
        lanes=len(lanes),
        owned=len(owned),
        owners=dict(Counter(str(lane.owner) for lane in owned)),
        lapsed=[lane.partition for lane in lanes if lane.is_lapsed],
        lease_seconds=min((lane.lease_seconds or 0.0 for lane in owned), default=None),
        lag=lag,
        oldest_unread_seconds=oldest,
        outbox=sum(lane.unsent for lane in lanes),
        letters=sum(lane.letters for lane in lanes),
        halted=[lane.halted for lane in lanes if lane.halted is not None],
    )


async def unread(
    reader: Reader, lanes: list[LaneStanding], ends: dict[Target, int]
) -> tuple[int, float | None]:
    """Return how many records stand before lanes, and how old the oldest is in seconds."""
    before = {
        (topic, lane.partition): offset
        for lane in lanes
        for topic, offset in lane.positions.items()
        if offset < ends.get((topic, lane.partition), 0)
    }
    lag = sum(ends[target] - offset for target, offset in before.items())
    if not before:
        return lag, None
    oldest = await reader.first_written(before)
    return lag, None if oldest is None else (datetime.now(UTC) - oldest).total_seconds()


async def standings(
    settings: Settings, services: tuple[str, ...], reader: Reader | None
) -> list[ServiceStanding]:
    """Return how services stand; without a reader, without what only Kafka knows. Raises Doubt."""
    lanes = {service: await lanes_of(settings, service) for service in services}
    targets = {
        (topic, lane.partition) for of in lanes.values() for lane in of for topic in lane.positions
    }
    ends: dict[Target, int] | None = None
    if reader is not None:
        with contextlib.suppress(Doubt):
            ends = await reader.ends(targets)
    found = []
    for service, of in lanes.items():
        lag: int | None = None
        oldest: float | None = None
        if reader is not None and ends is not None:
            lag, oldest = await unread(reader, of, ends)
        found.append(together(service, of, lag, oldest))
    return found
