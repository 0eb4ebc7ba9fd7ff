"""What may be said of the complaints about a case, and what it does to the acts complained of."""

from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket, signing
from services.core.access.involvement import Involved
from services.core.contracts.clock_entries import BEFORE_2026
from services.core.contracts.events import case, coercion, deadline, measure, sale
from services.core.contracts.events.complaint import (
    Accepted,
    ActPaused,
    ActUnpaused,
    Claim,
    Decided,
    Discontinued,
    Fact,
    Filed,
    IrregularityNoted,
    Notified,
    Paused,
    Rejected,
    Resumed,
    Withdrawn,
)
from services.core.contracts.events.machines import COMPLAINT, ComplaintState
from services.core.contracts.family import Context, Refusal
from services.core.contracts.official_numbers import number_of
from services.core.law.limits import last_day
from services.core.law.objections import settle

Heard: TypeAlias = (
    case.Decided
    | case.Moved
    | case.Notified
    | case.Verified
    | case.DeclaredUnenforceable
    | case.Postponed
    | case.Suspended
    | case.Resumed
    | case.Terminated
    | case.RequestDeclined
    | case.OfficerAssigned
    | measure.Ordered
    | measure.Executed
    | coercion.Decided
    | coercion.Scheduled
    | coercion.Executed
    | sale.Priced
    | sale.AuctionContracted
    | sale.Sold
    | deadline.Expired
)

FILING: Final = {"a": "L-96-1", "b": "L-96-2", "c": "L-96-3"}
"""The time for a first complaint, by the kind of act."""

AFTER_COERCION: Final = "d"  #: a kind of act that the law knew before July 2026
FILING_BEFORE_2026: Final = {AFTER_COERCION: "O-140-1/d", "blockade": "O-140-1/blockade"}
"""Times that the law told apart before July 2026: complaints after coercion, and of a blockade."""

SECOND: Final = "L-96-4"  #: the time for a second one
RESOLVES: Final = {"1": ("HEAD", "VP_HEAD"), "2": ("CENTRAL_BODY",)}
"""In which role each level is resolved (Đ98)."""

BY_HEAD: Final = "decided by the head of an enforcement agency"


class Complaint(Struct, frozen=True):
    """One complaint, as its facts so far tell it."""

    state: ComplaintState | None = None
    level: str = "1"
    act_kind: str = ""
    filed_on: date | None = None
    resolver: str | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    told_on: date | None = None  #: of the decision


class Complaints(Struct, frozen=True):
    """The complaints about a case."""

    complaints: dict[str, Complaint] = {}
    numbers: frozenset[str] = frozenset()


class Secured(Struct, frozen=True):
    """What it heard of the security measures of a case."""

    acts: frozenset[str] = frozenset()
    blockades: frozenset[str] = frozenset()  #: parts that are blockades
    of_blockades: frozenset[str] = frozenset()  #: of the acts, those of a blockade


class Heeded(Struct, frozen=True):
    """What it heard of the case."""

    view: docket.Case = docket.Case()
    acts: frozenset[str] = frozenset()  #: facts that may be complained of


class Known(Struct, frozen=True):
    """What the stream of a case's complaints knows, a field for each family."""

    complaint: Complaints = Complaints()
    case: Heeded = Heeded()
    measure: Secured = Secured()
    coercion: frozenset[str] = frozenset()  #: acts, as in `Heeded`
    sale: frozenset[str] = frozenset()
    deadline: frozenset[str] = frozenset()  #: parts whose time for a second complaint ran out
    involved: Involved = Involved()

    @property
    def acts(self) -> frozenset[str]:
        """Every fact that may be complained of."""
        return self.case.acts | self.measure.acts | self.coercion | self.sale

    def of(self, complaint_id: str) -> Complaint:
        """Return a complaint as it stands: decided is final once no second one may follow.

        That its time ran out is a fact of another family, so it stands beside the complaint.
        """
        this = self.complaint.complaints.get(complaint_id, Complaint())
        if this.state == "DECIDED" and complaint_id in self.deadline:
            return replace(this, state="FINAL")
        return this


def stream(event: Claim | Heard) -> str:
    """One stream a case, for all complaints about it."""
    return docket.stream_of(event.part)


# ---- deciding


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    context = docket.under_its_law(known.case.view, context)
    found = objections(known, claim, context)
    return settle(claim, found, context, IrregularityNoted, about=claim.complaint_id)


