"""What README lets a newcomer type runs in a fresh shell, where nothing is on the path."""

import re
import shlex
from pathlib import Path

import pytest

from services.cli.main import app

README = (Path(__file__).parents[3] / "README.md").read_text()
PROGRAM = ".venv/bin/lienthong"
TYPED = sorted(
    {
        command.split("#")[0].strip()
        for command in re.findall(
            rf"(?:^    |`)({re.escape(PROGRAM)} [^`\n]+)", README, re.MULTILINE
        )
    }
)


def test_readme_types_each_command_with_its_path() -> None:
    assert re.findall(r"^    lienthong .*", README, re.MULTILINE) == []
    assert len(TYPED) > 20


@pytest.mark.parametrize("command", TYPED)
def test_each_command_of_readme_exists(command: str) -> None:
    _, name, *_ = shlex.split(command)
    assert name == "COMMAND" or name in app
