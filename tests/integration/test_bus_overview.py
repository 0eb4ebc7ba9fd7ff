"""What is seen of a service from outside: who owns, what lags, what waits, what is held."""

import asyncio
from collections.abc import Iterator

import pytest

from services.core.bus.kafka import reading
from services.core.bus.overview import ServiceStanding, standings
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.hearings import domain
from tests.hearings.house import GATEWAY, House, Process
from tests.patience import PATIENCE, surely


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    domain.BROKEN.clear()


async def standing(settings: Settings) -> dict[str, ServiceStanding]:
    async def look() -> list[ServiceStanding]:
        async with reading(settings) as reader:
            return await standings(settings, ("gateway", "hearings", "weather"), reader)

    return {each.service: each for each in await surely(look)}


async def test_an_operator_sees_who_works_and_what_waits(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        broken = new_id()
        domain.BROKEN.add(broken)
        await house.request(broken, "room-1")
        await house.request(new_id(), "room-2")
        await house.until(lambda facts: len(facts) == 4)
        async with asyncio.timeout(PATIENCE):
            while (seen := await standing(settings))["hearings"].outbox:
                await asyncio.sleep(0.1)
        hearings = seen["hearings"]
        assert (hearings.lanes, hearings.owned, hearings.lapsed) == (3, 3, [])
        assert list(hearings.owners) == [process.hosts["hearings"].owner]
        assert (hearings.lag, hearings.oldest_unread_seconds, hearings.letters) == (0, None, 1)
        assert seen["weather"].lanes == 0
        await process.stop()

        gateway = Process(settings, [GATEWAY])
        await house.request(new_id(), "room-3")
        async with asyncio.timeout(PATIENCE):
            while (
                hearings := (await standing(settings))["hearings"]
            ).oldest_unread_seconds is None:
                await asyncio.sleep(0.1)
        assert (hearings.owned, hearings.owners, hearings.lag) == (0, {}, 1)
        assert 0 <= hearings.oldest_unread_seconds < PATIENCE
        await gateway.stop()

    without_kafka = await standings(settings, ("hearings",), None)
    assert without_kafka[0].lag is None
