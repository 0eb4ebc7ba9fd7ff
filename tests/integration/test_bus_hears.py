"""T6, B7: who was shown a fact by any door is never refused for want of it."""

import asyncio

import pytest
from msgspec.structs import replace

from services.core.bus.kafka import Sender, reading
from services.core.contracts.identifiers import new_id
from services.core.contracts.partitions import partition_of
from services.core.settings import Settings
from tests.hearings import docket as dockets
from tests.hearings.events import docket
from tests.hearings.house import GATEWAY, House, Process
from tests.hearings.records import written
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE

ALL = (GATEWAY, SERVICE, dockets.SERVICE)


async def test_a_heard_fact_opens_a_docket_by_itself(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings, ALL)
        claim = await house.request(new_id(), "room-1")
        topic = house.topics.events("docket")
        async with asyncio.timeout(PATIENCE):
            while not (opened := await house.records(topic)):
                await asyncio.sleep(0.02)
        envelope = opened[0].envelope()
        await process.stop()
        assert envelope.subject == claim.envelope.subject
        assert envelope.correlation == claim.envelope.id
        assert envelope.heard.startswith("hearing:")


@pytest.mark.parametrize("count", [1, 2])
async def test_nobody_is_refused_for_want_of_a_fact_he_was_shown(
    settings: Settings, count: int
) -> None:
    """The court closes the docket in the very moment in which it reads that the hearing stands."""
    async with House.open(settings) as house:
        running = [Process(settings, ALL) for _ in range(count)]
        hearings = [new_id() for _ in range(60)]
        topic = house.topics.events("hearing")
        targets = [(topic, p) for p in range(settings.partitions)]
        shown: set[str] = set()
        async with reading(settings) as reader:
            reader.follow(dict.fromkeys(targets, 0))
            for hearing_id in hearings:
                await house.request(hearing_id, f"room-{hearing_id}")
            async with asyncio.timeout(PATIENCE):
                while len(shown) < len(hearings):
                    for record in await reader.read(1.0, 100):
                        if record.key not in shown:
                            shown.add(record.key)
                            await house.accept(house.claim(docket.Closed(hearing_id=record.key)))
        topics = [house.topics.events("docket"), house.topics.outcomes]
        async with asyncio.timeout(PATIENCE):
            while len(facts := await house.records(*topics)) < 2 * len(hearings):
                await asyncio.sleep(0.05)
        for process in running:
            await process.stop()
        types = sorted({each.envelope().type for each in facts})
        assert types == ["thads.docket.closed", "thads.docket.opened"]


async def test_a_claim_waits_until_all_that_stands_in_the_topics_was_heard(
    settings: Settings,
) -> None:
    """The fact that it depends on is the last of thousands, which come in many batches."""
    async with House.open(settings) as house:
        part, other = new_id(), new_id()
        while partition_of(other, settings.partitions) != partition_of(part, settings.partitions):
            other = new_id()
        target = (house.topics.events("hearing"), partition_of(part, settings.partitions))
        told = [house.requested(other, "room-1") for _ in range(2_999)]
        told.append(house.requested(part, "room-1"))
        facts = [replace(each, topic=target[0]) for each in told]
        numbered = written(f"hearings/{target[1]}", facts).records
        sender = Sender(settings)
        await sender.start()
        for start in range(0, len(numbered), 500):
            await sender.send(target, numbered[start : start + 500])
        claim = house.claim(docket.Closed(hearing_id=part))
        (waiting,) = written(f"gateway/{target[1]}", [claim]).records
        await sender.send((claim.topic, claim.partition), [waiting])
        sender.abandon()

        process = Process(settings, [dockets.SERVICE])
        topics = [house.topics.events("docket"), house.topics.outcomes]
        async with asyncio.timeout(PATIENCE):
            while len(found := await house.records(*topics)) < 3:
                await asyncio.sleep(0.05)
        await process.stop()
        of_part = [each.envelope().type for each in found if each.key == part]
        assert of_part == ["thads.docket.opened", "thads.docket.closed"]


async def test_a_fact_says_how_far_its_lane_had_heard(settings: Settings) -> None:
    async with House.open(settings) as house:
        part = new_id()
        process = Process(settings, ALL)
        await house.request(part, "room-1")
        await house.accept(house.claim(docket.Closed(hearing_id=part)))
        topics = [house.topics.events("docket"), house.topics.outcomes]
        async with asyncio.timeout(PATIENCE):
            while len(facts := await house.records(*topics)) < 2:
                await asyncio.sleep(0.02)
        await process.stop()
        heard_to = [
            int(each.envelope().heard.partition(":")[2].partition(",")[0])
            for each in facts
            if each.envelope().type == "thads.docket.opened"
        ]
        requested = [
            each
            for each in await house.records(house.topics.events("hearing"))
            if each.key == part and each.envelope().type == "thads.hearing.requested"
        ]
        assert heard_to == [requested[0].offset + 1]
