"""What clocks ask beside the payload: each condition of the catalogue, decided from what is known.

A condition of a start is asked of the part whose clock it would be, one of an end of the clock.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from services.core.access.docket import LIVE, stream_of
from services.core.access.involvement import office_of
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline, judgment
from services.core.contracts.family import Context
from services.deadlines.domain.clocks import LIVE as RUNS
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.heard import Coercion
from services.deadlines.domain.known import Known

BY_COURTS: Final = frozenset(
    {"CIVIL", "FAMILY", "COMMERCIAL", "LABOUR", "CRIMINAL_PART", "ADMINISTRATIVE_PART"}
)
"""The kinds of judgment for whose transfer procedural law sets a time."""

ASKED: Final = "g"  #: the ground of a postponement because the court was asked (Đ46.1.g)
VOLUNTARY: Final = "L-36-1"
ASKING: Final = "L-82-2"  #: the time in which a party may ask for a second valuation
CONTRACT: Final = "L-83-5"
ASKERS: Final = frozenset({"DEBTOR", "CREDITOR"})
_A_DAY: Final = timedelta(hours=24)
_STARTED: Final = frozenset({"DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE"})


class Asked(Struct, frozen=True):
    """A question: whether a clock of a part starts, by an event that is folded in already."""

    known: Known
    part: str
    event: Event
    context: Context

    @property
    def state(self) -> str | None:
        """The state of the part's case, before what this event moves."""
        return self.known.case.of(self.part).view.state

    @property
    def coercion(self) -> Coercion:
        """The coercion that is the part."""
        return self.known.coercion.of(self.part)

    def has_nature(self, nature: str) -> bool:
        """Say whether an item of the coercion is of this nature."""
        items = [self.known.judgment.items.get(number) for number in self.coercion.items]
        return any(item.nature == nature for item in items if item)


Condition: TypeAlias = Callable[[Asked], bool]


# ---- opening


def _awaits_transfer(asked: Asked) -> bool:
    known = asked.known.judgment
    return known.enforceable != "AT_ONCE" and not known.is_transferred


def _procedural_time(asked: Asked) -> bool:
    return _awaits_transfer(asked) and asked.known.judgment.kind in BY_COURTS


def _no_procedural_time(asked: Asked) -> bool:
    return _awaits_transfer(asked) and asked.known.judgment.kind not in BY_COURTS


def _ex_officio(asked: Asked) -> bool:
    known = asked.known.judgment
    special = known.kind in {"PROVISIONAL_MEASURE", "BANKRUPTCY"}
    return not special and any(item.is_ex_officio for item in known.items.values())


def _provisional_measure(asked: Asked) -> bool:
    return asked.known.judgment.kind == "PROVISIONAL_MEASURE"


def _bankruptcy(asked: Asked) -> bool:
    return asked.known.judgment.kind == "BANKRUPTCY"


def _judgment_received(asked: Asked) -> bool:
    return asked.known.judgment.received_on is not None


def _request_open(asked: Asked) -> bool:
    return asked.state == "REQUESTED"


# ---- where the case stands


def _not_declared(asked: Asked) -> bool:
    return asked.state != "UNENFORCEABLE"


def _unenforceable(asked: Asked) -> bool:
    return asked.state == "UNENFORCEABLE"


def _six_months_cycle(asked: Asked) -> bool:
    return _unenforceable(asked) and asked.known.case.of(asked.part).cycle == "SIX_MONTHS"


def _year_cycle(asked: Asked) -> bool:
    return _unenforceable(asked) and asked.known.case.of(asked.part).cycle == "YEAR"


def _asked_by_handler(asked: Asked) -> bool:
    handler = asked.known.involved.handler_of(asked.part)
    sender = office_of(asked.context.directory, asked.context.agency)
    return asked.state in _STARTED and handler == sender


def _postponed(asked: Asked) -> bool:
    return asked.state == "POSTPONED"


def _postponed_for_it(asked: Asked) -> bool:
    return _postponed(asked) and asked.known.case.of(asked.part).ground == ASKED


def _suspended(asked: Asked) -> bool:
    return asked.state == "SUSPENDED"


def _annulled(asked: Asked) -> bool:
    if not isinstance(asked.event, judgment.Revised):
        return False
    items = asked.known.case.of(asked.part).view.items
    return asked.state in LIVE and bool(set(items) & set(asked.event.items))


def _day_before_hour(asked: Asked) -> bool:
    if not isinstance(asked.event, case.PostponementDemanded):
        return False
    last = asked.event.received_at + _A_DAY
    return all(last <= hour for hour in _hours(asked.known, asked.part))


def _hours(known: Known, part: str) -> list[datetime]:
    found = known.coercion.coercions.items()
    return [each.hour for id_, each in found if each.hour and stream_of(id_) == stream_of(part)]


# ---- what stands in the case


def _measure_stands(asked: Asked) -> bool:
    found = asked.known.measure.measures.items()
    return any(each.stands and stream_of(id_) == stream_of(asked.part) for id_, each in found)


def _something_stands(asked: Asked) -> bool:
    found = asked.known.coercion.coercions.items()
    return _measure_stands(asked) or any(
        each.stands and stream_of(id_) == stream_of(asked.part) for id_, each in found
    )


def _blockade(asked: Asked) -> bool:
    return asked.known.measure.of(asked.part).kind == "BLOCK"


def _account(asked: Asked) -> bool:
    return asked.coercion.kind == "ACCOUNT"


def _act(asked: Asked) -> bool:
    return asked.coercion.kind == "ACT" and not asked.has_nature("WORKER")


