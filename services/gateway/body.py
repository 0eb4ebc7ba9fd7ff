"""What a submission says, read strictly: every member that is wrong is named by its pointer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from services.core.contracts.errors import FieldError
from services.core.contracts.fields import JSON
from services.core.doors.json_body import members_of, unknown_members
from services.core.doors.problems import Flaw, Problem

_UNDOING: Final = ("corrects", "withdraws")
MEMBERS: Final = ("type", "occurred_at", "data", "officer", "role", *_UNDOING)


class Said(Struct, frozen=True):
    """A submission as its sender wrote it."""

    type: str
    occurred_at: datetime  #: aware, in UTC
    data: dict[str, Any]
    officer: str | None
    role: str | None
    canonical: bytes  #: what its sender wrote in its one spelling, to compare repeats by
    corrects: str | None = None  #: the id of the fact whose place this is to take
    withdraws: str | None = None  #: the id of the fact that is to count no more


def read(body: bytes, content_type: str | None, encoding: str | None = None) -> Said:
    """Read a submission. Raises Problem with every flaw found."""
    return said(members_of(body, content_type, encoding, MEMBERS))


def said(members: Mapping[str, Any], sent: Mapping[str, Any] | None = None) -> Said:
    """Return what the members of a submission say. Raises Problem with every flaw found.

    `sent` is what its sender wrote, where that is not the members themselves.
    """
    if flaws := _shape(members):
        raise Problem.of(flaws)
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
        msgspec.json.encode(members if sent is None else sent, order="sorted"),
        members.get("corrects"),
        members.get("withdraws"),
    )


def _shape(members: Mapping[str, Any]) -> list[Flaw]:
    flaws = unknown_members("a submission", members, MEMBERS)
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
