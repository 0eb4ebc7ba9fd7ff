"""What README and the pages let their reader type works, on the state that README leaves behind."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest

from services.core.settings import Settings
from tests.acceptance.test_strangers_tools import lent_librdkafka
from tests.conftest import free_ports
from tests.documentation import ROOT, Example, examples
from tests.doors.house import issued, open_door
from tests.integration.test_cli_doors import at_door, environment
from tests.patience import PATIENCE
from tests.unit.docs.test_readme import PROGRAM, README, TYPED

AGENCIES = (ROOT / "docs/agencies.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", AGENCIES, re.DOTALL | re.MULTILINE)
#: What a block of the page for agencies prints, by a part of the block.
PRINTED: Final = {
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
_ALARM = "it shows an alarm, which the story does not bring; the tests of that alarm bring it about"
_STAYS = "it goes on until Ctrl-C; tests of its own start and end it"
#: Examples of the pages that are not run here, and why.
NOT_RUN: Final = {
    "service      owned     lease  lag  oldest  outbox  letters  owners\njudgments": _ALARM,
    "…\ntopic of nh-song-cam: halted": _ALARM,
    "2 held, 1 behind": _ALARM,
    "lienthong: a replacement speaks": _ALARM,
    "letter 1: replaced": _ALARM,
    "the last 5 minutes": "it shows what `lienthong run flows` keeps; test_flows.py runs it",
    "STALE: flows does not run": "it shows what `lienthong run flows` has left; test_flows.py too",
}
#: Commands of README that are not run here, and why.
NOT_TYPED: Final = {
    "run": _STAYS,
    "run flows": _STAYS,
    "flows": _STAYS,
    "tail --from beginning": _STAYS,
    "subscribe --as AGENCY": _STAYS,
    "subscribe --as thads-da-nang": _STAYS,
    "demo": "it was run before, for the state",
    "up": "the servers run, and belong to all tests",
    "down": "the servers belong to all tests",
    "doctor": "it examines the machine; test_errors.py runs it",
}


@pytest.mark.timeout(900)  # the whole story is played first
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_every_example_runs_and_prints_what_is_shown(
    settings: Settings, tmp_path: Path
) -> None:
    own = msgspec.structs.replace(settings, home=tmp_path / "home", http_port=free_ports()[0])
    (tmp_path / "lib").mkdir()
    librdkafka = lent_librdkafka(tmp_path / "lib")["LD_LIBRARY_PATH"]
    environ = {
        **environment(own),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": librdkafka,
    }
    shell = Shell(environ, tmp_path)
    code, story = await shell.run("lienthong demo --fast")
    assert code == 0, story
    assert [
        line for line in excerpt() if not Example("README.md", "", line).matches(story, {})
    ] == []
    async with open_door(own) as door:
        environ |= environment(at_door(door, own)) | {"DOOR": door.url, "PATH": environ["PATH"]}
        await door.settled()
        ids = await ids_of_this_play(shell)
        wrong = await wrong_in("docs/auditors.md", shell, ids)
        wrong += await agencies_wrong(shell)
        await door.settled()
        wrong += await wrong_in("docs/operations.md", shell, ids)
        wrong += await readme_wrong(shell, ids, tmp_path)
    assert not wrong, "\n\n".join(wrong)


def test_what_is_not_run_is_still_shown() -> None:
    shown = [
        each.shown for page in ("auditors", "operations") for each in examples(f"docs/{page}.md")
    ]
    assert [each for each in NOT_RUN if not any(text.startswith(each) for text in shown)] == []
    assert [each for each in NOT_TYPED if f"{PROGRAM} {each}" not in TYPED] == []


class Shell:
    """A shell in which `lienthong` is on the path, as README says."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ, self._folder = environ, folder

    async def run(self, script: str, typed: str = "") -> tuple[int, str]:
        """Run a script; return its exit code, and what it printed and complained of."""
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", script),
            cwd=self._folder,
            env=self._environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await asyncio.wait_for(process.communicate(typed.encode()), 8 * PATIENCE)
        assert process.returncode is not None
        return process.returncode, printed.decode()


