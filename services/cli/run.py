"""`lienthong run [SERVICE …]`: services in the foreground, until a signal ends them in order."""

import asyncio
import os
import signal
import sys
from typing import Final

import uvloop

from services.cli.errors import CommandError
from services.core import garbage
from services.core.home_folder import UMASK, close_home
from services.core.settings import Settings
from services.core.telemetry import logging

FLOWS: Final = "flows"


def run(*services: str, prepare: bool = True, json: bool = False) -> int:
    """Run services in this process, all of them when none is named; end with Ctrl-C or SIGTERM.

    The live picture is not among all: `lienthong run flows` starts it, alone, in a process of its
    own.

    Parameters
    ----------
    services
        Their names, such as gateway or judgments; or flows alone.
    prepare
        Bring schemas and topics up to date first; --no-prepare leaves that to `lienthong setup`,
        so that this process needs no rights beyond its own.
    json
        Write the log as JSON lines.
    """
    logging.set_up(json=json)
    os.umask(UMASK)
    close_home(Settings.load().home)
    if FLOWS not in services:
        return uvloop.run(_run(services, prepare=prepare))
    if services != (FLOWS,):
        raise CommandError("flows runs in a process of its own: `lienthong run flows`")
    return asyncio.run(_run_flows(prepare=prepare))


async def _run(services: tuple[str, ...], *, prepare: bool) -> int:
    from services import all as house  # noqa: PLC0415  other commands need not load every service

    assembly = house.assemble(Settings.load())
    garbage.look_seldom()
    stopping = _signalled()
    try:
        await house.run(assembly, stopping, services or house.NAMES, _listening, preparing=prepare)
    except (house.UnknownService, house.PortTaken) as error:
        raise CommandError(str(error)) from error
    return 0


async def _run_flows(*, prepare: bool) -> int:
    from services import all as house  # noqa: PLC0415  other commands need not load every service
    from services.flows.app import AlreadyRuns, Flows  # noqa: PLC0415  nor faust

    assembly = house.assemble(Settings.load())
    stopping = _signalled()
    if prepare and not await house.prepared(assembly, stopping):
        return 0
    flows = Flows(assembly.settings, assembly.catalogue, assembly.codec, assembly.current_directory)
    try:
        await flows.run(stopping)
    except (AlreadyRuns, house.PortTaken) as error:
        raise CommandError(str(error)) from error
    return 0


def _signalled() -> asyncio.Event:
    """Return what is set when a signal says to end."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    return stopping


def _listening(port: int) -> None:
    print(f"http://127.0.0.1:{port}", file=sys.stderr, flush=True)
