"""The live picture: right again after it was killed, and nothing misses it while it is away."""

import asyncio
import json
import sys
from pathlib import Path

import msgspec

from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.flows import picture
from services.flows.picture import Picture
from tests.doors.house import Door, effective, issued, open_door, transferred
from tests.hearings.process import Program
from tests.patience import PATIENCE

RUN = [sys.executable, "-m", "services.cli", "run", "flows"]


async def _handed_over(door: Door) -> None:
    judgment = new_id()
    for claim in (issued(judgment), effective(judgment), transferred(judgment)):
        answer = await door.submit(claim)
        assert answer.json()["status"] == "recorded", answer.text


async def _until(home: Path, handed_over: int) -> Picture:
    async with asyncio.timeout(PATIENCE):
        while True:
            last = picture.read(home)
            if last is not None and _counted(last) >= handed_over:
                return last
            await asyncio.sleep(0.1)


def _counted(last: Picture) -> int:
    return sum(
        flow.events
        for flow in last.flows
        if (flow.agency, flow.type) == ("toa-da-nang", "thads.judgment.transferred")
        and flow.reader == "thads-da-nang"
    )


async def test_killed_and_restarted_it_is_right_again_and_its_loss_touches_nothing_else(
    settings: Settings, tmp_path: Path
) -> None:
    own = msgspec.structs.replace(settings, home=tmp_path)
    async with open_door(own) as door:
        with Program.run(RUN, own, tmp_path / "flows.log") as flows:
            await _handed_over(door)
            await _until(tmp_path, 1)
            flows.kill()
            await _handed_over(door)
            assert (await door.quiet()).recorded == 6
            flows.start()
            last = await _until(tmp_path, 2)
            assert _counted(last) == 2
            flow = next(each for each in last.flows if each.type == "thads.judgment.transferred")
            assert flow.recorded_late is not None
            await flows.stop()


async def test_the_command_says_plainly_when_flows_does_not_run(
    settings: Settings, tmp_path: Path
) -> None:
    async def flows(*options: str) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli", "flows", *options),
            env={"LIENTHONG_HOME": str(tmp_path)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode, printed.decode(), complained.decode()

    code, _, complained = await flows("--once")
    assert code == 1
    assert "start it with `lienthong run flows`" in complained
    picture.write(tmp_path, Picture(0.0, []))
    code, printed, _ = await flows("--json")
    assert (code, json.loads(printed)["stale"]) == (1, True)
    code, printed, _ = await flows("--once")
    assert code == 1
    assert "STALE: flows does not run" in printed
    assert "01-01-1970 07:00:00 by the wall clock" in printed.replace("\n", " ")
