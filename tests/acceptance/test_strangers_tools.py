"""What agencies have already reads our topics: no code of ours is needed on the other side."""

import asyncio
import json
import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import confluent_kafka
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from services.core.contracts.partitions import partition_of
from services.core.settings import Settings
from tests.doors.house import Door, effective, issued, open_door
from tests.patience import PATIENCE


class AnyBytes(JSONFormat):
    """A format for CloudEvents' SDK that leaves the data as they are: they are Avro."""

    def read_data(self, body: bytes, datacontenttype: str | None) -> bytes:  # noqa: ARG002  theirs
        return body


async def told(door: Door) -> dict[str, Any]:
    """Have a judgment issued and take effect; return what the court was told of the first."""
    answer: dict[str, Any] = (await door.submit(issued())).json()
    assert (await door.submit(effective(answer["part"]))).json()["status"] == "recorded"
    return answer


def connection(settings: Settings) -> dict[str, str]:
    return {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": settings.kafka_user,
        "sasl.password": settings.kafka_password,
    }


def messages(settings: Settings, topic: str, key: str, count: int) -> Sequence[Message]:
    """Read the first messages of a key's partition with librdkafka."""
    consumer = Consumer({**connection(settings), "group.id": "a-stranger"})
    try:
        consumer.assign([TopicPartition(topic, partition_of(key, settings.partitions), 0)])
        return consumer.consume(count, timeout=PATIENCE)
    finally:
        consumer.close()


async def test_confluents_deserializer_reads_a_fact_through_the_registry_paths(
    settings: Settings,
) -> None:
    async with open_door(settings) as door:
        fact = await told(door)
        topic = door.whole.topics.events("judgment")
        first, second = await asyncio.to_thread(messages, settings, topic, fact["part"], 2)

        def read(message: Message) -> Any:
            decode = AvroDeserializer(SchemaRegistryClient({"url": door.url}))
            return decode(message.value(), SerializationContext(topic, MessageField.VALUE))

        opened, bound = [await asyncio.to_thread(read, each) for each in (first, second)]
    assert opened["judgment_id"] == fact["part"]
    assert opened["judgment_no"] == "41/2026/DS-PT"
    assert opened["items"][0]["amount"] == 85_000_000
    assert opened["issued_on"].isoformat() == "2026-08-03"
    assert bound["items"] == [1]


async def test_the_sdk_of_cloudevents_accepts_our_headers(settings: Settings) -> None:
    async with open_door(settings) as door:
        fact = await told(door)
        topic = door.whole.topics.events("judgment")
        (message,) = await asyncio.to_thread(messages, settings, topic, fact["part"], 1)
    headers: Any = dict(message.headers() or ())
    read = KafkaMessage(headers, message.key(), message.value() or b"")
    event = from_binary(read, AnyBytes(), CloudEvent)
    assert event.get_specversion() == "1.0"
    assert event.get_id() == fact["facts"][0]["id"]
    assert event.get_type() == "thads.judgment.issued"
    assert event.get_source() == "/toa-da-nang/"
    assert event.get_subject() == fact["part"]
    assert event.get_datacontenttype() == "application/avro"
    assert event.get_time() == datetime.fromisoformat("2026-08-03T09:00:00+07:00")


def lent_librdkafka(folder: Path) -> dict[str, str]:
    """The environment in which kcat runs on the librdkafka of confluent-kafka.

    Before 2.6.1 librdkafka sent a wrong nonce, which Kafka 4 no longer accepts (librdkafka #4895):
    Debian's 2.0.2 cannot sign in by SCRAM.
    """
    libraries = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    for each in libraries.glob("librdkafka-*.so.1"):
        (folder / "librdkafka.so.1").unlink(missing_ok=True)
        (folder / "librdkafka.so.1").symlink_to(each)
    return {**os.environ, "LD_LIBRARY_PATH": f"{folder}:{libraries}"}


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
async def test_kcat_reads_keys_and_headers(settings: Settings, tmp_path: Path) -> None:
    async with open_door(settings) as door:
        fact = await told(door)
        topic = door.whole.topics.events("judgment")
    options = [f"-X{name}={value}" for name, value in connection(settings).items()]
    partition = str(partition_of(fact["part"], settings.partitions))
    command = ["kcat", *options, "-C", "-t", topic, "-p", partition, "-o", "beginning", "-e", "-J"]
    done = await asyncio.create_subprocess_exec(
        *command, env=lent_librdkafka(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    shown, _ = await asyncio.wait_for(done.communicate(), PATIENCE)
    first = json.loads(shown.split(b"\n")[0].decode(errors="replace"))
    headers = dict(zip(first["headers"][::2], first["headers"][1::2], strict=True))
    assert first["key"] == fact["part"]
    assert headers["ce_type"] == "thads.judgment.issued"
    assert headers["ce_id"] == fact["facts"][0]["id"]
    assert headers["lt_record"].startswith("judgments/")
