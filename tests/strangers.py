"""What programs that are not ours may write to the topics of a house."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c
from confluent_kafka import Producer

from services.core.bus.chain import Target
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.patience import PATIENCE

Write: TypeAlias = Callable[[Settings, Target], Awaitable[None]]

_NAME: Final = "NAME"
_CRC: Final = slice(17, 21)  #: of a batch; it runs over all that follows


def signed_in(settings: Settings) -> dict[str, Any]:
    """Return how a client of aiokafka that is not ours reaches the broker and signs in."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password,
    }


def _in_transaction(settings: Settings, target: Target, *, commits: bool) -> None:
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka_bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": settings.kafka_user,
            "sasl.password": settings.kafka_password,
            "transactional.id": f"stranger-{new_id()}",
        }
    )
    producer.init_transactions(PATIENCE)
    producer.begin_transaction()
    producer.produce(target[0], b"value", b"key", partition=target[1])
    producer.flush(PATIENCE)
    if commits:
        producer.commit_transaction(PATIENCE)
    else:
        producer.abort_transaction(PATIENCE)


async def committed(settings: Settings, target: Target) -> None:
    """Write a record in a transaction: behind it stands the marker of its end, at an offset too."""
    await asyncio.to_thread(_in_transaction, settings, target, commits=True)


async def aborted(settings: Settings, target: Target) -> None:
    """Write a record in a transaction that is given up; record and marker keep their offsets."""
    await asyncio.to_thread(_in_transaction, settings, target, commits=False)


async def unreadable_name(settings: Settings, target: Target) -> None:
    """Write three records, the second with a header whose name is not UTF-8."""
    producer = AIOKafkaProducer(**signed_in(settings))
    await producer.start()
    batch = producer.create_batch()
    for name in ("first", _NAME, "third"):
        batch.append(key=b"key", value=b"value", timestamp=None, headers=[(name, b"")])
    batch.close()
    batch._buffer = _with_rubbish(bytes(batch._build()))
    async with asyncio.timeout(PATIENCE):
        await (await producer.send_batch(batch, target[0], partition=target[1]))
    await producer.stop()


def _with_rubbish(batch: bytes) -> bytes:
    """Put bytes that are no UTF-8 in the place of a header's name; no producer's API allows it."""
    changed = bytearray(batch.replace(_NAME.encode(), b"\xff" * len(_NAME)))
    changed[_CRC] = int(calc_crc32c(bytes(changed[_CRC.stop :]))).to_bytes(4, "big")
    return bytes(changed)


WRITES: Final[Mapping[str, Write]] = {
    "committed transaction": committed,
    "aborted transaction": aborted,
    "header whose name is no text": unreadable_name,
}
