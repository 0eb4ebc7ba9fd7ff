"""The operations page names only commands that exist."""

import re
from pathlib import Path

import pytest

from services.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
NAMED = sorted(set(re.findall(r"lienthong ((?:letters )?[a-z]+)", PAGE.read_text())))


@pytest.mark.parametrize("command", NAMED)
def test_a_command_on_the_page_can_be_asked_for_help(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app([*command.split(), "--help"], exit_on_error=False)
    assert f"Usage: lienthong {command}" in capsys.readouterr().out
