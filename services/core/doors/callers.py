"""Who calls, by the token that the request carries, and what else every request says alike."""

import re
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response
from msgspec import Struct

from services.core.access.tokens import Issuer, Speaker, TokenError
from services.core.doors.problems import Problem

Call = Request[Any, Any, Any]
LONGEST_WAIT: Final = 30.0
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?(?=$|[,;\s])", re.IGNORECASE)
OPERATOR: Final = "PLATFORM"  #: the role under which operators speak


class Callers(Struct, frozen=True):
    """Tells callers from each other."""

    issuer: Issuer

    def speaker(self, request: Call) -> Speaker:
        """Return who speaks. Raises Problem UNAUTHENTICATED."""
        try:
            speaker = self.issuer.verify(request.headers.get("authorization"))
        except TokenError as error:
            raise Problem("UNAUTHENTICATED", str(error)) from None
        request.state.agency = speaker.agency
        return speaker

    def operator(self, request: Call) -> Speaker:
        """Return the operator who speaks. Raises Problem UNAUTHENTICATED or NOT_OPERATOR."""
        speaker = self.speaker(request)
        if OPERATOR not in speaker.roles:
            raise Problem("NOT_OPERATOR")
        return speaker


def idempotency_key(request: Call) -> str:
    """Return the key under which something is submitted. Raises Problem KEY_MISSING."""
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        raise Problem("KEY_MISSING")
    return key


def patience(request: Call) -> float:
    """How long the sender would wait for an outcome (RFC 7240); what is not understood is none."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(float(found[1]), LONGEST_WAIT) if found else 0.0


def query_of(request: Call, *known: str) -> Mapping[str, str]:
    """Return the parameters of the query, each once. Raises Problem QUERY_MALFORMED."""
    found = request.query_params
    for name in found:
        if name not in known:
            raise Problem("QUERY_MALFORMED", f"expected none but {', '.join(known)}")
        if len(found.getall(name)) > 1:
            raise Problem("QUERY_MALFORMED", f"expected {name} once")
    return found


def json(
    content: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Answer with bytes that are JSON already."""
    return Response(content, media_type="application/json", status_code=status, headers=headers)
