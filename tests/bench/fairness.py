"""One agency's latency alone, and beside another that sends more than its limit lets it.

The other begins with its bucket empty, so it is let in at its limit; each of its connections waits
as long as `Retry-After` says, at most a second, for the gateway's answer is what is measured.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from statistics import quantiles
from typing import Any, Final

import httpx2
from msgspec import Struct
from msgspec.structs import replace

from services.core.access import directory
from services.core.access.tokens import Issuer
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.bench.latency import body_of, ready
from tests.bench.throughput import fresh, process
from tests.bench.workload import CATALOGUE
from tests.conftest import free_ports

RATE: Final = 5  #: submissions a second of the agency that is measured
SECONDS: Final = 15
ROUNDS: Final = 2
LIMIT: Final = 600  #: a minute; a slow machine too can do more, so that the limit is met
_PATIENCE: Final = 60.0
MEASURED: Final = ("toa-da-nang", "thu-ky-hoa")
OTHER: Final = ("toa-hue", "thu-ky-hue")
_CONNECTIONS: Final = 4
_TOO_MANY: Final = 429
_WARM_UP: Final = RATE * 2


class Fairness(Struct, frozen=True):
    """The p99 of one agency in milliseconds, a value a round, and what became of the other."""

    alone: list[float]
    beside: list[float]
    turned_away: float  #: share of the other's requests


class _Other:
    """The agency that sends as much as it can."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.answers: dict[int, int] = {}

    async def send(self) -> None:
        while True:
            answer = await _submit(self._client, OTHER)
            self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
            if answer.status_code == _TOO_MANY:
                await asyncio.sleep(min(1, int(answer.headers["Retry-After"])))

    async def until_limited(self) -> None:
        async with asyncio.timeout(_PATIENCE):
            while _TOO_MANY not in self.answers:
                await asyncio.sleep(0.1)
        self.answers.clear()


async def run(settings: Settings) -> Fairness:
    """Measure in turn alone and beside the other, in one process of the platform."""
    found = Fairness([], [], 0.0)
    sent = turned_away = 0
    settings = replace(await fresh(settings), http_port=free_ports()[0], limit_submissions=LIMIT)
    async with (
        process(settings, "services.cli", "run", "gateway", "judgments"),
        _client(settings, MEASURED[0]) as measured,
        _client(settings, OTHER[0]) as client,
    ):
        await ready(measured)
        await _p99(measured)  # warms up
        for _ in range(ROUNDS):
            found.alone.append(await _p99(measured))
            other = _Other(client)
            async with _in_background(*(other.send() for _ in range(_CONNECTIONS))):
                await other.until_limited()
                await _submitted_in_turn(measured)
                found.beside.append(await _p99(measured))
            sent += sum(other.answers.values())
            turned_away += other.answers.get(_TOO_MANY, 0)
    return replace(found, turned_away=turned_away / sent)


@contextlib.asynccontextmanager
async def _in_background(*work: Any) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _submitted_in_turn(client: httpx2.AsyncClient) -> None:
    """Wait until what the other sent at once is decided: it counts as no latency at the limit."""
    for _ in range(_WARM_UP):
        await _submit(client, MEASURED)


async def _p99(client: httpx2.AsyncClient) -> float:
    taken = await asyncio.gather(*(_once(client, n / RATE) for n in range(RATE * SECONDS)))
    return quantiles(sorted(taken[_WARM_UP:]), n=100)[98] * 1_000


async def _once(client: httpx2.AsyncClient, after: float) -> float:
    await asyncio.sleep(after)
    began = time.perf_counter()
    answer = await _submit(client, MEASURED)
    if answer.status_code != 200:
        raise RuntimeError(f"not recorded: {answer.status_code} {answer.text}")
    return time.perf_counter() - began


async def _submit(client: httpx2.AsyncClient, who: tuple[str, str]) -> httpx2.Response:
    agency, officer = who
    headers = {"Idempotency-Key": new_id(), "Prefer": "wait=20" if who is MEASURED else "wait=0"}
    return await client.post("/v1/submissions", json=body_of(agency, officer), headers=headers)


@contextlib.asynccontextmanager
async def _client(settings: Settings, agency: str) -> AsyncIterator[httpx2.AsyncClient]:
    known: Any = directory.load(CATALOGUE).agency(agency)
    token = Issuer(settings.secrets).issue(known)
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{settings.http_port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ) as client:
        yield client
