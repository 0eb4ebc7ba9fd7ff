"""The broker as docker-compose.yml configures it, started here from its jars."""

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt
from services.core.bus.kafka import Reader, Sender, farewell
from services.core.bus.record import Numbered
from services.core.runtime.jars import class_path
from services.core.runtime.java import find_java
from services.core.settings import Settings
from tests.conftest import free_ports
from tests.patience import PATIENCE

CONFIG = Path(__file__).parents[2] / "deploy/kafka/server.properties"
PASSWORD = "compose-test"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The configuration's broker, with the names of its container's world put right for here."""
    tmp_path = tmp_path_factory.mktemp("broker")
    (client, internal), (controller, _) = free_ports(), free_ports()
    text = CONFIG.read_text().replace("kafka:9092", f"127.0.0.1:{client}")
    changed: Mapping[str, str] = {
        "0.0.0.0:9092": f"127.0.0.1:{client}",
        ":9094": f":{internal}",
        ":9093": f":{controller}",
        "/var/lib/kafka/data": str(tmp_path / "data"),
        "reauth.ms=300000": "reauth.ms=1000",
    }
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "server.properties").write_text(text)
    settings = Settings(
        home=tmp_path, kafka_bootstrap=f"127.0.0.1:{client}", kafka_password=PASSWORD
    )
    jars = class_path(settings.cache, settings.maven_mirror, lambda _: None)
    java = [str(find_java(settings.java)), "-Xmx256m", "-cp", ":".join(map(str, jars))]
    user = f"SCRAM-SHA-512=[name=platform,password={PASSWORD}]"
    subprocess.run(
        [
            *(*java, "kafka.tools.StorageTool", "format", "--standalone"),
            *("--cluster-id", "bGllbnRob25nLWNvbXBvcw", "--config", "server.properties"),
            *("--ignore-formatted", "--add-scram", user),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*java, "kafka.Kafka", "server.properties"], cwd=tmp_path, stdout=log, stderr=log
        )
    try:
        yield settings
    finally:
        ended = process.poll()
        process.terminate()
        process.wait(PATIENCE)
        assert ended is None, f"it ended by itself with {ended}"


async def test_the_platform_comes_in_by_its_password_and_nobody_without(
    broker: Settings, caplog: pytest.LogCaptureFixture
) -> None:
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


async def made(settings: Settings, topic: str) -> list[str]:
    """Make a topic as soon as the broker answers; if it never does, show what it said."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(Doubt):
                    return await Cluster(settings).create([topic], 1)
    except TimeoutError as silent:
        raise AssertionError((settings.home / "log").read_text(errors="replace")) from silent
