"""Who calls, by the request's token and the directory of today; what every request says alike.

A token names an agency and proves nothing else: whether the agency is in being today, its roles,
and whether it is the operators', the directory says at each request.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from services.core.access.directory import Directory
from services.core.access.tokens import Issuer, Speaker, TokenError
from services.core.clock import Clock
from services.core.contracts.days import day_of
from services.core.doors.limits import Limits
from services.core.doors.problems import Problem

Call = Request[Any, Any, Any]
T = TypeVar("T")
LONGEST_WAIT: Final = 30.0
_LOOK_SECONDS: Final = 2.0  #: between two looks whether who waits may still
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,6})\"?(?=$|[,;\s])", re.IGNORECASE)
OPERATOR: Final = "PLATFORM"  #: the role of the operators' agency
_OPERATORS: Final = "platform"  #: the kind of the operators' agency


def is_operator(speaker: Speaker) -> bool:
    """Whether somebody speaks as an operator, who may see everything."""
    return speaker.is_operator


class AgencyNotInBeing(TokenError):
    """The directory has no agency in being today that the token could speak for."""


class Callers(Struct, frozen=True):
    """Tells callers from each other. Agencies end by the day of `clock`, tokens by the wall's."""

    issuer: Issuer
    directory: Callable[[], Directory]
    clock: Clock
    limits: Limits

    def speaker(self, request: Call) -> Speaker:
        """Return who speaks. Raises Problem UNAUTHENTICATED, HEADER_MALFORMED or TOO_MANY."""
        try:
            speaker = self.of(_once(request, "authorization"))
        except TokenError as error:
            self.limits.take("failed_sign_ins", address_of(request))
            raise Problem("UNAUTHENTICATED", str(error)) from None
        request.state.agency = speaker.agency
        if not is_operator(speaker):
            self.limits.check("bytes", speaker.agency)
        return speaker

    def of(self, authorization: str | None) -> Speaker:
        """Return who speaks, from the value of the header `Authorization`. Raises TokenError."""
        slug = self.issuer.verify(authorization).agency
        agency = self.directory().agency(slug)
        if agency is None or not agency.existed_on(day_of(self.clock.now())):
            raise AgencyNotInBeing(AgencyNotInBeing.__doc__)
        is_operator = agency.kind == _OPERATORS and OPERATOR in agency.roles
        return Speaker(slug, agency.roles, is_operator)

    async def while_valid(self, request: Call, waiting: Coroutine[Any, Any, T]) -> T:
        """Return what some waiting leads to; it is given up once the token is not valid any more.

        Raises Problem UNAUTHENTICATED then, and what the waiting raises.
        """
        task = asyncio.ensure_future(waiting)
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
                self.of(request.headers.get("authorization"))
            return task.result()
        except TokenError as error:
            raise Problem("UNAUTHENTICATED", str(error)) from None
        finally:
            task.cancel()

    def operator(self, request: Call) -> Speaker:
        """Return the operator who speaks. Raises Problem UNAUTHENTICATED or NOT_OPERATOR."""
        speaker = self.speaker(request)
        if not is_operator(speaker):
            raise Problem("NOT_OPERATOR")
        return speaker


def address_of(request: Call) -> str:
    """Return the remote address of a request."""
    return request.client.host if request.client else "-"


def idempotency_key(request: Call) -> str:
    """Return the key of a submission. Raises Problem KEY_MISSING or HEADER_MALFORMED."""
    key = _once(request, "idempotency-key") or ""
    if not _KEY.fullmatch(key):
        raise Problem("KEY_MISSING")
    return key


def _once(request: Call, name: str) -> str | None:
    """Return the value of a header that may stand once. Raises Problem HEADER_MALFORMED."""
    values: list[str] = request.headers.getall(name, [])
    if len(values) > 1:
        raise Problem("HEADER_MALFORMED", f"{name}: expected once, found {len(values)} times")
    return values[0] if values else None


def patience(request: Call) -> float:
    """How long the sender would wait for an outcome (RFC 7240); what is not understood is none.

    The header may stand on several lines, which count as one.
    """
    found = _WAIT.search(",".join(request.headers.getall("prefer", [])))
    return min(float(found[1]), LONGEST_WAIT) if found else 0.0


def check_query(request: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard every path: its query has the parameters that its `opt` lists as `query`, each once.

    Raises Problem QUERY_MALFORMED. A name mistyped would ask for something else in silence.
    """
    known: Sequence[str] = handler.opt.get("query", ())
    found = request.query_params
    for name in found:
        if name not in known:
            what = f"no parameters but {', '.join(known)}" if known else "no parameters"
            raise Problem("QUERY_MALFORMED", f"expected {what}")
        if len(found.getall(name)) > 1:
            raise Problem("QUERY_MALFORMED", f"{name}: expected once")


def json(
    content: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Answer with bytes that are JSON already."""
    return Response(content, media_type="application/json", status_code=status, headers=headers)
