"""Each command, whatever is typed and wherever it is typed, ends with a code of the contract."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from services.cli.errors import DONE, FAILED, INTERRUPTED, NOT_RUNNING, NOT_UNDERSTOOD
from services.cli.main import app, run

CODES = {DONE, FAILED, NOT_UNDERSTOOD, NOT_RUNNING, INTERRUPTED}
STARTING = {("up",), ("demo",), ("run",), ("setup",)}
"""Commands that start servers, or wait for those that are starting."""

ODD = [
    *("", " ", "\n", "0", "-1", "9" * 5000, "²", "\udcff", "số-41", "/proc/x", "' or 1=1 --"),
    *("9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00", "2026-W40-1"),
    "019a0b2c-0000-7000-8000-000000000000",
]


def commands(parent: App = app, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in parent:
        if name.startswith("-"):
            continue
        child = parent[name]
        if child.default_command is not None:
            yield (*above, name)
        yield from commands(child, (*above, name))


COMMANDS = sorted(set(commands()))


def options(command: tuple[str, ...]) -> list[str]:
    """The names of the options that a command's help lists."""
    child = app
    for name in command:
        child = child[name]
    collection = child.assemble_argument_collection()
    return [argument.name for argument in collection if argument.name.startswith("--")]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, from where no server answers."""
    umask = os.umask(0o022)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": "1",
        "HTTP_PORT": "1",
    }.items():
        monkeypatch.setenv(f"LIENTHONG_{name}", value)
    yield tmp_path
    os.umask(umask)  # commands that write into a home change it


def test_the_commands_are_found() -> None:
    assert {("submit",), ("token", "revoke"), ("letters",), ("law", "due")} <= set(COMMANDS)
    assert "--since" in options(("replay",))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_whatever_is_typed_ends_with_a_code_and_a_line(
    command: tuple[str, ...], nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if command in STARTING:
        typed = [[odd] for odd in ODD]
    else:
        typed = [[odd] for odd in ODD] + [[odd, odd] for odd in ODD]
        typed += [[name, odd] for name in options(command) for odd in ODD]
    for arguments in typed:
        if command in STARTING and arguments[0].isdecimal():
            continue
        code = run([*command, *arguments])
        said = capsys.readouterr().err
        assert code in CODES, (arguments, code)
        assert "Traceback" not in said, (arguments, said)
        assert "unexpected" not in said, (arguments, said)
        assert len(said.splitlines()) <= 4, (arguments, said)
    assert not list(nowhere.rglob("*.json")), "a command that only asks made keys"


@pytest.mark.parametrize(
    "arguments", [["--since", ""], ["--since="], ["--until", " "], ["--why", "\n"]], ids=repr
)
def test_an_empty_option_is_not_taken_for_none(
    arguments: list[str], nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", "--why", "check", "--yes", *arguments]) == NOT_UNDERSTOOD
    name = arguments[0].rstrip("=")
    said = f"lienthong: {name}: it is empty; give a value, or leave it out\n"
    assert capsys.readouterr().err == said


def typed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if name != "HOME"}
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        env={**kept, "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_letter_that_a_terminal_cannot_show_is_shown_as_a_question_mark(encoding: str) -> None:
    done = typed("law", "list", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"L-36-1" in done.stdout
    assert b"?" in done.stdout


@pytest.mark.parametrize("command", ["law list", "schemas list --json"])
def test_output_on_a_full_disk_is_one_line(command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == FAILED
    assert done.stderr == b"lienthong: the output cannot be written: No space left on device\n"


def test_a_user_without_a_home_is_told_which_setting_helps() -> None:
    away = {"HOME", "XDG_CACHE_HOME"}
    user = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
    done = subprocess.run(
        [*user, sys.executable, "-m", "services.cli", "status"],
        env={name: value for name, value in os.environ.items() if name not in away},
        capture_output=True,
        check=False,
    )
    assert done.returncode == FAILED
    assert b"set XDG_CACHE_HOME" in done.stderr
    assert done.stderr.count(b"\n") == 1
