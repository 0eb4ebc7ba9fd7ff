"""What the stream of a case's sales knows, a field for each family, folded from their facts."""

from datetime import date, datetime
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket
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
from services.core.contracts.family import Context
from services.core.contracts.official_numbers import number_of

Heard: TypeAlias = (
    coercion.Decided
    | coercion.Executed
    | coercion.Lifted
    | case.Moved
    | case.Notified
    | payment.Collected
    | payment.PaidOut
    | deadline.Expired
    | deadline.Withdrawn
)

REVALUATION: Final = "L-82-2"  #: the time in which a party may ask for a second valuation
PRIORITY: Final = "L-83-1"  #: the time in which a priority buyer may buy real estate
PRIORITY_MOVABLE: Final = "L-83-2"  #: the same, of movables


class Sale(Struct, frozen=True):
    """One sale, as its facts so far tell it."""

    state: SaleState | None = None
    kept: SaleState | None = None  #: the state to which it returns when it goes on
    price: int = 0  #: the last price, đồng
    priced_on: date | None = None
    price_fact: str = ""
    price_round: int = 0
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


class Period(Struct, frozen=True):
    """The time that runs for somebody since a notice to him."""

    notice: str  #: the fact that is the notice
    rule: str

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.notice} {self.rule}"


Periods: TypeAlias = dict[str, dict[str, Period]]
"""By the paper, and by who was told of it: the first notice to each counts."""


class Notices(Struct, frozen=True):
    """What it heard of the case, and who was told of a price, or of his priority."""

    view: docket.Case = docket.Case()
    prices: Periods = {}
    priorities: Periods = {}


class Known(Struct, frozen=True):
    """What the stream of a case's sales knows, a field for each family."""

    sale: Sales = Sales()
    coercion: Seizures = Seizures()
    case: Notices = Notices()
    payment: int = 0  #: đồng collected
    deadline: dict[str, datetime] = {}  #: by the name of a period that ran out: when it did
    involved: Involved = Involved()


def evolve(known: Known, event: Fact | Heard, context: Context) -> Known:
    """Fold one event in. Where the machine has no arrow for a fact, nothing moves."""
    match event:
        case coercion.Decided() | coercion.Executed() | coercion.Lifted():
            return replace(known, coercion=_seized(known.coercion, event))
        case case.Notified():
            return replace(known, case=_told(known.case, event, context.id))
        case case.Moved():
            view = docket.heard(known.case.view, event, context)
            return replace(known, case=replace(known.case, view=view))
        case payment.Collected(amount=amount):
            return replace(known, payment=known.payment + amount)
        case payment.PaidOut() | IrregularityNoted():
            return known
        case deadline.Expired(cause_event_id=notice, rule_id=rule, due=due):
            return replace(known, deadline={**known.deadline, Period(notice, rule).name: due})
        case deadline.Withdrawn(cause_event_id=notice, rule_id=rule):
            name = Period(notice, rule).name
            kept = {each: due for each, due in known.deadline.items() if each != name}
            return replace(known, deadline=kept)
        case _:
            return replace(known, sale=_folded(known.sale, event, context))


def _told(known: Notices, fact: case.Notified, id_: str) -> Notices:
    match fact:
        case case.Notified(notice="PRICE", as_="DEBTOR" | "CREDITOR"):
            return replace(known, prices=_first(known.prices, fact, Period(id_, REVALUATION)))
        case case.Notified(notice="PRIORITY_RIGHT", as_="PRIORITY"):
            rule = PRIORITY_MOVABLE if fact.movable else PRIORITY
            return replace(known, priorities=_first(known.priorities, fact, Period(id_, rule)))
        case _:
            return known


def _first(periods: Periods, fact: case.Notified, this: Period) -> Periods:
    told = {fact.addressee: this, **periods.get(fact.document_event_id, {})}
    return {**periods, fact.document_event_id: told}


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
        case Priced(price=price, priced_on=day, round=number):
            return replace(
                this, price=price, priced_on=day, price_fact=context.id, price_round=number
            )
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
