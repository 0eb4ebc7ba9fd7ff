"""Two cases want the same police and the same officer for the same hours, at the same moment."""

import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec

from services.core.contracts.events import coercion
from services.core.settings import Settings
from services.simulator.story import rows
from tests.hearings.process import Program
from tests.stories.cast import DIARIES
from tests.stories.telling import Telling

UNITS = set(DIARIES[:2])
COMMAND = [sys.executable, "-m", "tests.stories.process", "1"]


async def test_of_two_processes_that_book_a_unit_at_once_one_gets_it(
    settings: Settings, tmp_path: Path
) -> None:
    story = rows()
    wanted = next(
        place for place, row in enumerate(story) if row.type.endswith("booking_requested")
    )
    settings = msgspec.structs.replace(
        settings, http_port=0, home=tmp_path, story_start=story[0].at
    )
    with contextlib.ExitStack() as open_:
        programs = [
            open_.enter_context(Program.run(COMMAND, settings, tmp_path / f"house-{number}.log"))
            for number in (1, 2)
        ]
        async with Telling(settings, programs, [story, story]).open() as telling:
            await telling.tell(0, wanted)
            request = story[wanted]
            telling.move_to(request)
            became = await asyncio.gather(
                *(
                    telling.submit(request.agency, each.submission(request))
                    for each in telling.plays
                )
            )
            assert [each.status for each in became] == ["recorded", "recorded"]
            bookings = {each.symbols.id_of(request.data["booking_id"]) for each in telling.plays}

            def answers() -> list[coercion.UnitBooked | coercion.UnitUnavailable]:
                return [
                    each.event
                    for each in telling.plays[0].seen.values()
                    if isinstance(each.event, coercion.UnitBooked | coercion.UnitUnavailable)
                    and each.event.booking_id in bookings
                ]

            await telling.until(lambda: len(answers()) == 2 * len(UNITS), "each unit has answered")
            got = [each for each in answers() if isinstance(each, coercion.UnitBooked)]
            not_got = [each for each in answers() if isinstance(each, coercion.UnitUnavailable)]
            assert {each.unit_id for each in got} == UNITS
            assert {each.unit_id for each in not_got} == UNITS
            assert all(each.next_free == got[0].ends_at for each in not_got)
        for program in programs:
            await program.stop()
