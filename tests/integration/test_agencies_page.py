"""What the page for agencies tells them to type works, from top to bottom."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from services.core.settings import Settings
from tests.acceptance.test_strangers_tools import lent_librdkafka
from tests.doors.house import open_door
from tests.integration.test_cli_doors import at_door, environment
from tests.patience import PATIENCE

PAGE = Path(__file__).parents[2] / "docs" / "agencies.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
SAYS = {
    "dry_run=true": '"would":"recorded"',
    "so-thu-ly-41": '"status":"recorded"',
    "hieu-luc-41": '"status":"recorded"',
    "after=0": '"number":1',
    "subscribe": '"number":1',
    "access grant": "groups     thads-da-nang.",
    "kcat": "number=1",
    "acknowledgements": '"status":"recorded"',
    "dinh-chinh-hieu-luc-41": '"status":"recorded"',
    "AFTER=": '"corrects":"',
    "rut-hieu-luc-41": '"status":"recorded"',
    "access revoke": "nobody reads it now",
}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_every_block_of_the_page_runs_and_says_what_the_page_says(
    settings: Settings, tmp_path: Path
) -> None:
    blocks = [each for each in BLOCKS if "kcat" not in each or shutil.which("kcat")]
    script = "".join(f"echo '§{n}'\n{block}\n" for n, block in enumerate(blocks))
    (tmp_path / "lib").mkdir()
    async with open_door(settings) as door:
        own = at_door(door, settings)
        said = {**environment(own), "DOOR": door.url}
        said["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        said["LD_LIBRARY_PATH"] = lent_librdkafka(tmp_path / "lib")["LD_LIBRARY_PATH"]
        said["LIENTHONG_HOME"] = str(home_beside(own, tmp_path))
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", script),
            cwd=tmp_path,
            env=said,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        shown, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, complained.decode() + shown.decode()
    told = dict(zip(blocks, re.split(r"§\d+\n", shown.decode())[1:], strict=True))
    for part, expected in SAYS.items():
        found = [each for each in BLOCKS if part in each]
        assert found, f"the page no longer shows {part}"
        for block in found:
            assert expected in told.get(block, expected), block


def home_beside(settings: Settings, folder: Path) -> Path:
    """A home of this test's own, which knows the keys of the house."""
    own = msgspec.structs.replace(settings, home=folder / "home")
    shutil.copytree(settings.secrets, own.secrets)
    return own.home
