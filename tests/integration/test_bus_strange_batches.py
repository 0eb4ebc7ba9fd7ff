"""What Kafka takes from programs that are not ours holds no lane up, now or after a new start."""

import asyncio

import pytest

from services.core.bus import letters_desk
from services.core.bus.cluster import Cluster
from services.core.bus.kafka import reading
from services.core.bus.record import Record
from services.core.contracts.envelope import NotAnEnvelope
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.hearings.house import House, Process, seen
from tests.patience import PATIENCE, surely
from tests.strangers import WRITES


@pytest.mark.parametrize("write", WRITES)
async def test_every_offset_is_read_as_a_record_so_that_nobody_waits_for_one(
    settings: Settings, write: str
) -> None:
    target = (f"thads.strange-{new_id()}.events", 0)
    await surely(lambda: Cluster(settings).create([target[0]], 1))
    await WRITES[write](settings, target)
    async with reading(settings) as reader:
        end = (await reader.ends([target]))[target]
        reader.follow({target: 0})
        found: list[Record] = []
        async with asyncio.timeout(PATIENCE):
            while not found or found[-1].offset + 1 < end:
                found += await reader.read(1.0, 100)
        for each in found:
            with pytest.raises(NotAnEnvelope):
                each.place()
        last = await reader.last(target)
        assert last is not None
        assert last.offset >= end - 1  # the marker of a transaction may come later


@pytest.mark.parametrize("write", WRITES)
async def test_lanes_go_on_before_it_and_behind_it_and_after_a_new_start(
    settings: Settings, write: str
) -> None:
    async with House.open(settings) as house:
        topics = [
            house.topics.submissions("hearing"),
            house.topics.events("hearing"),
            house.topics.events("room"),
            house.topics.outcomes,
        ]
        targets = [(topic, p) for topic in topics for p in range(settings.partitions)]
        process = Process(settings)
        requests = await _decided(house, 0)
        for target in targets:
            await WRITES[write](settings, target)
        requests = await _decided(house, requests)
        await process.kill()
        again = Process(settings)
        await _decided(house, requests)

        desk = await letters_desk.open_desk(settings, "hearings")
        async with asyncio.timeout(PATIENCE):
            while {each.partition for each in await desk.letters()} != set(
                range(settings.partitions)
            ):
                await asyncio.sleep(0.05)
        assert {each.topic for each in await desk.letters()} == {topics[0]}
        await desk.close()
        await again.stop()


async def _decided(house: House, before: int) -> int:
    """Have a request decided in every partition, and return how many were until now."""
    after = before + 4 * house.settings.partitions
    for _ in range(before, after):
        await house.request(new_id(), f"room-{new_id()}")
    expected = seen(house.expected())
    facts = await house.until(lambda facts: len(facts) >= len(expected))
    assert seen(facts) == expected
    return after