def objections(known: Known, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    this = known.of(claim.complaint_id)
    is_unknown = this.state is None and not isinstance(claim, Filed)
    if known.case.view.decided_on is None or is_unknown:
        yield Refusal("UNKNOWN_STREAM", field="/complaint_id")
        return
    if follows(this, claim, context) is None:
        yield Refusal("WRONG_STATE", {"state": this.state})
    yield from out_of_time(this, claim)
    match claim:
        case Filed():
            yield from of_kind(claim.act_kind, context)
            yield from of_filing(known, claim, context)
        case Accepted():
            yield from of_acceptance(known, claim, context)
        case Rejected(document=document):
            if not document.document_id.strip():
                yield Refusal("REASON_MISSING", field="/document")
        case ActPaused(act_event_id=_) | ActUnpaused(act_event_id=_):
            if this.state != "ACCEPTED":
                yield Refusal("NOT_ACCEPTED", {"state": this.state})
        case Decided():
            yield from signing.of_signer(claim, context)
            if this.accepted_on is None:
                yield Refusal("NOT_ACCEPTED", {"state": this.state})
            if number_of(claim) in known.complaint.numbers:
                yield Refusal("DUPLICATE", {"number": claim.decision_no}, field="/decision_no")


def follows(this: Complaint, claim: Claim, context: Context) -> str | None:
    """Return the state to which a claim leads, or None where it does not follow."""
    by_head = context.role == "HEAD"
    return COMPLAINT.follows(this.state, claim, holds=lambda when: when != BY_HEAD or by_head)


def of_filing(known: Known, claim: Filed, context: Context) -> Iterator[Refusal]:
    """In time, against an act that was recorded; a second one against a first that was decided."""
    if claim.act_event_id is not None and claim.act_event_id not in known.acts:
        yield Refusal("ACT_UNKNOWN", field="/act_event_id")
    if claim.level == "1":
        rule = _time_to_file(known, claim, context)
        last = last_day(rule, context.law, claim.known_on) if rule else None
        if last is not None and claim.received_on > last:
            yield Refusal("OUT_OF_TIME", field="/received_on", rule_id=rule)
    else:
        yield from of_second_filing(known, claim, context)
    if claim.received_on < claim.known_on:
        cause = claim.known_on.isoformat()
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause}, field="/received_on")


def _time_to_file(known: Known, claim: Filed, context: Context) -> str | None:
    """Return the rule of the time for a first complaint, None where the law knows no such kind."""
    if context.law not in BEFORE_2026:
        return FILING.get(claim.act_kind)
    if claim.act_event_id in known.measure.of_blockades:
        return FILING_BEFORE_2026["blockade"]
    return FILING_BEFORE_2026.get(claim.act_kind) or FILING[claim.act_kind]


def of_kind(kind: str, context: Context) -> Iterator[Refusal]:
    """Complaints after coercion were a kind of their own before July 2026 alone."""
    if kind == AFTER_COERCION and context.law not in BEFORE_2026:
        known_to = {"law": context.law, "known_to": tuple(sorted(BEFORE_2026))}
        yield Refusal("RULE_VERSION_MISMATCH", known_to, field="/act_kind")


def of_second_filing(known: Known, claim: Filed, context: Context) -> Iterator[Refusal]:
    """A second complaint lies against the decision of a first, and in time (Đ96.3)."""
    first = known.complaint.complaints.get(claim.first_complaint_id or "", Complaint())
    if first.decided_on is None:
        yield Refusal("FIRST_NOT_DECIDED", field="/first_complaint_id")
    if claim.act_kind == "b":
        yield Refusal("SECOND_NOT_AVAILABLE", field="/act_kind")
    last = last_day(SECOND, context.law, first.told_on) if first.told_on else None
    ran_out = (claim.first_complaint_id or "") in known.deadline
    if ran_out or (last is not None and claim.received_on > last):
        yield Refusal("OUT_OF_TIME", field="/received_on", rule_id=SECOND)


def of_acceptance(known: Known, claim: Accepted, context: Context) -> Iterator[Refusal]:
    """The head resolves first, his own acts included; the managing department second (Đ98)."""
    roles = RESOLVES[claim.level]
    is_theirs = any(signing.holds_role(context, claim.resolver_id, role) for role in roles)
    if context.role not in roles or not is_theirs:
        yield Refusal("RESOLVER_NOT_COMPETENT", {"level": claim.level}, field="/resolver_id")
    if claim.level == "2":
        first = {each.resolver for each in known.complaint.complaints.values() if each.level == "1"}
        if claim.resolver_id in first:
            yield Refusal("SAME_RESOLVER_AS_LEVEL_1", field="/resolver_id")


