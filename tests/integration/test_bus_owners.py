"""B1: who owns which lane, as processes come, go, die, stand still and lose their connections.

All of it under load. In the end everything is accounted for against the memory log.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.core.bus import postgres
from services.core.bus.chain import Tail
from services.core.bus.connections import Connections
from services.core.bus.health import LaneState
from services.core.bus.kafka import Sender
from services.core.bus.overview import lanes_of
from services.core.bus.store import Store
from services.core.contracts.identifiers import new_id
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from tests.faults.clerk import BROKEN, Clerk
from tests.hearings.house import GATEWAY, House, Process, unhurried
from tests.hearings.process import Program, hearings
from tests.hearings.records import written
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE

SHARED = [2, 1], [1, 2]  #: how two processes share three lanes


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """A short lease, so that whoever comes next need not wait long for it to end."""
    return msgspec.structs.replace(settings, lease_seconds=1.0)


@pytest.fixture
def patient(settings: Settings) -> Settings:
    """A lease so long that no test can wait for it to end."""
    return msgspec.structs.replace(settings, lease_seconds=4 * PATIENCE)


@pytest.fixture
async def clerk(quick: Settings) -> AsyncIterator[Clerk]:
    async with Clerk.sit(quick) as clerk:
        yield clerk


async def lanes(settings: Settings) -> list[Any]:
    connection = await postgres.connect(unhurried(settings), SERVICE.name)
    try:
        return await connection.fetch(
            "select partition, epoch, owner, lease_until from lanes order by partition"
        )
    finally:
        connection.terminate()


async def owners(settings: Settings) -> Counter[str]:
    """How many lanes each process owns, by its name."""
    return Counter(row["owner"] for row in await lanes(settings) if row["owner"])


async def owned(
    settings: Settings, processes: Sequence[Process | Program], *accepted: Sequence[int]
) -> None:
    """Wait until these processes own so many lanes, one by one."""
    async with asyncio.timeout(PATIENCE):
        while await _shares(settings, processes) not in accepted:
            await asyncio.sleep(0.02)


async def _shares(settings: Settings, processes: Sequence[Process | Program]) -> Sequence[int]:
    found = await owners(settings)
    return [
        sum(count for owner, count in found.items() if _name(process) in owner)
        for process in processes
    ]


def _name(process: Process | Program) -> str:
    """Return the part of an owner's name by which it is told from others."""
    if isinstance(process, Program):
        process.must_run()
        return f"/{process.pid}/"
    return process.hosts[SERVICE.name].owner


async def _owning(settings: Settings, program: Program) -> dict[int, Any]:
    """Stop a process in its tracks while it owns lanes, and return these by their partition."""
    name = _name(program)
    async with asyncio.timeout(PATIENCE):
        while True:
            program.must_run()
            program.stand_still()
            rows = await lanes(settings)
            if left := {row["partition"]: row for row in rows if name in (row["owner"] or "")}:
                return left
            program.go_on()
            await asyncio.sleep(0.05)


# -- coming and going


async def test_each_has_its_fair_share_as_processes_come_go_and_die(settings: Settings) -> None:
    steady = msgspec.structs.replace(settings, lease_seconds=4.0)  # no lease ends by mischance
    async with Clerk.sit(steady) as clerk:
        clerk.begin()
        first = Process(steady)
        await owned(steady, [first], [3])
        second = Process(steady, [SERVICE])
        await owned(steady, [first, second], *SHARED)
        await clerk.progresses()
        third = Process(steady, [SERVICE])
        await owned(steady, [first, second, third], [1, 1, 1])
        await clerk.progresses()
        await second.stop()
        await owned(steady, [first, third], *SHARED)
        await clerk.progresses()
        await third.kill()
        await owned(steady, [first], [3])
        await clerk.accounted()
        await first.stop()


async def test_who_stops_hands_over_at_once_and_who_comes_takes_all(patient: Settings) -> None:
    async with Clerk.sit(patient) as clerk:
        first = Process(patient)
        clerk.begin()
        await clerk.progresses()
        await first.stop()
        assert not await owners(patient)
        second = Process(patient)
        await owned(patient, [second], [3])
        await clerk.accounted()
        await second.stop()


async def test_nobody_takes_a_lane_under_lease_and_its_epoch_stays(patient: Settings) -> None:
    async with House.open(patient):
        process = Process(patient, [SERVICE])
        await owned(patient, [process], [3])
        before = [row["epoch"] for row in await lanes(patient)]
        connections = Connections(patient, SERVICE.name)
        for lane in range(3):
            store = Store(patient, connections, lane, SERVICE.state_version)
            assert await store.claim("somebody else") is None
        connections.abandon()
        assert [row["epoch"] for row in await lanes(patient)] == before
        await process.stop()


# -- dying


async def test_the_lanes_of_a_killed_process_are_taken_once_their_lease_ends_and_not_before(
    quick: Settings, clerk: Clerk, tmp_path: Path
) -> None:
    clerk.begin()
    with Program.run(hearings(broken=[BROKEN]), quick, tmp_path / "log") as doomed:
        await owned(quick, [doomed], [3])
        heir = Process(quick)
        await owned(quick, [doomed, heir], *SHARED)
        await clerk.progresses()
        left = await _owning(quick, doomed)
        doomed.kill()
        await owned(quick, [heir], [3])
        for row in await lanes(quick):
            if dead := left.get(row["partition"]):
                assert row["epoch"] > dead["epoch"]
                assert (row["lease_until"] - dead["lease_until"]).total_seconds() >= 1.0
        await clerk.progresses()
        await clerk.accounted()
        await heir.stop()


