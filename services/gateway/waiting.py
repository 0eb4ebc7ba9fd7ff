"""What waits for its acceptance, and how its sender is answered."""

import asyncio
import hmac
from datetime import datetime
from typing import Any

from msgspec import Struct

from services.core.bus.record import Outgoing
from services.core.doors.callers import OPERATOR
from services.core.doors.problems import Problem


class Accepted(Struct, frozen=True):
    """A submission as it was accepted, now or long ago."""

    id: str
    type: str
    part: str
    occurred_at: datetime
    accepted_at: datetime
    is_new: bool


class Waiting(Struct, frozen=True, eq=False):
    """A submission before its transaction. A sender that has gone is not answered."""

    key: str
    hash: bytes
    claim: Outgoing
    answer: "asyncio.Future[Accepted]"

    @property
    def agency(self) -> str:
        """Who sent it."""
        return self.claim.envelope.agency

    @property
    def slot(self) -> tuple[str, str]:
        """What stands for one submission, however often it is sent."""
        return self.agency, self.key

    @property
    def is_limited(self) -> bool:
        """Whether an agency said it, and not the platform by itself."""
        return self.claim.envelope.role != OPERATOR

    def answer_with(self, row: Any) -> None:
        """Answer with the row of its slot, which stands for another body where the key does."""
        if not hmac.compare_digest(self.hash, row["body_hash"]):
            self.refuse(Problem("KEY_REUSED"))
        elif not self.answer.done():
            self.answer.set_result(
                Accepted(
                    str(row["id"]),
                    row["type"],
                    row["part"],
                    row["occurred_at"],
                    row["accepted_at"],
                    is_new=str(row["id"]) == self.claim.envelope.id,
                )
            )

    def refuse(self, problem: Problem) -> None:
        """Answer with a problem."""
        if not self.answer.done():
            self.answer.set_exception(problem)
