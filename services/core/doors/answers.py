"""What every HTTP answer has in common: headers for clients and browsers, and HEAD.

A route that sets one of the headers itself keeps its own. HEAD is answered wherever GET is, with
the headers of GET and no content (RFC 9110, 9.3.2).
"""

import asyncio
from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_RAW: Final = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def hardened(app: ASGIApp) -> ASGIApp:
    """Return an application that answers as another does, with the headers and HEAD."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        respond = _head if scope.get("method") == "HEAD" else _plain
        await respond(app, scope, receive, _with_headers(send))

    return answer


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message["headers"])
            known = {name.lower() for name, _ in given}
            message["headers"] = [*given, *(each for each in _RAW if each[0] not in known)]
        await send(message)

    return sent


async def _plain(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as GET would, up to the headers; an answer without an end is ended there."""
    answered = asyncio.Event()

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            answered.set()

    as_get: Any = {**scope, "method": "GET"}
    answering = asyncio.ensure_future(app(as_get, receive, sent))
    waiting = asyncio.ensure_future(answered.wait())
    try:
        await asyncio.wait({answering, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            answering.result()
    finally:
        for each in (answering, waiting):
            each.cancel()
        await asyncio.gather(answering, waiting, return_exceptions=True)
