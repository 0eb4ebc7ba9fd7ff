"""A process reads each partition once for all who subscribe, and nobody waits for the slowest."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from services.core.bus import fetching
from services.core.bus.chain import Target
from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt
from services.core.bus.fetching import Fetcher, Subscription
from services.core.bus.kafka import Reader, Sender, farewell
from services.core.bus.record import Numbered, Record
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.patience import PATIENCE, surely

Targets = tuple[Target, Target]


@pytest.fixture
async def targets(settings: Settings) -> Targets:
    """Two partitions of a new topic."""
    topic = f"thads.fetching-{new_id()}.events"
    await surely(lambda: Cluster(settings).create([topic], 2))
    return (topic, 0), (topic, 1)


@pytest.fixture
async def sender(settings: Settings, targets: Targets) -> AsyncIterator[Sender]:
    sender = Sender(settings)
    await sender.start()
    yield sender
    sender.abandon()
    await farewell()


@pytest.fixture
async def fetcher(settings: Settings, sender: Sender) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(settings)
    running = asyncio.create_task(fetcher.run())
    yield fetcher
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await farewell()


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[Reader]:
    """The consumers that are made from now on."""
    made: list[Reader] = []

    def noted(settings: Settings) -> Reader:
        made.append(reader := Reader(settings))
        return reader

    monkeypatch.setattr(fetching, "Reader", noted)
    return made


async def write(sender: Sender, target: Target, count: int, size: int = 10) -> None:
    left = count
    while left:
        sent, _ = await sender.send(target, [Numbered("k", b"v" * size, b"h")] * left)
        left -= sent


async def read(subscription: Subscription, count: int, **of: Any) -> list[Record]:
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            found += await subscription.read(1.0, 500, **of)
    return found


def offsets(records: Sequence[Record], target: Target) -> list[int]:
    return [each.offset for each in records if (each.topic, each.partition) == target]


async def test_one_consumer_reads_for_all_who_follow_and_each_record_is_one_object(
    fetcher: Fetcher, sender: Sender, targets: Targets, readers: list[Reader]
) -> None:
    first, second = targets
    several = [fetcher.subscribe({first: 0, second: 0}) for _ in range(3)]
    await write(sender, first, 700)
    await write(sender, second, 40)
    found = [await read(each, 740) for each in several]
    for records in found:
        assert offsets(records, first) == list(range(700))
        assert offsets(records, second) == list(range(40))
    same = [{(each.partition, each.offset): id(each) for each in records} for records in found]
    assert same[0] == same[1] == same[2]
    assert len(readers) <= 1  # the fetcher's own may have been made before
    for each in several:
        each.close()


async def test_who_takes_nothing_holds_nobody_up_and_misses_nothing_later(
    fetcher: Fetcher, sender: Sender, targets: Targets, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = targets
    monkeypatch.setattr(fetching, "MOST_QUEUED", 50)
    slow, quick = (fetcher.subscribe({first: 0, second: 0}) for _ in range(2))
    for _ in range(6):  # each time more than the slow one queues
        await write(sender, first, 100)
        await read(quick, 100)
    await write(sender, second, 3)
    assert offsets(await read(quick, 3), second) == [0, 1, 2]
    late = await read(slow, 603)
    assert offsets(late, first) == list(range(600))
    assert offsets(late, second) == [0, 1, 2]
    await write(sender, first, 1)
    assert offsets(await read(slow, 1), first) == offsets(await read(quick, 1), first) == [600]
    slow.close()
    quick.close()


async def test_who_begins_behind_or_ahead_of_the_others_reads_from_its_own_place(
    fetcher: Fetcher, sender: Sender, targets: Targets
) -> None:
    first, _ = targets
    await write(sender, first, 20)
    middle = fetcher.subscribe({first: 10})
    assert offsets(await read(middle, 10), first) == list(range(10, 20))
    behind, ahead = fetcher.subscribe({first: 0}), fetcher.subscribe({first: 25})
    assert offsets(await read(behind, 20), first) == list(range(20))
    await write(sender, first, 10)
    assert offsets(await read(middle, 10), first) == list(range(20, 30))
    assert offsets(await read(behind, 10), first) == list(range(20, 30))
    assert offsets(await read(ahead, 5), first) == list(range(25, 30))
    for each in (middle, behind, ahead):
        each.close()


async def test_only_some_partitions_are_read_where_the_others_must_wait(
    fetcher: Fetcher, sender: Sender, targets: Targets
) -> None:
    first, second = targets
    subscription = fetcher.subscribe({first: 0, second: 0})
    await write(sender, first, 5)
    await write(sender, second, 5)
    assert offsets(await read(subscription, 5, only=[second]), second) == list(range(5))
    assert offsets(await read(subscription, 5), first) == list(range(5))
    subscription.close()


async def test_a_place_that_kafka_does_not_have_is_the_trouble_of_who_stands_there_alone(
    fetcher: Fetcher, sender: Sender, targets: Targets
) -> None:
    first, second = targets
    good = fetcher.subscribe({first: 0})
    lost = fetcher.subscribe({second: 1_000})
    with pytest.raises(Doubt, match="forgotten"):
        await read(lost, 1)
    lost.close()
    await write(sender, first, 3)
    await write(sender, second, 2)
    assert offsets(await read(good, 3), first) == [0, 1, 2]
    again = fetcher.subscribe({second: 0})
    assert offsets(await read(again, 2), second) == [0, 1]
    good.close()
    again.close()


async def test_who_left_comes_back_and_reads_what_was_written_meanwhile(
    fetcher: Fetcher, sender: Sender, targets: Targets
) -> None:
    first, second = targets
    other = fetcher.subscribe({second: 0})
    position, written = 0, 0
    for _ in range(5):
        subscription = fetcher.subscribe({first: position})
        await write(sender, first, 7)
        written += 7
        found = await read(subscription, written - position)
        assert offsets(found, first) == list(range(position, written))
        subscription.close()
        position = written
        await write(sender, first, 2)
        written += 2
    await write(sender, second, 1)
    assert offsets(await read(other, 1), second) == [0]
    other.close()
