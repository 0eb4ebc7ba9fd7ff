"""A command whose reader goes ends quietly, with the exit code that says it did not finish."""

import subprocess
import sys

import pytest

COMMANDS = ["schemas list", "schemas list --json", "schemas check", "--help"]


def test_the_first_line_is_read_and_nobody_hears_of_the_rest() -> None:
    done = subprocess.run(
        ["/bin/bash", "-c", f"{sys.executable} -m services.cli schemas list --json | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_pipe_is_no_trouble_worth_a_word(command: str) -> None:
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
        reader.wait()  # so nobody reads what is written there
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", *command.split()],
            stdout=reader.stdin,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")
