"""What may be said of the security measures of a case: ordered, carried out, told, lifted."""

from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket, signing
from services.core.access.involvement import Involved
from services.core.contracts.clock_entries import BEFORE_2026
from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.events.machines import MEASURE, MeasureState
from services.core.contracts.events.measure import (
    Claim,
    Executed,
    Fact,
    IrregularityNoted,
    Lifted,
    Minuted,
    Notified,
    Ordered,
)
from services.core.contracts.family import Context, Refusal
from services.core.contracts.official_numbers import number_of
from services.core.law.objections import settle

Heard: TypeAlias = (
    case.Moved | case.Decided | case.OfficerAssigned | case.GroundFound | case.Terminated
)

BY_HEAD: Final = frozenset({"EXIT_BAN"})
"""The kinds that the head orders; the officer orders the others (Đ66.2)."""

OF_ACCOUNT: Final = "BLOCK"  #: a blockade states the sum (Đ67.3)
OPENING: Final = (Minuted, Ordered)


class Measure(Struct, frozen=True):
    """One measure, as its facts so far tell it."""

    state: MeasureState | None = None
    kind: str = ""
    holder: str | None = None
    decided_on: date | None = None
    officer: str | None = None  #: who ordered it
    agency: str | None = None


class Measures(Struct, frozen=True):
    """The measures of a case."""

    measures: dict[str, Measure] = {}
    numbers: frozenset[str] = frozenset()


class Heeded(Struct, frozen=True):
    """What it heard of the case."""

    view: docket.Case = docket.Case()
    may_end: bool = False  #: a ground to end security arose, or the case was terminated


class Known(Struct, frozen=True):
    """What the stream of a case's measures knows, a field for each family."""

    measure: Measures = Measures()
    case: Heeded = Heeded()
    involved: Involved = Involved()


def stream(event: Claim | Heard) -> str:
    """One stream a case, for all its measures."""
    return docket.stream_of(event.part)


# ---- deciding


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    context = docket.under_its_law(known.case.view, context)
    found = objections(known, claim, context)
    return settle(claim, found, context, IrregularityNoted, about=claim.measure_id)


def objections(known: Known, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    this = known.measure.measures.get(claim.measure_id, Measure())
    is_unknown = this.state is None and not isinstance(claim, OPENING)
    if known.case.view.decided_on is None or is_unknown:
        yield Refusal("UNKNOWN_STREAM", field="/measure_id")
        return
    if MEASURE.follows(this.state, claim) is None:
        yield Refusal("WRONG_STATE", {"state": this.state})
    match claim:
        case Ordered():
            yield from of_order(known, this, claim, context)
        case Executed():
            yield from of_execution(this, claim)
        case Lifted():
            yield from of_lifting(known, this, claim, context)
        case Notified(as_=role) if role in {"DEBTOR", "CREDITOR"} and this.state != "EXECUTED":
            yield Refusal("MEASURE_PENDING", {"state": this.state})
        case Minuted() | Notified():
            return
        case _:
            assert_never(claim)


def of_order(known: Known, this: Measure, claim: Ordered, context: Context) -> Iterator[Refusal]:
    """Ordered in a live case, against its debtor, by who may order this kind (Đ66, Đ67, Đ70).

    The law before July 2026 has no ban on leaving the country among its measures. That is noted
    and refuses nothing: the decree on such bans was not read.
    """
    view = known.case.view
    if not view.is_live:
        yield Refusal("CASE_NOT_LIVE", {"state": view.state})
    yield from signing.of_officer(view, context)
    if claim.subject != view.debtor:
        yield Refusal("SUBJECT_NOT_IN_CASE", field="/subject")
    if claim.kind == OF_ACCOUNT and not (claim.amount and claim.amount > 0):
        yield Refusal("AMOUNT_MISSING", field="/amount")
    if claim.kind in BY_HEAD and context.law in BEFORE_2026:
        known_to = {"law": context.law, "known_to": ("R2026",)}
        yield Refusal("RULE_VERSION_MISMATCH", known_to, field="/kind", is_certain=False)
    elif claim.kind in BY_HEAD and claim.exit_ban_excluded is not False:
        yield Refusal("EXIT_BAN_EXCLUDED", field="/exit_ban_excluded")
    signs_as = {"HEAD", "DELEGATE"} if claim.kind in BY_HEAD else {"OFFICER"}
    wrong = list(signing.of_signer(claim, context))
    if claim.capacity not in signs_as and not wrong:
        wrong = [Refusal("SIGNER_NOT_COMPETENT", {"kind": claim.kind}, field="/capacity")]
    yield from wrong
    number = number_of(claim)
    if number in known.measure.numbers:
        yield Refusal("DUPLICATE", {"number": claim.decision_no}, field="/decision_no")
    if view.decided_on is not None and claim.decided_on < view.decided_on:
        cause = view.decided_on.isoformat()
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause}, field="/decided_on")
    if this.holder not in {None, claim.holder_id}:
        yield Refusal("NOT_ADDRESSEE", {"minuted_with": this.holder}, field="/holder_id")


