"""What a client may leave unfinished, and how large its header may be, over a wire in memory."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from uvicorn.server import ServerState

from services.core.telemetry.bounded_http import (
    BODY_SECONDS,
    HEADER_SECONDS,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    WRITE_SECONDS,
    BoundedProtocol,
)
from services.core.telemetry.probes import KEEP_ALIVE_SECONDS, Server

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


class Timer:
    def __init__(self, at: float, call: Callable[[], object]) -> None:
        self.at, self.call = at, call

    def cancel(self) -> None:
        self.at = float("inf")


class Loop:
    """A loop whose time is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def create_task(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return asyncio.get_running_loop().create_task(work)

    def call_later(self, seconds: float, call: Callable[[], object]) -> Timer:
        self.timers.append(Timer(self.now + seconds, call))
        return self.timers[-1]

    def move(self, seconds: float) -> None:
        self.now += seconds
        for timer in [each for each in self.timers if each.at <= self.now]:
            timer.cancel()
            timer.call()


class Wire(asyncio.Transport):
    """One connection, as its client sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.answer, self.is_closed = b"", False
        self.loop, self.bodies = Loop(), list[bytes]()
        config = Server(_app_of(self), 1).config
        assert config.http is BoundedProtocol
        given: Any = self.loop
        self.protocol = BoundedProtocol(config, ServerState(), {}, given)
        self.protocol.connection_made(self)

    async def send(self, data: bytes) -> None:
        self.protocol.data_received(data)
        for _ in range(20):
            await asyncio.sleep(0)

    def move(self, seconds: float) -> bool:
        """Let time pass; say whether the connection was closed meanwhile."""
        self.loop.move(seconds)
        return self.is_closed

    def write(self, data: Any) -> None:
        self.answer += data

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self.protocol.connection_lost(None)

    abort = close

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002  asyncio's
        return default

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


def _app_of(wire: Wire) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        wire.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.close()


async def test_a_header_that_drips_is_waited_for_only_so_long(wire: Wire) -> None:
    for byte in GET[: int(HEADER_SECONDS) - 1]:
        await wire.send(bytes([byte]))
        assert not wire.move(1)
    assert wire.move(1)
    assert wire.answer.startswith(b"HTTP/1.1 408 ")


async def test_who_connects_and_says_nothing_is_let_go(wire: Wire) -> None:
    assert not wire.move(HEADER_SECONDS - 1)
    assert wire.move(1)


async def test_a_body_that_never_ends_is_waited_for_only_so_long(wire: Wire) -> None:
    await wire.send(POST)
    assert not wire.move(HEADER_SECONDS)
    await wire.send(b"abc")
    assert wire.move(BODY_SECONDS - HEADER_SECONDS)
    assert wire.answer.startswith(b"HTTP/1.1 408 ")
    assert wire.bodies == []


async def test_a_connection_at_rest_is_kept_and_its_next_request_has_its_own_time(
    wire: Wire,
) -> None:
    for _ in range(3):
        await wire.send(POST + b"abcd")
        assert not wire.move(KEEP_ALIVE_SECONDS - 1)
    await wire.send(GET[:5])
    assert not wire.move(HEADER_SECONDS - 1)
    await wire.send(GET[5:])
    assert wire.answer.count(b"HTTP/1.1 200 ") == 4
    await wire.send(GET[:5])
    assert wire.move(HEADER_SECONDS)


async def test_an_answer_that_nobody_takes_is_dropped(wire: Wire) -> None:
    await wire.send(GET)
    wire.protocol.pause_writing()
    wire.protocol.resume_writing()
    assert not wire.move(WRITE_SECONDS)
    wire.protocol.pause_writing()
    assert wire.move(WRITE_SECONDS)


SMUGGLED = b"0\r\n\r\nGET /v1/counts HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(SMUGGLED),
        b"Transfer-Encoding: chunked\r\ncontent-length: 5\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"X: %s\r\n" % (b"x" * MAX_HEADER_BYTES),
        b"X: %s\r\n" % (b"x" * 4_000_000),
        b"X: x\r\n" * MAX_HEADERS,
    ],
)
async def test_what_two_could_read_in_two_ways_or_is_too_large_is_refused_and_nothing_after_it(
    wire: Wire, headers: bytes
) -> None:
    await wire.send(b"POST / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + SMUGGLED)
    assert wire.is_closed
    assert wire.answer.startswith(b"HTTP/1.1 400 ")
    assert wire.answer.count(b"HTTP/1.1") == 1
    assert wire.bodies == []


async def test_a_header_that_never_ends_is_not_kept(wire: Wire) -> None:
    for _ in range(20):
        if not wire.is_closed:
            await wire.send(b"GET / HTTP/1.1\r\nX: " + b"x" * 3_000)
    assert wire.is_closed


async def test_as_many_headers_as_allowed_are_taken(wire: Wire) -> None:
    await wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: x\r\n" * (MAX_HEADERS - 1) + b"\r\n")
    assert wire.answer.startswith(b"HTTP/1.1 200 ")
