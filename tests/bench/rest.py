"""What a process with every service costs at rest, and how soon it starts and ends."""

import asyncio
import time
from typing import Final

import httpx2
import psutil
from msgspec import Struct
from msgspec.structs import replace

from services.core.bus import postgres
from services.core.runtime import processes
from services.core.settings import Settings
from tests.bench.latency import ready
from tests.bench.throughput import process
from tests.conftest import free_ports

PARTITIONS: Final = 12
_SETTLE_SECONDS: Final = 15.0  #: what a start leaves to do is done by then
_SECONDS: Final = 20.0
_PATIENCE: Final = 120.0


class Rest(Struct, frozen=True):
    """A process at rest."""

    core: float  #: of one core, in percent
    postgres: int  #: connections
    kafka: int
    ready_seconds: float
    stop_seconds: float


async def measure(settings: Settings) -> Rest:
    """Start every service on an empty platform that was prepared, and leave it alone."""
    settings = replace(
        settings,
        postgres_database="rest",
        topic_prefix="rest",
        partitions=PARTITIONS,
        http_port=free_ports()[0],
    )
    async with process(settings, "services.cli", "run") as pid:  # makes schemas and topics
        await _ready(settings)
        await _stopped(psutil.Process(pid))
    began = time.perf_counter()
    async with process(settings, "services.cli", "run") as pid:
        await _ready(settings)
        took = time.perf_counter() - began
        running = psutil.Process(pid)
        await asyncio.sleep(_SETTLE_SECONDS)
        before = running.cpu_times()
        await asyncio.sleep(_SECONDS)
        after = running.cpu_times()
        port = int(settings.kafka_bootstrap.rpartition(":")[2])
        remote = [
            each.raddr.port
            for each in running.net_connections()
            if each.status == psutil.CONN_ESTABLISHED
        ]
        connections = await _connections(settings)
        began = time.perf_counter()
        await _stopped(running)
        stop = time.perf_counter() - began
    worked = after.user + after.system - before.user - before.system
    return Rest(worked / _SECONDS * 100, connections, remote.count(port), took, stop)


async def _ready(settings: Settings) -> None:
    url = f"http://127.0.0.1:{settings.http_port}"
    async with httpx2.AsyncClient(base_url=url) as client:
        await ready(client)


async def _stopped(running: psutil.Process) -> None:
    """Ask a process to end and wait until it has; its parent collects it."""
    running.terminate()
    async with asyncio.timeout(_PATIENCE):
        while processes.alive(running):
            await asyncio.sleep(0.01)


async def _connections(settings: Settings) -> int:
    connection = await postgres.connect(settings, "gateway")
    try:
        found = await connection.fetchval(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    finally:
        connection.terminate()
    return int(found)
