"""One contender in a process of its own: `python -m tests.bench.contenders NAME`.

Each reads `judgment.issued` from the submissions topic and writes it, decoded and encoded again,
with as many headers, to the events topic; what is between is the difference. They run until ended.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from io import BytesIO
from typing import Any, Final

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from fastavro import schemaless_reader, schemaless_writer
from msgspec import Struct
from msgspec.structs import replace

from services.core import garbage
from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.bus.clients import Clients
from services.core.bus.host import Host
from services.core.bus.kafka import _client
from services.core.bus.service import Service, Topics
from services.core.clock import WallClock
from services.core.contracts.envelope import envelope_of, head_of, place_of
from services.core.contracts.events import judgment
from services.core.contracts.family import Family
from services.core.contracts.schemas import load_schemas
from services.core.settings import Settings
from services.ledger import service as ledger
from tests.bench.workload import CATALOGUE, CODEC

_SCHEMA: Final = load_schemas().current["thads.judgment.issued"].parsed
_STATE: Final = bytes(range(250)) * 4


class Docket(Struct, frozen=True):
    """A state of one kilobyte."""

    content: bytes = _STATE
    count: int = 0


class Known(Struct, frozen=True):
    judgment: Docket = Docket()


FAMILY: Final = Family(
    name="judgment",
    start=Known(),
    claims=(judgment.Issued,),
    hears=(),
    stream=lambda claim: str(claim.judgment_id),
    decide=lambda _known, claim, _context: [claim],
    evolve=lambda known, _fact, _context: Known(
        replace(known.judgment, count=known.judgment.count + 1)
    ),
    react=lambda _known, _heard, _context: (),
)
SERVICE: Final = Service(name="judgments", families=(FAMILY,))


def _again(value: bytes) -> bytes:
    """Decode and encode with fastavro, framing kept."""
    buffer = BytesIO(value)
    buffer.seek(5)
    data = schemaless_reader(buffer, _SCHEMA)
    out = BytesIO()
    out.write(value[:5])
    schemaless_writer(out, _SCHEMA, data)
    return out.getvalue()


async def _clients(settings: Settings) -> tuple[Any, Any]:
    topics = Topics(settings.topic_prefix, settings.partitions)
    consumer = AIOKafkaConsumer(
        **_client(settings),
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_bytes=4_000_000,
        max_partition_fetch_bytes=1_048_576,
    )
    producer = AIOKafkaProducer(
        **_client(settings), acks="all", compression_type="zstd", max_batch_size=1_000_000
    )
    await consumer.start()
    await producer.start()
    partitions = [
        TopicPartition(topics.submissions("judgment"), p) for p in range(settings.partitions)
    ]
    consumer.assign(partitions)
    for each in partitions:
        consumer.seek(each, 0)
    return consumer, producer


async def bare(settings: Settings) -> None:
    """aiokafka: consume, decode, encode, produce; no database, no decision, batches of 500."""
    consumer, producer = await _clients(settings)
    events = Topics(settings.topic_prefix, settings.partitions).events("judgment")
    waiting: dict[int, Any] = {}
    while True:
        found = await consumer.getmany(timeout_ms=1000, max_records=500)
        for partition, records in found.items():
            batch = producer.create_batch()
            for each in records:
                batch.append(
                    key=each.key,
                    value=_again(each.value),
                    timestamp=None,
                    headers=list(each.headers),
                )
            batch.close()
            if before := waiting.pop(partition.partition, None):
                await before
            waiting[partition.partition] = await producer.send_batch(
                batch, events, partition=partition.partition
            )


async def one_by_one(settings: Settings) -> None:
    """aiokafka: one transaction an event: inbox, stream, outbox; then send, then delete."""
    consumer, producer = await _clients(settings)
    events = Topics(settings.topic_prefix, settings.partitions).events("judgment")
    database: Any = await asyncpg.connect(  # noqa: TID251  a contender is no part of the house
        host=settings.postgres_host,
        port=settings.postgres_port,
        user="postgres",
        database=settings.postgres_database,
    )
    await database.execute(
        "create table if not exists inbox (id text primary key);"
        "create table if not exists streams"
        " (stream text primary key, version bigint not null, state bytea not null);"
        "create table if not exists sending"
        " (id text primary key, key bytea not null, value bytea not null)"
    )
    while True:
        found = await consumer.getmany(timeout_ms=1000, max_records=500)
        for partition, records in found.items():
            for each in records:
                id_, stream, value = each.headers[1][1].decode(), each.key.decode(), b""
                async with database.transaction():
                    await database.execute("insert into inbox values ($1)", id_)
                    value = _again(each.value)
                    await database.execute(
                        "insert into streams values ($1, 1, $2) on conflict (stream)"
                        " do update set version = streams.version + 1, state = excluded.state",
                        stream,
                        _STATE,
                    )
                    await database.execute(
                        "insert into sending values ($1, $2, $3)", id_, each.key, value
                    )
                await producer.send_and_wait(
                    events,
                    value,
                    each.key,
                    partition=partition.partition,
                    headers=list(each.headers),
                )
                await database.execute("delete from sending where id = $1", id_)


async def lanes(settings: Settings) -> None:
    """The bus: every lane of a service in this process, decision and PostgreSQL included."""
    await _hosted(settings, SERVICE)


async def copied(settings: Settings) -> None:
    """aiokafka to asyncpg's COPY: the rows of the archive, without repeats, chain or lease."""
    consumer, producer = await _clients(settings)
    await producer.stop()
    database: Any = await asyncpg.connect(  # noqa: TID251  a contender is no part of the house
        host=settings.postgres_host,
        port=settings.postgres_port,
        user=ledger.NAME,
        database=settings.postgres_database,
        server_settings={"search_path": ledger.NAME},
    )
    last = dict.fromkeys(range(settings.partitions), 0)
    while True:
        found = await consumer.getmany(timeout_ms=1000, max_records=500)
        rows = []
        for partition, records in found.items():
            lane = partition.partition
            for each in records:
                head = head_of(each.headers)
                place, said = place_of(head), envelope_of(head)
                last[lane] += 1
                rows.append(
                    (
                        *(lane, last[lane], "submission", partition.topic, each.offset),
                        *(place.lane, place.number, each.key.decode(), stream_of(said.subject)),
                        *(said.subject, said.type, said.id, said.agency, said.occurred_at),
                        *(said.recorded_at, said.accepted_at, said.causation, said.correlation),
                        *(said.sequence, said.law, said.heard, each.value, head),
                    )
                )
        if rows:
            await database.copy_records_to_table("entries", records=rows)


async def archive(settings: Settings) -> None:
    """The ledger: every lane of it in this process."""
    await _hosted(settings, ledger.service((), ("judgment",)))


async def _hosted(settings: Settings, service: Service) -> None:
    host = Host(
        settings,
        service,
        codec=CODEC,
        catalogue=CATALOGUE,
        clock=WallClock(),
        directory=lambda: Directory({}, {}, {}),
        clients=Clients(settings),
    )
    await host.run()


CONTENDERS: Final[dict[str, Callable[[Settings], Coroutine[Any, Any, None]]]] = {
    "bare": bare,
    "one_by_one": one_by_one,
    "lanes": lanes,
    "copied": copied,
    "archive": archive,
}


if __name__ == "__main__":
    uvloop.install()
    garbage.look_seldom()
    asyncio.run(CONTENDERS[sys.argv[1]](Settings.load()))
