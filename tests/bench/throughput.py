"""How many events a second go through one process, seen from outside by the ends of the topics."""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from services.core.bus import postgres
from services.core.bus.cluster import Cluster
from services.core.bus.kafka import Reader, reading
from services.core.bus.service import Topics
from services.core.settings import Settings
from tests.bench.contenders import SERVICE
from tests.bench.workload import preload

_LOOK_SECONDS: Final = 0.01
_PATIENCE: Final = 300.0
_runs = itertools.count(1)


async def fresh(settings: Settings) -> Settings:
    """A database and topics of their own for one contender's run."""
    name = f"bench{next(_runs)}"
    settings = replace(settings, postgres_database=name, topic_prefix=name)
    await postgres.migrate(settings, [SERVICE.name, "gateway", "ledger"])
    topics = Topics(name, settings.partitions)
    await Cluster(settings).create(
        [*topics.written_by(SERVICE), topics.outcomes], settings.partitions
    )
    return settings


@asynccontextmanager
async def process(settings: Settings, *arguments: str) -> AsyncIterator[int]:
    """A process of its own with these settings; killed at the end of the block."""
    environment = {
        "LIENTHONG_HOME": str(settings.home),
        "LIENTHONG_POSTGRES_DATABASE": settings.postgres_database,
        "LIENTHONG_TOPIC_PREFIX": settings.topic_prefix,
        "LIENTHONG_PARTITIONS": str(settings.partitions),
        "LIENTHONG_HTTP_PORT": str(settings.http_port),
        "LIENTHONG_LIMIT_SUBMISSIONS": str(settings.limit_submissions),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, env=os.environ | environment
    )
    try:
        yield child.pid
    finally:
        with suppress(ProcessLookupError):  # it may have been asked to end
            child.kill()
        await child.wait()


async def run(settings: Settings, contender: str, events: int, *, hot: bool) -> float:
    """Give a contender its claims; return the events a second from its first fact to its last."""
    settings = await fresh(settings)
    await preload(settings, events, hot=hot)
    async with (
        process(settings, "tests.bench.contenders", contender),
        reading(settings) as reader,
    ):
        while not (first := await _written(settings, reader)):
            await asyncio.sleep(_LOOK_SECONDS)
        began = time.perf_counter()
        return (events - first) / (await _until(settings, reader, events) - began)


async def memory(settings: Settings, marks: tuple[int, ...]) -> dict[int, float]:
    """Resident megabytes of the bus's process after so many events of new streams."""
    settings = await fresh(settings)
    await preload(settings, marks[-1], hot=False)
    found = {}
    async with (
        process(settings, "tests.bench.contenders", "lanes") as pid,
        reading(settings) as reader,
    ):
        for mark in marks:
            await _until(settings, reader, mark)
            found[mark] = _resident(pid)
    return found


async def _until(settings: Settings, reader: Reader, events: int) -> float:
    async with asyncio.timeout(_PATIENCE):
        while await _written(settings, reader) < events:
            await asyncio.sleep(_LOOK_SECONDS)
    return time.perf_counter()


async def _written(settings: Settings, reader: Reader) -> int:
    topic = Topics(settings.topic_prefix, settings.partitions).events("judgment")
    ends = await reader.ends([(topic, p) for p in range(settings.partitions)])
    return sum(ends.values())


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
