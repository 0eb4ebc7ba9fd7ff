"""From POST to the recorded outcome at 200 a second, beside the bare path through Kafka."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any, Final

import httpx2
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from msgspec.structs import replace

from services.core.access import directory
from services.core.access.tokens import Issuer
from services.core.bus.kafka import _client
from services.core.bus.service import Topics
from services.core.contracts.envelope import headers_of
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.bench.throughput import fresh, process
from tests.bench.workload import CATALOGUE, CODEC, claim
from tests.conftest import free_ports

RATE: Final = 200
SECONDS: Final = 10
WARM_UP: Final = 200  #: requests that are not counted

Samples = dict[str, list[float]]


async def run(settings: Settings, rounds: int) -> tuple[Samples, Samples]:
    """Return the milliseconds of both paths, by quantile, a value a round."""
    bare: Samples = {"p50": [], "p99": []}
    posts: Samples = {"p50": [], "p99": []}
    for _ in range(rounds):
        for samples, path in ((bare, _bare), (posts, _posts)):
            taken = sorted((await path(settings))[WARM_UP:])
            cuts = quantiles(taken, n=100)
            samples["p50"].append(cuts[49] * 1000)
            samples["p99"].append(cuts[98] * 1000)
    return bare, posts


async def _paced(once: Callable[[], Awaitable[float]]) -> list[float]:
    """Call at the fixed rate, whatever the answers take; return what each took, in order."""
    running = []
    began = time.perf_counter()
    for n in range(RATE * SECONDS):
        await asyncio.sleep(max(0.0, began + n / RATE - time.perf_counter()))
        running.append(asyncio.ensure_future(once()))
    return list(await asyncio.gather(*running))


async def _bare(settings: Settings) -> list[float]:
    settings = await fresh(settings)
    topics = Topics(settings.topic_prefix, settings.partitions)
    producer = AIOKafkaProducer(**_client(settings), acks="all")
    consumer = AIOKafkaConsumer(**_client(settings), auto_offset_reset="none")
    await producer.start()
    await consumer.start()
    targets = [TopicPartition(topics.events("judgment"), p) for p in range(settings.partitions)]
    consumer.assign(targets)
    for target in targets:
        consumer.seek(target, 0)
    waiting: dict[bytes, asyncio.Future[None]] = {}

    async def hear() -> None:
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    waiting.pop(record.key).set_result(None)

    async def once() -> float:
        sent = claim(topics, new_id())
        key = sent.key.encode()
        heard = waiting[key] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await producer.send_and_wait(
            sent.topic,
            sent.value,
            key,
            partition=sent.partition,
            headers=headers_of(sent.envelope.head("gateway/0", 1, "")),
        )
        await heard
        return time.perf_counter() - began

    hearing = asyncio.ensure_future(hear())
    try:
        async with process(settings, "tests.bench.contenders", "bare"):
            return await _paced(once)
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await producer.stop()
        await consumer.stop()


async def _posts(settings: Settings) -> list[float]:
    settings = replace(await fresh(settings), http_port=free_ports()[0])
    known: Any = directory.load(CATALOGUE).agency("toa-da-nang")
    token = Issuer(settings.secrets).issue(known)
    topics = Topics(settings.topic_prefix, settings.partitions)
    async with (
        process(settings, "services.cli", "run", "gateway", "judgments"),
        httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{settings.http_port}",
            headers={"Authorization": f"Bearer {token}", "Prefer": "wait=20"},
            timeout=30,
        ) as client,
    ):
        await _ready(client)

        async def once() -> float:
            event = CODEC.decode(claim(topics, new_id()).value)
            body = {
                "type": event.TYPE,
                "occurred_at": datetime.now(UTC).isoformat(),
                "officer": "thu-ky-hoa",
                "data": CODEC.to_json(event),
            }
            began = time.perf_counter()
            answer = await client.post(
                "/v1/submissions", json=body, headers={"Idempotency-Key": new_id()}
            )
            took = time.perf_counter() - began
            if answer.status_code != 200 or answer.json().get("status") != "recorded":
                raise RuntimeError(f"not recorded: {answer.status_code} {answer.text}")
            return took

        return await _paced(once)


async def _ready(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)
