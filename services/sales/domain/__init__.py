"""What may be said of the sale of a seized asset: valued, auctioned, reduced, sold, redeemed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from services.core.access import docket, signing
from services.core.contracts.days import day_of
from services.core.contracts.events.machines import SALE
from services.core.contracts.events.sale import (
    AuctionContracted,
    Claim,
    Fact,
    Halted,
    HandedOver,
    IrregularityNoted,
    Priced,
    PriceReduced,
    Redeemed,
    RevaluationRequested,
    Sold,
    Unsold,
    ValuationContracted,
)
from services.core.contracts.family import Context, Refusal
from services.core.contracts.official_numbers import number_of
from services.core.law.limits import amount, latest_day
from services.core.law.objections import settle
from services.sales.domain.known import Heard, Known, Periods, Sale, evolve

__all__ = ["Heard", "Known", "decide", "evolve", "react", "stream"]

OPENING: Final = (ValuationContracted, Priced)
REDUCTIONS: Final = 2  #: from this reduction on the creditor may take the asset: words of L-83-13
REDUCTION: Final = "L-83-12"  #: how much of the price one reduction may take, in percent
REDEMPTION: Final = "L-83-14"  #: how long before the auction the debtor may redeem


def stream(event: Claim | Heard) -> str:
    """One stream a case, for all sales in it."""
    return docket.stream_of(event.part)


# ---- deciding


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    context = docket.under_its_law(known.case.view, context)
    found = objections(known, claim, context)
    return settle(claim, found, context, IrregularityNoted, about=claim.sale_id)


def objections(known: Known, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    this = known.sale.sales.get(claim.sale_id, Sale())
    seizure = claim.sale_id.rpartition(".")[0]
    is_unknown = this.state is None and not isinstance(claim, OPENING)
    if seizure not in known.coercion.decided or is_unknown:
        yield Refusal("UNKNOWN_STREAM", field="/sale_id")
        return
    if SALE.follows(this.state, claim, kept=this.kept) is None:
        yield Refusal("WRONG_STATE", {"state": this.state})
    yield from out_of_time(this, claim)
    match claim:
        case ValuationContracted():
            if seizure not in known.coercion.seized - known.coercion.lifted:
                yield Refusal("NOT_SEIZED")
        case Priced(price=price):
            if price <= 0:
                yield Refusal("AMOUNT_NOT_POSITIVE", field="/price")
        case RevaluationRequested():
            if this.revaluations:
                yield Refusal("SECOND_REVALUATION")
            if _has_run_out(known, this, claim):
                yield Refusal("OUT_OF_TIME", field="/received_on")
        case AuctionContracted():
            yield from of_auction(known, this, claim)
        case Halted():
            if this.sold_on is not None:
                yield Refusal("WINNER_ANNOUNCED")
        case PriceReduced():
            yield from of_reduction(known, this, claim, context)
        case Sold(buyer_kind="CREDITOR"):
            if this.reductions < REDUCTIONS:
                yield Refusal("SECOND_REDUCTION_MISSING", {"reductions": this.reductions})
        case Redeemed(paid_at=moment):
            if this.opens_at is not None and _is_late(moment, this.opens_at, context):
                yield Refusal("LATE_REDEMPTION", field="/paid_at")
        case HandedOver():
            yield from signing.of_signer(claim, context)


def of_auction(known: Known, this: Sale, claim: AuctionContracted) -> Iterator[Refusal]:
    """Not while a second valuation or a priority buyer may still come (Đ82.2, Đ83.1).

    Each of those who were told has his own time, and the last of them counts.
    """
    if claim.start_price <= 0:
        yield Refusal("AMOUNT_NOT_POSITIVE", field="/start_price")
    may_ask = this.price_round == 1 and not this.revaluations
    if this.state == "REVALUING" or (may_ask and _running(known, known.case.prices, this)):
        yield Refusal("REVALUATION_OPEN")
    for rule in sorted(_running(known, known.case.priorities, this)):
        yield Refusal("PRIORITY_RUNNING", rule_id=rule)


def _running(known: Known, periods: Periods, this: Sale) -> set[str]:
    """Return the rules of the periods after the price that have not run out."""
    told = periods.get(this.price_fact, {}).values()
    return {each.rule for each in told if each.name not in known.deadline}


def _has_run_out(known: Known, this: Sale, claim: RevaluationRequested) -> bool:
    """Say whether the time of the party who asks had run out on the day on which he asked."""
    period = known.case.prices.get(this.price_fact, {}).get(claim.party)
    over = known.deadline.get(period.name) if period else None
    return over is not None and claim.received_on >= day_of(over)


def of_reduction(
    known: Known, this: Sale, claim: PriceReduced, context: Context
) -> Iterator[Refusal]:
    """After an auction that failed, by no more than the law lets one reduction take (Đ83.3)."""
    yield from signing.of_signer(claim, context)
    if this.state != "UNSOLD":
        yield Refusal("NOT_UNSOLD", {"state": this.state})
    percent = amount(REDUCTION, context.law)
    if percent is not None and claim.new_price * 100 < this.price * (100 - percent):
        yield Refusal("ABOVE_10_PERCENT", {"price": this.price}, field="/new_price")
    if number_of(claim) in known.sale.numbers:
        yield Refusal("DUPLICATE", {"number": claim.decision_no}, field="/decision_no")


def _is_late(paid_at: datetime, opens_at: datetime, context: Context) -> bool:
    latest = latest_day(REDEMPTION, context.law, day_of(opens_at))
    return latest is not None and day_of(paid_at) > latest


def out_of_time(this: Sale, claim: Claim) -> Iterator[Refusal]:
    """Nothing happens before what it follows from."""
    named: tuple[str, date, date | None] | None = None
    match claim:
        case RevaluationRequested(received_on=day):
            named = "/received_on", day, this.priced_on
        case AuctionContracted(signed_on=day):
            named = "/signed_on", day, this.priced_on
        case Unsold(notice_received_on=day):
            named = "/notice_received_on", day, this.contracted_on
        case Sold(sold_at=moment):
            named = "/sold_at", day_of(moment), this.priced_on
        case HandedOver(handed_on=day):
            named = "/handed_on", day, this.sold_on
    if named and named[2] is not None and named[1] < named[2]:
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": named[2].isoformat()}, field=named[0])


def react(_known: Known, _heard: Heard, _context: Context) -> tuple[()]:
    """Nothing follows by itself."""
    return ()
