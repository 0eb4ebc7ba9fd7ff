"""What the docket knows of the other families, folded from the facts that it hears.

Each field belongs to one family and is changed by that family's facts alone.
"""

from datetime import date
from typing import TypeAlias, assert_never

from msgspec.structs import replace

from services.cases.domain.known import (
    Coercion,
    Coercions,
    Item,
    Judgment,
    Known,
    Measure,
    Measures,
    Money,
    Paper,
    Sale,
    Sales,
)
from services.core.contracts.events import (
    coercion,
    complaint,
    deadline,
    judgment,
    measure,
    payment,
    sale,
)
from services.core.contracts.family import Context

Heard: TypeAlias = (
    judgment.Issued
    | judgment.MadeEffective
    | judgment.Received
    | judgment.Clarified
    | judgment.Revised
    | measure.Ordered
    | measure.Executed
    | measure.Lifted
    | coercion.Decided
    | coercion.Scheduled
    | coercion.Executed
    | coercion.Lifted
    | payment.Collected
    | payment.PaidOut
    | sale.Sold
    | sale.HandedOver
    | sale.Redeemed
    | complaint.Decided
    | deadline.Expired
)
"""The facts of others that matter to the docket."""


def told(known: Known, fact: Heard, context: Context) -> Known:
    """Fold one fact of another family in."""
    match fact:
        case (
            judgment.Issued()
            | judgment.MadeEffective()
            | judgment.Received()
            | judgment.Clarified()
            | judgment.Revised()
        ):
            return replace(known, judgment=of_judgment(known.judgment, fact, context))
        case measure.Ordered() | measure.Executed() | measure.Lifted():
            return replace(known, measure=of_measure(known.measure, fact, context))
        case coercion.Decided() | coercion.Scheduled() | coercion.Executed() | coercion.Lifted():
            return replace(known, coercion=of_coercion(known.coercion, fact, context))
        case payment.Collected() | payment.PaidOut():
            return replace(known, payment=of_payment(known.payment, fact))
        case sale.Sold() | sale.HandedOver() | sale.Redeemed():
            return replace(known, sale=of_sale(known.sale, fact))
        case complaint.Decided():
            return replace(known, complaint=known.complaint | {context.id})
        case deadline.Expired():
            return replace(known, deadline=known.deadline | {context.id})
        case _:
            assert_never(fact)


def of_judgment(
    known: Judgment | None,
    fact: judgment.Issued
    | judgment.MadeEffective
    | judgment.Received
    | judgment.Clarified
    | judgment.Revised,
    context: Context,
) -> Judgment | None:
    """Fold a fact of the judgment in; what comes before its issue is not of this docket."""
    if isinstance(fact, judgment.Issued):
        return known or Judgment(
            issued_on=fact.issued_on,
            at_once=fact.enforceable in {"AT_ONCE", "PROVISIONAL"},
            parties=frozenset(party.ref for party in fact.parties),
            items={
                item.item_no: Item(
                    ex_officio=item.initiative == "EX_OFFICIO",
                    is_money=item.nature == "MONEY",
                    due_on=item.due_on,
                )
                for item in fact.items
            },
        )
    if known is None:
        return None
    match fact:
        case judgment.MadeEffective(effective_on=day, items=numbers):
            return replace(known, items=_effective(known.items, numbers, day))
        case judgment.Received(received_on=day):
            return replace(known, received_on=day)
        case judgment.Clarified() | judgment.Revised():
            return replace(known, answers=known.answers | {context.id})


def _effective(items: dict[int, Item], numbers: list[int], day: date) -> dict[int, Item]:
    return {
        no: replace(item, effective_on=item.effective_on or day) if no in numbers else item
        for no, item in items.items()
    }


def of_measure(
    known: Measures, fact: measure.Ordered | measure.Executed | measure.Lifted, context: Context
) -> Measures:
    """Fold a fact of a security measure in."""
    this = known.measures.get(fact.measure_id, Measure())
    match fact:
        case measure.Ordered():
            this = replace(this, paper=_paper(fact, context))
        case measure.Executed():
            this = replace(this, executed=True)
        case measure.Lifted():
            this = replace(this, lifted=True)
    return Measures({**known.measures, fact.measure_id: this})


def of_coercion(
    known: Coercions,
    fact: coercion.Decided | coercion.Scheduled | coercion.Executed | coercion.Lifted,
    context: Context,
) -> Coercions:
    """Fold a fact of a coercion in."""
    this = known.coercions.get(fact.coercion_id, Coercion())
    match fact:
        case coercion.Decided(kind=kind):
            this = replace(this, paper=_paper(fact, context), kind=kind)
        case coercion.Scheduled():
            this = replace(this, plans=this.plans | {context.id})
        case coercion.Executed():
            this = replace(this, executed=True, kind=fact.kind)
        case coercion.Lifted():
            this = replace(this, lifted=True)
    return Coercions({**known.coercions, fact.coercion_id: this})


def of_payment(
    known: dict[str, Money], fact: payment.Collected | payment.PaidOut
) -> dict[str, Money]:
    """Fold money in or out of a case in."""
    this = known.get(fact.case_id, Money())
    match fact:
        case payment.Collected(amount=amount, costs=costs, collected_on=day):
            this = replace(
                this,
                collected=this.collected + amount,
                costs=this.costs + costs,
                collected_on=max(day, this.collected_on or day),
            )
        case payment.PaidOut(amount=amount, fee=fee):
            this = replace(this, paid_out=this.paid_out + amount + fee)
    return {**known, fact.case_id: this}


def of_sale(known: Sales, fact: sale.Sold | sale.HandedOver | sale.Redeemed) -> Sales:
    """Fold a fact of a sale in."""
    this = known.sales.get(fact.sale_id, Sale())
    match fact:
        case sale.Sold():
            this = replace(this, sold=True)
        case sale.HandedOver() | sale.Redeemed():
            this = replace(this, processed=True)
    return Sales({**known.sales, fact.sale_id: this})


def _paper(fact: measure.Ordered | coercion.Decided, context: Context) -> Paper:
    return Paper(
        fact=context.id, on=fact.decided_on, agency=context.agency, officer=context.officer
    )
