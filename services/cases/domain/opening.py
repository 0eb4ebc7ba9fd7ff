"""How a case is opened: asked for, declined or decided, and given to an officer (Đ33, Đ34, Đ16)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.cases.domain.common import exists, in_order, not_before, of_items
from services.cases.domain.known import Case, Item, Judgment, Known
from services.core.access import competence, signing
from services.core.access.involvement import office_asked
from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import key_of
from services.core.law.limits import last_day

LIMITATION = "L-34-1"
ASKED: Final = frozenset({"thads", "vp"})  #: kinds of agency that may be asked to enforce


def objections(
    known: Known,
    this: Case,
    claim: case.Requested | case.RequestDeclined | case.Decided | case.OfficerAssigned,
    context: Context,
) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    judgment = known.judgment
    assert judgment is not None  # noqa: S101 - the caller refused a judgment that is unknown
    match claim:
        case case.Requested():
            yield from of_request(known, this, claim, judgment, context)
        case case.RequestDeclined():
            yield from exists(this)
            yield from in_order(this, claim)
            yield from signing.of_signer(claim, context)
            yield from not_before(claim.decided_on, this.requested_on, "/decided_on")
        case case.Decided():
            yield from of_decision(known, this, claim, judgment)
            yield from in_decision_order(this, claim)
            yield from of_decider(claim, context)
        case case.OfficerAssigned():
            yield from exists(this)
            yield from in_order(this, claim)
            yield from of_assignment(this, claim, context)


def of_request(
    known: Known, this: Case, claim: case.Requested, judgment: Judgment, context: Context
) -> Iterator[Refusal]:
    """A party may ask for what the judgment orders, once, and before it is too late."""
    if this.requested:
        yield Refusal("DUPLICATE", field="/case_id")
    yield from in_order(this, claim)
    yield from of_office(known, this, claim, context)
    if not claim.items:
        yield Refusal("ITEMS_EMPTY", field="/items")
    yield from of_items(known, claim.items, Case())
    asked = {no: judgment.items[no] for no in claim.items if no in judgment.items}
    if any(item.ex_officio for item in asked.values()):
        yield Refusal("ITEM_EX_OFFICIO", field="/items")
    first = asked.keys() - known.returned_items()  # what was returned has no limitation (Đ34.2)
    if any(_is_late(asked[no], claim.received_on, context) for no in first):
        yield Refusal("LIMITATION_PASSED", field="/received_on")
    yield from not_before(claim.received_on, judgment.issued_on, "/received_on")


def of_office(
    known: Known, this: Case, claim: case.Requested, context: Context
) -> Iterator[Refusal]:
    """The office asked must enforce, at the place of the court or of who got the judgment (Đ34).

    It is chosen once, and only for what no other case has asked for or carries out.
    """
    asked = office_asked(claim, context.agency, context.directory)
    if asked is None:
        return
    office, key = context.directory.agency(asked), [key_of(claim.case_id)]
    courts = known.involved.holders("origin", key)
    around = known.involved.holders("receiver", key) or courts
    if (
        office is None
        or office.kind not in ASKED
        or not office.existed_on(day_of(context.occurred_at))
        or not any(context.directory.meet(asked, each) for each in around)
        or this != Case()
        or set(claim.items) & known.taken_items(but=claim.case_id)
    ):
        yield Refusal("AGENCY_NOT_COMPETENT", field="/to_agency")


def _is_late(item: Item, day: date, context: Context) -> bool:
    since = max(filter(None, (item.effective_on, item.due_on)), default=None)
    last = last_day(LIMITATION, context.law, since) if since else None
    return last is not None and day > last


def of_decision(
    known: Known, this: Case, claim: case.Decided, judgment: Judgment
) -> Iterator[Refusal]:
    """What is decided must be ordered, in effect, received, asked for, and not decided already."""
    if not claim.items:
        yield Refusal("ITEMS_EMPTY", field="/items")
    yield from of_items(known, claim.items, Case())
    if judgment.received_on is None:
        yield Refusal("JUDGMENT_NOT_RECEIVED")
    items = {no: judgment.items[no] for no in claim.items if no in judgment.items}
    if any(item.effective_on is None for item in items.values()) and not judgment.at_once:
        yield Refusal("NOT_EFFECTIVE", field="/items")
    wanting = {no for no, item in items.items() if not item.ex_officio}
    if wanting - set(this.requested) and not _goes_on(known, claim):
        yield Refusal("NOT_REQUESTED", {"items": sorted(wanting)}, field="/items")
    if set(claim.items) & known.decided_items(but=claim.case_id):
        yield Refusal("ALREADY_DECIDED", field="/items")
    causes = [this.requested_on, judgment.received_on]
    yield from not_before(claim.decided_on, max(filter(None, causes), default=None), "/decided_on")


def _goes_on(known: Known, claim: case.Decided) -> bool:
    """Whether it carries on, by entrustment, what was asked for in a case before it (Đ49.2)."""
    before = known.case.cases.get(claim.previous_case_id or "")
    return before is not None and "CASE" in before.entrusted.values()


def in_decision_order(this: Case, claim: case.Decided) -> Iterator[Refusal]:
    """A decision opens its case or answers its request; an entrusted case is decided anew."""
    fresh = this.state is None and (claim.initiative == "ON_REQUEST")
    if not fresh:  # without a request it lacks that, and has no order to break
        yield from in_order(this, claim)


def of_decider(claim: case.Decided, context: Context) -> Iterator[Refusal]:
    """A private office never decides ex officio, and only who may sign signs."""
    if context.role == "VP_HEAD" and claim.initiative == "EX_OFFICIO":
        yield Refusal("VP_NOT_COMPETENT", field="/initiative")
    yield from signing.of_signer(claim, context)


def of_assignment(this: Case, claim: case.OfficerAssigned, context: Context) -> Iterator[Refusal]:
    """An officer of the office, free of a conflict of interest, after the decision (Đ16.2.d)."""
    if not claim.no_conflict:
        yield Refusal("CONFLICT_OF_INTEREST", field="/no_conflict")
    officer = context.directory.officer(claim.officer_id)
    if (
        officer is None
        or not {"OFFICER", "BAILIFF"} & set(officer.roles)
        or not officer.served_on(day_of(claim.assigned_at))
        or not competence.is_of(context.directory, officer.agency, context.agency)
    ):
        yield Refusal("OUT_OF_TERRITORY", {"officer": "not of this office"}, field="/officer_id")
    yield from not_before(day_of(claim.assigned_at), this.decided_on, "/assigned_at")