# -- standing still


@pytest.mark.parametrize(
    "point", ["after_decide", "after_commit", "handed_to_producer", "after_send"]
)
async def test_who_stood_still_longer_than_his_lease_counts_for_nothing_and_goes_on(
    quick: Settings, clerk: Clerk, tmp_path: Path, point: str
) -> None:
    clerk.begin()
    gateway = Process(quick, [GATEWAY])
    command = hearings(SERVICE.name, broken=[BROKEN], stand_still_at=point, after=20)
    with Program.run(command, quick, tmp_path / "log") as zombie:
        async with asyncio.timeout(PATIENCE):
            while not zombie.stands_still:
                await asyncio.sleep(0.02)
        heir = Process(quick, [SERVICE])
        await owned(quick, [heir], [3])
        await clerk.progresses()
        zombie.go_on()
        await owned(quick, [heir, zombie], *SHARED)  # it has noticed, and has its share again
        await clerk.progresses()
        await heir.stop()
        await owned(quick, [zombie], [3])
        await clerk.accounted()
        await zombie.stop()
    await gateway.stop()


async def test_processes_that_stand_still_by_turns_lose_and_repeat_nothing(
    quick: Settings, clerk: Clerk, tmp_path: Path
) -> None:
    clerk.begin()
    command = hearings(broken=[BROKEN])
    with (
        Program.run(command, quick, tmp_path / "one") as one,
        Program.run(command, quick, tmp_path / "other") as other,
    ):
        for still, awake in [(one, other), (other, one)] * 2:
            await owned(quick, [one, other], *SHARED)
            await clerk.progresses(random.randint(1, 100))  # noqa: S311  any moment will do
            still.stand_still()
            await owned(quick, [awake], [3])
            await clerk.progresses()
            still.go_on()
        await clerk.accounted()
        await one.stop()
        await other.stop()


# -- losing connections


async def test_connections_lost_again_and_again_under_load_lose_nothing(
    quick: Settings, clerk: Clerk, stack: Stack
) -> None:
    clerk.begin()
    process = Process(quick)
    for _ in range(5):
        await clerk.progresses(random.randint(1, 60))  # noqa: S311  any moment will do
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(_end_connections, stack, clerk):
                await asyncio.sleep(0.01)  # those of before are not yet made again
    await clerk.accounted()
    await process.stop()


def _end_connections(stack: Stack, clerk: Clerk) -> int:
    """End every session of the services, not of the clerk; return how many there were."""
    ended = stack.postgres.run(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity "
        f"where datname = '{clerk.house.settings.postgres_database}' "
        f"and usename in ('hearings', 'gateway') "
        f"and pid <> {clerk.house.gateway.get_server_pid()}"
    )
    return int(ended)


async def test_a_broker_that_restarts_under_load_loses_nothing_and_who_stops_meanwhile_lets_go(
    quick: Settings, clerk: Clerk, stack: Stack
) -> None:
    clerk.begin()
    first = Process(quick)
    await clerk.progresses()
    await asyncio.to_thread(stack.kafka.stop)
    try:
        await first.stop()
        async with asyncio.timeout(PATIENCE):
            while await _leased(quick):  # a lane in doubt is let go by its lease
                await asyncio.sleep(0.05)
        second = Process(quick)
    finally:
        await asyncio.to_thread(stack.start)
    await clerk.progresses()
    await clerk.accounted()
    await second.stop()


async def _leased(settings: Settings) -> bool:
    found = [await lanes_of(unhurried(settings), each.name) for each in (GATEWAY, SERVICE)]
    return any(lane.lease_seconds is not None for of in found for lane in of)


# -- standing still openly


@pytest.mark.parametrize(
    ("tail", "why"),
    [(Tail(0, "f" * 16), "the topic was changed"), (Tail(1, "f" * 16), "number 1 is missing")],
    ids=["halted", "before a gap"],
)
async def test_a_red_lane_is_let_go_on_stop(patient: Settings, tail: Tail, why: str) -> None:
    async with House.open(patient) as house:
        claim = house.requested(new_id(), "room-1")
        damage = written(f"gateway/{claim.partition}", [claim], tail)
        sender = Sender(patient)
        await sender.start()
        await sender.send((claim.topic, claim.partition), damage.records)
        sender.abandon()
        for _ in range(2):  # the next process takes it at once, and finds the same
            process = Process(patient, [SERVICE])
            async with asyncio.timeout(PATIENCE):
                while why not in _red_because(process, claim.partition):
                    await asyncio.sleep(0.02)
            await owned(patient, [process], [3])
            await process.stop()
            assert not await owners(patient)


def _red_because(process: Process, partition: int) -> str:
    lane = process.hosts[SERVICE.name].lanes.get(partition)
    return lane.health.reason if lane and lane.health.state is LaneState.RED else ""
