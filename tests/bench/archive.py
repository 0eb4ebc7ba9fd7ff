"""How many records a second the ledger archives, and how soon it shows one case out of many."""

import asyncio
import gc
import random
import time
from statistics import quantiles
from typing import Any, Final

from services.core.bus.postgres import connect
from services.core.contracts.identifiers import new_id
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.ledger.archive import Archive
from services.ledger.service import NAME
from tests.bench.throughput import fresh, process
from tests.bench.workload import CODEC, preload

EVENTS: Final = 60_000
ROWS: Final = 1_000_000
FACTS: Final = 300  #: of each case; its rows lie scattered over the whole table
GOAL_MS: Final = 20
_ASKED: Final = 300
_CHUNK: Final = 10_000
_PATIENCE: Final = 300.0
_LOOK_SECONDS: Final = 0.02

_COUNT: Final = """
select coalesce(sum((select max(index) from entries where lane = each)), 0)::bigint
  from generate_series(0, $1 - 1) as each
"""
_MULTIPLY: Final = """
insert into entries
select lane, 1000000 + n, kind, topic, 1000000 + n, producer, 1000000 + n, keys[1 + n % $3],
       keys[1 + n % $3] || '.c1', part, type, gen_random_uuid(), agency, occurred_at, recorded_at,
       accepted_at, gen_random_uuid(), gen_random_uuid(), sequence, law, heard, value, head
  from (select * from entries limit 1) as one, (select $4::text[] as keys) as known,
       generate_series($1::bigint, $2::bigint) as n
"""


async def taken_in(settings: Settings, contender: str) -> float:
    """Give a contender its records; return the rows a second from its first to its last."""
    settings = await fresh(settings)
    await preload(settings, EVENTS, hot=True)
    database: Any = await connect(settings, NAME)
    try:
        async with process(settings, "tests.bench.contenders", contender):
            while not (first := await database.fetchval(_COUNT, settings.partitions)):
                await asyncio.sleep(_LOOK_SECONDS)
            began = time.perf_counter()
            async with asyncio.timeout(_PATIENCE):
                while await database.fetchval(_COUNT, settings.partitions) < EVENTS:
                    await asyncio.sleep(_LOOK_SECONDS)
            return float((EVENTS - first) / (time.perf_counter() - began))
    finally:
        database.terminate()


async def shown(settings: Settings, rows: int = ROWS) -> float:
    """Return the 99th percentile of the milliseconds in which a case is read and understood."""
    settings = await fresh(settings)
    await preload(settings, 1, hot=True)
    keys = [new_id() for _ in range(max(1, rows // FACTS))]
    await _filled(settings, rows, keys)
    asked = Rows(settings, NAME)
    archive, taken = Archive(asked, CODEC), list[float]()
    gc.collect()
    gc.freeze()  # what the contracts hold would be walked through again and again
    try:
        for key in random.choices(keys, k=_ASKED):  # noqa: S311
            began = time.perf_counter()
            found = await archive.of_case(f"{key}.c1")
            taken.append(1000 * (time.perf_counter() - began))
            if len(found) < FACTS:
                raise AssertionError(f"{len(found)} facts of {key}.c1, expected {FACTS}")
    finally:
        gc.unfreeze()
        await asked.close()
    return quantiles(taken, n=100)[98]


async def _filled(settings: Settings, rows: int, keys: list[str]) -> None:
    """Fill the archive from the one record that the ledger took in."""
    database: Any = await connect(settings, NAME)
    try:
        async with process(settings, "tests.bench.contenders", "archive"):
            while not await database.fetchval(_COUNT, settings.partitions):
                await asyncio.sleep(_LOOK_SECONDS)
        for first in range(0, rows, _CHUNK):
            last = min(first + _CHUNK, rows) - 1
            await database.execute(_MULTIPLY, first, last, len(keys), keys)
        await database.execute("analyze entries")
    finally:
        database.terminate()
