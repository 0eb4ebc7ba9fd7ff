"""Notices by which the database wakes who waits for something that was written there (B10).

A notice may be lost, as with its connection; what it told of is found by the next look at the
tables, which nobody who listens may leave out.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import structlog

from services.core.bus.errors import Doubt
from services.core.bus.postgres import FAILURES, connect
from services.core.settings import Settings

LANES: Final = "lanes"  #: payload: service, lane, and who put something before it
_ASK_SECONDS: Final = 30.0  #: between two looks whether the connection still stands
_BACKOFF: Final = 1.0

log = structlog.get_logger()


async def listen(
    settings: Settings, service: str, channel: str, hear: Callable[[str], None]
) -> None:
    """Call `hear` with the payload of each notice on a channel, until cancelled.

    A lost connection is made again.
    """

    def heard(_: object, _pid: int, _channel: str, payload: object) -> None:
        hear(str(payload))

    while True:
        try:
            connection = await connect(settings, service)
            try:
                await connection.add_listener(channel, heard)
                while not connection.is_closed():
                    await connection.execute("select")
                    await asyncio.sleep(_ASK_SECONDS)
            finally:
                connection.terminate()
        except (*FAILURES, Doubt) as error:
            log.info("notices_interrupted", service=service, why=str(error))
        await asyncio.sleep(_BACKOFF)


class LaneNotices:
    """The notices for the lanes of a process, whatever services run there, by one connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wake: dict[str, Callable[[int, str], None]] = {}

    def register(self, service: str, wake: Callable[[int, str], None]) -> None:
        """Call `wake` with lane and sender for each notice to a service, from now on."""
        self._wake[service] = wake

    async def run(self, service: str) -> None:
        """Listen as a service until cancelled."""
        await listen(self._settings, service, LANES, self._hear)

    def _hear(self, payload: str) -> None:
        service, _, rest = payload.partition(" ")
        lane, _, sender = rest.partition(" ")
        if (wake := self._wake.get(service)) is not None:
            with contextlib.suppress(ValueError):  # anybody may send on a channel
                wake(int(lane), sender)
