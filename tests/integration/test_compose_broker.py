"""The broker as docker-compose.yml configures it, started here from its jars."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt
from services.core.bus.grants import Grants
from services.core.bus.kafka import Reader, Sender, farewell
from services.core.bus.record import Numbered
from services.core.settings import Settings
from tests.images import compose
from tests.patience import PATIENCE


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The broker, whose sessions must show their password again after a second."""
    quick = {"reauth.ms=300000": "reauth.ms=1000"}
    with compose.broker(tmp_path_factory.mktemp("broker"), quick) as settings:
        yield settings


async def test_the_platform_comes_in_by_its_password_and_nobody_without(
    broker: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Commands that ran before in this process have silenced the library for themselves.
    monkeypatch.setattr(logging.getLogger("aiokafka"), "propagate", True)
    caplog.set_level(logging.ERROR, logger="aiokafka")
    assert await made(broker, "thads.case.events") == ["thads.case.events"]
    sender = Sender(broker)
    await sender.start()
    sent = await sender.send(("thads.case.events", 0), [Numbered("k", b"v", b"h")])
    assert sent == (1, 0)
    sender.abandon()
    stranger = Sender(msgspec.structs.replace(broker, kafka_password="guessed"))
    with pytest.raises(Doubt):
        await stranger.start()
    assert "Authentication failed" in caplog.text
    stranger.abandon()


async def test_a_session_ends_soon_after_its_password_changed_and_our_clients_go_on(
    broker: Settings,
) -> None:
    topic = "thads.agency.nh-song-cam"
    await made(broker, topic)
    cluster = Cluster(broker)
    await cluster.admit("reader", "first", topic, "nh-song-cam.")
    old = msgspec.structs.replace(broker, kafka_user="reader", kafka_password="first")
    sender, reader, session = Sender(broker), Reader(broker), Reader(old)
    for client in (sender, reader, session):
        await client.start()
    reader.follow({(topic, 0): 0})
    seen: list[int] = []

    async def work() -> None:
        """Send a record, and see it."""
        last = (await sender.send((topic, 0), [Numbered("k", b"v", b"h")]))[1]
        while last not in seen:
            seen.extend(record.offset for record in await reader.read(0.5, 100))

    async def work_while_the_session_lasts() -> None:
        while True:
            await work()
            await session.ends([(topic, 0)])

    try:
        async with asyncio.timeout(PATIENCE):
            await work()
            assert await session.ends([(topic, 0)]) == {(topic, 0): 1}
            await cluster.admit("reader", "second", topic, "nh-song-cam.")
            with pytest.raises(Doubt):
                await work_while_the_session_lasts()
            await work()
    finally:
        for client in (sender, reader, session):
            client.abandon()
        await farewell()
    assert seen == list(range(len(seen)))


async def test_an_agency_reads_its_topic_at_the_address_that_its_grant_names(
    broker: Settings,
) -> None:
    granted = await Grants(broker).grant("nh-song-cam", timedelta(), datetime.now(UTC))
    assert granted.bootstrap == broker.kafka_agency_bootstrap != broker.kafka_bootstrap
    agency = msgspec.structs.replace(
        broker,
        kafka_bootstrap=granted.bootstrap,
        kafka_user=granted.user,
        kafka_password=granted.password,
    )
    reader = Reader(agency)
    await reader.start()
    try:
        assert await reader.ends([(granted.topic, 0)]) is not None
    finally:
        reader.abandon()
        await farewell()


async def made(settings: Settings, topic: str) -> list[str]:
    """Make a topic as soon as the broker answers; if it never does, show what it said."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(Doubt):
                    return await Cluster(settings).create([topic], 1)
    except TimeoutError as silent:
        raise AssertionError((settings.home / "log").read_text(errors="replace")) from silent