def excerpt() -> Iterator[str]:
    """Yield the lines that README shows of the story, a refusal of several lines as one."""
    block = re.search(
        r"^Excerpt of what `make demo` prints.*?\n\n((?: {4}.*\n|\n)+)", README, re.MULTILINE
    )
    assert block is not None
    yield from re.sub(r"\n {8}", " ", block.group(1)).replace("    ", "").splitlines()


async def agencies_wrong(shell: Shell) -> list[str]:
    """Run the page for agencies from top to bottom; return what is not as the page says."""
    blocks = [each for each in BLOCKS if "kcat" not in each or shutil.which("kcat")]
    script = "".join(f"echo '§{n}'\n{block}\n" for n, block in enumerate(blocks))
    code, printed = await shell.run(script)
    if code:
        return [f"docs/agencies.md: exit code {code}: {printed}"]
    told = dict(zip(blocks, re.split(r"§\d+\n", printed)[1:], strict=True))
    wrong = []
    for part, expected in PRINTED.items():
        found = [each for each in BLOCKS if part in each]
        if not found:
            wrong.append(f"docs/agencies.md no longer shows {part}")
        wrong += [
            f"docs/agencies.md: {expected} is not in {told[block]}, of {block}"
            for block in found
            if expected not in told.get(block, expected)
        ]
    return wrong


async def ids_of_this_play(shell: Shell) -> dict[str, str]:
    """Return the ids that the pages show with those of this play: a case, and a refusal in it."""
    page = (ROOT / "docs/auditors.md").read_text()
    case = re.search(r"lienthong replay --case (\S+)", page)
    refusal = re.search(r"lienthong why (\S+)", page)
    assert case is not None
    assert refusal is not None
    _, told = await shell.run("lienthong case 702/QĐ-THADS --json")
    _, all_ = await shell.run("lienthong tail --from beginning --no-follow --json")
    lines = [json.loads(line) for line in all_.splitlines() if '"thads.submission.refused"' in line]
    return {case.group(1): json.loads(told)["id"], refusal.group(1): lines[0]["id"]}


async def wrong_in(page: str, shell: Shell, ids: Mapping[str, str]) -> list[str]:
    """Run the examples of a page; return those that print something else."""
    wrong = []
    for example in examples(page):
        if any(example.shown.startswith(each) for each in NOT_RUN):
            continue
        command = example.command
        for known, real in ids.items():
            command = command.replace(known, real)
        shown = msgspec.structs.replace(example, shown=example.shown.replace("[y/N] y\n", "[y/N] "))
        _, printed = await shell.run(command, "y\n")
        if not shown.matches(printed, ids):
            wrong.append(f"{page}: {command}: expected\n{shown.shown}\nprinted\n{printed}")
    return wrong


async def readme_wrong(shell: Shell, ids: Mapping[str, str], folder: Path) -> list[str]:
    """Run README's commands, with real values for its words in capitals; return what failed."""
    case, refusal = ids.values()
    claim = issued(judgment_no="42/2026/DS-PT") | {"occurred_at": "2026-11-30T08:00:00+07:00"}
    (folder / "FILE.json").write_text(json.dumps({**claim, "agency": "toa-da-nang"}))
    words = {
        "AGENCY": "thads-da-nang",
        "COMMAND": "case",
        "DATE": "2026-09-28",
        "EVENT": refusal,
        "FILE": "FILE.json",
        "ID": case,
        "SERVICE": "sales",
        "TIME": "2026-11-30T09:00+07:00",
        "…": "inspection",
    }
    wrong = []
    for typed in TYPED:
        command = typed.removeprefix(f"{PROGRAM} ")
        if command in NOT_TYPED:
            continue
        for word, value in words.items():
            command = re.sub(rf"(?<!\S){word}(?!\S)", value, command)
        code, printed = await shell.run(f"lienthong {command}", "y\n")
        if code:
            wrong.append(f"README.md: {command}: exit code {code}: {printed}")
    return wrong
