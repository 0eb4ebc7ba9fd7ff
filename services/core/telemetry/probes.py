"""Probes of a process: its metrics, whether it is alive, whether it works.

Every process answers all of them on `metrics_port`, on 127.0.0.1, where one is set. The gateway
answers health at the port of agencies too, and metrics there for operators alone: metrics count
what agencies do.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
import uvicorn
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.core.telemetry.bounded_http import BoundedProtocol
from services.core.telemetry.halted import Halted
from services.core.telemetry.metrics import REGISTRY

_DRAIN_SECONDS: Final = 2
_BACKLOG: Final = 2_048  #: connections that wait to be taken
#: A connection at rest is ended by its client, never as he asks again: clients and balancers let go
#: after 5 to 60 seconds.
KEEP_ALIVE_SECONDS: Final = 75


class PortTaken(Exception):
    """This process may not listen where it must; the message says why and what to do."""


class Pulse(Struct, frozen=True):
    """What probes ask of the process: alive is worth keeping, ready is at work (B11)."""

    is_alive: Callable[[], bool]
    is_ready: Callable[[], bool]
    halted: Callable[[], Sequence[Halted]] = tuple  #: the lanes that stand still


class Server(uvicorn.Server):
    """A server that leaves signals to whoever runs the process, and connections at rest to clients.

    Told to stop, it answers for up to `drain_seconds` what was asked before.
    """

    def __init__(self, app: Any, drain_seconds: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=drain_seconds,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:  # noqa: D102  uvicorn's
        yield


def metrics() -> Response[bytes]:
    """Return the process's metrics in the text format of Prometheus."""
    return Response(generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


def health_routes(pulse: Pulse) -> list[HTTPRouteHandler]:
    """Return the paths of health, which answer anybody.

    They say `ok` or `failing`, and which lanes stand still, each with the fixed sentence of its
    kind: never what may quote a record.
    """

    @get("/health/live", sync_to_thread=False)
    def live() -> Response[bytes]:
        return _health(pulse, good=pulse.is_alive())

    @get("/health/ready", sync_to_thread=False)
    def ready() -> Response[bytes]:
        return _health(pulse, good=pulse.is_ready())

    return [live, ready]


def listen(port: int, setting: str, host: str = "127.0.0.1") -> socket.socket:
    """Take a port of an IPv4 address of this machine.

    Raises PortTaken, which names the setting to change: `setting` for the port, else that of the
    address.
    """
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        raise PortTaken(_remedy(error, port, setting, host)) from error


def _remedy(error: OSError | UnicodeError, port: int, setting: str, host: str) -> str:
    """Return why a port was not given, and what to do."""
    match error:
        case OSError(errno=errno.EADDRINUSE):
            return (
                f"port {port} on {host} is taken: end what holds it, or choose another with "
                f"{setting}=<port>"
            )
        case OSError(errno=errno.EACCES):
            return (
                f"port {port} on {host} is not for this user ({error.strerror}): choose one above "
                f"1023 with {setting}=<port>"
            )
        case _:
            return (
                f"LIENTHONG_HTTP_HOST={host!a} is no IPv4 address of this machine ({error}): "
                f"expected one, such as 127.0.0.1, or 0.0.0.0 for all of them"
            )


async def serve(pulse: Pulse, listening: socket.socket) -> None:
    """Answer probes until cancelled."""
    exposed = get("/metrics", sync_to_thread=False)(metrics)
    app = Litestar([exposed, *health_routes(pulse)], openapi_config=None, logging_config=None)
    server = Server(app, _DRAIN_SECONDS)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving


def _health(pulse: Pulse, *, good: bool) -> Response[bytes]:
    answer: dict[str, object] = {"status": "ok" if good else "failing"}
    if halted := pulse.halted():
        answer["halted"] = [
            {"lane": each.name, "kind": each.kind, "reason": each.sentence} for each in halted
        ]
    said = msgspec.json.encode(answer)
    return Response(said, media_type="application/json", status_code=200 if good else 503)
