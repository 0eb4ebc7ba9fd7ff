"""A door: the paths that a service shows over HTTP, and what must run and end with them."""

from collections.abc import Awaitable, Callable, Sequence

from litestar.handlers import HTTPRouteHandler
from msgspec import Struct


async def _nothing() -> None:
    return


class Door(Struct, frozen=True, kw_only=True):
    """What the gateway's process serves for one service, wherever that service's lanes run.

    `run` works beside the server until it is cancelled, or ends at once. It is cancelled before the
    server waits for requests in hand, so an answer without an end ends with it. `close` lets go of
    what the routes hold.
    """

    routes: Sequence[HTTPRouteHandler]
    run: Callable[[], Awaitable[None]] = _nothing
    close: Callable[[], Awaitable[None]] = _nothing
