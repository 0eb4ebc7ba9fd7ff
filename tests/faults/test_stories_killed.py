"""The real families under load: several stories at once, two processes, and kills on the way."""

import asyncio
import contextlib
import random
import sys
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
import pytest

from services.all import NAMES, WORK, assemble
from services.cli import main
from services.core.bus.crashpoints import POINTS
from services.core.bus.overview import lanes_of
from services.core.settings import Settings
from services.simulator.play import Play
from services.simulator.story import rows
from tests.doors.house import at_rest
from tests.hearings.house import unhurried
from tests.hearings.process import Program
from tests.integration.test_cli_doors import environment
from tests.patience import PATIENCE
from tests.stories.archiving import archived, standing
from tests.stories.cast import recast
from tests.stories.telling import CATALOGUE, CODEC, NOWHERE, Telling, door_of

LEASE = 4.0
#: Rows, to a coercion that is booked, refused and planned; `make faults` tells all of them.
PART: Final = 95


@pytest.mark.parametrize(
    ("stories", "kills", "told"),
    [(2, 3, PART), pytest.param(6, 20, None, marks=pytest.mark.faults)],
)
async def test_stories_end_as_the_law_says_whichever_process_dies_on_the_way(
    quick: Settings, tmp_path: Path, stories: int, kills: int, told: int | None
) -> None:
    """Whoever was shown a fact by one process may build upon it at the other."""
    story = rows()[:told]
    settings = msgspec.structs.replace(
        quick, http_port=0, lease_seconds=LEASE, home=tmp_path, story_start=story[0].at
    )
    command = [sys.executable, "-m", "tests.stories.process", str(stories)]
    with contextlib.ExitStack() as open_:
        programs = [
            open_.enter_context(Program.run(command, settings, tmp_path / f"house-{number}.log"))
            for number in (1, 2)
        ]
        cast = [[recast(row, number) for row in story] for number in range(stories)]
        async with Telling(settings, programs, cast).open() as telling:
            places = sorted(random.sample(range(1, len(story)), kills))
            for first, after_last in zip([0, *places], [*places, len(story)], strict=True):
                if first:
                    killing = asyncio.create_task(_kill(random.choice(programs)))  # noqa: S311
                    await telling.tell(first, after_last)
                    await killing
                else:
                    await telling.tell(first, after_last)
        for program in programs:
            async with asyncio.timeout(PATIENCE):
                while door_of(program) == NOWHERE:
                    await asyncio.sleep(0.02)
            await program.stop()
    assert [play.surprises for play in telling.plays] == [[]] * stories


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (("after_decide", "after_commit", "handed_to_producer", "before_hand_over"), PART),
        pytest.param(POINTS, None, marks=pytest.mark.faults),
    ],
)
async def test_a_story_ends_as_the_law_says_at_whichever_point_a_process_dies(
    quick: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    points: tuple[str, ...],
    told: int | None,
) -> None:
    story = rows()[:told]
    settings = msgspec.structs.replace(
        quick, http_port=0, lease_seconds=LEASE, home=tmp_path, story_start=story[0].at
    )
    command = [sys.executable, "-m", "tests.stories.process", "1"]
    parts = [len(story) * n // len(points) for n in range(len(points) + 1)]
    with contextlib.ExitStack() as open_:
        survivor, doomed = [
            open_.enter_context(Program.run(command, settings, tmp_path / f"house-{number}.log"))
            for number in (1, 2)
        ]
        async with Telling(settings, [survivor, doomed], [story]).open() as telling:
            for point, (first, after_last) in zip(points, pairwise(parts), strict=True):
                doomed.kill()
                doomed.start(point)
                await _shares(settings, doomed)
                await telling.tell(first, after_last)
                if point.endswith("hand_over"):
                    doomed.ask_to_stop()
                else:
                    await _worked(telling, doomed)
                await doomed.killed()
        await at_rest(unhurried(settings), NAMES, owned=True)
        for name, value in environment(settings).items():
            monkeypatch.setenv(name, value)
        told_again = [
            await asyncio.to_thread(main.run, ["rebuild", service.name, "--diff"])
            for service in WORK
        ]
        await archived(settings, CODEC, await standing(settings, assemble(settings).all_topics))
        await survivor.stop()
    assert told_again == [0] * len(WORK), "a state is not what the facts tell"
    assert [play.surprises for play in telling.plays] == [[]]


async def _shares(settings: Settings, program: Program) -> None:
    """Wait until a process has its share of the lanes, or has died already of what was left over.

    A house that is told fast might be done before.
    """
    async with asyncio.timeout(PATIENCE):
        for service in WORK:
            while program.runs and not any(
                lane.owner and f"/{program.pid}/" in lane.owner
                for lane in await lanes_of(unhurried(settings), service.name)
            ):
                await asyncio.sleep(0.1)


async def _worked(telling: Telling, program: Program) -> None:
    """Let a court issue judgments of no story until a process has died of its work.

    Chance may have put none of the rows before its lanes.
    """
    async with asyncio.timeout(PATIENCE):
        while program.runs:
            first = telling.stories[0][0]
            await telling.submit(first.agency, Play([first], CATALOGUE).submission(first))


async def _kill(program: Program) -> None:
    """Kill a process at any moment of the next row, and start it again."""
    await asyncio.sleep(random.uniform(0, 0.1))  # noqa: S311
    program.must_run()
    program.kill()
    program.start()
