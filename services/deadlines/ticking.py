"""The ticker: what must be said because time has passed is submitted by the platform, once.

It reads the rows of clocks that are due by the house's clock and submits what each must say, under
keys made of clock, start, due moment and what is said: whoever says it again, after a crash or
beside another, says nothing twice. A row beside each clock only spares the work. What is refused,
because the clock was stopped meanwhile, was said too and is not tried again.

That a time is over is said only when nothing is pending any more that was accepted before: it might
be what the clock waits for. The lane then hears what became of it before it decides (T6).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeAlias

import structlog
from msgspec import Struct

from services.core.bus.crashpoints import Reached, nobody
from services.core.clock import Clock
from services.core.contracts.catalogue import PREFIX
from services.core.doors.door import SubmittingAsPlatform, say_once
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.deadlines.service import queries
from services.deadlines.timetable import Word, next_word

Undecided: TypeAlias = Callable[
    [Sequence[tuple[str, datetime]]], Awaitable[set[tuple[str, datetime]]]
]
"""Of keys and moments, those under which something accepted before the moment is pending."""

_AT_ONCE: Final = 500
_LOOK_SECONDS: Final = 1.0
_STORY_LOOK_SECONDS: Final = 0.1  #: its clock is moved by commands, which wait for what follows
_AWAY: Final = frozenset({"BUSY", "UNAVAILABLE"})
_BEFORE_ALL: Final = datetime(1, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


class Due(Struct, frozen=True):
    """A clock in whose name something must be said."""

    clock_id: str
    run: int  #: which run of it this belongs to
    watched: str
    key: str
    rule_id: str
    cause_event_id: str
    due: datetime
    word: Word

    @property
    def is_warning(self) -> bool:
        """Whether it is only said that the time is nearly over."""
        return self.word.what == "due_soon"

    @property
    def said_under(self) -> str:
        """The idempotency key."""
        return f"clock/{self.clock_id}/{self.run}/{self.due.isoformat()}/{self.word.what}"

    @property
    def submission(self) -> dict[str, Any]:
        """What is submitted: the same whenever and by whomever."""
        return {
            "type": f"{PREFIX}.deadline.{self.word.what}",
            "occurred_at": self.word.at.isoformat(),
            "data": {
                "watched": self.watched,
                "clock_id": self.clock_id,
                "rule_id": self.rule_id,
                "cause_event_id": self.cause_event_id,
                "due": self.due.isoformat(),
            },
        }


class Ticker:
    """Lets clocks speak.

    `margin` is how much later than a moment it is looked at: long enough for what a gateway took in
    before the moment to be accepted. A story needs none, for it moves on only when all is quiet.
    """

    def __init__(
        self,
        rows: Rows,
        submit: SubmittingAsPlatform,
        clock: Clock,
        undecided: Undecided,
        margin: timedelta,
        reached: Reached = nobody,
    ) -> None:
        self._rows, self._submit, self._clock = rows, submit, clock
        self._undecided, self._margin, self._reached = undecided, margin, reached
        self._turned_away: set[str] = set()
        self._pause = _LOOK_SECONDS if margin else _STORY_LOOK_SECONDS

    async def run(self) -> None:
        """Let every clock speak that must, until cancelled."""
        while True:
            try:
                await self.tick()
            except Problem as problem:
                log.info("clocks_wait", why=str(problem))
            await asyncio.sleep(self._pause)

    async def tick(self) -> int:
        """Say once what is due now; return how much was said. Raises Problem to try again."""
        now = self._clock.now() - self._margin
        after, many = (_BEFORE_ALL, ""), 0
        while True:
            rows: list[Any] = await self._rows.ask(
                queries.due, now=now, after_at=after[0], after_id=after[1], most=_AT_ONCE
            )
            many += await self._say(_due(rows, now))
            if len(rows) < _AT_ONCE:
                return many
            after = (rows[-1]["next_at"], rows[-1]["clock_id"])

    async def _say(self, due: Sequence[Due]) -> int:
        """Say what is due: side by side for different keys, by moment for one."""
        if not due:
            return 0
        ends = sorted({(each.key, each.word.at) for each in due if not each.is_warning})
        waiting = await self._undecided(ends) if ends else set()
        ready = [list(_unhindered(own, waiting)) for own in _by_key(due)]
        said: list[Due] = []
        self._reached("before_word")
        troubles = await asyncio.gather(
            *(self._in_turn(own, said) for own in ready), return_exceptions=True
        )
        self._reached("after_word")
        if said:
            await self._rows.ask(
                queries.claimed,
                clocks=[each.clock_id for each in said],
                runs=[each.run for each in said],
                dues=[each.due for each in said],
                whats=[each.word.what for each in said],
            )
        for trouble in troubles:
            if trouble is not None:
                raise trouble
        return len(said)

    async def _in_turn(self, due: Iterable[Due], said: list[Due]) -> None:
        for each in due:
            if each.said_under in self._turned_away:
                continue
            try:
                await say_once(self._submit, each.submission, each.said_under)
            except Problem as problem:
                if problem.code in _AWAY:
                    raise
                self._turned_away.add(each.said_under)
                log.exception("clock_turned_away", said=each.said_under)
            else:
                said.append(each)


async def unsaid(connection: Any, now: datetime) -> bool:
    """Say whether a clock must say something by now that was not submitted."""
    first = queries.due(connection, now=now, after_at=_BEFORE_ALL, after_id="", most=1)
    return bool([row async for row in first])


async def next_moment(connection: Any, now: datetime) -> datetime | None:
    """Return the next moment, beyond now, at which a clock must say something."""
    moment: datetime | None = await queries.next_moment(connection, now=now)
    return moment


def _due(rows: Iterable[Any], now: datetime) -> list[Due]:
    found = []
    for row in rows:
        word = next_word(row["soon_at"], row["ends_at"], row["ends_as"], now)
        if word is not None and word.at <= now:
            named = (row["clock_id"], row["run"], row["watched"], row["key"], row["rule_id"])
            found.append(Due(*named, row["cause_event_id"], row["due"], word))
    return found


def _by_key(due: Sequence[Due]) -> list[list[Due]]:
    ordered = sorted(due, key=lambda each: (each.key, each.word.at, each.clock_id))
    return [list(own) for _, own in groupby(ordered, key=attrgetter("key"))]


def _unhindered(own: Iterable[Due], waiting: set[tuple[str, datetime]]) -> Iterable[Due]:
    """Yield what may be said of one key: nothing goes before what must wait."""
    for each in own:
        if not each.is_warning and (each.key, each.word.at) in waiting:
            return
        yield each
