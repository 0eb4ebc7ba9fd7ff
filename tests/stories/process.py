"""`python -m tests.stories.process STORIES`: every service, for those who play in so many."""

import asyncio
import signal
import sys

import uvloop
from msgspec.structs import replace

from services import all as house
from services.core.settings import Settings
from services.core.telemetry import logging
from tests.stories.cast import enlarged


async def _run(stories: int) -> None:
    assembly = house.assemble(Settings.load())
    assembly = replace(assembly, directory=enlarged(assembly.directory, stories))
    await house.prepare(assembly)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await house.run(assembly, stopping, listening=_listening)


def _listening(port: int) -> None:
    sys.stderr.write(f"http://127.0.0.1:{port}\n")


if __name__ == "__main__":
    logging.set_up(json=True)
    uvloop.run(_run(int(sys.argv[1])))
