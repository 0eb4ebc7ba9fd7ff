"""The desk: takes a submission from its body to its outcome, and says later what became of it.

It joins the pure edge, the acceptance, those who wait and the table of outcomes; `routes` gives it
its HTTP surface.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiosql
import msgspec
from msgspec import Struct

from services.core.access.directory import Directory
from services.core.access.tokens import Speaker
from services.core.bus.record import Outgoing
from services.core.clock import Clock
from services.core.contracts.events.records import Reason
from services.core.doors.door import Submitter, nothing
from services.core.doors.limits import Limits, Rate
from services.core.doors.problems import Problem
from services.core.doors.rehearsal import Rehearsal
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.gateway.acceptance import Acceptor
from services.gateway.body import Said
from services.gateway.counting import Counts, counted
from services.gateway.dry_run import DryRun, foretold
from services.gateway.edge import Edge
from services.gateway.following import Follower
from services.gateway.outcomes import Fact, Outcome, Status
from services.gateway.service import NAME
from services.gateway.waiting import Accepted

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")


class Standing(Struct, frozen=True):
    """A submission and what became of it so far, as its sender sees it."""

    id: str
    status: Status
    type: str
    part: str
    occurred_at: datetime
    accepted_at: datetime
    facts: list[Fact]
    reasons: list[Reason]


class Desk:
    """What agencies deal with."""

    def __init__(
        self,
        settings: Settings,
        edge: Edge,
        acceptor: Acceptor,
        follower: Follower,
        clock: Clock,
        directory: Callable[[], Directory],
        rehearsal: Rehearsal,
        limits: Limits,
    ) -> None:
        """`limits` count what agencies submit and wait for."""
        self._rows = Rows(settings, NAME)
        self._rehearsal = rehearsal
        self._edge, self._acceptor, self._follower = edge, acceptor, follower
        self._clock, self._directory = clock, directory
        self._limits = limits

    def count(self, kind: Rate, speaker: Submitter) -> None:
        """Count what an agency sends, before it is read. Raises Problem TOO_MANY."""
        if isinstance(speaker, Speaker) and not speaker.is_operator:
            self._limits.take(kind, speaker.agency)

    async def submit(
        self,
        said: Said,
        key: str,
        speaker: Submitter,
        traceparent: str | None,
        wait: float,
        before: Callable[[], Awaitable[None]] = nothing,
    ) -> Standing:
        """Accept a submission, or find that it was accepted before.

        `before` records what must stand before it, once the edge has admitted it. Waits up to
        `wait` seconds for what becomes of it. Raises Problem.
        """
        self._count_correction(said, speaker)
        with self._waiting(speaker, wait):
            return await self._submitted(said, key, speaker, traceparent, wait, before)

    async def _submitted(
        self,
        said: Said,
        key: str,
        speaker: Submitter,
        traceparent: str | None,
        wait: float,
        before: Callable[[], Awaitable[None]],
    ) -> Standing:
        claim = self._edge.admit(said, speaker, self._directory(), self._clock.now(), traceparent)
        await self._check_undoes(claim)
        await before()
        minted = claim.envelope.id
        self._follower.watch(minted)
        try:
            accepted = await self._acceptor.accept(key, said.canonical, claim)
        except BaseException:
            self._follower.forget(minted)
            raise
        if accepted.is_new:
            outcome = await self._follower.wait(minted, wait) if wait else Outcome()
            found = None
            if wait and outcome.status == "pending":  # it may have passed before any was followed
                found = await self._found(minted, speaker.agency)
            return found or _standing(accepted, outcome)
        self._follower.forget(minted)
        found = await self._followed(accepted.id, speaker, wait)
        return found or _standing(accepted, Outcome())

    async def dry_run(self, said: Said, speaker: Speaker) -> DryRun:
        """Return what would become of a submission now, and accept nothing. Raises Problem."""
        self._count_correction(said, speaker)
        claim = self._edge.admit(said, speaker, self._directory(), self._clock.now())
        await self._check_undoes(claim)
        part, catalogue = claim.envelope.subject, self._edge.catalogue
        minted = None if said.data.get(catalogue.event(said.type).part) == part else part
        rehearsed = await self._rehearsal.rehearse(claim)
        return foretold(rehearsed, minted, catalogue, self._edge.codec)

    async def standing(self, id_: str, speaker: Submitter, wait: float) -> Standing | None:
        """Return what became of a submission, waiting up to `wait` seconds while it is pending.

        None for one that does not exist or that another agency sent. Raises Problem where the
        database is away.
        """
        with self._waiting(speaker, wait):
            return await self._followed(id_, speaker, wait)

    async def _followed(self, id_: str, speaker: Submitter, wait: float) -> Standing | None:
        self._follower.watch(id_)
        found = await self._found(id_, speaker.agency)
        if found is None:
            self._follower.forget(id_)
        elif found.status == "pending" and wait:
            outcome = await self._follower.wait(id_, wait)
            if outcome.status == "pending":  # it may have passed before we watched
                return await self._found(id_, speaker.agency)
            return msgspec.structs.replace(found, **_said(outcome))
        return found

    async def counts(self) -> Counts:
        """Count everything, as of one moment. Raises Problem where the database is away."""
        counts: Counts = await self._rows.ask(counted)
        return counts

    async def close(self) -> None:
        """Let the connections go."""
        await self._rows.close()
        await self._rehearsal.close()

    def _count_correction(self, said: Said, speaker: Submitter) -> None:
        if said.corrects or said.withdraws:
            self.count("corrections", speaker)

    def _waiting(self, speaker: Submitter, wait: float) -> AbstractContextManager[None]:
        """Count a request that waits. Raises Problem TOO_MANY."""
        if not wait or not isinstance(speaker, Speaker) or speaker.is_operator:
            return nullcontext()
        return self._limits.hold("waits", speaker.agency)

    async def _check_undoes(self, claim: Outgoing) -> None:
        """Refuse to undo what cannot be the sender's own fact, by an index alone.

        To decide it, a lane would read all history of its partition. Raises Problem, in the same
        words whether the fact is another's or is not there.
        """
        envelope = claim.envelope
        if envelope.undoes and not await self._rows.ask(
            queries.may_undo,
            fact=envelope.undoes,
            agency=envelope.agency,
            type=envelope.type,
            part=envelope.subject,
        ):
            pointer = "/corrects" if envelope.corrects else "/withdraws"
            raise Problem("CORRECTS_UNKNOWN", pointer=pointer)

    async def _found(self, id_: str, agency: str) -> Standing | None:
        row = await self._rows.ask(queries.submission, id=id_, agency=agency)
        if row is None:
            return None
        accepted = Accepted(
            str(row["id"]),
            row["type"],
            row["part"],
            row["occurred_at"],
            row["accepted_at"],
            is_new=False,
        )
        stored = Outcome()
        if row["facts"] is not None:
            stored = Outcome(
                msgspec.json.decode(row["facts"], type=dict[str, Fact]),
                row["fact_count"],
                msgspec.json.decode(row["reasons"] or "null", type=list[Reason] | None),
                row["held"],
                row["released"],
            )
        return _standing(accepted, stored.and_(self._follower.known(id_)))


def _standing(accepted: Accepted, outcome: Outcome) -> Standing:
    return Standing(
        id=accepted.id,
        type=accepted.type,
        part=accepted.part,
        occurred_at=accepted.occurred_at,
        accepted_at=accepted.accepted_at,
        **_said(outcome),
    )


def _said(outcome: Outcome) -> dict[str, Any]:
    recorded = outcome.status == "recorded"
    return {
        "status": outcome.status,
        "facts": outcome.in_order if recorded else [],
        "reasons": outcome.why,
    }
