"""`python -m tests.stories.process STORIES [POINT]`: every service, for those who play in so many.

The process ends itself, as a power cut would, when a lane of it comes to a point for the second
time.
"""

import asyncio
import itertools
import os
import signal
import sys

import uvloop
from msgspec.structs import replace

from services import all as house
from services.core import garbage
from services.core.bus.crashpoints import Reached
from services.core.settings import Settings
from services.core.telemetry import logging
from tests.stories.cast import enlarged


async def _run(stories: int, point: str = "") -> None:
    assembly = house.assemble(Settings.load())
    large = enlarged(assembly.directory, stories)
    assembly = replace(assembly, current_directory=lambda: large)
    assembly = replace(assembly, reached=_dies_at(point))
    await house.prepare(assembly)
    garbage.look_seldom()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await house.run(assembly, stopping, listening=_listening)


def _dies_at(point: str) -> Reached:
    times = itertools.count(1)

    def reached(each: str) -> None:
        if each == point and next(times) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def _listening(port: int) -> None:
    sys.stderr.write(f"http://127.0.0.1:{port}\n")


if __name__ == "__main__":
    logging.set_up(json=True)
    uvloop.run(_run(int(sys.argv[1]), *sys.argv[2:]))
