"""From POST to the outcome, and to a waiting subscriber, at 200 a second; beside bare Kafka."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
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

_NONE: Final = 10**9  #: submissions a minute, where no limit is to be met

TOPICS: Final = Topics("thads", 1)  #: of the claims that become bodies; they travel nowhere

Samples = dict[str, list[float]]


async def run(settings: Settings, rounds: int) -> tuple[Samples, Samples, Samples]:
    """Return the milliseconds of the paths, by quantile, a value a round."""
    bare: Samples = {"p50": [], "p99": []}
    posts: Samples = {"p50": [], "p99": []}
    seen: Samples = {"p50": [], "p99": []}
    for _ in range(rounds):
        for samples, path in ((bare, _bare), (posts, _posts), (seen, _seen)):
            taken = sorted((await path(settings))[WARM_UP:])
            cuts = quantiles(taken, n=100)
            samples["p50"].append(cuts[49] * 1000)
            samples["p99"].append(cuts[98] * 1000)
    return bare, posts, seen


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
    async with _house(settings, "gateway", "judgments") as client:

        async def once() -> float:
            began = time.perf_counter()
            await _submit(client)
            return time.perf_counter() - began

        return await _paced(once)


async def _seen(settings: Settings) -> list[float]:
    """From POST until a subscriber who waits has the fact."""
    arrived: dict[str, asyncio.Future[float]] = {}

    async def subscribe(client: httpx2.AsyncClient) -> None:
        after = 0
        while True:
            answer = await client.get(f"/v1/events?after={after}&limit=1000&wait=20")
            now, page = time.perf_counter(), answer.json()
            for each in page["events"]:
                future = arrived.setdefault(each["event"]["id"], _future())
                future.set_result(now)
            after = page["last"]

    async with _house(settings, "gateway", "judgments", "delivery") as client:
        subscriber = asyncio.ensure_future(subscribe(client))

        async def once() -> float:
            began = time.perf_counter()
            fact = await _submit(client)
            return await arrived.setdefault(fact, _future()) - began

        try:
            return await _paced(once)
        finally:
            subscriber.cancel()
            await asyncio.gather(subscriber, return_exceptions=True)


def _future() -> "asyncio.Future[float]":
    return asyncio.get_running_loop().create_future()


@contextlib.asynccontextmanager
async def _house(settings: Settings, *services: str) -> AsyncIterator[httpx2.AsyncClient]:
    settings = replace(await fresh(settings), http_port=free_ports()[0], limit_submissions=_NONE)
    known: Any = directory.load(CATALOGUE).agency("toa-da-nang")
    token = Issuer(settings.secrets).issue(known)
    async with (
        process(settings, "services.cli", "run", *services),
        httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{settings.http_port}",
            headers={"Authorization": f"Bearer {token}", "Prefer": "wait=20"},
            timeout=30,
        ) as client,
    ):
        await ready(client)
        yield client


async def _submit(client: httpx2.AsyncClient) -> str:
    """Submit a judgment, wait for its outcome, and return the fact's id."""
    body = body_of("toa-da-nang", "thu-ky-hoa")
    answer = await client.post("/v1/submissions", json=body, headers={"Idempotency-Key": new_id()})
    if answer.status_code != 200 or answer.json().get("status") != "recorded":
        raise RuntimeError(f"not recorded: {answer.status_code} {answer.text}")
    return str(answer.json()["facts"][0]["id"])


def body_of(agency: str, officer: str) -> dict[str, Any]:
    """A court's claim that it has issued a judgment, as it is submitted."""
    event = CODEC.decode(claim(TOPICS, new_id()).value)
    return {
        "type": event.TYPE,
        "occurred_at": datetime.now(UTC).isoformat(),
        "officer": officer,
        "data": CODEC.to_json(event) | {"court_id": agency},
    }


async def ready(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)
