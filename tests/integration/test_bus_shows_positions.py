"""What lag tools see of the lanes: positions, written under the name of the service."""

import asyncio
from functools import partial

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.core.bus import kafka
from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from tests.patience import surely
from tests.strangers import signed_in


async def test_lag_tools_see_the_positions_that_were_shown_last(settings: Settings) -> None:
    topic = f"{settings.topic_prefix}.hearing.events"
    await surely(lambda: Cluster(settings).create([topic], settings.partitions))
    for shown in ({(topic, 0): 3, (topic, 2): 5}, {(topic, 0): 4}):
        await surely(partial(kafka.show_positions, settings, "hearings", shown))
    assert await seen(settings, "hearings", topic) == {0: 4, 1: None, 2: 5}


async def test_a_broker_that_is_away_takes_no_positions_and_ends_nobody(
    settings: Settings, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "_SHOW_SECONDS", 0.5)
    topic = f"{settings.topic_prefix}.hearing.events"
    await surely(lambda: Cluster(settings).create([topic], settings.partitions))
    stack.kill_kafka()
    try:
        with pytest.raises(Doubt, match="show positions"):
            await kafka.show_positions(settings, "hearings", {(topic, 0): 1})
    finally:
        await asyncio.to_thread(stack.start)


async def seen(settings: Settings, group: str, topic: str) -> dict[int, int | None]:
    """Return what the group of that name has committed in each partition."""
    tool = AIOKafkaConsumer(
        **signed_in(settings),
        group_id=group,
        enable_auto_commit=False,
    )
    await tool.start()
    try:
        partitions = range(settings.partitions)
        return {each: await tool.committed(TopicPartition(topic, each)) for each in partitions}
    finally:
        await tool.stop()
