"""B10: a batch that takes longer than its transaction may is tried with half as many records."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from structlog.testing import capture_logs

from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import new_id
from services.core.contracts.partitions import partition_of
from services.core.settings import Settings
from tests.hearings import docket as dockets
from tests.hearings.house import House, Process
from tests.patience import PATIENCE

MANY, FEW = 12, 3  #: records before one lane, and how many of them fit one transaction


@pytest.mark.parametrize("statement", ["select pg_sleep(600)", "raise query_canceled"])
async def test_a_batch_that_is_too_slow_is_halved_until_it_fits_and_the_log_names_the_timeout(
    settings: Settings, statement: str
) -> None:
    settings = msgspec.structs.replace(settings, lease_seconds=2.0)
    tried: list[int] = []
    if statement.startswith("raise"):
        statement = f"do $$ begin {statement}; end $$"

    def rows(records: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
        tried.append(len(records))
        return [(statement, ())] if len(records) > FEW else []

    showing = Service(name="dockets", families=(dockets.DOCKET,), view=View(("hearing",), rows))
    async with House.open(settings) as house:
        parts: list[str] = []
        while len(parts) < MANY:
            if partition_of(part := new_id(), settings.partitions) == 0:
                parts.append(part)
        await house.accept(*[house.requested(part, f"room-{part}") for part in parts])
        before = Process(settings)
        await house.until(
            lambda facts: (
                sum(each.envelope().type.endswith("room_booked") for each in facts) == MANY
            )
        )
        await before.stop()

        with capture_logs() as logs:
            process = Process(settings, [showing])
            async with asyncio.timeout(PATIENCE):
                while len(opened := await house.records(house.topics.events("docket"))) < MANY:
                    await asyncio.sleep(0.1)
            await process.stop()
    assert sorted(each.key for each in opened) == sorted(parts)
    too_many = [size for size in tried if size > FEW]
    assert too_many
    assert too_many == sorted(too_many, reverse=True)
    doubts = [each["doubt"] for each in logs if each["event"] == "lane_in_doubt"]
    assert any("transaction_timeout" in doubt and "are 1 s" in doubt for doubt in doubts)
