"""How coercion is decided: one stream a case, each coercion of it moving by itself.

`known` is what the stream remembers; the objections stand by phase, in `opening`, `booking`,
`scheduling` and `carrying_out`; `releasing` sees that no unit keeps hours that nobody needs.
Which objection refuses and which is noted is the catalogue's to say.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias, assert_never

from services.coercion.domain import booking, carrying_out, opening, scheduling
from services.coercion.domain.known import Coercion, Heard, Known, folded, heard
from services.coercion.domain.releasing import releases
from services.core.access import docket
from services.core.contracts.events import case, coercion, complaint, submission
from services.core.contracts.events.machines import COERCION
from services.core.contracts.family import Ask, Context, Refusal
from services.core.law.objections import settle

__all__ = ["Known", "decide", "evolve", "react", "stream"]

Claim: TypeAlias = coercion.Claim | submission.Refused | submission.Released
Answer: TypeAlias = Sequence[coercion.Fact | Ask | Refusal]

_FALLS: dict[str, coercion.PostponedReason] = {
    "POSTPONED": "CASE_POSTPONED",
    "SUSPENDED": "CASE_SUSPENDED",
}
"""The states of a case in which a fixed hour falls, and why."""


def stream(event: Claim | Heard) -> str:
    """One stream a case, for all its coercions."""
    return docket.stream_of(event.part)


# ---- deciding


def decide(known: Known, claim: Claim, context: Context) -> Answer:
    """Return every reason why the claim may not be recorded, or what follows from it."""
    if isinstance(claim, submission.Refused | submission.Released):
        return [*booking.given_back(known, claim)]
    this = known.coercion.of(claim.coercion_id)
    context = docket.under_its_law(known.case.view, context)
    found = objections(known, this, claim, context)
    answer = settle(claim, found, context, coercion.IrregularityNoted, about=claim.coercion_id)
    if isinstance(answer[0], Refusal):
        return answer
    return [*answer, *booking.asks(this, claim), *releases(this, claim)]


def objections(
    known: Known, this: Coercion, claim: coercion.Claim, context: Context
) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    match claim:
        case coercion.Decided():
            yield from opening.objections(known, this, claim, context)
        case (
            coercion.BookingRequested()
            | coercion.UnitBooked()
            | coercion.UnitUnavailable()
            | coercion.BookingCancelled()
        ):
            yield from booking.objections(known, this, claim, context)
        case (
            coercion.ProtectionRequested()
            | coercion.ProtectionPlanned()
            | coercion.Scheduled()
            | coercion.PlanSent()
            | coercion.PlanAcknowledged()
            | coercion.Postponed()
        ):
            yield from scheduling.objections(known, this, claim, context)
        case coercion.Executed() | coercion.Failed() | coercion.Lifted():
            yield from carrying_out.objections(known, this, claim)
        case _:
            assert_never(claim)


# ---- folding and reacting


def evolve(known: Known, event: coercion.Fact | Heard, context: Context) -> Known:
    """Fold one event in: a fact of its own, or what it heard of another family."""
    if isinstance(event, coercion.Fact):
        return folded(known, event, context)
    return heard(known, event, context)


def react(known: Known, event: Heard, context: Context) -> Iterator[coercion.Fact | Ask]:
    """What follows by itself: a fixed hour falls, a coercion whose ground is gone is lifted."""
    for coercion_id, this in known.coercion.coercions.items():
        fact = following(known, coercion_id, this, event, context)
        if fact is not None and COERCION.follows(this.state, fact) is not None:
            yield fact
            yield from releases(this, fact)


def following(
    known: Known, coercion_id: str, this: Coercion, event: Heard, context: Context
) -> coercion.Postponed | coercion.Lifted | None:
    """Return what a heard fact means for one coercion, if anything.

    A day already set falls when its case is halted or its act is paused: the race of the two is
    settled here, in the open. What ends or annuls the ground of a coercion ends the coercion.
    """
    acts = {this.decision, known.case.view.decision}
    match event:
        case case.Moved(to_state="POSTPONED" | "SUSPENDED" as state):
            return coercion.Postponed(coercion_id, _FALLS[state], cause_event_id=context.id)
        case complaint.ActPaused(act_event_id=act) if act in acts:
            return coercion.Postponed(coercion_id, "ACT_PAUSED", cause_event_id=context.id)
        case case.Moved(to_state="TERMINATED"):
            return coercion.Lifted(coercion_id, "BY_LAW")
        case case.DecisionRecalled(recalled_event_id=act, action="RECALL" | "ANNUL"):
            return coercion.Lifted(coercion_id, "BY_LAW") if act == this.decision else None
        case complaint.Decided(act_event_id=act, remedy="ANNUL" | "STOP"):
            return coercion.Lifted(coercion_id, "BY_LAW") if act == this.decision else None
        case _:
            return None
