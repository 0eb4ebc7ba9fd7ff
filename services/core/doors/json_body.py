"""A JSON body, read strictly: one spelling has one meaning, or it is turned away.

JSON libraries forgive much, each something else: duplicate keys, NaN, other charsets, half a
surrogate pair. Whatever two readers could understand differently is a problem here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from services.core.contracts.events import EVENTS, records
from services.core.doors.problems import Flaw, Problem

MAX_BYTES: Final = 1_000_000
_MAX_DEPTH: Final = 20
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAMES: Final = frozenset(
    field.encode_name
    for class_ in (*EVENTS, *(each for each in vars(records).values() if isinstance(each, type)))
    if issubclass(class_, msgspec.Struct)
    for field in msgspec.structs.fields(class_)
)
"""The names of all fields of all events and of the records in them."""


def members_of(
    body: bytes, content_type: str | None, encoding: str | None, known: Sequence[str]
) -> dict[str, Any]:
    """Return the members of the object that a body is, free of forbidden characters.

    Raises Problem; it names members of `known` and fields of events, and no other.
    """
    if len(body) > MAX_BYTES:
        raise Problem("TOO_LARGE", f"{len(body)} bytes, allowed {MAX_BYTES}")
    _check_media(content_type, encoding)
    members = _members(body)
    if flaws := _forbidden_characters(members, known):
        raise Problem.of(flaws)
    return members


def unknown_members(what: str, members: Mapping[str, Any], known: Sequence[str]) -> list[Flaw]:
    """Return the flaw that a request has members which such a request does not have."""
    if members.keys() <= set(known):
        return []
    return [Flaw("MALFORMED", f"{what} has no members but {', '.join(known)}", "/?")]


def _forbidden_characters(
    value: Any, known: Sequence[str], at: str = "", depth: int = 0
) -> list[Flaw]:
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
                    flaws += _forbidden_characters(
                        each, known, f"{at}/{_step(key, known)}", depth + 1
                    )
            return flaws
        case list():
            return [
                flaw
                for index, each in enumerate(value)
                for flaw in _forbidden_characters(each, known, f"{at}/{index}", depth + 1)
            ]
    return []


def _step(name: str, known: Sequence[str]) -> str:
    """Spell a name for a JSON pointer; one that the sender has made up may be personal."""
    return name if name in known or name in _NAMES else "?"


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
