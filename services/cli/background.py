"""The services of the house, running for as long as a command needs them."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx2

from services.cli.errors import CommandError
from services.core.runtime.processes import must_be_free
from services.core.settings import Settings
from services.gateway.service import NAME as GATEWAY

_START_SECONDS: Final = 180.0
_STOP_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1


@contextlib.asynccontextmanager
async def services(settings: Settings, *, apart: bool = False) -> AsyncIterator[None]:
    """Run every service beside the block: in one process, or `apart`, each in one of its own.

    Raises CommandError with the last line of their log where they do not start.
    """
    must_be_free(settings.http_port, "LIENTHONG_HTTP_PORT")
    log = settings.home / "services.log"
    async with contextlib.AsyncExitStack() as running:
        for names in _groups(apart=apart):
            process = await running.enter_async_context(_running(settings, log, names))
            if not names or GATEWAY in names:
                await _ready(settings, process, log)
        yield


def _groups(*, apart: bool) -> list[tuple[str, ...]]:
    """Return which services each process runs; no name stands for all of them."""
    if not apart:
        return [()]
    from services.all import NAMES  # noqa: PLC0415  other commands need not load every service

    return [(name,) for name in NAMES]


@contextlib.asynccontextmanager
async def _running(
    settings: Settings, log: Path, names: tuple[str, ...]
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli", "run", *names),
            env={
                **os.environ,
                "LIENTHONG_STORY_START": str(settings.story_start),
                "LIENTHONG_METRICS_PORT": "0",  # one port cannot serve several processes
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                process.kill()


async def _ready(settings: Settings, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the gateway says so. Raises CommandError with the last line of its log."""
    deadline = time.monotonic() + _START_SECONDS
    async with httpx2.AsyncClient(trust_env=False) as http:
        while process.returncode is None and time.monotonic() < deadline:
            with contextlib.suppress(httpx2.TransportError):
                health = f"http://127.0.0.1:{settings.http_port}/health/ready"
                if (await http.get(health)).is_success:
                    return
            await asyncio.sleep(_POLL_SECONDS)
    raise CommandError(f"the services did not start: {_last_line(log)} (see {log})")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "they said nothing"
