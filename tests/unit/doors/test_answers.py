"""An answer of a server names no software, and HEAD ends what GET would go on with."""

import asyncio
from typing import Any

import httpx2
from litestar.types import Receive, Scope, Send

from services.core.doors.answers import hardened
from services.core.telemetry.probes import Server


async def _endless(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"more", "more_body": True})
        await asyncio.sleep(0)


async def test_head_of_an_answer_without_an_end_ends() -> None:
    app: Any = hardened(_endless)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as http:
        answer = await http.head("/live")
    assert (answer.status_code, answer.content) == (200, b"")


def test_no_answer_names_the_software_of_the_server() -> None:
    assert Server(_endless, 1).config.server_header is False
