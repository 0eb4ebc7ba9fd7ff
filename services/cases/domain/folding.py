"""How the docket remembers its own facts. Only `case.moved` changes the state of a case."""

from datetime import date
from typing import Final, cast

from msgspec.structs import replace

from services.cases.domain.known import (
    NOTHING_OWED,
    Case,
    Demand,
    Docket,
    Known,
    Paper,
    Verification,
)
from services.core.access.docket import ENDED
from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.events.machines import CaseState
from services.core.contracts.family import Context
from services.core.contracts.official_numbers import number_of
from services.core.law.limits import months

EACH_PERIOD: Final = "L-38-5"  #: how often to verify again while means are lacking
EACH_YEAR: Final = "L-38-6"  #: the same, of one who is in prison or cannot be found


def folded(known: Known, fact: case.Fact, context: Context) -> Known:
    """Fold one fact of the docket's own in."""
    this = known.case.cases.get(fact.case_id)
    if this is None:
        if not isinstance(fact, case.Requested | case.Decided):
            return known
        this = Case()
    if isinstance(fact, case.GroundFound) and fact.ground == NOTHING_OWED:
        # what settled the debt may have been withdrawn since, and then the ground may arise anew
        this = replace(this, released=known.is_settled(fact.case_id))
    this = _with(_numbered(this, fact, context), fact, context)
    return replace(known, case=Docket({**known.case.cases, fact.case_id: this}))


def _numbered(this: Case, fact: case.Fact, context: Context) -> Case:
    """Remember the paper of a decision, and its number."""
    number, day = number_of(fact), getattr(fact, "decided_on", None)
    if number is None or day is None:
        return this
    paper = Paper(context.id, day, context.agency, context.officer)
    return replace(this, numbers=this.numbers | {number}, papers={**this.papers, context.id: paper})


def _with(this: Case, fact: case.Fact, context: Context) -> Case:
    match fact:
        case case.Requested():
            if this.requested:
                return this
            return replace(this, requested=tuple(fact.items), requested_on=fact.received_on)
        case case.Decided():
            return _decided(this, fact)
        case case.Moved():
            return _moved(this, fact, day_of(context.occurred_at))
        case case.Notified(as_="CREDITOR"):
            return replace(this, creditor_notices=this.creditor_notices + 1)
        case case.Performed(items=items, amount=amount, performed_on=day):
            done = this.done | set(items)
            this = replace(this, performed=this.performed + (amount or 0), done=done)
            return _settled(this, day)
        case case.Verified(verified_on=day, finding=finding):
            told = this.new_information_on
            return replace(
                this,
                verifications=(*this.verifications, Verification(context.id, day, finding)),
                new_information_on=None if told and told <= day else told,
                causes=this.causes | {context.id},
            )
        case case.NewInformationReceived(received_on=day):
            return replace(this, new_information_on=day, causes=this.causes | {context.id})
        case case.DeclaredUnenforceable(decided_on=day, cycle=cycle):
            again = months(EACH_YEAR if cycle == "YEAR" else EACH_PERIOD, context.law)
            return replace(this, declared_on=day, cycle_months=again or 0)
        case case.PostponementDemanded(demanded_on=day, until=until):
            return replace(this, demands=(*this.demands, Demand(day, until)))
        case case.Postponed() | case.Suspended() | case.GroundFound():
            return replace(this, causes=this.causes | {context.id})
        case case.Terminated(items=items):
            closed = this.closed | set(items or this.items)
            return replace(this, closed=closed, ended_by=context.id)
        case case.Entrusted(to_agency=agency, kind=kind):
            return replace(this, entrusted={**this.entrusted, agency: kind})
        case case.Exempted(amount=amount, effective_on=day):
            return _settled(replace(this, remitted=this.remitted + amount), day)
        case _:
            return this


def _settled(this: Case, day: date) -> Case:
    return replace(this, settled_on=max(day, this.settled_on or day))


def _decided(this: Case, fact: case.Decided) -> Case:
    if this.decided_on is not None:
        return this
    return replace(
        this,
        items=tuple(fact.items),
        debtor=fact.debtor,
        amount=fact.amount,
        decided_on=fact.decided_on,
    )


def _moved(this: Case, fact: case.Moved, day: date) -> Case:
    state = cast("CaseState", fact.to_state)
    this = replace(this, ended_on=day if state in ENDED else None)
    if state in {"POSTPONED", "SUSPENDED", "TERMINATED"}:
        stood = this.kept if this.state in {"POSTPONED", "SUSPENDED"} else this.state
        return replace(this, state=state, kept=stood)
    reopened = this.state == "TERMINATED"
    return replace(
        this,
        state=state,
        kept=None,
        closed=frozenset() if reopened else this.closed,
        done=frozenset() if reopened else this.done,
        ended_by=None if reopened else this.ended_by,
    )
