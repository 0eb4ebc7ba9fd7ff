"""`lienthong up | down | status | doctor`: the local Kafka and PostgreSQL."""

import sys
from collections.abc import Sequence
from typing import Final

import msgspec
from cyclopts import App

from services.core.runtime.doctor import Finding, examine
from services.core.runtime.stack import ServerStatus, Stack
from services.core.settings import Settings

NOT_RUNNING: Final = 3
_MARKS: Final = {True: "✓", False: "✗", None: "·"}


def add_to(app: App) -> None:
    """Add this group's commands."""
    for command in (up, down, status, doctor):
        app.command(command)


def up(*, json: bool = False) -> int:
    """Start Kafka and PostgreSQL, or use what runs.

    Parameters
    ----------
    json
        Print the servers as JSON.
    """
    stack = _stack()
    stack.start()
    _print_servers(stack.status(), json=json)
    return 0


def down() -> int:
    """Stop Kafka and PostgreSQL; their data stay."""
    print("stopped" if _stack().stop() else "nothing was running")
    return 0


def status(*, json: bool = False) -> int:
    """Say which servers run and answer. Exit code 3 unless all do.

    Parameters
    ----------
    json
        Print the servers as JSON.
    """
    servers = _stack().status()
    _print_servers(servers, json=json)
    return 0 if all(server.answers for server in servers) else NOT_RUNNING


def doctor(*, json: bool = False) -> int:
    """Look for what could stand in the way, and say what to do. Exit code 1 if something does.

    Parameters
    ----------
    json
        Print the findings as JSON.
    """
    findings = list(examine(_stack()))
    if json:
        _print_json(findings)
    else:
        width = max(len(each.what) for each in findings)
        for each in findings:
            print(f"{_MARKS[each.in_order]} {each.what:{width}}  {each.said}")
    return 1 if any(each.in_order is False for each in findings) else 0


def _stack() -> Stack:
    return Stack(Settings.load(), lambda line: print(line, file=sys.stderr, flush=True))


def _print_servers(servers: Sequence[ServerStatus], *, json: bool) -> None:
    if json:
        _print_json(servers)
        return
    for each in servers:
        standing = "answers" if each.answers else "does not answer"
        told = f"process {each.pid} {standing}" if each.pid else "not running"
        print(f"{each.name:13} {told:28} {each.address}")


def _print_json(things: Sequence[ServerStatus | Finding]) -> None:
    print(msgspec.json.format(msgspec.json.encode(things)).decode())
