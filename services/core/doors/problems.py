"""What is said to a sender whom the gateway turns away: RFC 9457, one document for all.

A problem names what is wrong and where, by JSON pointer into the body, and never repeats a value or
a name that its sender has made up: it may be personal data, and problems end up in logs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from services.core.contracts.catalogue import Catalogue
from services.core.contracts.days import VIET_NAM

MEDIA_TYPE: Final = "application/problem+json"

#: Codes of the door itself: status, English, Vietnamese. Codes of the catalogue have theirs there.
_DOOR: Final[Mapping[str, tuple[int, str, str]]] = {
    "NOT_JSON": (400, "The body is not one JSON object.", "Nội dung gửi không phải JSON."),
    "KEY_MISSING": (
        400,
        "Idempotency-Key is missing or not 1 to 255 visible ASCII characters.",
        "Thiếu Idempotency-Key hoặc không gồm 1 đến 255 ký tự ASCII nhìn thấy được.",
    ),
    "HEADER_MALFORMED": (400, "A header does not have its form.", "Tiêu đề không đúng dạng."),
    "QUERY_MALFORMED": (
        400,
        "A parameter of the query does not have its form.",
        "Tham số truy vấn không đúng dạng.",
    ),
    "UNAUTHENTICATED": (401, "The token is not valid.", "Mã truy cập không hợp lệ."),
    "NOT_FOUND": (404, "There is nothing here for you.", "Không có nội dung này."),
    "METHOD_NOT_ALLOWED": (405, "This method does not exist here.", "Không có phương thức này."),
    "TOO_LARGE": (413, "The body is larger than allowed.", "Nội dung gửi quá lớn."),
    "NOT_UTF8_JSON": (
        415,
        "Send application/json in UTF-8, not compressed.",
        "Chỉ nhận application/json, UTF-8, không nén.",
    ),
    "KEY_REUSED": (
        422,
        "This Idempotency-Key stands for another body.",
        "Idempotency-Key này đã dùng cho nội dung khác.",
    ),
    "FEED_CHANGED": (
        422,
        "This number belongs to another feed.",
        "Số này thuộc một luồng sự kiện khác.",
    ),
    "NUMBER_UNKNOWN": (
        422,
        "No event of this number was given to you yet.",
        "Chưa có sự kiện nào mang số này được giao cho cơ quan.",
    ),
    "TOO_MANY": (
        429,
        "You ask more than one sender may; wait.",
        "Gửi quá nhiều yêu cầu, hãy chờ rồi gửi lại.",
    ),
    "FAILED": (500, "An error of ours; it was noted.", "Lỗi của hệ thống, đã được ghi nhận."),
    "BUSY": (503, "Too much waits; try again.", "Hệ thống đang quá tải, hãy gửi lại."),
    "UNAVAILABLE": (503, "Not available now; try again.", "Tạm ngừng, hãy gửi lại."),
    "NOT_OPERATOR": (403, "This is for operators.", "Chỉ dành cho người vận hành."),
}
_MOST_FLAWS: Final = 50  #: that one answer names
_FORBIDDEN: Final = frozenset({"ROLE_NOT_ALLOWED", "AGENCY_ENDED", "VP_NOT_COMPETENT"})


class Flaw(Struct, frozen=True):
    """One thing that is wrong, and where."""

    code: str
    detail: str
    pointer: str = ""  #: JSON pointer into the body; empty: the body as a whole


class Problem(Exception):
    """A request is turned away. All its flaws are told at once; the first gives the code."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        pointer: str = "",
        retry_after: int | None = None,
        now: datetime | None = None,
    ) -> None:
        """`now` is the platform's time, where the refusal depends on it."""
        super().__init__(f"{code}: {detail}")
        self.flaws: Sequence[Flaw] = (Flaw(code, detail, pointer),)
        self.retry_after, self.now = retry_after, now

    @classmethod
    def of(cls, flaws: Sequence[Flaw], now: datetime | None = None) -> "Problem":
        """Make one problem of several flaws, of which the first are told."""
        problem = cls(flaws[0].code, now=now)
        problem.flaws = flaws[:_MOST_FLAWS]
        return problem

    @property
    def code(self) -> str:
        """The code under which it is counted."""
        return self.flaws[0].code

    @property
    def status(self) -> int:
        """The HTTP status."""
        if self.code in _DOOR:
            return _DOOR[self.code][0]
        return 403 if self.code in _FORBIDDEN else 422

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says beside its body."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        if self.code == "UNAUTHENTICATED":
            headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return headers

    def title(self, catalogue: Catalogue) -> str:
        """Return what is wrong, in one English sentence."""
        return _sentences(self.code, catalogue)[0]

    def document(self, catalogue: Catalogue) -> bytes:
        """Return the body of the answer."""
        en, vi = _sentences(self.code, catalogue)
        document: dict[str, Any] = {
            "type": f"urn:lienthong:problem:{self.code.lower().replace('_', '-')}",
            "title": en,
            "title_vi": vi,
            "status": self.status,
            "code": self.code,
        }
        first = self.flaws[0]
        if first.detail:
            document["detail"] = first.detail
        if self.now is not None:
            document["now"] = self.now.astimezone(VIET_NAM).isoformat()
        if any(flaw.pointer for flaw in self.flaws) or len(self.flaws) > 1:
            document["errors"] = [
                {
                    "code": flaw.code,
                    "detail": flaw.detail or _sentences(flaw.code, catalogue)[0],
                    "pointer": f"#{flaw.pointer}",
                }
                for flaw in self.flaws
            ]
        return msgspec.json.encode(document)


def _sentences(code: str, catalogue: Catalogue) -> tuple[str, str]:
    if code in _DOOR:
        return _DOOR[code][1:]
    known = catalogue.codes[code]
    return known.en, known.vi
