"""Agencies read their own topics with clients of their own: the feed again, and nothing else."""

import asyncio
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat

from services.core.bus import postgres
from services.core.bus.cluster import Cluster
from services.core.bus.grants import Grants
from services.core.bus.kafka import Sender, reading
from services.core.bus.service import Topics
from services.core.contracts.envelope import foreign_headers
from services.core.settings import Settings
from services.core.telemetry.metrics import REGISTRY
from services.delivery.service import NAME
from services.delivery.topics import Filler, record_of
from tests.acceptance.test_strangers_tools import lent_librdkafka
from tests.doors.house import COURT, ENFORCERS, open_door
from tests.integration.test_cli_doors import at_door, lienthong
from tests.integration.test_delivery_door import FACTS, sent, until
from tests.patience import PATIENCE, surely

BANK = "nh-song-cam"


class Killed(BaseException):
    """The process dies here."""


async def granted(settings: Settings, agency: str, *options: str) -> dict[str, str]:
    """Grant an agency its topic, and return what it is told."""
    code, told, trouble = await lienthong(settings, "access", "grant", agency, "--json", *options)
    assert (code, trouble) == (0, "")
    said: dict[str, str] = json.loads(told)
    return said


def connection(told: Mapping[str, str]) -> dict[str, Any]:
    return {
        "bootstrap_servers": told["bootstrap"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": told["user"],
        "sasl_plain_password": told["password"],
    }


async def read(told: Mapping[str, str], topic: str, group: str, many: int) -> list[ConsumerRecord]:
    """Read a topic's first records as the user that was told of."""
    consumer = AIOKafkaConsumer(
        topic,
        **connection(told),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    found: list[ConsumerRecord] = []
    try:
        await consumer.start()
        async with asyncio.timeout(PATIENCE):
            while len(found) < many:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += records
        await consumer.commit()
    finally:
        await consumer.stop()
    return found


@asynccontextmanager
async def opened(told: Mapping[str, str], topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that stays connected, at the beginning of a topic."""
    consumer = AIOKafkaConsumer(**connection(told), group_id=None)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek(TopicPartition(topic, 0), 0)
        yield consumer
    finally:
        await consumer.stop()


async def some(consumer: AIOKafkaConsumer) -> list[ConsumerRecord]:
    """Wait for the next records."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                return list(records)


def by_the_rule(records: Iterable[ConsumerRecord]) -> list[bytes]:
    """What a reader takes up: whatever is not above the last number it has, it drops."""
    taken: list[bytes] = []
    for record in records:
        number = number_of(record)
        if number > len(taken):
            assert number == len(taken) + 1, "something is missing"
            taken.append(record.value)
        else:
            assert taken[number - 1] == record.value, "a repeat is not what stood there"
    return taken


async def write(told: Mapping[str, str], topic: str) -> None:
    producer = AIOKafkaProducer(**connection(told))
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}")
    finally:
        with suppress(KafkaError):
            await producer.stop()


def number_of(record: ConsumerRecord) -> int:
    return int(dict(record.headers)["number"])


async def test_a_topic_is_the_feed_again_and_its_agency_reads_nothing_else(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_door(settings) as door:
        own = at_door(door, msgspec.structs.replace(settings, home=tmp_path))
        enforcers, court = await asyncio.gather(granted(own, ENFORCERS), granted(own, COURT))
        await sent(door, judgments=2)
        pulled = await until(door, ENFORCERS, 2 * FACTS)
        topic = enforcers["topic"]
        records = await read(enforcers, topic, f"{ENFORCERS}.tra-cuu", 2 * FACTS)
        assert [number_of(each) for each in records] == [each["number"] for each in pulled]
        assert [json.loads(each.value) for each in records] == [each["event"] for each in pulled]
        assert [each.key.decode() for each in records] == [
            each["event"]["subject"] for each in pulled
        ]

        headers: Any = dict(records[0].headers)
        assert headers["ce_id"].decode() == pulled[0]["event"]["id"]
        assert headers["ce_type"] == b"thads.judgment.issued"
        event = from_structured(
            KafkaMessage(headers, records[0].key, records[0].value), JSONFormat()
        )
        assert event.get_id() == pulled[0]["event"]["id"]
        assert event.get_data() == pulled[0]["event"]["data"]

        with pytest.raises(TopicAuthorizationFailedError):
            await write(enforcers, topic)
        for foreign in (court["topic"], door.whole.topics.events("judgment")):
            with pytest.raises(TopicAuthorizationFailedError):
                await read(enforcers, foreign, f"{ENFORCERS}.tra-cuu", 1)
        for group in (f"{COURT}.tra-cuu", f"{ENFORCERS}-2.tra-cuu", "delivery"):
            with pytest.raises(GroupAuthorizationFailedError):
                await read(enforcers, topic, group, 1)

        former, enforcers = enforcers, await granted(own, ENFORCERS, "--overlap", "1")
        assert former["user"] != enforcers["user"]
        async with opened(former, topic) as consumer:
            for n, told in enumerate((former, enforcers)):
                assert await read(told, topic, f"{ENFORCERS}.overlap-{n}", 1)
            assert await Grants(own).expire(datetime.now(UTC)) == set()
            assert await some(consumer)
            over = await Grants(own).expire(datetime.now(UTC) + timedelta(hours=1))
            assert over == {former["user"]}
            consumer.seek(TopicPartition(topic, 0), 0)
            with pytest.raises(TopicAuthorizationFailedError):
                await some(consumer)
        assert await read(enforcers, topic, f"{ENFORCERS}.tra-cuu-3", 1)

        former, enforcers = enforcers, await granted(own, ENFORCERS)
        with pytest.raises(KafkaError):
            await read(former, topic, f"{ENFORCERS}.tra-cuu-4", 1)
        assert await read(enforcers, topic, f"{ENFORCERS}.tra-cuu-4", 1)

        code, _, trouble = await lienthong(own, "access", "grant", "platform")
        assert (code, "this house itself" in trouble) == (1, True)
        assert (await lienthong(own, "access", "revoke", ENFORCERS))[0] == 0
        assert (await lienthong(own, "access", "revoke", ENFORCERS))[0] == 0, "as it was already"
        with pytest.raises(KafkaError):
            await read(enforcers, topic, f"{ENFORCERS}.tra-cuu", 1)
        left = await read(court, court["topic"], f"{COURT}.tra-cuu", 2 * FACTS)
        assert len(left) == 2 * FACTS


async def fill_feed(settings: Settings, first: int, last: int) -> None:
    """Put facts that the bank may see into its feed."""
    connected = await postgres.connect(settings, NAME)
    try:
        for number in range(first, last + 1):
            event = {
                "specversion": "1.0",
                "id": str(uuid.uuid4()),
                "type": "thads.information.requested",
                "source": f"/{ENFORCERS}/",
                "subject": f"key{number % 7}.c1",
                "time": "2026-09-01T00:00:00Z",
            }
            await connected.execute(
                "insert into facts (id, key, part, recorded_at, sequence, scopes, relations,"
                " agencies, event, partition, after)"
                " values ($1, $2, $2, now(), 1, '{}', '{}', $3, $4, 0, '{}')",
                *(event["id"], event["subject"], [BANK], json.dumps(event).encode()),
            )
        await connected.execute(
            "select deliver(array(select distinct key from facts), 0)",
        )
    finally:
        await connected.close()


async def feed_of(settings: Settings) -> list[bytes]:
    connected = await postgres.connect(settings, NAME)
    try:
        rows = await connected.fetch(
            "select facts.event from feed join facts on facts.id = feed.fact"
            " where feed.agency = $1 order by feed.number",
            BANK,
        )
    finally:
        await connected.close()
    return [row["event"] for row in rows]


async def bank_granted(settings: Settings) -> dict[str, str]:
    """Let the bank read its topic, without the directory's detour."""
    topic = Topics(settings.topic_prefix, settings.partitions).agency(BANK)
    cluster = Cluster(settings)
    await cluster.create([topic], partitions=1)
    await cluster.admit(topic, "a-password", topic, f"{BANK}.")
    return {
        "bootstrap": settings.kafka_bootstrap,
        "user": topic,
        "password": "a-password",
        "topic": topic,
    }


async def test_a_filler_killed_again_and_again_loses_nothing_and_repeats_only_the_same(
    settings: Settings,
) -> None:
    told = await bank_granted(settings)
    await fill_feed(settings, 1, 1_200)
    deaths = 0

    def dies(_point: str) -> None:
        nonlocal deaths
        deaths += 1
        raise Killed

    for _ in range(3):  # handed over and never confirmed, by one filler after another
        with pytest.raises(Killed):
            await asyncio.wait_for(Filler(settings, dies).run(), PATIENCE)
    assert deaths == 3
    await arrives_late(settings, 101, 200)

    one, other = Filler(settings), Filler(settings)
    both = [asyncio.create_task(each.run()) for each in (one, other)]
    try:
        await fill_feed(settings, 1_201, 1_300)
        await standing(settings, 1_300)
        await cut_off(settings)
        await fill_feed(settings, 1_301, 1_400)
        await standing(settings, 1_400)
    finally:
        for each in (one, other):
            each.stop()
        await asyncio.gather(*both)
    records = await read(told, told["topic"], f"{BANK}.a", await many(settings))
    assert by_the_rule(records) == await feed_of(settings)
    assert len(records) > 1_400, "what was not confirmed was repeated"


async def test_a_topic_that_knows_more_than_the_database_is_left_alone(settings: Settings) -> None:
    await bank_granted(settings)
    await fill_feed(settings, 1, 3)
    filler = Filler(settings)
    running = asyncio.create_task(filler.run())
    await standing(settings, 3)
    filler.stop()
    await running
    connected = await postgres.connect(settings, NAME)
    await connected.execute("truncate feed, feeds, facts")  # a database from the past
    await connected.close()
    await fill_feed(settings, 4, 8)

    again = Filler(settings)
    running = asyncio.create_task(again.run())
    with structlog.testing.capture_logs() as said:
        async with asyncio.timeout(PATIENCE):
            while not any(each["event"] == "topic_halted" for each in said):
                await asyncio.sleep(0.05)
        while REGISTRY.get_sample_value("lienthong_topics_halted") != 1:
            await asyncio.sleep(0.05)
    again.stop()
    await running
    assert await many(settings) == 3, "nothing was added"
    _, shown, _ = await lienthong(settings, "status")
    assert f"topic of {BANK}: halted since" in shown
    assert "event 3 is not what the feed of nh-song-cam holds" in shown

    topic = Topics(settings.topic_prefix, settings.partitions).agency(BANK)
    await Cluster(settings).shut_out(topic)
    _, shown, _ = await lienthong(settings, "status", "--json")
    assert json.loads(shown)["halted_topics"] == [], "what nobody is to read does not stand still"


async def arrives_late(settings: Settings, first: int, last: int) -> None:
    """Let a batch arrive now that a former filler had under way when it lost its turn."""
    target = (Topics(settings.topic_prefix, settings.partitions).agency(BANK), 0)
    events = await feed_of(settings)
    sender = Sender(settings)
    await sender.start()
    try:
        records = [record_of(number, events[number - 1]) for number in range(first, last + 1)]
        await sender.send(target, records)
    finally:
        sender.abandon()


async def many(settings: Settings) -> int:
    """How many records stand in the bank's topic, repeats included."""
    target = (Topics(settings.topic_prefix, settings.partitions).agency(BANK), 0)

    async def look() -> int:
        async with reading(settings) as reader:
            return (await reader.ends([target]))[target]

    return await surely(look)


async def standing(settings: Settings, number: int) -> None:
    """Wait until a number is the last in the bank's topic."""
    target = (Topics(settings.topic_prefix, settings.partitions).agency(BANK), 0)
    async with asyncio.timeout(PATIENCE), reading(settings) as reader:
        while True:
            last = await surely(lambda: reader.last(target))
            if last and foreign_headers(last.head)["number"] == b"%d" % number:
                return
            await asyncio.sleep(0.05)


_END_SESSIONS = """
select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
   and database = (select oid from pg_database where datname = current_database())
"""


async def cut_off(settings: Settings) -> None:
    """End every session that fills topics, as a network failure would."""
    connected = await postgres.connect(settings, NAME)
    try:
        async with asyncio.timeout(PATIENCE):
            while not (ended := await connected.fetch(_END_SESSIONS)):
                await asyncio.sleep(0.05)
    finally:
        await connected.close()
    assert len(ended) == 1, "one writes, the other stands ready"


async def kcat(told: Mapping[str, str], folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run kcat as the user that was told of; return its exit code, what it shows and complains."""
    options = {
        "bootstrap.servers": told["bootstrap"],
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": told["user"],
        "sasl.password": told["password"],
    }
    process = await asyncio.create_subprocess_exec(
        *("kcat", *(f"-X{name}={value}" for name, value in options.items()), *arguments),
        env=lent_librdkafka(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    shown, complained = await asyncio.wait_for(process.communicate(b"{}\n"), PATIENCE)
    return process.returncode or 0, shown.decode(), complained.decode()


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
async def test_kcat_reads_the_topic_and_is_refused_everything_else(
    settings: Settings, tmp_path: Path
) -> None:
    told = await bank_granted(settings)
    topics = Topics(settings.topic_prefix, settings.partitions)
    await Cluster(settings).create([topics.agency(COURT)], partitions=1)
    await fill_feed(settings, 1, 2)
    filler = Filler(settings)
    running = asyncio.create_task(filler.run())
    await standing(settings, 2)
    filler.stop()
    await running

    reading_it = ("-C", "-t", told["topic"], "-o", "beginning", "-e", "-J")
    code, shown, _ = await kcat(told, tmp_path, *reading_it)
    lines = [json.loads(line) for line in shown.splitlines()]
    assert code == 0
    assert [line["headers"][-2:] for line in lines] == [["number", "1"], ["number", "2"]]
    assert [line["payload"].encode() for line in lines] == await feed_of(settings)
    in_group = ("-e", "-X", "auto.offset.reset=earliest")
    _, shown, _ = await kcat(told, tmp_path, *in_group, "-G", f"{BANK}.a", told["topic"])
    assert len(shown.splitlines()) == 2

    for refused in (
        ("-P", "-t", told["topic"]),
        ("-C", "-t", topics.agency(COURT), "-o", "beginning", "-e"),
        (*in_group, "-G", f"{COURT}.a", told["topic"]),
    ):
        code, shown, complained = await kcat(told, tmp_path, *refused)
        assert (code, shown) == (1, ""), refused
        assert "authorization failed" in complained.lower(), refused
