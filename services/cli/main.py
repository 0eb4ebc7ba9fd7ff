"""The door for those who sit at a terminal: `lienthong COMMAND`.

Exit codes are part of the contract: 0 done, 1 failed (one line on stderr says why and what to do),
2 the command was not understood, 3 the stack is not running. Data go to stdout, progress and
troubles to stderr; a command whose reader goes (`| head`) ends with 1 and says nothing. A group of
commands is a module beside this one with a function `add_to`.
"""

import os
import sys
from typing import Final

from cyclopts import App, CycloptsError

from services.cli import (
    access,
    alarms,
    case,
    clock,
    deadlines,
    demo,
    flows,
    law,
    letters,
    rebuild,
    replay,
    schemas,
    setup,
    stack,
    submit,
    subscribe,
    tail,
    why,
)
from services.cli import run as run_
from services.cli.errors import CommandError
from services.core.access.directory import DirectoryError
from services.core.access.secrets import SecretExposed
from services.core.bus.errors import BusError
from services.core.clock import StoryTimeMissing
from services.core.contracts.errors import ContractError
from services.core.law.errors import LawError
from services.core.runtime.errors import StackError
from services.core.settings import SettingsError

FAILED: Final = 1
NOT_UNDERSTOOD: Final = 2

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
    CommandError,
)

app = App(
    name="lienthong",
    help="Liên Thông: the event backbone of civil judgment enforcement.\n\n"
    "Exit codes: 0 done, 1 failed, 2 not understood, 3 the stack is not running.",
    version_flags=[],
    result_action="return_value",
)
GROUPS: Final = (
    *(stack, setup, schemas, access, run_, submit, subscribe, tail, case, why, rebuild, replay),
    *(alarms, deadlines, letters, flows, clock, demo, law),
)
for group in GROUPS:
    group.add_to(app)


def main() -> None:
    """Run one command and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; a trouble we know by name is one line."""
    try:
        code = app(arguments, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        _say(f"{error} (`lienthong --help` names the commands)")
        return NOT_UNDERSTOOD
    except TROUBLES as error:
        _say(str(error))
        return FAILED
    except BrokenPipeError:
        _forget_stdout()
        return FAILED
    except KeyboardInterrupt:
        _say("interrupted")
        return FAILED
    return code if isinstance(code, int) else 0


def _forget_stdout() -> None:
    """Nobody reads any more: what is still buffered must not be tried again as Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _say(trouble: str) -> None:
    sys.stderr.write(f"lienthong: {' '.join(trouble.split())}\n")
