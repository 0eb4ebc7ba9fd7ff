"""What the door promises while parts of the house are away, and when everybody comes at once."""

import asyncio
import json

from msgspec.structs import replace

from services.core.contracts.identifiers import new_id
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from services.gateway.counting import Counts
from tests.doors.house import COURT, Door, issued, open_door, until_ready
from tests.patience import PATIENCE

BURST = 10_000
CLIENTS = 40


async def test_accepted_holds_while_kafka_is_away(settings: Settings, stack: Stack) -> None:
    async with open_door(settings) as door:
        await door.submit(issued())
        stack.kill_kafka()
        try:
            answers = await asyncio.gather(*(door.submit(issued(), wait=0) for _ in range(10)))
            assert {answer.status_code for answer in answers} == {202}
            assert (await door.counts()).accepted == 11
        finally:
            await asyncio.to_thread(stack.start)
        for answer in answers:
            told = await door.ask(answer.headers["location"], wait=30)
            assert told.json()["status"] == "recorded"
        assert await door.quiet() == Counts(11, 11, 0, 0, 0)


async def test_without_a_database_nothing_is_accepted_and_nothing_lost(
    settings: Settings, stack: Stack
) -> None:
    async with open_door(settings) as door:
        first = (await door.submit(issued(), key="before")).json()
        stack.kill_postgres()
        try:
            away = await door.http.post(
                "/v1/submissions",
                json=issued(judgment_no="2/2026"),
                headers={
                    "Authorization": f"Bearer {door.token(COURT)}",
                    "Idempotency-Key": "during",
                },
            )
            assert (away.status_code, away.json()["code"]) == (503, "UNAVAILABLE")
            assert int(away.headers["retry-after"]) > 0
            assert (await door.http.get("/health/live")).is_success
        finally:
            await asyncio.to_thread(stack.start)
        await until_ready(door)
        again = await door.submit(issued(judgment_no="2/2026"), key="during")
        assert again.json()["status"] == "recorded"
        assert (await door.submit(issued(), key="before")).json() == first
        assert await door.quiet() == Counts(2, 2, 0, 0, 0)


async def test_ten_thousand_submissions_in_one_burst(settings: Settings) -> None:
    unlimited = replace(settings, limit_submissions=BURST * 60)
    async with open_door(unlimited, names=["gateway", "judgments"]) as door:
        keys = [new_id() for _ in range(BURST)]
        async with asyncio.timeout(PATIENCE):
            while keys:  # whoever is turned away for the moment comes again, under his own key
                share = [keys[n::CLIENTS] for n in range(CLIENTS)]
                away = await asyncio.gather(*(_client(door, each) for each in share if each))
                keys = [key for each in away for key in each]
        assert (await door.counts()).accepted == BURST
        assert await door.quiet() == Counts(BURST, BURST, 0, 0, 0)
        await until_ready(door)


async def _client(door: Door, keys: list[str]) -> list[str]:
    """Send submissions down one connection without waiting between them (HTTP/1.1 pipelining).

    Returns the keys of those that were told to come again.
    """
    host, _, port = door.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps(issued()).encode()
    head = (
        f"POST /v1/submissions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {door.token(COURT)}\r\nContent-Length: {len(body)}\r\n"
        f"Idempotency-Key: "
    )

    async def send() -> None:
        for key in keys:
            writer.write(f"{head}{key}\r\n\r\n".encode() + body)
            await writer.drain()

    sending = asyncio.create_task(send())
    away = []
    for key in keys:
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(answer.split(" ", 2)[1])
        assert status in {200, 202, 503}
        if status == 503:
            away.append(key)
        await reader.readexactly(int(answer.partition("content-length: ")[2].split("\r\n")[0]))
    await sending
    writer.close()
    return away
