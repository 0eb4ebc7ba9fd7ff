"""Every command that the page of the law shows runs, with nothing started."""

import re
import shlex
from pathlib import Path

import pytest

from services.cli.main import run

PAGE = (Path(__file__).parents[3] / "docs/law.md").read_text()
COMMANDS = [
    re.split(r"\s{2,}", line)[0] for line in re.findall(r"^    lienthong (.*)", PAGE, re.MULTILINE)
]


def test_the_page_shows_commands() -> None:
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_page_runs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(shlex.split(command))
    shown = capsys.readouterr()
    assert (code, shown.err) == (0, "")
    assert shown.out
