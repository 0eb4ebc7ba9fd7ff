"""A door: the paths that a service shows over HTTP, and what must run and end with them.

What agencies submit comes with a Speaker, whom a token names. What the platform's own processes
submit comes with a PlatformProcess, which no request can lead to.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from services.core.access.tokens import Speaker
from services.core.doors.callers import Call
from services.core.doors.problems import Problem

_SAID: Final = "KEY_REUSED"  #: it was said before, at another moment


class PlatformProcess(Struct, frozen=True):
    """A process of the platform, which submits in the role PLATFORM."""

    agency: str = "platform"


Submitter: TypeAlias = Speaker | PlatformProcess


async def nothing() -> None:
    """Do nothing."""


class Door(Struct, frozen=True, kw_only=True):
    """What the gateway's process serves for one service, wherever that service's lanes run.

    `run` works beside the server until it is cancelled, or ends at once. It is cancelled before the
    server waits for requests in hand, so an answer without an end ends with it. `close` lets go of
    what the routes hold.
    """

    routes: Sequence[HTTPRouteHandler]
    run: Callable[[], Awaitable[None]] = nothing
    close: Callable[[], Awaitable[None]] = nothing


async def _as_sent(members: Mapping[str, Any], _: Speaker) -> Mapping[str, Any]:
    return members


async def _nothing_before(_: Speaker) -> None:
    return


class Form(Struct, frozen=True, kw_only=True):
    """What the body of a path has for members, and which submission is made of them.

    `submission` returns it and changes nothing; it raises Problem for what its sender could not
    find in the submission. `before` does what must be recorded before it, once it passed
    every check of the edge, in no dry run.
    """

    members: Sequence[str]
    submission: Callable[[Mapping[str, Any], Speaker], Awaitable[Mapping[str, Any]]] = _as_sent
    before: Callable[[Speaker], Awaitable[None]] = _nothing_before


class Submitting(Protocol):
    """How every path that takes submissions takes them: with the same checks, in the same order."""

    async def __call__(self, request: Call, form: Form) -> Response[bytes]:
        """Return the answer to a request with a body of this form. Raises Problem."""


class SubmittingAsPlatform(Protocol):
    """How a process of the platform submits, in memory and by no request."""

    async def __call__(self, members: Mapping[str, Any], key: str) -> None:
        """Submit. Raises Problem, as for a submission of these members."""


async def say_once(submit: SubmittingAsPlatform, members: Mapping[str, Any], key: str) -> None:
    """Submit something by itself, as the platform; what was said under the key before stands.

    Raises Problem, as for any submission.
    """
    try:
        await submit(members, key)
    except Problem as problem:
        if problem.code != _SAID:
            raise
