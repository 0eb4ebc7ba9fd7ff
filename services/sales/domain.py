"""What may be said of the sale of a seized asset: valued, auctioned, reduced, sold, redeemed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket, signing
from services.core.access.involvement import Involved
from services.core.contracts.days import day_of
from services.core.contracts.events import case, coercion, deadline, payment
from services.core.contracts.events.machines import SALE, SaleState
from services.core.contracts.events.sale import (
    Announced,
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
    Unhalted,
    Unsold,
    ValuationContracted,
)
from services.core.contracts.family import Context, Refusal
from services.core.contracts.official_numbers import number_of
from services.core.law.limits import amount, latest_day
from services.core.law.objections import settle

Heard: TypeAlias = (
    coercion.Decided
    | coercion.Executed
    | coercion.Lifted
    | case.Moved
    | case.Notified
    | payment.Collected
    | payment.PaidOut
    | deadline.Expired
)

OPENING: Final = (ValuationContracted, Priced)
REVALUATION: Final = "L-82-2"  #: the time in which a party may ask for a second valuation
PRIORITY: Final = frozenset({"L-83-1", "L-83-2"})  #: the times in which a priority buyer may buy
REDUCTIONS: Final = 2  #: from this reduction on the creditor may take the asset: words of L-83-13
REDUCTION: Final = "L-83-12"  #: how much of the price one reduction may take, in percent
REDEMPTION: Final = "L-83-14"  #: how long before the auction the debtor may redeem


class Sale(Struct, frozen=True):
    """One sale, as its facts so far tell it."""

    state: SaleState | None = None
    kept: SaleState | None = None  #: the state to which it returns when it goes on
    price: int = 0  #: the last price, đồng
    priced_on: date | None = None
    price_fact: str = ""
    contracted_on: date | None = None
    opens_at: datetime | None = None
    revaluations: int = 0
    reductions: int = 0
    sold_on: date | None = None


class Sales(Struct, frozen=True):
    """The sales of a case."""

    sales: dict[str, Sale] = {}
    numbers: frozenset[str] = frozenset()


class Seizures(Struct, frozen=True):
    """What it heard of the coercions."""

    decided: frozenset[str] = frozenset()
    seized: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()


class Notices(Struct, frozen=True):
    """What it heard of the case, and of which papers parties were told: prices, and priority."""

    view: docket.Case = docket.Case()
    prices: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()


class Known(Struct, frozen=True):
    """What the stream of a case's sales knows, a field for each family."""

    sale: Sales = Sales()
    coercion: Seizures = Seizures()
    case: Notices = Notices()
    payment: int = 0  #: đồng collected
    deadline: frozenset[str] = frozenset()  #: `<part> <rule>` of periods that ran out
    involved: Involved = Involved()


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
            if f"{claim.sale_id} {REVALUATION}" in known.deadline:
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
    """Not while a second valuation or a priority buyer may still come (Đ82.2, Đ83.1)."""
    periods = (entry.split(" ") for entry in known.deadline)
    ran_out = {rule for part, rule in periods if part == claim.sale_id}
    if claim.start_price <= 0:
        yield Refusal("AMOUNT_NOT_POSITIVE", field="/start_price")
    told = this.price_fact in known.case.prices
    if this.state == "REVALUING" or (told and not this.revaluations and REVALUATION not in ran_out):
        yield Refusal("REVALUATION_OPEN")
    if this.price_fact in known.case.priorities and not ran_out & PRIORITY:
        yield Refusal("PRIORITY_RUNNING")


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


# ---- folding and reacting


def evolve(known: Known, event: Fact | Heard, context: Context) -> Known:
    """Fold one event in. Where the machine has no arrow for a fact, nothing moves."""
    match event:
        case coercion.Decided() | coercion.Executed() | coercion.Lifted():
            return replace(known, coercion=_seized(known.coercion, event))
        case case.Notified(document_event_id=paper, notice=notice):
            prices, priorities = known.case.prices, known.case.priorities
            if notice == "PRICE":
                prices |= {paper}
            if notice == "PRIORITY_RIGHT":
                priorities |= {paper}
            return replace(known, case=Notices(known.case.view, prices, priorities))
        case case.Moved():
            view = docket.heard(known.case.view, event, context)
            return replace(known, case=replace(known.case, view=view))
        case payment.Collected(amount=amount):
            return replace(known, payment=known.payment + amount)
        case payment.PaidOut() | IrregularityNoted():
            return known
        case deadline.Expired(watched=part, rule_id=rule):
            return replace(known, deadline=known.deadline | {f"{part} {rule}"})
        case _:
            return replace(known, sale=_folded(known.sale, event, context))


def _seized(
    known: Seizures, fact: coercion.Decided | coercion.Executed | coercion.Lifted
) -> Seizures:
    id_ = fact.coercion_id
    match fact:
        case coercion.Decided():
            return replace(known, decided=known.decided | {id_})
        case coercion.Executed(kind="SEIZURE"):
            return replace(known, seized=known.seized | {id_})
        case coercion.Lifted():
            return replace(known, lifted=known.lifted | {id_})
        case coercion.Executed():
            return known
        case _:
            assert_never(fact)


def _folded(known: Sales, fact: Claim, context: Context) -> Sales:
    this = known.sales.get(fact.sale_id, Sale())
    state = SALE.follows(this.state, fact, kept=this.kept) or this.state
    kept = this.state if state == "HALTED" and this.state != "HALTED" else this.kept
    this = replace(_with(this, fact, context), state=state, kept=kept)
    number = number_of(fact)
    numbers = known.numbers | ({number} if number else set())
    return Sales({**known.sales, fact.sale_id: this}, numbers)


def _with(this: Sale, fact: Claim, context: Context) -> Sale:
    match fact:
        case Priced(price=price, priced_on=day):
            return replace(this, price=price, priced_on=day, price_fact=context.id)
        case RevaluationRequested():
            return replace(this, revaluations=this.revaluations + 1)
        case AuctionContracted(signed_on=day, start_price=price):
            return replace(this, contracted_on=day, price=price)
        case Announced(opens_at=moment):
            return replace(this, opens_at=moment)
        case PriceReduced(new_price=price):
            return replace(this, price=price, reductions=this.reductions + 1)
        case Sold(sold_at=moment):
            return replace(this, sold_on=day_of(moment))
        case ValuationContracted() | Halted() | Unhalted() | Unsold() | Redeemed() | HandedOver():
            return this
        case _:
            assert_never(fact)


def react(_known: Known, _heard: Heard, _context: Context) -> tuple[()]:
    """Nothing follows by itself."""
    return ()
