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
from services.core.access.tokens import Speaker
from services.core.clock import Clock
from services.core.contracts.errors import FieldError
from services.core.contracts.events.delivery import Acknowledged
from services.core.contracts.fields import JSON
from services.core.contracts.identifiers import is_slug, is_uuid
from services.core.doors.callers import (
    LONGEST_WAIT,
    Call,
    Callers,
    json,
)
from services.core.doors.door import Door, Form, Submitting
from services.core.doors.json_body import unknown_members
from services.core.doors.problems import Problem
from services.delivery.feed import Delivered, Feed
from services.delivery.receipts import Receipts

MOST: Final = 1_000
_DEFAULT: Final = 100
_MEMBERS: Final = ("officer", "acknowledged_at", "role")  #: of an acknowledgement
_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 19


class Page(Struct, frozen=True):
    """What an agency pulls at once."""

    events: list[Delivered]
    last: int  #: the number of the last event here; `after` of the next request
    feed: str  #: the feed in which these numbers count; `feed` of the next request


def door(
    feed: Feed,
    callers: Callers,
    submit: Submitting,
    receipts: Receipts,
    clock: Clock,
    directory: Callable[[], Directory],
) -> Door:
    """Return the delivery's paths, and what records receipts beside them."""

    @get("/v1/events", query=("after", "feed", "limit", "wait"))
    async def events(request: Call) -> Response[bytes]:
        agency = callers.speaker(request).agency
        query = request.query_params
        after = _number(query, "after", 0, 0, _LARGEST)
        limit = _number(query, "limit", _DEFAULT, 1, MOST)
        wait = _number(query, "wait", 0, 0, int(LONGEST_WAIT))
        _check_feed(query, id_ := await feed.id())
        with callers.limits.hold("waits", agency) if wait else nullcontext():
            found = await callers.while_valid(request, feed.read(agency, after, limit, wait))
        await feed.confirm(agency, after)
        last = found[-1].number if found else after
        return json(msgspec.json.encode(Page(found, last, id_)))

    async def part_of(speaker: Speaker, event_id: str) -> str:
        part = await feed.part_of(speaker.agency, event_id) if is_uuid(event_id) else None
        if part is None:
            raise Problem("NOT_FOUND")
        return part

    @post("/v1/events/{event_id:str}/acknowledgements")
    async def acknowledge(request: Call, event_id: FromPath[str]) -> Response[bytes]:
        async def submission(sent: Mapping[str, Any], speaker: Speaker) -> Mapping[str, Any]:
            said = _acknowledgement(sent, clock.now())
            return _members(said, await part_of(speaker, event_id), event_id)

        async def receipt(speaker: Speaker) -> None:
            part = await part_of(speaker, event_id)
            await receipts.received(speaker.agency, event_id, part)  # who acknowledges has it

        form = Form(members=_MEMBERS, submission=submission, before=receipt)
        return await submit(request, form)

    async def run() -> None:
        async with TaskGroup() as tasks:
            tasks.create_task(feed.run())
            tasks.create_task(feed.release(lambda: directory().agencies))
            tasks.create_task(receipts.run())

    return Door(routes=[events, acknowledge], run=run, close=feed.rows.close)


def _check_feed(query: Mapping[str, str], known: str) -> None:
    """Raise Problem FEED_CHANGED where a number belongs to another feed."""
    if (asked := query.get("feed", known)) == known:
        return
    if not is_uuid(asked):
        raise Problem("QUERY_MALFORMED", "feed: expected the `feed` of a page")
    raise Problem(
        "FEED_CHANGED",
        "the platform's database was made anew: leave `feed` out and begin with after=0",
    )


def _number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Read a whole number of the query. Raises Problem QUERY_MALFORMED."""
    text = query.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and least <= int(text) <= most:
        return int(text)
    raise Problem("QUERY_MALFORMED", f"{name}: expected a whole number from {least} to {most}")


def _acknowledgement(sent: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the members of an acknowledgement, its time now where it names none.

    Raises Problem for what its sender could not find in the claim that is made of it; the rest is
    checked there.
    """
    if flaws := unknown_members("an acknowledgement", sent, _MEMBERS):
        raise Problem.of(flaws)
    if not (isinstance(officer := sent.get("officer"), str) and is_slug(officer)):
        raise Problem("MALFORMED", "expected the slug of an officer", "/officer")
    at = sent.get("acknowledged_at", now.isoformat())
    try:
        JSON["timestamp"](at, "/acknowledged_at")
    except FieldError as error:
        raise Problem(error.code, error.expected, error.path) from None
    return {**sent, "acknowledged_at": at}


def _members(said: dict[str, Any], part: str, event_id: str) -> dict[str, Any]:
    """Return the submission that an acknowledgement of a fact is."""
    members: dict[str, Any] = {
        "type": Acknowledged.TYPE,
        "occurred_at": said["acknowledged_at"],
        "officer": said["officer"],
        "data": {
            "delivered_part": part,
            "event_id": event_id,
            "officer_id": said["officer"],
            "acknowledged_at": said["acknowledged_at"],
        },
    }
    return {**members, "role": said["role"]} if "role" in said else members
