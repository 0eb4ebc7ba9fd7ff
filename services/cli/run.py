"""`lienthong run [SERVICE …]`: services in the foreground, until a signal ends them in order."""

import asyncio
import signal
import sys

import uvloop
from cyclopts import App

from services.cli.errors import CommandError
from services.core.settings import Settings
from services.core.telemetry import logging


def add_to(app: App) -> None:
    """Add this group's commands."""
    app.command(run)


def run(*services: str, json: bool = False) -> int:
    """Run services in this process, all of them when none is named; end with Ctrl-C or SIGTERM.

    Parameters
    ----------
    services
        Their names, such as gateway or judgments.
    json
        Write the log as JSON lines.
    """
    logging.set_up(json=json)
    return uvloop.run(_run(services))


async def _run(services: tuple[str, ...]) -> int:
    from services import all as house  # noqa: PLC0415  other commands need not load every service

    assembly = house.assemble(Settings.load())
    await house.prepare(assembly)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    try:
        await house.run(assembly, stopping, services or house.NAMES, _listening)
    except (house.UnknownService, house.PortTaken) as error:
        raise CommandError(str(error)) from error
    return 0


def _listening(port: int) -> None:
    print(f"http://127.0.0.1:{port}", file=sys.stderr, flush=True)
