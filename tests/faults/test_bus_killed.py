"""B1-B6: the service, the broker and the database are killed while they work, again and again."""

from pathlib import Path

import pytest

from services.core.runtime.stack import Stack
from services.core.settings import Settings
from tests.faults.clerk import BROKEN, Clerk
from tests.faults.killing import Killer, Load
from tests.hearings.process import Program, hearings


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.faults)])
async def test_whatever_is_killed_under_load_nothing_is_lost_and_nothing_happens_twice(
    quick: Settings, stack: Stack, tmp_path: Path, times: int
) -> None:
    async with Clerk.sit(quick) as clerk:
        with Program.run(hearings(broken=[BROKEN]), quick, tmp_path / "log") as program:
            load = Load(clerk.submit, lambda: clerk.done, clerk.settled)
            await Killer(stack, program, load).kill_each(times)
            await clerk.accounted()
            await program.stop()
