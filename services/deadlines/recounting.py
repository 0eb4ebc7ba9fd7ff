"""Clocks that were counted by an older calendar are counted again, and moved openly.

The calendar is a file of the release (`schemas/law/calendar.yaml`), and its revision rises with
each change. A gateway of the newer release finds what runs by an older one, and submits the due
moment that is right now as an extension on the ground CALENDAR: once, whoever looks first. What
must be done at once, what is paused and what is over already does not move; a paused clock is
counted anew as it goes on.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from services.core.bus.store import queries as bus
from services.core.clock import Clock as HouseClock
from services.core.contracts.catalogue import PREFIX
from services.core.doors.door import SubmittingAsPlatform, say_once
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.core.law.working_days import calendar
from services.deadlines.domain import Known
from services.deadlines.domain.clocks import Clock
from services.deadlines.service import FAMILY, queries

_AT_ONCE: Final = 200
_LOOK_SECONDS: Final = 1.0

_known: Final = msgspec.msgpack.Decoder(Known)

log = structlog.get_logger()


class Recounting:
    """Moves the clocks that an older calendar counted."""

    def __init__(self, rows: Rows, submit: SubmittingAsPlatform, clock: HouseClock) -> None:
        self._rows, self._submit, self._clock = rows, submit, clock

    async def run(self) -> None:
        """Look now and then, until cancelled: a process of the older release may still run."""
        while True:
            try:
                while await self.look():
                    pass
            except Problem as problem:
                log.info("recounting_waits", why=str(problem))
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> int:
        """Count the next clocks of an older calendar again; return how many these were.

        Raises Problem where the database or the door is away.
        """
        known = calendar()
        rows: list[Any] = await self._rows.ask(
            queries.counted_before, revision=known.revision, most=_AT_ONCE
        )
        if not rows:
            return 0
        clocks = await self._clocks(sorted({row["key"] for row in rows}))
        told = [row for row in rows if row["clock_id"] in clocks]
        for row in told:
            clock = clocks[row["clock_id"]]
            if due := recounted(clock):
                await self._move(row, clock, due, known.version)
        await self._rows.ask(
            queries.counted, clocks=[row["clock_id"] for row in told], version=known.version
        )
        return len(told)

    async def _clocks(self, keys: Sequence[str]) -> dict[str, Clock]:
        streams = [f"{FAMILY.name}/{key}" for key in keys]
        rows: list[Any] = await self._rows.ask(bus.states, streams=streams)
        found: dict[str, Clock] = {}
        for row in rows:
            if row["state_version"] <= FAMILY.state_version:  # older ones stand until they move
                found |= _known.decode(row["state"]).deadline
        return found

    async def _move(self, row: Any, clock: Clock, due: datetime, version: str) -> None:
        stood = clock.due or due
        key = f"clock/{row['clock_id']}/{row['run']}/{stood.isoformat()}/calendar/{version}"
        submission = {
            "type": f"{PREFIX}.deadline.extended",
            "occurred_at": self._clock.now().isoformat(),
            "data": {
                "watched": clock.watched,
                "clock_id": row["clock_id"],
                "rule_id": clock.rule,
                "cause_event_id": clock.cause,
                "due": stood.isoformat(),
                "new_due": due.isoformat(),
                "ground": "CALENDAR",
                "calendar_version": version,
            },
        }
        await say_once(self._submit, submission, key)


def recounted(clock: Clock) -> datetime | None:
    """Return when a clock is due by the calendar of now, None where it stays as it is."""
    if clock.state != "RUNNING" or clock.due is None or clock.alarm_at is not None:
        return None
    due = clock.counted
    return due if due != clock.due else None
