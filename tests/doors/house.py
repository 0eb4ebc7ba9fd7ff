"""Every service in this process, on the real Kafka and PostgreSQL, served on a port of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import httpx2
import msgspec

from services import all as composition
from services.core.access.tokens import Issuer
from services.core.bus.kafka import reading
from services.core.bus.overview import standings
from services.core.bus.service import Service
from services.core.contracts.identifiers import new_id
from services.core.doors.door import SubmittingAsPlatform
from services.core.settings import Settings
from services.gateway.counting import Counts
from tests.patience import PATIENCE, surely

COURT, ENFORCERS, OPERATOR = "toa-da-nang", "thads-da-nang", "platform"
_PENDING, _AWAY = 202, 503  #: not told what became of it, or taken, in time
_LONGEST_WAIT = 30  #: seconds
_SILENCE = timedelta(days=36_500)
Change = Callable[[composition.Assembly], dict[str, Service]]


class Door:
    """An open door: what agencies can do there."""

    def __init__(
        self, whole: composition.Assembly, port: int, as_platform: SubmittingAsPlatform
    ) -> None:
        self.whole = whole
        self.as_platform = as_platform
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx2.AsyncClient(
            base_url=self.url,
            timeout=PATIENCE,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
        )
        self._issuer = Issuer(whole.settings.secrets)

    def token(self, agency: str) -> str:
        entry = self.whole.directory.agency(agency)
        assert entry is not None
        return self._issuer.issue(entry)

    async def submit(
        self,
        submission: dict[str, Any],
        *,
        agency: str = COURT,
        key: str | None = None,
        wait: int | None = _LONGEST_WAIT,
    ) -> httpx2.Response:
        """Submit under one key until the house has time to take it, and tells what became of it.

        With a shorter wait, or none, what is pending is an answer too.
        """
        headers = {
            "Authorization": f"Bearer {self.token(agency)}",
            "Idempotency-Key": key or new_id(),
        }
        if wait is not None:
            headers["Prefer"] = f"wait={wait}"
        return await answered(
            lambda: self.http.post("/v1/submissions", json=submission, headers=headers),
            unless_pending=wait == _LONGEST_WAIT,
        )

    async def ask(
        self, path: str, *, agency: str = COURT, wait: int | None = None
    ) -> httpx2.Response:
        """Ask until the house has time to answer, as whoever asks it should."""
        headers = {"Authorization": f"Bearer {self.token(agency)}"}
        if wait is not None:
            headers["Prefer"] = f"wait={wait}"
        return await answered(
            lambda: self.http.get(path, headers=headers), unless_pending=wait == _LONGEST_WAIT
        )

    async def counts(self) -> Counts:
        return msgspec.convert((await self.ask("/v1/counts", agency=OPERATOR)).json(), Counts)

    async def quiet(self) -> Counts:
        """Wait until nothing is pending, and count."""
        async with asyncio.timeout(PATIENCE):
            while (counts := await self.counts()).pending:
                await asyncio.sleep(0.02)
        assert counts.accepted == counts.recorded + counts.refused + counts.held
        return counts

    async def settled(self) -> None:
        """Wait until nothing is pending and every service has said and heard all that follows."""
        await self.quiet()
        await at_rest(self.whole.settings, tuple(self.whole.services))


async def answered(
    send: Callable[[], Awaitable[httpx2.Response]], *, unless_pending: bool = True
) -> httpx2.Response:
    """Ask until the house has time to answer, and tells what became of what was said."""
    again = {_AWAY, _PENDING} if unless_pending else {_AWAY}
    async with asyncio.timeout(PATIENCE):
        while (answer := await send()).status_code in again:
            await asyncio.sleep(0.05)
        return answer


async def at_rest(settings: Settings, names: tuple[str, ...], *, owned: bool = False) -> None:
    """Wait until services have said and heard all that follows, and, `owned`, work every lane.

    Services are looked at one after another, so twice in a row nothing must be under way.
    """
    still, under_way = 0, ["nobody has looked yet"]
    try:
        async with asyncio.timeout(PATIENCE), reading(settings) as reader:
            while still < 2:
                found = await surely(lambda: standings(settings, names, reader))
                under_way = [
                    repr(each)
                    for each in found
                    if each.lag != 0 or each.outbox or (owned and each.owned < each.lanes)
                ]
                still = 0 if under_way else still + 1
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError("\n".join(["it never rests:", *under_way])) from None


@contextlib.asynccontextmanager
async def open_door(
    settings: Settings, change: Change | None = None, names: Iterable[str] = composition.NAMES
) -> AsyncIterator[Door]:
    """Run every service, or some, until the end of the block, and then let go in good order.

    `change` may put other services in the place of some of the house's own. By the wall's clock the
    days of the story are long over, so there no clock speaks of them; a story's clocks do.
    """
    with patch.object(composition, "MARGIN", _SILENCE):
        async with _opened(settings, change, names) as door:
            yield door


@contextlib.asynccontextmanager
async def _opened(
    settings: Settings, change: Change | None, names: Iterable[str]
) -> AsyncIterator[Door]:
    whole = composition.assemble(msgspec.structs.replace(settings, http_port=0))
    if change is not None:
        whole = msgspec.structs.replace(whole, services=change(whole))
    await composition.prepare(whole)
    stopping = asyncio.Event()
    ports: asyncio.Queue[int] = asyncio.Queue()
    ways: list[SubmittingAsPlatform] = []
    make_doors = composition._doors

    def seen(assembly: Any, callers: Any, submitting: Any, as_platform: Any) -> Any:
        ways.append(as_platform)
        return make_doors(assembly, callers, submitting, as_platform)

    running = asyncio.create_task(composition.run(whole, stopping, names, ports.put_nowait))
    port = asyncio.create_task(ports.get())
    try:
        both: set[asyncio.Task[Any]] = {running, port}
        with patch.object(composition, "_doors", seen):
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        door = Door(whole, port.result(), ways[0])
        await until_ready(door)
        try:
            yield door
        finally:
            await door.http.aclose()
    finally:
        stopping.set()
        await asyncio.wait_for(running, PATIENCE)


async def until_ready(door: Door) -> None:
    async with asyncio.timeout(PATIENCE):
        while not (await door.http.get("/health/ready")).is_success:
            await asyncio.sleep(0.02)


def issued(judgment_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """A court's claim that a judgment was issued."""
    data: dict[str, Any] = {
        "court_id": COURT,
        "judgment_no": "41/2026/DS-PT",
        "kind": "CIVIL",
        "issued_on": "2026-08-03",
        "enforceable": "ON_EFFECT",
        "parties": [{"ref": ".p1", "kind": "PERSON"}, {"ref": ".p2", "kind": "PERSON"}],
        "items": [
            {
                "item_no": 1,
                "nature": "MONEY",
                "initiative": "ON_REQUEST",
                "creditor": ".p2",
                "debtor": ".p1",
                "amount": 85_000_000,
            }
        ],
        **changes,
    }
    if judgment_id is not None:
        whole = {f".p{n}": f"{judgment_id}.p{n}" for n in (1, 2)}
        data = {"judgment_id": judgment_id, **_replaced(data, whole)}
    return said("issued", data)


def said(type_: str, data: dict[str, Any], at: str = "2026-08-03T09:00:00+07:00") -> dict[str, Any]:
    """A submission about a judgment."""
    return {"type": f"thads.judgment.{type_}", "occurred_at": at, "data": data}


def effective(judgment_id: str) -> dict[str, Any]:
    return said(
        "made_effective",
        {"judgment_id": judgment_id, "effective_on": "2026-08-03", "items": [1]},
    )


def transferred(judgment_id: str) -> dict[str, Any]:
    return said(
        "transferred",
        {
            "judgment_id": judgment_id,
            "to_agency": ENFORCERS,
            "sent_at": "2026-08-03T09:00:00+07:00",
            "documents": [],
        },
    )


def received(judgment_id: str) -> dict[str, Any]:
    return said(
        "received", {"judgment_id": judgment_id, "received_on": "2026-08-03", "missing": []}
    )


def _replaced(value: Any, by: dict[str, str]) -> Any:
    match value:
        case str():
            return by.get(value, value)
        case list():
            return [_replaced(each, by) for each in value]
        case dict():
            return {key: _replaced(each, by) for key, each in value.items()}
    return value
