"""`python -m tests.bench.clocks [ROWS] [DUE] [CASES]`: what the time of a whole country costs.

ROWS clocks that run, none of them due for long: how long one look takes at what must be said. DUE
more, all over at one midnight: how long until the house has said so of each. CASES of a debtor who
pays in time, each from the judgment to its end with all of its clocks, through every service.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console

from services.all import assemble, prepare
from services.core.bus.postgres import Connection, connect
from services.core.clock import STORY_FILE, StoryClock
from services.core.law.working_days import calendar
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from services.deadlines.service import NAME
from services.deadlines.ticking import unsaid
from tests.bench import stories
from tests.bench.throughput import fresh, process
from tests.conftest import free_ports

ROWS: Final = 1_000_000
DUE: Final = 10_000
CASES: Final = 10_262  #: that a province has in a year
YEAR_SECONDS: Final = 180
MIDNIGHT: Final = datetime(2026, 9, 3, 17, tzinfo=UTC)
_LOOKS: Final = 50
_CONSOLE: Final = Console(soft_wrap=True, highlight=False)
_LOOK_SECONDS: Final = 0.05
_FILL: Final = """
insert into clocks (clock_id, watched, key, rule_id, rule_version, calendar_version, kind, verified,
                    start, due, cause_event_id, started, state, since, ends_at, ends_as, sequence,
                    run)
select id::text, id || '.c1', id::text, 'L-35-1', 'R2026', $6::text, 'duty', true,
       $2::timestamptz, over_at, id, id, 'RUNNING', $2::timestamptz, over_at, 'overdue', 1,
       1
  from (select md5($1::text || n)::uuid as id,
               $3::timestamptz + n % $4::int * interval '1 minute' as over_at
          from generate_series(1, $5::int) as n) as made
"""


class Found(Struct, frozen=True):
    """What was measured."""

    look_ms: float  #: one look at all running clocks, where none is over
    said_seconds: float  #: until each of those that were over at one midnight had said so
    year: stories.Took  #: a year of cases, with all their clocks


async def measure(
    settings: Settings, rows: int = ROWS, due: int = DUE, cases: int = CASES
) -> Found:
    """Measure how clocks are looked at, how fast they speak, and a year of a province."""
    begin = MIDNIGHT - timedelta(hours=1)
    own = replace(await fresh(settings), http_port=0)
    clock = StoryClock(own.home / STORY_FILE)
    clock.move(begin)
    try:
        await prepare(assemble(own))
        connection = await connect(replace(own, lease_seconds=3_600.0), NAME)
        later, counted = MIDNIGHT + timedelta(days=1), calendar().version
        await connection.execute(_FILL, "later", begin, later, 365 * 24 * 60, rows, counted)
        await connection.execute(_FILL, "now", begin, MIDNIGHT, 1, due, counted)
        await connection.execute("analyze clocks")
        looks = [await _look(connection, begin) for _ in range(_LOOKS)]
        async with process(own, "tests.stories.process", "1"):
            seconds = await _said(connection, clock, due)
        connection.terminate()
    finally:
        (own.home / STORY_FILE).unlink()
    year = await stories.run(settings, cases, stories.ordinary())
    return Found(1000 * median(looks), seconds, year)


async def _look(connection: Connection, now: datetime) -> float:
    began = time.perf_counter()
    assert not await unsaid(connection, now)
    return time.perf_counter() - began


async def _said(connection: Connection, clock: StoryClock, due: int) -> float:
    """Let it be midnight once the house is open; return how long it takes to say so of each."""
    over = MIDNIGHT - timedelta(hours=1)
    await connection.execute(_FILL, "first", MIDNIGHT, over, 1, 1, calendar().version)
    await _until(connection, 1)
    began = time.perf_counter()
    clock.move(MIDNIGHT)
    await _until(connection, 1 + due)
    return time.perf_counter() - began


async def _until(connection: Any, many: int) -> None:
    while await connection.fetchval("select count(*) from claims") < many:
        await asyncio.sleep(_LOOK_SECONDS)


def main() -> None:
    """Start a stack of its own, measure, stop."""
    given = [int(each) for each in sys.argv[1:]]
    rows, due, cases = [*given, *(ROWS, DUE, CASES)[len(given) :]]
    with tempfile.TemporaryDirectory(prefix="lt-bench-", dir="/tmp") as home:
        kafka, controller = free_ports()
        stack = Stack(Settings(home=Path(home), kafka_port=kafka, controller_port=controller))
        try:
            settings = replace(stack.start(), partitions=4)
            found = asyncio.run(measure(settings, rows, due, cases))
            _CONSOLE.print(f"one look at {rows + due:,} running clocks: {found.look_ms:.1f} ms")
            _CONSOLE.print(
                f"{due:,} over at one midnight: all said after {found.said_seconds:.1f} s"
            )
            _CONSOLE.print(
                f"a year of {cases:,} cases: {found.year.seconds:.0f} s, {found.year.facts:,} facts"
            )
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
