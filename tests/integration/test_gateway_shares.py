"""The queues before and behind the acceptance are shared, and no agency can fill them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from services.core.bus.postgres import connect
from services.core.bus.service import Topics
from services.core.contracts.identifiers import new_id
from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.gateway import acceptance
from services.gateway.acceptance import Acceptor
from services.gateway.waiting import Accepted
from tests.bench.workload import claim

COURT, OTHER = "toa-da-nang", "toa-hue"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "BATCH", 2)
    monkeypatch.setattr(acceptance, "MOST_WAITING", 20)
    monkeypatch.setattr(acceptance, "MOST_WAITING_EACH", 6)
    monkeypatch.setattr(acceptance, "MOST_UNSENT", 40)
    monkeypatch.setattr(acceptance, "MOST_UNSENT_EACH", 10)


class Gate:
    """An acceptor without lanes: nothing is sent but by `send`."""

    def __init__(self, settings: Settings) -> None:
        self._topics = Topics(settings.topic_prefix, settings.partitions)
        self._settings = settings
        self.acceptor = Acceptor(settings, b"secret", ["judgment"], lambda _: None, "")
        self.accepted: list[str] = []

    async def submit(self, agency: str, role: str = "COURT") -> Accepted:
        made = claim(self._topics, new_id())
        own = replace(made, envelope=replace(made.envelope, agency=agency, role=role))
        found = await self.acceptor.accept(new_id(), b"{}", own)
        self.accepted.append(agency)
        return found

    async def send(self) -> None:
        connection = await connect(self._settings, "gateway")
        await connection.execute("update targets set sent = given")
        connection.terminate()


@pytest.fixture
async def gate(settings: Settings) -> Gate:
    gate = Gate(settings)
    await gate.acceptor.open()
    return gate


@contextlib.asynccontextmanager
async def running(gate: Gate) -> AsyncIterator[None]:
    work = asyncio.create_task(gate.acceptor.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def codes(found: list[Accepted | BaseException]) -> list[str]:
    return [each.code if isinstance(each, Problem) else "" for each in found]


async def test_agencies_take_turns_before_the_acceptance_and_none_has_more_than_its_share(
    gate: Gate,
) -> None:
    waiting = [asyncio.create_task(gate.submit(COURT)) for _ in range(8)]
    waiting += [asyncio.create_task(gate.submit(OTHER)) for _ in range(2)]
    await asyncio.sleep(0)
    async with running(gate):
        found = codes(await asyncio.gather(*waiting, return_exceptions=True))
    assert found == [""] * 6 + ["TOO_MANY"] * 2 + [""] * 2
    assert gate.accepted == [COURT, OTHER, COURT, OTHER, COURT, COURT, COURT, COURT]


async def test_one_agency_fills_only_its_share_of_what_kafka_does_not_have_yet(
    gate: Gate,
) -> None:
    async def fill(agency: str, times: int, role: str = "COURT") -> int:
        found = [
            (await asyncio.gather(gate.submit(agency, role), return_exceptions=True))[0]
            for _ in range(times)
        ]
        assert set(codes(found)) <= {"", "TOO_MANY"}
        return codes(found).count("")

    async with running(gate):
        assert await fill(COURT, 12) == 10
        assert await fill(OTHER, 3) == 3
        assert await fill("platform", 15, "PLATFORM") == 15
        await gate.send()
        assert await fill(COURT, 12) == 10
