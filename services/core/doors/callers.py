"""Who calls, by the token that the request carries; and an answer in JSON."""

from typing import Any, Final

from litestar import Request, Response
from msgspec import Struct

from services.core.access.tokens import Issuer, Speaker, TokenError
from services.core.doors.problems import Problem

Call = Request[Any, Any, Any]
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


def json(
    content: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Answer with bytes that are JSON already."""
    return Response(content, media_type="application/json", status_code=status, headers=headers)