def out_of_time(this: Complaint, claim: Claim) -> Iterator[Refusal]:
    """Nothing happens before what it follows from."""
    named: tuple[str, date, date | None] | None = None
    match claim:
        case Accepted(accepted_on=day):
            named = "/accepted_on", day, this.filed_on
        case Decided(decided_on=day):
            named = "/decided_on", day, this.accepted_on
        case Paused(paused_on=day):
            named = "/paused_on", day, this.accepted_on
        case Resumed(resumed_on=day):
            named = "/resumed_on", day, this.accepted_on
        case Withdrawn(withdrawn_on=day):
            named = "/withdrawn_on", day, this.filed_on
        case Notified(valid_on=day):
            named = "/valid_on", day, this.filed_on
    if named and named[2] is not None and named[1] < named[2]:
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": named[2].isoformat()}, field=named[0])


# ---- folding and reacting


def evolve(known: Known, event: Fact | Heard, context: Context) -> Known:
    """Fold one event in. Where the machine has no arrow for a fact, nothing moves."""
    match event:
        case IrregularityNoted():
            return known
        case (
            Filed()
            | Accepted()
            | Rejected()
            | ActPaused()
            | ActUnpaused()
            | Paused()
            | Resumed()
            | Withdrawn()
            | Discontinued()
            | Decided()
            | Notified()
        ):
            return replace(known, complaint=_folded(known, event, context))
        case deadline.Expired():
            return _ran_out(known, event)
        case measure.Ordered() | measure.Executed():
            return replace(known, measure=_secured(known.measure, event, context.id))
        case coercion.Decided() | coercion.Scheduled() | coercion.Executed():
            return replace(known, coercion=known.coercion | {context.id})
        case sale.Priced() | sale.AuctionContracted() | sale.Sold():
            return replace(known, sale=known.sale | {context.id})
        case case.Moved():
            return replace(
                known, case=replace(known.case, view=docket.heard(known.case.view, event, context))
            )
        case _:
            view = known.case.view
            if isinstance(event, case.Decided | case.OfficerAssigned):
                view = docket.heard(view, event, context)
            return replace(known, case=Heeded(view, known.case.acts | {context.id}))


def _secured(known: Secured, event: measure.Ordered | measure.Executed, act: str) -> Secured:
    blockades = known.blockades
    if isinstance(event, measure.Ordered) and event.kind == "BLOCK":
        blockades |= {event.measure_id}
    of_blockades = {act} if event.measure_id in blockades else set()
    return Secured(known.acts | {act}, blockades, known.of_blockades | of_blockades)


def _ran_out(known: Known, event: deadline.Expired) -> Known:
    if event.rule_id != SECOND:
        return known
    return replace(known, deadline=known.deadline | {event.watched})


def _folded(known: Known, fact: Claim, context: Context) -> Complaints:
    before = known.complaint
    this = known.of(fact.complaint_id)
    this = _with(replace(this, state=follows(this, fact, context) or this.state), fact)
    complaints = {**before.complaints, fact.complaint_id: this}
    if isinstance(fact, Filed) and fact.first_complaint_id in complaints:
        first = known.of(fact.first_complaint_id)
        appealed = COMPLAINT.follows(first.state, fact)
        complaints[fact.first_complaint_id] = replace(first, state=appealed or first.state)
    number = number_of(fact)
    numbers = before.numbers | ({number} if number else set())
    return Complaints(complaints, numbers)


def _with(this: Complaint, fact: Claim) -> Complaint:
    match fact:
        case Filed() if this.filed_on is None:
            return replace(
                this, level=fact.level, act_kind=fact.act_kind, filed_on=fact.received_on
            )
        case Accepted(resolver_id=resolver, accepted_on=day):
            return replace(this, resolver=resolver, accepted_on=day)
        case Decided(decided_on=day):
            return replace(this, decided_on=day)
        case Notified(notice="DECISION", valid_on=day):
            return replace(this, told_on=this.told_on or day)
        case _:
            return this


def react(_known: Known, _heard: Heard, _context: Context) -> tuple[()]:
    """Nothing follows by itself."""
    return ()
