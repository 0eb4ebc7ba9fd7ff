"""How the docket decides: one stream a judgment, in which every case of it is opened and moved.

`known` is what it remembers and `heard` what it learns of other families; the objections stand by
phase, in `opening`, `working`, `halting` and `ending`. Which of them refuses and which is noted is
the catalogue's to say. Each change of state is a fact, `case.moved`, and nothing else moves a case.
"""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from msgspec.structs import replace

from services.cases.domain import ending, halting, opening, working
from services.cases.domain.folding import folded
from services.cases.domain.heard import Heard, told
from services.cases.domain.known import NOTHING_OWED, UNTIL_PAID, Case, Known
from services.core.contracts.events import case, deadline, payment
from services.core.contracts.events.machines import CASE
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id, key_of
from services.core.contracts.machine import OPENS
from services.core.law.objections import settle
from services.core.law.versions import version_of

__all__ = ["Known", "decide", "evolve", "react", "stream"]

Event: TypeAlias = case.Fact | Heard


def stream(event: Event) -> str:
    """One stream a judgment: its docket decides what may be opened."""
    return key_of(event.part)


# ---- deciding


def decide(known: Known, claim: case.Claim, context: Context) -> list[case.Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    ended_on = known.case.cases.get(claim.case_id, Case()).ended_on
    law = version_of(context.occurred_at, case_ended_on=ended_on)
    context = replace(context, law=law)
    found = objections(known, claim, context)
    answer = settle(claim, found, context, case.IrregularityNoted, about=claim.case_id)
    if isinstance(answer[0], Refusal):
        return answer
    cause = derived_id(context.id, "case", 0)
    facts = [*answer, *moved(known, claim, cause)]
    if isinstance(claim, case.Performed | case.Exempted):
        facts += nothing_owed(folded(known, claim, context), claim.case_id, cause)
    return facts


def objections(known: Known, claim: case.Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    this = known.case.cases.get(claim.case_id, Case())
    if known.judgment is None:
        yield Refusal("UNKNOWN_STREAM", {"judgment": stream(claim)})
        return
    match claim:
        case case.Requested() | case.RequestDeclined() | case.Decided() | case.OfficerAssigned():
            yield from opening.objections(known, this, claim, context)
        case (
            case.Notified()
            | case.PersuasionRecorded()
            | case.Agreed()
            | case.Performed()
            | case.Verified()
            | case.NewInformationReceived()
            | case.ChannelChanged()
            | case.GroundFound()
            | case.DeclaredUnenforceable()
            | case.Published()
            | case.Unpublished()
            | case.RequestReturned()
            | case.MovedToSeparateLedger()
        ):
            yield from working.objections(known, this, claim, context)
        case case.PostponementDemanded() | case.Postponed() | case.Suspended() | case.Resumed():
            yield from halting.objections(known, this, claim, context)
        case (
            case.Terminated()
            | case.DecisionRecalled()
            | case.Entrusted()
            | case.EntrustmentReceived()
            | case.EntrustedAssetDecided()
            | case.Exempted()
            | case.Completed()
            | case.ResultCertified()
        ):
            yield from ending.objections(known, this, claim, context)
        case _:
            assert_never(claim)


def moved(known: Known, event: case.Claim | Heard, cause: str) -> Iterator[case.Moved]:
    """Yield the move that an event makes in the case it speaks of, if it makes one."""
    this = known.case.cases.get(event.part, Case())
    target = CASE.follows(
        this.state, event, kept=this.kept, holds=lambda when: this.holds(when, event)
    )
    if target is not None and target != this.state and known.is_whole(event):
        opened_for = known.judgment.parties if known.judgment and this.state is None else None
        yield case.Moved(
            event.part,
            from_state=this.state or OPENS,
            to_state=target,
            cause_event_id=cause,
            parties=sorted(opened_for) if opened_for else None,
        )


# ---- folding and reacting


def evolve(known: Known, event: Event, context: Context) -> Known:
    """Fold one event in: a fact of its own, or what it heard of another family."""
    if isinstance(event, case.Fact):
        return folded(known, event, context)
    return told(known, event, context)


def react(known: Known, event: Heard, context: Context) -> Iterator[case.Fact]:
    """What follows by itself: a period that ran out moves its case; a paid debt calls for release.

    `known` has heard the event already.
    """
    match event:
        case deadline.Expired():
            yield from moved(known, event, context.id)
        case payment.Collected(case_id=case_id) if case_id in known.case.cases:
            yield from nothing_owed(known, case_id, context.id)


def nothing_owed(known: Known, case_id: str, cause: str) -> Iterator[case.GroundFound]:
    """Once the whole debt is settled, what still secures it has lost its ground (Đ95).

    However it was: collected, performed between the parties, or remitted by the court. The ground
    arises on the latest day on which a part of the debt was settled.
    """
    this, day = known.case.cases[case_id], known.settled_on(case_id)
    if this.is_open or day is None or this.released or not known.is_settled(case_id):
        return
    standing = known.coercion.kinds_in(case_id)
    calls: list[case.GroundFoundCallsFor] = []
    if known.measure.standing_in(case_id):
        calls.append("END_SECURITY")
    if standing & UNTIL_PAID:
        calls.append("LIFT_SEIZURE")
    if "EXPLOIT" in standing:
        calls.append("END_EXPLOITATION")
    if calls:
        yield case.GroundFound(
            case_id,
            calls_for=calls,
            ground=NOTHING_OWED,
            arose_on=day,
            provisional=False,
            cause_event_id=cause,
        )
