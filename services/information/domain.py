"""What may be said of the requests for data of a case, and by whom."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket, signing
from services.core.access.involvement import Involved
from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.events.information import (
    Acknowledged,
    Answered,
    Claim,
    Declined,
    Fact,
    IrregularityNoted,
    Requested,
    Withdrawn,
)
from services.core.contracts.events.machines import INFORMATION, InformationState
from services.core.contracts.family import Context, Refusal
from services.core.law.objections import settle

Heard: TypeAlias = case.Moved | case.Decided | case.OfficerAssigned

HOLDS: Final[dict[str, frozenset[str]]] = {
    "bank": frozenset({"ACCOUNT", "SECURED"}),
    "treasury": frozenset({"ACCOUNT"}),
    "registry": frozenset({"LAND", "VEHICLE", "SECURED"}),
    "social_insurance": frozenset({"INCOME"}),
    "tax": frozenset({"TAX", "INCOME"}),
    "employer": frozenset({"INCOME"}),
    "police": frozenset({"RESIDENCE", "VEHICLE"}),
    "commune": frozenset({"RESIDENCE", "LAND"}),
    "other_holder": frozenset(
        {"ACCOUNT", "INCOME", "LAND", "VEHICLE", "RESIDENCE", "TAX", "SECURED"}
    ),
}
"""Which kinds of data each kind of agency holds (Đ14.1); OTHER may be asked of any of them."""

OPEN: Final = frozenset({"SENT", "RECEIVED"})


class Request(Struct, frozen=True):
    """One request, as its facts so far tell it."""

    state: InformationState | None = None
    holder: str = ""
    subject: str = ""
    kinds: frozenset[str] = frozenset()
    asked_on: date | None = None


class Known(Struct, frozen=True):
    """What the stream of a case's requests knows, a field for each family."""

    information: dict[str, Request] = {}
    case: docket.Case = docket.Case()
    involved: Involved = Involved()


def stream(event: Claim | Heard) -> str:
    """One stream a case, for all its requests."""
    return docket.stream_of(event.part)


# ---- deciding


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    context = docket.under_its_law(known.case, context)
    found = objections(known, claim, context)
    return settle(claim, found, context, IrregularityNoted, about=claim.request_id)


def objections(known: Known, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    this = known.information.get(claim.request_id, Request())
    is_unknown = this.state is None and not isinstance(claim, Requested)
    if known.case.decided_on is None or is_unknown:
        yield Refusal("UNKNOWN_STREAM", field="/request_id")
        return
    if INFORMATION.follows(this.state, claim) is None:
        yield Refusal("WRONG_STATE", {"state": this.state})
    match claim:
        case Requested():
            yield from of_request(known, claim, context)
        case Acknowledged(kinds=kinds, received_at=moment):
            yield from of_holder(this, moment, "/received_at")
            if set(kinds) != this.kinds:
                yield Refusal("KINDS_DIFFER", {"asked": sorted(this.kinds)}, field="/kinds")
        case Answered(answered_at=moment):
            yield from of_holder(this, moment, "/answered_at")
        case Declined(declined_at=moment):
            yield from of_holder(this, moment, "/declined_at")
            if not claim.document.document_id.strip():
                yield Refusal("REASON_MISSING", field="/document")
        case Withdrawn():
            return
        case _:
            assert_never(claim)


def of_request(known: Known, claim: Requested, context: Context) -> Iterator[Refusal]:
    """Asked by the officer of a live case, about its debtor, of who holds such data (Đ14, Đ37)."""
    view = known.case
    if not view.is_live:
        yield Refusal("CASE_NOT_LIVE", {"state": view.state})
    yield from signing.of_officer(view, context)
    if claim.subject != view.debtor:
        yield Refusal("SUBJECT_NOT_IN_CASE", field="/subject")
    if not claim.basis.judgment_no.strip() or not claim.basis.decision_no.strip():
        yield Refusal("PURPOSE_MISSING", field="/basis")
    if not _may_hold(claim, context):
        yield Refusal("HOLDER_NOT_COMPETENT", field="/holder_id")
    if any(_is_same(each, claim) for each in known.information.values()):
        yield Refusal("OPEN_REQUEST_EXISTS")


def _may_hold(claim: Requested, context: Context) -> bool:
    holder = context.directory.agency(claim.holder_id)
    if holder is None or not holder.existed_on(day_of(context.occurred_at)):
        return False
    kinds = set(claim.kinds) - {"OTHER"}
    return holder.kind in HOLDS and bool(claim.kinds) and kinds <= HOLDS[holder.kind]


def _is_same(known: Request, claim: Requested) -> bool:
    return (
        known.state in OPEN
        and known.holder == claim.holder_id
        and known.subject == claim.subject
        and bool(known.kinds & set(claim.kinds))
    )


def of_holder(this: Request, moment: datetime, field: str) -> Iterator[Refusal]:
    """Nobody answers before being asked."""
    if this.asked_on is not None and day_of(moment) < this.asked_on:
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": this.asked_on.isoformat()}, field=field)


# ---- folding and reacting


def evolve(known: Known, event: Fact | Heard, context: Context) -> Known:
    """Fold one event in. Where the machine has no arrow for a fact, nothing moves."""
    match event:
        case Requested() | Acknowledged() | Answered() | Declined() | Withdrawn():
            this = _folded(known.information.get(event.request_id, Request()), event, context)
            return replace(known, information={**known.information, event.request_id: this})
        case IrregularityNoted():
            return known
        case case.Moved() | case.Decided() | case.OfficerAssigned():
            return replace(known, case=docket.heard(known.case, event, context))
        case _:
            assert_never(event)


def _folded(this: Request, fact: Claim, context: Context) -> Request:
    moved = replace(this, state=INFORMATION.follows(this.state, fact) or this.state)
    if not isinstance(fact, Requested) or this.asked_on is not None:
        return moved
    return replace(
        moved,
        holder=fact.holder_id,
        subject=fact.subject,
        kinds=frozenset(fact.kinds),
        asked_on=day_of(context.occurred_at),
    )


def react(_known: Known, _heard: Heard, _context: Context) -> tuple[()]:
    """Nothing follows by itself."""
    return ()
