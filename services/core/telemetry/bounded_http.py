"""HTTP connections that are bounded in time and in their headers, which uvicorn leaves open.

A client has a time to send the header of a request, a time to send its body, and a time to take of
an answer what the socket cannot hold; then its connection is closed. Two readings of where a
request ends are none (RFC 9112, 6.1): Content-Length beside Transfer-Encoding is refused.
"""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS: Final = 10.0
BODY_SECONDS: Final = 20.0
WRITE_SECONDS: Final = 60.0
MAX_HEADER_BYTES: Final = 32_768
MAX_HEADERS: Final = 100
_TIMED_OUT: Final = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


class BoundedConnection(h11.Connection):
    """A server's side of HTTP/1.1 that refuses headers beyond the bounds."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MAX_HEADER_BYTES)

    def next_event(self) -> Any:
        """Return the next event. Raises RemoteProtocolError, which closes the connection."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            _check(event)
        return event


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, with a time for whatever a client has begun."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = BoundedConnection()
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._seconds: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102  asyncio's
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102  asyncio's
        self._expect(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:  # noqa: D102  asyncio's
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:  # noqa: D102  uvicorn's
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:  # noqa: D102  asyncio's
        super().pause_writing()
        self._writing = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:  # noqa: D102  asyncio's
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _look(self) -> None:
        """Set the time for what the client is sending now."""
        if self.transport.is_closing():
            self._expect(None)
        elif self.conn.their_state is h11.SEND_BODY:
            self._expect(BODY_SECONDS)
        elif self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._expect(HEADER_SECONDS)
        else:
            self._expect(None)

    def _expect(self, seconds: float | None) -> None:
        if seconds == self._seconds:  # it goes on with what it has begun
            return
        if self._reading is not None:
            self._reading.cancel()
        self._seconds = seconds
        self._reading = None if seconds is None else self.loop.call_later(seconds, self._time_out)

    def _time_out(self) -> None:
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:  # no answer has begun
            self.transport.write(_TIMED_OUT)
        self.transport.close()


def _check(request: h11.Request) -> None:
    names = [name for name, _ in request.headers]
    if b"content-length" in names and b"transfer-encoding" in names:
        raise h11.RemoteProtocolError("Content-Length beside Transfer-Encoding")
    size = len(request.target) + sum(len(name) + len(value) for name, value in request.headers)
    if len(names) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        raise h11.RemoteProtocolError("the header is too large")
