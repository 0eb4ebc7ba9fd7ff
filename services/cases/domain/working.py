"""How a case is worked: told, persuaded, verified, declared without conditions (Đ35 to Đ38)."""

from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias

from services.cases.domain.common import exists, in_order, not_before, of_items
from services.cases.domain.known import Case, Known
from services.core.access import signing
from services.core.access.involvement import scopes_of
from services.core.contracts.bounds import MAX_TOTAL
from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.family import Context, Refusal
from services.core.law.limits import months
from services.core.law.terms import months_after

Claim: TypeAlias = (
    case.Notified
    | case.PersuasionRecorded
    | case.Agreed
    | case.Performed
    | case.Verified
    | case.NewInformationReceived
    | case.ChannelChanged
    | case.GroundFound
    | case.DeclaredUnenforceable
    | case.Published
    | case.Unpublished
    | case.RequestReturned
    | case.MovedToSeparateLedger
)

RETURN: Final = "L-38-7"  #: when a request may be returned
ELSEWHERE: Final = frozenset({"PRICE", "PRIORITY_RIGHT", "SUMMONS"})
"""Notices whose paper other families record, or none."""


def objections(known: Known, this: Case, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    yield from exists(this)
    yield from in_order(this, claim)
    yield from out_of_time(this, claim)
    match claim:
        case case.Notified():
            yield from of_notice(known, claim)
        case case.ChannelChanged():
            yield from of_channel(known, claim, context)
        case case.Agreed(items=items):
            yield from of_items(known, items, this)
        case case.Performed(items=items, amount=amount):
            yield from of_items(known, items, this)
            if this.performed + (amount or 0) > MAX_TOTAL:
                yield Refusal("TOTAL_TOO_LARGE", field="/amount")
        case case.DeclaredUnenforceable():
            yield from signing.of_signer(claim, context)
            yield from of_declaration(this, claim)
        case case.RequestReturned():
            yield from signing.of_signer(claim, context)
            yield from of_return(this, claim, context)
        case case.MovedToSeparateLedger():
            yield from signing.of_signer(claim, context)


def out_of_time(this: Case, claim: Claim) -> Iterator[Refusal]:
    """Nothing of this phase happens before the case was decided."""
    named: tuple[str, date] | None = None
    match claim:
        case case.Notified(valid_on=day):
            named = "/valid_on", day
        case case.PersuasionRecorded(held_on=day):
            named = "/held_on", day
        case case.Performed(performed_on=day):
            named = "/performed_on", day
        case case.Verified(verified_on=day):
            named = "/verified_on", day
        case case.DeclaredUnenforceable(decided_on=day) | case.RequestReturned(decided_on=day):
            named = "/decided_on", day
    if named:
        yield from not_before(named[1], this.decided_on, named[0])


def of_notice(known: Known, claim: case.Notified) -> Iterator[Refusal]:
    """The paper must be of this case; a measure that is pending must not be told to a party."""
    if claim.notice in ELSEWHERE:
        return
    paper = known.paper(claim.case_id, claim.document_event_id)
    if paper is None and not known.is_plan(claim.case_id, claim.document_event_id):
        yield Refusal("DOCUMENT_UNKNOWN", field="/document_event_id")
    if claim.as_ in {"DEBTOR", "CREDITOR"} and known.measure.is_pending(claim.document_event_id):
        yield Refusal("MEASURE_PENDING", field="/document_event_id")
    if paper is not None:
        yield from not_before(claim.valid_on, paper.on, "/valid_on")


def of_channel(known: Known, claim: case.ChannelChanged, context: Context) -> Iterator[Refusal]:
    """The new channel must be an agency in being that may speak for parties of that place."""
    channel, scopes = context.directory.agency(claim.channel_id), scopes_of(claim.case_id)
    handlers = known.involved.handlers_of(scopes)
    around = handlers or known.involved.holders("origin", scopes)
    if (
        channel is None
        or "PARTY" not in channel.roles
        or not channel.existed_on(day_of(context.occurred_at))
        or not any(context.directory.meet(claim.channel_id, each) for each in around)
    ):
        yield Refusal("AGENCY_NOT_COMPETENT", field="/channel_id")


def of_declaration(this: Case, claim: case.DeclaredUnenforceable) -> Iterator[Refusal]:
    """It rests on a verification of this case, and the latest one found no means (Đ38.1)."""
    named = next((v for v in this.verifications if v.fact == claim.verification_id), None)
    latest = this.latest_verification
    if named is None:
        yield Refusal("NO_VERIFICATION", field="/verification_id")
    else:
        yield from not_before(claim.decided_on, named.on, "/decided_on")
    if latest is not None and latest.finding == "CONDITIONS_FOUND":
        yield Refusal("FINDING_CONTRADICTS", field="/verification_id")


def of_return(this: Case, claim: case.RequestReturned, context: Context) -> Iterator[Refusal]:
    """After its time, verified in each period, and with no new information open (Đ38.4)."""
    since = this.declared_on
    wait = months(RETURN, context.law)
    if since is None or (wait is not None and claim.decided_on < months_after(since, wait)):
        yield Refusal("TWO_YEARS_NOT_PASSED", field="/decided_on")
    if since is not None and not _is_verified_each_period(this, since, claim.decided_on):
        yield Refusal("REVERIFICATION_MISSING")
    if this.new_information_on is not None:
        yield Refusal("NEW_INFORMATION_OPEN")


def _is_verified_each_period(this: Case, since: date, until: date) -> bool:
    """Whether each whole period from the declaration on holds a verification (Đ38.3)."""
    period, number = this.cycle_months, 1
    while period and (end := months_after(since, number * period)) <= until:
        begin = months_after(since, (number - 1) * period)
        if not any(begin < each.on <= end for each in this.verifications):
            return False
        number += 1
    return True