def _worker(asked: Asked) -> bool:
    return asked.coercion.kind == "ACT" and asked.has_nature("WORKER")


def _person(asked: Asked) -> bool:
    this = asked.coercion
    return this.kind == "HANDOVER" and (this.is_of_person or asked.has_nature("PERSON"))


def _first_price(asked: Asked) -> bool:
    if not isinstance(asked.event, case.Notified):
        return False
    price = asked.known.sale.prices.get(asked.event.document_event_id)
    return price is not None and price.round == 1


def _last_to_ask(asked: Asked) -> bool:
    if not isinstance(asked.event, deadline.Expired):
        return False
    this = asked.known.deadline[asked.event.clock_id]
    beside = [each for each in asked.known.deadline.values() if each.watched == asked.part]
    return not any(
        _counts_from(each, this) if each.rule == CONTRACT else _is_after(each, this)
        for each in beside
        if each.rule == CONTRACT or (each.rule == ASKING and each.state in RUNS)
    )


def _counts_from(contract: Clock, this: Clock) -> bool:
    """Say whether the duty to contract counts from the end of a period, or a later one."""
    is_told = contract.state != "CANCELLED"
    return is_told and this.due is not None and contract.start >= this.due


def _is_after(other: Clock, this: Clock) -> bool:
    """Say whether a period ends after another; of those that end at once the first begun counts."""
    if other.due is None or this.due is None:
        return False
    return (other.due, this.start) > (this.due, other.start)


def _later_sale(asked: Asked) -> bool:
    known = asked.known
    prices = [fact for fact, price in known.sale.prices.items() if price.sale == asked.part]
    told = [each for fact in prices for each in known.told(fact)]
    again = known.sale.announced.get(asked.part, 0) > 1
    return again and any(each.as_ == "PRIORITY" for each in told)


def _money_left(asked: Asked) -> bool:
    money = asked.known.payment.of(asked.part)
    return money.collected > money.paid


STARTS: Final[Mapping[str, Condition]] = {
    "procedural_time": _procedural_time,
    "no_procedural_time": _no_procedural_time,
    "ex_officio": _ex_officio,
    "provisional_measure": _provisional_measure,
    "bankruptcy": _bankruptcy,
    "judgment_received": _judgment_received,
    "request_open": _request_open,
    "not_declared": _not_declared,
    "unenforceable": _unenforceable,
    "six_months_cycle": _six_months_cycle,
    "year_cycle": _year_cycle,
    "asked_by_handler": _asked_by_handler,
    "day_before_hour": _day_before_hour,
    "postponed": _postponed,
    "postponed_for_it": _postponed_for_it,
    "suspended": _suspended,
    "annulled": _annulled,
    "measure_stands": _measure_stands,
    "something_stands": _something_stands,
    "blockade": _blockade,
    "account": _account,
    "act": _act,
    "worker": _worker,
    "person": _person,
    "first_price": _first_price,
    "last_to_ask": _last_to_ask,
    "later_sale": _later_sale,
    "money_left": _money_left,
}
"""The conditions under which a clock starts."""


# ---- ends


def _all_performed(known: Known, clock: Clock) -> bool:
    this = known.case.of(clock.watched)
    amount = this.view.amount
    if amount is not None:
        if known.payment.of(clock.watched).collected + this.settled < amount:
            return False
        money = {no for no in this.view.items if _is_money(known, no)}
    else:
        money = set()
    return bool(this.view.items) and set(this.view.items) <= this.performed | money


def _is_money(known: Known, number: int) -> bool:
    item = known.judgment.items.get(number)
    return item is None or item.nature == "MONEY"


def _enforced_performed(known: Known, clock: Clock) -> bool:
    enforced = known.coercion.of(clock.watched).items
    return set(enforced) <= known.case.of(clock.watched).performed


def _nothing_left(known: Known, clock: Clock) -> bool:
    money = known.payment.of(clock.watched)
    return money.paid >= money.owed(clock.cause, clock.since)


def _told_later(known: Known, clock: Clock) -> bool:
    first: dict[str, datetime] = {}
    for paper, price in known.sale.prices.items():
        if price.sale == clock.watched and price.round == 1:
            for each in known.told(paper):
                if each.notice == "PRICE" and each.as_ in ASKERS:
                    first.setdefault(each.addressee, each.at)
    return any(at > clock.since for at in first.values())


ENDS: Final[Mapping[str, Callable[[Known, Clock], bool]]] = {
    "all_performed": _all_performed,
    "enforced_performed": _enforced_performed,
    "nothing_left": _nothing_left,
    "told_later": _told_later,
}
"""The conditions under which an event ends a clock."""


# ---- the later of two days


def _receipt_of_judgment(known: Known, _part: str) -> date | None:
    return known.judgment.received_on


def _end_of_asking(known: Known, part: str) -> datetime | None:
    ends = [
        clock.due
        for clock in known.deadline.values()
        if clock.rule == ASKING
        and clock.due
        and clock.watched == part
        and clock.state in RUNS | {"EXPIRED"}
    ]
    return max(ends, default=None)


def _end_of_voluntary(known: Known, part: str) -> datetime | None:
    ends = [
        clock.due
        for clock in known.deadline.values()
        if clock.rule == VOLUNTARY and clock.due and stream_of(clock.watched) == stream_of(part)
    ]
    return max(ends, default=None)


LATER: Final[Mapping[str, Callable[[Known, str], date | datetime | None]]] = {
    "receipt_of_judgment": _receipt_of_judgment,
    "end_of_voluntary": _end_of_voluntary,
    "end_of_asking": _end_of_asking,
}
"""The days from which a clock counts at the earliest."""
