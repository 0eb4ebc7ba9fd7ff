"""Receipts: what an agency has confirmed becomes a fact, said by the platform, once.

They are submitted under keys made of agency and event, so whoever does it again after a crash says
nothing twice; a cursor beside each feed only spares the work.
"""

import asyncio
from typing import Any, Final

import structlog

from services.core.clock import Clock
from services.core.contracts.events.delivery import Delivered
from services.core.doors.door import SubmittingAsPlatform, say_once
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.delivery.service import queries

_AT_ONCE: Final = 200
_LOOK_SECONDS: Final = 0.5

log = structlog.get_logger()


class Receipts:
    """Says what was received."""

    def __init__(self, rows: Rows, submit: SubmittingAsPlatform, clock: Clock) -> None:
        self._rows, self._submit, self._clock = rows, submit, clock

    async def run(self) -> None:
        """Say what is confirmed and was not said, until cancelled."""
        while True:
            try:
                many = await self._say()
            except Problem as problem:
                log.info("receipts_wait", why=str(problem))
                many = 0
            if many < _AT_ONCE:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _say(self) -> int:
        waiting: list[Any] = await self._rows.ask(queries.unreceipted, most=_AT_ONCE)
        await asyncio.gather(
            *(self.received(row["agency"], row["fact"], row["part"]) for row in waiting)
        )
        for agency, number in {row["agency"]: row["number"] for row in waiting}.items():
            await self._rows.ask(queries.receipted, agency=agency, number=number)
        return len(waiting)

    async def received(self, agency: str, fact: str, part: str) -> None:
        """Submit that an agency has a fact of its feed; nothing is submitted twice.

        Raises Problem, as for any submission.
        """
        now = self._clock.now().isoformat()
        members = {
            "type": Delivered.TYPE,
            "occurred_at": now,
            "data": {
                "delivered_part": part,
                "event_id": fact,
                "to_agency": agency,
                "delivered_at": now,
                "way": "PULL",
            },
        }
        await say_once(self._submit, members, f"receipt/{agency}/{fact}")
