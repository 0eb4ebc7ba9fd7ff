"""The door for those who sit at a terminal: `lienthong COMMAND`.

Exit codes are part of the contract: 0 done, 1 failed (one line on stderr says why and what to do),
2 the command was not understood, 3 Kafka, PostgreSQL or the gateway does not answer, 130
interrupted. Data go to stdout, progress and troubles to stderr; a command whose reader goes
(`| head`) ends with 1 and says nothing. What a terminal's encoding cannot show is shown as `?`.
Each command is a function of a module beside this one, which is imported when the command is run.
"""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError

from services.cli.errors import (
    FAILED,
    INTERRUPTED,
    NOT_RUNNING,
    NOT_UNDERSTOOD,
    CommandError,
)
from services.core.access.directory import DirectoryError
from services.core.access.secrets import SecretExposed
from services.core.bus.errors import AccessRefused, BusError, Doubt
from services.core.clock import StoryTimeMissing
from services.core.contracts.errors import ContractError
from services.core.law.errors import LawError
from services.core.runtime.errors import StackError
from services.core.settings import SettingsError

#: Troubles that say in one line what is wrong and what to do.
TROUBLES: Final = (
    StackError,
    SettingsError,
    ContractError,
    LawError,
    BusError,
    DirectoryError,
    SecretExposed,
    StoryTimeMissing,
)

app = App(
    name="lienthong",
    help="Liên Thông: the event backbone of civil judgment enforcement.\n\n"
    "Exit codes: 0 done, 1 failed, 2 not understood, 3 the stack is not running, 130 interrupted.",
    version_flags=[],
    result_action="return_value",
)
#: Each command with the module and the name under which it is there.
COMMANDS: Final = {
    **{name: f"stack:{name}" for name in ("up", "down", "status", "doctor")},
    "setup": "setup:setup",
    "schemas": "schemas:app",
    "token": "access:token",
    "access": "access:access",
    "run": "run:run",
    "submit": "submit:submit",
    "subscribe": "subscribe:subscribe",
    "tail": "tail:tail",
    "topics": "tail:topics",
    "case": "case:case",
    "why": "why:why",
    "rebuild": "rebuild:rebuild",
    "replay": "replay:replay",
    "replays": "replay:replays",
    "alarms": "alarms:alarms",
    "deadlines": "deadlines:deadlines",
    "letters": "letters:letters",
    "flows": "flows:flows",
    "clock": "clock:clock",
    "demo": "demo:demo",
    "law": "law:app",
}
for command, place in COMMANDS.items():
    app.command(f"services.cli.{place}", name=command)


def main() -> None:
    """Run one command and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; a failure is one line on stderr."""
    _show_what_can_be_shown()
    if (flaw := _flaw(arguments)) is not None:
        _say(flaw)
        return NOT_UNDERSTOOD
    if not arguments or arguments[0] in app.help_flags:
        for command in COMMANDS:
            app[command]  # imported, so that its first line is shown
    try:
        code = app(arguments, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        _say(f"{error} (`lienthong --help` names the commands)")
        return NOT_UNDERSTOOD
    except BrokenPipeError:
        _forget_stdout()
        return FAILED
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  whoever sits at a terminal reads a line, no trace
        return _failed(error)
    return code if isinstance(code, int) else 0


def _flaw(arguments: Sequence[str]) -> str | None:
    """Return what is wrong with the text of the arguments, whatever the command.

    An empty one is nearly always a shell's variable that was not set, and would be taken for none.
    """
    for before, each in zip(("", *arguments), arguments, strict=False):
        name, is_assigned, value = each.partition("=")
        if not each.strip() or (name.startswith("--") and is_assigned and not value.strip()):
            named = name if is_assigned else before if before.startswith("--") else "an argument"
            return f"{named}: it is empty; give a value, or leave it out"
        if any("\ud800" <= letter <= "\udfff" for letter in each):
            return f"{each!a}: it is not text in UTF-8"
    return None


def _failed(error: Exception) -> int:
    """Say why a command failed; return its exit code."""
    match error:
        case CommandError(exit_code=code):
            _say(str(error))
            return code
        case AccessRefused():
            _say(str(error))
        case Doubt() | ConnectionError() | TimeoutError():
            why = str(error) or type(error).__name__
            _say(f"{why}: see `lienthong status`; `lienthong up` starts the local stack")
            return NOT_RUNNING
        case _ if isinstance(error, TROUBLES):
            _say(str(error))
        case OSError(filename=None):
            _forget_stdout()
            _say(f"the output cannot be written: {error.strerror or error}")
        case OSError():
            _say(f"{error.filename}: {error.strerror}")
        case _:
            last = traceback.extract_tb(error.__traceback__)[-1]
            _say(
                f"unexpected {type(error).__name__} at {last.filename}:{last.lineno}: {error}. "
                f"This is a fault of lienthong: please report it with the command"
            )
    return FAILED


def _show_what_can_be_shown() -> None:
    """Let a letter that the terminal's encoding lacks be shown as `?` instead of ending it all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _forget_stdout() -> None:
    """Drop what is still buffered, so that it is not tried again as Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _say(trouble: str) -> None:
    sys.stderr.write(f"lienthong: {' '.join(trouble.split())}\n")
