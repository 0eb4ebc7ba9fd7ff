"""B2, B4, B6: a process may die between any two steps; nothing is lost and nothing happens twice.

What came of it is held against the memory log, which decides the same claims without a crash; the
states too, for a correction or withdrawal tells them again.
"""

import asyncio

import msgspec
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.core.bus import blocks
from services.core.bus.crashpoints import POINTS
from services.core.bus.overview import lanes_of
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.hearings.house import GATEWAY, House, Process, seen, unhurried
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE

_ON_STOP = {"before_hand_over", "after_hand_over"}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records fill a block, so that what is recalled is recalled by blocks."""
    monkeypatch.setattr(blocks, "SIZE", 2)


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """A short lease, so that the next process need not wait long for the dead one's lanes."""
    return msgspec.structs.replace(settings, lease_seconds=1.0)


@pytest.mark.parametrize("point", POINTS)
async def test_whoever_dies_at_any_point_is_followed_without_loss_or_repeat(
    quick: Settings, point: str
) -> None:
    async with House.open(quick) as house:
        doomed = Process(quick, die_at=point)
        for n in range(3):
            claim = await house.request(new_id(), f"room-{n}")
            await house.correct(claim, day=2)
        if point in _ON_STOP:
            await house.until(lambda facts: len(facts) == 18)
            for host in doomed.hosts.values():
                host.stop()
        await asyncio.wait_for(doomed.died.wait(), PATIENCE)
        await doomed.kill()
        for n in range(3, 6):
            claim = await house.request(new_id(), f"room-{n}")
            await house.withdraw(claim)

        process = Process(quick)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        await process.stop()
        assert seen(facts) == expected
        assert await house.stored() == house.expected_states()


async def test_what_the_dead_had_sent_waits_for_nobody(quick: Settings) -> None:
    """He could not note any more that it was sent; nothing is sent to that partition again."""
    async with House.open(quick) as house:
        doomed = Process(quick, [GATEWAY], die_at="after_send")
        await house.request(new_id(), "room-1")
        await asyncio.wait_for(doomed.died.wait(), PATIENCE)
        await doomed.kill()
        process = Process(quick)
        gateway = process.hosts[GATEWAY.name]
        async with asyncio.timeout(PATIENCE):
            while len(gateway.lanes) < quick.partitions or not gateway.is_ready():
                await asyncio.sleep(0.05)
        await process.stop()
        left = [await lanes_of(unhurried(quick), each.name) for each in (GATEWAY, SERVICE)]
        assert [lane.unsent for lanes in left for lane in lanes] == [0] * 6


class Crashes(RuleBasedStateMachine):
    """Claims come; processes come, die at a point or stop, two at a time; in the end all stands."""

    base: Settings

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.processes: list[Process] = []

    @initialize()
    def open(self) -> None:
        prefix = f"{self.base.topic_prefix}-{new_id()[:13]}"
        self.settings = msgspec.structs.replace(
            self.base, topic_prefix=prefix, postgres_database=prefix
        )
        self.context = House.open(self.settings)
        self.house = self.loop.run_until_complete(self.context.__aenter__())
        self.parts = [new_id() for _ in range(4)]

    @rule(parts=st.lists(st.integers(0, 3), min_size=1, max_size=5), day=st.integers(1, 2))
    def submit(self, parts: list[int], day: int) -> None:
        claims = [
            self.house.requested(self.parts[n], f"room-of-{self.parts[n]}", day) for n in parts
        ]
        self.loop.run_until_complete(self.house.accept(*claims))

    @rule(which=st.integers(0, 9), day=st.sampled_from([None, 3, 4]))
    def undo(self, which: int, day: int | None) -> None:
        """Correct or withdraw something that was said, which may have been undone before."""
        said = self.house.submitted
        if which < len(said):
            claim = said[-1 - which]
            undone = self.house.correct(claim, day) if day else self.house.withdraw(claim)
            self.loop.run_until_complete(undone)

    @rule(point=st.sampled_from([*POINTS, None]), after=st.integers(0, 3))
    def start(self, point: str | None, after: int) -> None:
        if len(self.processes) < 2:
            self.loop.run_until_complete(self._start(point, after))

    @rule(seconds=st.sampled_from([0.05, 0.3, 1.0]))
    def let_work(self, seconds: float) -> None:
        self.loop.run_until_complete(self._work(seconds))

    @rule()
    def kill(self) -> None:
        if self.processes:
            self.loop.run_until_complete(self.processes.pop().kill())

    @invariant()
    def the_dead_are_gone(self) -> None:
        for process in [each for each in self.processes if each.died.is_set()]:
            self.loop.run_until_complete(process.kill())
            self.processes.remove(process)

    def teardown(self) -> None:
        try:
            if hasattr(self, "house"):
                self.loop.run_until_complete(self._settle())
        finally:
            self.loop.close()

    async def _start(self, point: str | None, after: int) -> None:
        self.processes.append(Process(self.settings, die_at=point, after=after))

    async def _work(self, seconds: float) -> None:
        """Let processes run until one of them dies or the time is over."""
        deaths = [asyncio.ensure_future(each.died.wait()) for each in self.processes]
        if deaths:
            await asyncio.wait(deaths, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for death in deaths:
            death.cancel()

    async def _settle(self) -> None:
        for process in self.processes:
            await process.kill()
        survivor = Process(self.settings)
        expected = seen(self.house.expected())
        facts = await self.house.until(lambda facts: len(facts) >= len(expected))
        await survivor.stop()
        states = await self.house.stored()
        await self.context.__aexit__(None, None, None)
        assert seen(facts) == expected
        assert states == self.house.expected_states()


@pytest.mark.timeout(600)  # several histories, each with crashes that leases must outlast
def test_no_history_of_crashes_loses_or_repeats_anything(quick: Settings) -> None:
    Crashes.base = quick
    run = hypothesis_settings(
        max_examples=6,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Crashes.TestCase.settings = run
    case = Crashes.TestCase()
    case.runTest()