def of_execution(this: Measure, claim: Executed) -> Iterator[Refusal]:
    """Carried out after it was ordered."""
    day = day_of(claim.executed_at)
    if this.decided_on is not None and day < this.decided_on:
        cause = this.decided_on.isoformat()
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause}, field="/executed_at")


def of_lifting(known: Known, this: Measure, claim: Lifted, context: Context) -> Iterator[Refusal]:
    """Only who ordered it ends it, or the head of that office, and for a cause (Đ95.2)."""
    himself = context.agency == this.agency and context.officer == this.officer
    may_end = himself or context.role in {"HEAD", "PLATFORM"}
    if this.agency is not None and not may_end:
        yield Refusal("NOT_ORIGINATOR", {"officer": this.officer})
    if not known.case.may_end:
        yield Refusal("CAUSE_MISSING")
    if claim.decided_on and this.decided_on and claim.decided_on < this.decided_on:
        cause = this.decided_on.isoformat()
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause}, field="/decided_on")
    if number_of(claim) in known.measure.numbers:
        yield Refusal("DUPLICATE", {"number": claim.decision_no}, field="/decision_no")


# ---- folding and reacting


def evolve(known: Known, event: Fact | Heard, context: Context) -> Known:
    """Fold one event in. Where the machine has no arrow for a fact, nothing moves."""
    match event:
        case Minuted() | Ordered() | Notified() | Executed() | Lifted():
            return replace(known, measure=_folded(known.measure, event, context))
        case IrregularityNoted():
            return known
        case case.Moved() | case.Decided() | case.OfficerAssigned():
            view = docket.heard(known.case.view, event, context)
            return replace(known, case=replace(known.case, view=view))
        case case.GroundFound(calls_for=calls):
            if "END_SECURITY" not in calls:
                return known
            return replace(known, case=replace(known.case, may_end=True))
        case case.Terminated():
            return replace(known, case=replace(known.case, may_end=True))
        case _:
            assert_never(event)


def _folded(known: Measures, fact: Claim, context: Context) -> Measures:
    this = known.measures.get(fact.measure_id, Measure())
    this = replace(this, state=MEASURE.follows(this.state, fact) or this.state)
    match fact:
        case Minuted():
            this = replace(this, kind=fact.kind, holder=this.holder or fact.holder_id)
        case Ordered() if this.decided_on is None:
            this = replace(
                this,
                kind=fact.kind,
                holder=fact.holder_id,
                decided_on=fact.decided_on,
                officer=context.officer,
                agency=context.agency,
            )
    number = number_of(fact)
    numbers = known.numbers | ({number} if number else set())
    return Measures({**known.measures, fact.measure_id: this}, numbers)


def react(known: Known, heard: Heard, _context: Context) -> Iterator[Lifted]:
    """Security lapses by law once its case is terminated (Đ95.1)."""
    if isinstance(heard, case.Moved) and heard.to_state == "TERMINATED":
        for measure_id, this in known.measure.measures.items():
            lifted = Lifted(measure_id, ground="BY_LAW")
            if MEASURE.follows(this.state, lifted) is not None:
                yield lifted
