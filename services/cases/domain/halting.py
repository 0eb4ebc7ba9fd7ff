"""How a case is halted and goes on: postponed, suspended, resumed (Đ46, Đ47)."""

from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias

from services.cases.domain.common import exists, in_order, not_before, of_items
from services.cases.domain.known import Case, Known
from services.core.access import signing
from services.core.contracts.events import case
from services.core.contracts.family import Context, Refusal
from services.core.law.limits import last_day

Claim: TypeAlias = case.PostponementDemanded | case.Postponed | case.Suspended | case.Resumed

LONGEST: Final = "L-46-5"  #: how long a postponement on demand may be
NOTICES: Final = 2  #: in words in L-46-1, for ground i
OWN: Final = frozenset({"a", "b"})  #: grounds on which the head suspends by himself (Đ47.1)


def objections(known: Known, this: Case, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    yield from exists(this)
    yield from in_order(this, claim)
    if not isinstance(claim, case.PostponementDemanded):
        yield from signing.of_signer(claim, context)
        yield from not_before(claim.decided_on, this.decided_on, "/decided_on")
    match claim:
        case case.PostponementDemanded():
            if this.demands:
                yield Refusal("SECOND_DEMAND")
            yield from not_before(claim.demanded_on, this.decided_on, "/demanded_on")
        case case.Postponed():
            yield from of_items(known, claim.items, this)
            yield from of_postponement(known, this, claim, context)
        case case.Suspended():
            if _is_executed(known, claim.case_id):
                yield Refusal("ALREADY_EXECUTED")
            yield from of_basis(claim, context)
        case case.Resumed(cause_event_id=cause):
            if not _is_cause(known, this, cause):
                yield Refusal("CAUSE_MISSING", field="/cause_event_id")


def of_postponement(
    known: Known, this: Case, claim: case.Postponed, context: Context
) -> Iterator[Refusal]:
    """Each ground has a condition of its own (Đ46.1, Đ46.2)."""
    if claim.ground == "DEMAND":
        if _is_executed(known, claim.case_id):
            yield Refusal("ALREADY_EXECUTED")
        demanded = claim.demanded_on or _latest_demand(this)
        last = last_day(LONGEST, context.law, demanded) if demanded else None
        if claim.until and last and claim.until > last:
            yield Refusal("UNTIL_TOO_LATE", {"demanded_on": demanded}, field="/until")
    if claim.ground == "i" and this.creditor_notices < NOTICES:
        yield Refusal("TWO_NOTICES_MISSING", {"notices": this.creditor_notices})
    if claim.ground == "c" and claim.agreement_harmless is not True:
        yield Refusal("HARMS_STATE", field="/agreement_harmless")


def of_basis(claim: case.Suspended, context: Context) -> Iterator[Refusal]:
    """The head suspends on two grounds by himself; otherwise by order of who may protest."""
    by_head = context.role in {"HEAD", "VP_HEAD"}
    if claim.basis == "OWN" and not (by_head and claim.ground in OWN):
        yield Refusal("BASIS_NOT_OWN", {"role": context.role}, field="/basis")
    if claim.basis == "ORDER" and claim.ground in OWN:
        yield Refusal("BASIS_NOT_OWN", {"ground": claim.ground}, field="/ground")


def _is_executed(known: Known, case_id: str) -> bool:
    return any(each.executed for each in known.coercion.of(case_id).values())


def _latest_demand(this: Case) -> date | None:
    return this.demands[-1].on if this.demands else None


def _is_cause(known: Known, this: Case, fact: str) -> bool:
    answers = known.judgment.answers if known.judgment else frozenset()
    return fact in this.causes | answers | known.deadline | known.complaint
