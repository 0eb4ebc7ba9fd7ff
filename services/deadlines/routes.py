"""The clocks over HTTP: those of a case, and all that an agency must look after.

A clock is seen by whoever may see the fact that started it, and by those to whom it has climbed.
What somebody may not see is left out; a case of which nothing may be seen is not there.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from services.core.access.tokens import Speaker
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.doors.callers import Call, Callers, is_operator, json
from services.core.doors.door import Door
from services.core.doors.pages import page
from services.core.doors.problems import Problem
from services.core.telling.duties import STATES
from services.deadlines.board import OPEN, Board, Shown, of_part
from services.deadlines.recounting import Recounting
from services.deadlines.ticking import Ticker

Seen: TypeAlias = Callable[[str, Sequence[str]], Awaitable[set[str]]]
"""Which of some facts an agency may see."""

HasOf: TypeAlias = Callable[[str, str], Awaitable[bool]]
"""Whether an agency may see any fact of a key, by one look-up of an index."""

MOST: Final = 500
_DEFAULT: Final = 100
_DIGITS: Final = 3
_LOOKS: Final = 20  #: pages that are searched for what the caller may see
_INSIDE: Final = re.compile(r"[0-9a-f-]{36}(\.[a-z0-9]+)*")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_QUERY: Final = ("agency", "state", "limit", "after")


def door(
    board: Board,
    ticker: Ticker,
    recounting: Recounting,
    callers: Callers,
    seen: Seen,
    has_of: HasOf,
) -> Door:
    """Return the paths of the clocks, and what lets them speak and moves them beside them."""

    async def visible(speaker: Speaker, clocks: Sequence[Shown]) -> list[Shown]:
        if is_operator(speaker):
            return list(clocks)
        mine = await seen(speaker.agency, [clock.started_event_id for clock in clocks])
        return [
            clock
            for clock in clocks
            if clock.started_event_id in mine or board.reached(speaker.agency, clock)
        ]

    @get("/v1/cases/{case_id:str}/clocks", query=("after",))
    async def of_case(request: Call, case_id: FromPath[str]) -> Response[bytes]:
        speaker = callers.speaker(request)
        query = request.query_params
        if not (is_uuid7(key_of(case_id)) and _INSIDE.fullmatch(case_id)):
            raise Problem("NOT_FOUND")
        found = of_part(await _of_key(board, has_of, speaker, key_of(case_id)), case_id)
        clocks = await visible(speaker, found)
        if not clocks:
            raise Problem("NOT_FOUND")
        shown, after = page(clocks, query.get("after"), lambda clock: clock.clock_id, _itself)
        return json(msgspec.json.encode({"id": case_id, "clocks": shown, "after": after}))

    @get("/v1/deadlines", query=_QUERY)
    async def urgent(request: Call) -> Response[bytes]:
        speaker = callers.speaker(request)
        query = request.query_params
        agency = _agency(query) or (None if is_operator(speaker) else speaker.agency)
        state, limit, after = _state(query), _limit(query), _after(query)
        clocks: list[Shown] = []
        has_more = True
        for _ in range(_LOOKS):
            some = await board.urgent(agency, state, after, MOST)
            clocks += await visible(speaker, some)
            has_more = len(some) == MOST
            after = some[-1].clock_id if some else after
            if not has_more or len(clocks) >= limit:
                break
        if len(clocks) > limit:
            clocks, has_more = clocks[:limit], True
            after = clocks[-1].clock_id
        return json(msgspec.json.encode({"clocks": clocks, "after": after if has_more else None}))

    return Door(
        routes=[of_case, urgent], run=partial(_tend, ticker, recounting), close=board.rows.close
    )


async def _of_key(board: Board, has_of: HasOf, speaker: Speaker, key: str) -> list[Shown]:
    """Read the clocks of a key; of a hidden key no more than has climbed to the speaker.

    A hidden key and one that does not exist take the same work.
    """
    if is_operator(speaker) or await has_of(speaker.agency, key):
        return await board.of_key(key)
    return await board.climbed(speaker.agency, key)


def _itself(clock: Shown) -> Shown:
    return clock


async def _tend(ticker: Ticker, recounting: Recounting) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(ticker.run())
        group.create_task(recounting.run())


def _agency(query: Mapping[str, str]) -> str | None:
    agency = query.get("agency")
    if agency is not None and not _SLUG.fullmatch(agency):
        raise Problem("QUERY_MALFORMED", "agency: expected the short name of an agency")
    return agency


def _state(query: Mapping[str, str]) -> str:
    state = query.get("state", OPEN)
    if state != OPEN and state not in STATES:
        raise Problem("QUERY_MALFORMED", f"state: expected {OPEN} or one of {', '.join(STATES)}")
    return state


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(_DEFAULT))
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= MOST:
        return int(text)
    raise Problem("QUERY_MALFORMED", f"limit: expected a whole number from 1 to {MOST}")


def _after(query: Mapping[str, str]) -> str | None:
    after = query.get("after")
    if after is not None and not _UUID.fullmatch(after):
        raise Problem("QUERY_MALFORMED", "after: expected the id of a clock")
    return after
