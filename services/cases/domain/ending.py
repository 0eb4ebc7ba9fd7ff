"""How a case ends or is handed over: terminated, recalled, entrusted, completed (Đ48 to Đ55)."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from services.cases.domain.common import exists, in_order, not_before, of_items
from services.cases.domain.known import Case, Known
from services.core.access import competence, signing
from services.core.access.involvement import office_of
from services.core.contracts.bounds import MAX_TOTAL
from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.family import Context, Refusal

Claim: TypeAlias = (
    case.Terminated
    | case.DecisionRecalled
    | case.Entrusted
    | case.EntrustmentReceived
    | case.EntrustedAssetDecided
    | case.Exempted
    | case.Completed
    | case.ResultCertified
)

BY_AGREEMENT: Final = "4"  #: the creditor's wish or an agreement to stop (Đ48.4)


def objections(known: Known, this: Case, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    yield from exists(this)
    yield from in_order(this, claim)
    if not isinstance(claim, case.Completed | case.EntrustmentReceived):
        yield from signing.of_signer(claim, context)
        yield from not_before(claim.decided_on, this.decided_on, "/decided_on")
    match claim:
        case case.Terminated():
            yield from of_items(known, claim.items, this)
            yield from of_termination(known, claim)
        case case.DecisionRecalled():
            yield from of_recall(known, claim, context)
        case case.Entrusted():
            yield from of_items(known, claim.items, this)
            yield from of_entrustment(known, claim, context)
        case case.EntrustmentReceived(kind=kind):
            if this.entrusted.get(office_of(context.directory, context.agency)) != kind:
                yield Refusal("ENTRUSTMENT_UNKNOWN")
        case case.EntrustedAssetDecided():
            if this.entrusted.get(office_of(context.directory, context.agency)) != "ASSET":
                yield Refusal("ENTRUSTMENT_UNKNOWN")
        case case.Exempted(amount=amount) if amount <= 0:
            yield Refusal("AMOUNT_NOT_POSITIVE", field="/amount")
        case case.Exempted(amount=amount) if this.remitted + amount > MAX_TOTAL:
            yield Refusal("TOTAL_TOO_LARGE", field="/amount")
        case case.Completed():
            yield from of_completion(known, this, claim)


def of_termination(known: Known, claim: case.Terminated) -> Iterator[Refusal]:
    """An agreement to stop must harm nobody; what was sold is handed over first (Đ48.6)."""
    if claim.ground == BY_AGREEMENT and claim.agreement_harmless is not True:
        yield Refusal("HARMS_STATE", field="/agreement_harmless")
    sales = known.sale.sales.items()
    inside = f"{claim.case_id}."
    if any(id_.startswith(inside) and it.sold and not it.processed for id_, it in sales):
        yield Refusal("HANDOVER_FIRST")


def of_recall(known: Known, claim: case.DecisionRecalled, context: Context) -> Iterator[Refusal]:
    """Only who issued a decision, or the head of that office, recalls it (Đ52)."""
    paper = known.paper(claim.case_id, claim.recalled_event_id)
    if paper is None:
        yield Refusal("DOCUMENT_UNKNOWN", field="/recalled_event_id")
        return
    of_office = competence.is_of(context.directory, paper.agency, context.agency)
    himself = paper.agency == context.agency and paper.officer == context.officer
    if not (himself or (context.role in {"HEAD", "VP_HEAD"} and of_office)):
        yield Refusal("NOT_ORIGINATOR", field="/recalled_event_id")
    yield from not_before(claim.decided_on, paper.on, "/decided_on")


def of_entrustment(known: Known, claim: case.Entrusted, context: Context) -> Iterator[Refusal]:
    """To another enforcement agency in being, once the assets here are processed (Đ49, Đ50)."""
    receiver = context.directory.agency(claim.to_agency)
    if (
        receiver is None
        or receiver.kind != "thads"
        or claim.to_agency == known.involved.handler_of(claim.case_id)
        or not receiver.existed_on(day_of(context.occurred_at))
    ):
        yield Refusal("RECEIVER_NOT_COMPETENT", field="/to_agency")
    if claim.kind == "CASE" and _unprocessed(known, claim.case_id):
        yield Refusal("ASSETS_NOT_PROCESSED")


def _unprocessed(known: Known, case_id: str) -> list[str]:
    """Return the coercions that stand and whose asset was neither handed over nor taken back."""
    done = {id_.rpartition(".")[0] for id_, it in known.sale.sales.items() if it.processed}
    return [
        id_ for id_, it in known.coercion.of(case_id).items() if not it.lifted and id_ not in done
    ]


def of_completion(known: Known, this: Case, claim: case.Completed) -> Iterator[Refusal]:
    """Everything collected or performed, and everything collected paid out (Đ55.1, Đ54)."""
    money = known.money(claim.case_id)
    coercions = known.coercion.of(claim.case_id).values()
    carried_out = this.amount is None and any(each.executed for each in coercions)
    if not (carried_out or known.is_settled(claim.case_id)):
        yield Refusal("OBLIGATION_OPEN")
    if money.collected > money.paid_out:
        yield Refusal("MONEY_UNPAID", {"unpaid": money.collected - money.paid_out})
    yield from not_before(claim.completed_on, this.decided_on, "/completed_on")
