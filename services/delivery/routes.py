"""The feeds over HTTP: an agency pulls what it may see, and its officers acknowledge it."""

from asyncio import TaskGroup
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from services.core.access.directory import Directory
from services.core.clock import Clock
from services.core.contracts.event import Instant
from services.core.contracts.events.delivery import Acknowledged
from services.core.contracts.identifiers import is_uuid
from services.core.doors.callers import (
    LONGEST_WAIT,
    Call,
    Callers,
    idempotency_key,
    json,
    patience,
    query_of,
)
from services.core.doors.door import Door, Submitting
from services.core.doors.problems import Problem
from services.delivery.feed import Delivered, Feed
from services.delivery.receipts import Receipts

MOST: Final = 1_000
_DEFAULT: Final = 100
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 19


class Page(Struct, frozen=True):
    """What an agency pulls at once."""

    events: list[Delivered]
    last: int  #: the number of the last event here; `after` of the next request


class _Acknowledgement(Struct, frozen=True, forbid_unknown_fields=True):
    officer: str
    acknowledged_at: Instant | None = None  #: now, where it is left out
    role: str | None = None


def door(
    feed: Feed,
    callers: Callers,
    submit: Submitting,
    receipts: Receipts,
    clock: Clock,
    directory: Callable[[], Directory],
) -> Door:
    """Return the delivery's paths, and what records receipts beside them."""

    @get("/v1/events")
    async def events(request: Call) -> Response[bytes]:
        agency = callers.speaker(request).agency
        query = query_of(request, "after", "limit", "wait")
        after = _number(query, "after", 0, 0, _LARGEST)
        limit = _number(query, "limit", _DEFAULT, 1, MOST)
        wait = _number(query, "wait", 0, 0, int(LONGEST_WAIT))
        with callers.limits.hold("waits", agency) if wait else nullcontext():
            found = await callers.while_valid(request, feed.read(agency, after, limit, wait))
        await feed.confirm(agency, after)
        last = found[-1].number if found else after
        return json(msgspec.json.encode(Page(found, last)))

    @post("/v1/events/{event_id:str}/acknowledgements")
    async def acknowledge(request: Call, event_id: FromPath[str]) -> Response[bytes]:
        speaker, key = callers.speaker(request), idempotency_key(request)
        part = await feed.part_of(speaker.agency, event_id) if is_uuid(event_id) else None
        if part is None:
            raise Problem("NOT_FOUND")
        members = _members(await request.body(), part, event_id, clock.now())
        return await submit(members, key, speaker, patience(request))

    async def run() -> None:
        async with TaskGroup() as tasks:
            tasks.create_task(feed.run())
            tasks.create_task(feed.release(lambda: directory().agencies))
            tasks.create_task(receipts.run())

    return Door(routes=[events, acknowledge], run=run, close=feed.rows.close)


def _number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Read a whole number of the query. Raises Problem QUERY_MALFORMED."""
    text = query.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and least <= int(text) <= most:
        return int(text)
    raise Problem("QUERY_MALFORMED", f"{name}: expected a whole number from {least} to {most}")


def _members(sent: bytes, part: str, event_id: str, now: datetime) -> dict[str, Any]:
    """Return the submission that an acknowledgement is. Raises Problem NOT_JSON."""
    try:
        said = msgspec.json.decode(sent, type=_Acknowledgement)
    except msgspec.DecodeError as error:
        raise Problem("NOT_JSON", str(error)) from None
    at = (said.acknowledged_at or now).isoformat()
    members: dict[str, Any] = {
        "type": Acknowledged.TYPE,
        "occurred_at": at,
        "officer": said.officer,
        "data": {
            "delivered_part": part,
            "event_id": event_id,
            "officer_id": said.officer,
            "acknowledged_at": at,
        },
    }
    return members if said.role is None else {**members, "role": said.role}
