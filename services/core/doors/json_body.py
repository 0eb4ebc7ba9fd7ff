"""A JSON body, read strictly: one spelling has one meaning, or it is turned away.

JSON libraries forgive much, each something else: duplicate keys, NaN, other charsets, half a
surrogate pair. Whatever two readers could understand differently is a problem here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.core.doors.problems import Flaw, Problem

MAX_BYTES: Final = 1_000_000
_MAX_DEPTH: Final = 20
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,40}")


def members_of(
    body: bytes, content_type: str | None, encoding: str | None = None
) -> dict[str, Any]:
    """Return the members of the object that a body is. Raises Problem."""
    if len(body) > MAX_BYTES:
        raise Problem("TOO_LARGE", f"{len(body)} bytes, allowed {MAX_BYTES}")
    _check_media(content_type, encoding)
    return _members(body)


def unknown_members(what: str, members: Mapping[str, Any], known: Sequence[str]) -> list[Flaw]:
    """Return a flaw for each member that such a request does not have."""
    return [
        Flaw("MALFORMED", f"{what} has no such member", f"/{_step(name)}")
        for name in members
        if name not in known
    ]


def forbidden_characters(value: Any, at: str, depth: int = 0) -> "list[Flaw]":
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
                    flaws += forbidden_characters(each, f"{at}/{_step(key)}", depth + 1)
            return flaws
        case list():
            return [
                flaw
                for index, each in enumerate(value)
                for flaw in forbidden_characters(each, f"{at}/{index}", depth + 1)
            ]
    return []


def _step(name: str) -> str:
    """Spell a name for a JSON pointer; what cannot be a member's name is not repeated."""
    return name if _NAME.fullmatch(name) else "?"


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
