"""What a request says, read strictly: one spelling has one meaning, or it is turned away.

JSON libraries forgive much, each something else: duplicate keys, NaN, other charsets, half a
surrogate pair. Whatever two readers could understand differently is a problem here.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from services.core.contracts.errors import FieldError
from services.core.contracts.fields import JSON
from services.core.doors.problems import Flaw, Problem

MAX_BYTES: Final = 1_000_000
_MAX_DEPTH: Final = 20
_MOST_FLAWS: Final = 50
_UNDOING: Final = ("corrects", "withdraws")
_MEMBERS: Final = ("type", "occurred_at", "data", "officer", "role", *_UNDOING)
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,40}")


class Said(Struct, frozen=True):
    """A submission as its sender wrote it."""

    type: str
    occurred_at: datetime  #: aware, in UTC
    data: dict[str, Any]
    officer: str | None
    role: str | None
    canonical: bytes  #: the same body in its one spelling, to compare repeats by
    corrects: str | None = None  #: the id of the fact whose place this is to take
    withdraws: str | None = None  #: the id of the fact that is to count no more


def read(body: bytes, content_type: str | None, encoding: str | None = None) -> Said:
    """Read a submission. Raises Problem with every flaw found."""
    if len(body) > MAX_BYTES:
        raise Problem("TOO_LARGE", f"{len(body)} bytes, allowed {MAX_BYTES}")
    _check_media(content_type, encoding)
    return said(_members(body))


def said(members: Mapping[str, Any]) -> Said:
    """Return what the members of a submission say. Raises Problem with every flaw found."""
    if flaws := _characters(members, "") or _shape(members):
        raise Problem.of(flaws[:_MOST_FLAWS])
    try:
        occurred_at = cast(datetime, JSON["timestamp"](members["occurred_at"], "/occurred_at"))
    except FieldError as error:
        raise Problem(error.code, error.expected, error.path) from None
    return Said(
        members["type"],
        occurred_at,
        members["data"],
        members.get("officer"),
        members.get("role"),
        msgspec.json.encode(members, order="sorted"),
        members.get("corrects"),
        members.get("withdraws"),
    )


def _check_media(content_type: str | None, encoding: str | None) -> None:
    media, *parameters = (content_type or "").split(";")
    if media.strip().lower() != "application/json":
        raise Problem("NOT_UTF8_JSON", "Content-Type is not application/json")
    for parameter in parameters:
        name, _, value = parameter.strip().lower().partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            raise Problem("NOT_UTF8_JSON", "the charset is not UTF-8")
    if encoding not in {None, "", "identity"}:
        raise Problem("NOT_UTF8_JSON", "Content-Encoding is not taken")


def _members(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Problem("NOT_JSON", f"byte {error.start} is not UTF-8") from None
    try:
        members = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise Problem(
            "NOT_JSON", f"line {error.lineno} column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise Problem("NOT_JSON", f"nested deeper than {_MAX_DEPTH} levels") from None
    except ValueError:  # Python refuses to read numbers of thousands of digits
        raise Problem("NOT_JSON", "a number has too many digits") from None
    if not isinstance(members, dict):
        raise Problem("NOT_JSON", "the body is not an object")
    return members


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Problem("NOT_JSON", "an object has the same key twice")
    return members


def _constant(_: str) -> None:
    raise Problem("NOT_JSON", "NaN and Infinity are no JSON numbers")


def _float(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise Problem("NOT_JSON", "a number is too large")
    return number


def _characters(value: Any, at: str, depth: int = 0) -> "list[Flaw]":
    """Find control characters and halves of surrogate pairs, in keys too."""
    if depth > _MAX_DEPTH:
        raise Problem("NOT_JSON", f"nested deeper than {_MAX_DEPTH} levels")
    match value:
        case str():
            if _FORBIDDEN.search(value):
                return [Flaw("MALFORMED", "a control character or half a surrogate pair", at)]
            return []
        case Mapping():
            flaws = []
            for key, each in value.items():
                if _FORBIDDEN.search(key):
                    flaws.append(Flaw("MALFORMED", "a key holds a forbidden character", at))
                else:
                    flaws += _characters(each, f"{at}/{_step(key)}", depth + 1)
            return flaws
        case list():
            return [
                flaw
                for index, each in enumerate(value)
                for flaw in _characters(each, f"{at}/{index}", depth + 1)
            ]
    return []


def _shape(members: Mapping[str, Any]) -> list[Flaw]:
    flaws = [
        Flaw("MALFORMED", "a submission has no such member", f"/{_step(name)}")
        for name in members
        if name not in _MEMBERS
    ]
    flaws += [
        Flaw("MALFORMED", "this member is required", f"/{name}")
        for name in ("type", "occurred_at", "data")
        if name not in members
    ]
    flaws += [
        Flaw("MALFORMED", "expected text", f"/{name}")
        for name in ("type", "officer", "role")
        if not isinstance(members.get(name, ""), str)
    ]
    if not isinstance(members.get("data", {}), dict):
        flaws.append(Flaw("MALFORMED", "expected an object", "/data"))
    return flaws + _undoing(members)


def _undoing(members: Mapping[str, Any]) -> list[Flaw]:
    """Find what is wrong with the members by which a fact is undone."""
    flaws = [
        Flaw("MALFORMED", "expected the id of a fact, in small letters", f"/{name}")
        for name in _UNDOING
        if name in members and not _is_id(members[name])
    ]
    if all(name in members for name in _UNDOING):
        flaws.append(Flaw("MALFORMED", "either corrects or withdraws, not both", "/withdraws"))
    return flaws


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _step(name: str) -> str:
    """Spell a name for a JSON pointer; what cannot be a member's name is not repeated."""
    return name if _NAME.fullmatch(name) else "?"
