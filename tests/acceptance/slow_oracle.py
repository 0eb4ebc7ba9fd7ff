"""What every clock must have said by the end of a year, worked out apart from the product.

The tables below were written by hand from the law (Luật 106/2025/QH15 and the code of civil
procedure) and from what the catalogue says in words; the days off from the State's announcements.
Whatever is asked is found by reading every fact of the judgment again, and terms are counted a day
at a time. So it is slow, and shares no code with what counts, starts and ends clocks in the house.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from services.core.contracts.days import VIET_NAM

DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)


# ---- days


def _days(year: int, *days: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{each}") for each in days}


OFF: Final = {
    *_days(2026, "08-31", "09-01", "09-02", "11-24"),
    *_days(2027, "01-01", "02-04", "02-05", "02-06", "02-07", "02-08", "02-09", "02-10"),
    *_days(2027, "04-16", "04-30", "05-01", "05-03", "09-02", "09-03", "11-24"),
    *_days(2028, "01-03", "01-24", "01-25", "01-26", "01-27", "01-28", "04-04", "05-01", "05-02"),
    *_days(2028, "09-01", "09-02", "09-04", "11-24"),
    *_days(2029, "01-01", "02-12", "02-13", "02-14", "02-15", "02-16", "04-23", "04-30", "05-01"),
}
"""As announced for 2026, as expected after it; 2028 and 2029 for terms of one year and of two."""

WORKED: Final = _days(2026, "08-22")  #: a Saturday, for Monday, 31 August
CERTAIN: Final = {"01-01", "04-30", "05-01", "09-02"}  #: of each year


def is_off(day: date) -> bool:
    """Say whether nobody works on a day."""
    return day not in WORKED and (day.weekday() in {5, 6} or day in OFF)


def is_certain(day: date) -> bool:
    """Say whether a day is known to be off or not: the State has announced 2026 alone."""
    if day == date(2026, 11, 24):
        return False
    return (
        day not in OFF
        or day.year == 2026
        or day.weekday() in {5, 6}
        or day.isoformat()[5:] in CERTAIN
    )


def midnight_after(day: date) -> datetime:
    """Return the end of a day."""
    return datetime.combine(day + DAY, time(), VIET_NAM)


def at_five(moment: datetime) -> datetime:
    """Return when the alarm is given for what was due at once."""
    day = moment.date()
    while is_off(day) or moment > datetime.combine(day, time(17), VIET_NAM):
        day += DAY
    return datetime.combine(day, time(17), VIET_NAM)


def months_later(day: date, months: int) -> date:
    """Return the same date some months later, or the last day of that month."""
    month = day.month - 1 + months
    for number in range(day.day, 0, -1):
        try:
            return date(day.year + month // 12, month % 12 + 1, number)
        except ValueError:
            continue
    raise AssertionError(day)


class Counted(NamedTuple):
    """The last day of a term, and whether every day that decided it is certain."""

    last: date
    sure: bool


def counted(
    amount: int, unit: str, first: date, pauses: Iterable[tuple[date, date]] = ()
) -> Counted:
    """Count a term a day at a time; the first day is not counted, nor are days of a pause."""
    halted = list(pauses)
    day, walked = first, []
    if unit in {"TH", "NAM"}:
        day = months_later(first, amount * (12 if unit == "NAM" else 1))
        walked = [day]
    else:
        left = amount
        while left:
            day += DAY
            if unit == "NLV":
                walked.append(day)
            if any(begin <= day < end for begin, end in halted):
                continue
            if unit == "N" or not is_off(day):
                left -= 1
        walked.append(day)
    while is_off(day):
        day += DAY
        walked.append(day)
    return Counted(day, all(map(is_certain, walked)))


def counted_back(amount: int, fixed: date) -> Counted:
    """Return the last day that leaves so many whole working days before a day fixed."""
    day, left, walked = fixed, amount, []
    while left:
        day -= DAY
        walked.append(day)
        left -= not is_off(day)
    day -= DAY
    walked.append(day)
    while is_off(day):
        day -= DAY
        walked.append(day)
    return Counted(day, all(map(is_certain, walked)))


# ---- facts


class Fact(NamedTuple):
    """A recorded fact of another family."""

    id: str
    type: str  #: `case.decided`
    part: str
    data: Any
    at: datetime  #: when it happened
    counts_at: datetime  #: an act done by submitting it counts from when it was accepted
    agency: str
    recorded: datetime


def case_of(part: str) -> str:
    """Return the case in which a part lies."""
    return ".".join(part.split(".")[:2])


def is_within(part: str, whole: str) -> bool:
    """Say whether a part is another, or lies inside it."""
    return part == whole or part.startswith(f"{whole}.")


def says(fact: Fact, wanted: dict[str, Any]) -> bool:
    """Say whether the payload has these values; a set means any of them."""
    for name, value in wanted.items():
        found = getattr(fact.data, name)
        many = set(found) if isinstance(found, list) else {found}
        if not many & (value if isinstance(value, set) else {value}):
            return False
    return True


class Files:
    """All that was recorded of one judgment so far, read again for every question."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def of(self, type_: str, part: str = "") -> list[Fact]:
        """Return the facts of a type, of a part or inside it."""
        return [
            each
            for each in self.facts
            if each.type == type_ and (not part or is_within(each.part, part))
        ]

    def last(self, type_: str, part: str = "") -> Fact | None:
        """Return the latest of them."""
        return next(reversed(self.of(type_, part)), None)

    def cases(self) -> list[str]:
        """Return every case."""
        return list(dict.fromkeys(case_of(f.part) for f in self.facts if f.type == "case.moved"))

    def state(self, part: str) -> str:
        """Return where the case of a part stands."""
        moved = self.last("case.moved", case_of(part))
        return moved.data.to_state if moved else ""

    def paper(self, fact: Fact) -> Fact | None:
        """Return the paper that a notice brings."""
        wanted = getattr(fact.data, "document_event_id", None)
        return next((each for each in self.facts if each.id == wanted), None)

    def about(self, fact: Fact) -> str:
        """Return the part that a fact is about: of a notice, that of its paper."""
        paper = self.paper(fact) if fact.type == "case.notified" else None
        speaks = {"coercion.decided", "coercion.scheduled", "sale.priced"}
        return paper.part if paper and paper.type in speaks else fact.part

    def carried_on(self, fact: Fact) -> str | None:
        """Return the case, or the first complaint, that a fact carries on under another id."""
        name = {"case.decided": "previous_case_id", "complaint.filed": "first_complaint_id"}
        return getattr(fact.data, name.get(fact.type, ""), None)

    def items(self, part: str) -> list[Any]:
        """Return what the judgment orders, as far as it is carried out in the case of a part."""
        issued, decided = self.last("judgment.issued"), self.last("case.decided", case_of(part))
        if issued is None or decided is None:
            return []
        return [each for each in issued.data.items if each.item_no in decided.data.items]

    def parties(self, part: str) -> set[str]:
        """Return who must be told in the case of a part: debtor and creditors, but the State."""
        issued, decided = self.last("judgment.issued"), self.last("case.decided", case_of(part))
        if issued is None or decided is None:
            return set()
        state = {each.ref for each in issued.data.parties if each.kind == "STATE"}
        return {decided.data.debtor, *(each.creditor for each in self.items(part))} - state

    def hours(self, case: str) -> list[datetime]:
        """Return the hours of coercion that are fixed and have not fallen."""
        fixed = {}
        for each in self.facts:
            if not is_within(each.part, case):
                continue
            if each.type == "coercion.scheduled":
                fixed[each.part] = each.data.starts_at
            elif each.type.split(".")[1] in {"postponed", "executed", "failed", "lifted"}:
                fixed.pop(each.part, None)
        return list(fixed.values())

    def standing(self, case: str, family: str) -> list[str]:
        """Return the measures ordered, or the coercions decided, that were not lifted."""
        opened = {"measure": "measure.ordered", "coercion": "coercion.decided"}[family]
        lifted = {each.part for each in self.of(f"{family}.lifted", case)}
        return [each.part for each in self.of(opened, case) if each.part not in lifted]

    def collected(self, case: str, until: Callable[[Fact], bool] = lambda _: True) -> int:
        """Return what came in, costs apart."""
        found = [each for each in self.of("payment.collected", case) if until(each)]
        return sum(each.data.amount - each.data.costs for each in found)

    def paid(self, case: str) -> int:
        """Return what was paid out to those for whom it came in."""
        for_them = {"CREDITOR", "STATE_BUDGET", "REFUND"}
        found = [f for f in self.of("payment.paid_out", case) if f.data.purpose in for_them]
        return sum(each.data.amount + each.data.fee for each in found)


# ---- rules

Asks: TypeAlias = Callable[[Files, Fact, str], bool]


@dataclass
class Begin:
    """A fact that starts a clock."""

    type: str
    counts_from: str = ""  #: the field; none: the moment of the act
    wanted: dict[str, Any] = field(default_factory=dict)
    unless: dict[str, Any] = field(default_factory=dict)
    asks: Asks | None = None
    each_case: bool = False
    later: Callable[[Files, str], date | datetime | None] | None = None


@dataclass
class End:
    """A fact that ends one."""

    type: str
    wanted: dict[str, Any] = field(default_factory=dict)
    asks: Callable[["Files", "Clock"], bool] | None = None
    last: bool = False
    own: bool = False


@dataclass
class Rule:
    """A clock of the law."""

    amount: int | None
    unit: str
    begins: list[Begin]
    ends: list[End]
    lead: bool = False
    expires: bool = False
    of_paper: bool = False
    of_addressee: bool = False
    of_recipient: bool = False
    outlives: bool = False
    sure: bool = True
    longer: tuple[int, bool] | None = None  #: days at most: in all, or added at the normal end
    halts: tuple[str, str] | None = None
    halt_kind: dict[str, Any] = field(default_factory=dict)


@dataclass
class Clock:
    """One clock and what it must have said."""

    rule: str
    cause: str
    part: str
    addressee: str
    since: datetime
    start: datetime
    due: datetime | None
    alarm: datetime | None = None
    soon: datetime | None = None
    first: date = date.min
    state: str = "RUNNING"
    said: bool = False
    longer: int = 0
    pauses: list[tuple[date, date]] = field(default_factory=list)
    tells: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name it by what started it."""
        return f"{self.rule} {self.addressee}@{self.cause} {self.part}"

    @property
    def limit(self) -> datetime | None:
        """The first moment that is too late."""
        return self.alarm or self.due

    def word(self) -> str:
        """Name what it said last by itself, as the cause of another clock."""
        if RULES[self.rule].of_recipient:  # of those that end at one moment, any may be the last
            return f"{self.rule} {self.part} {self.due}!"
        return f"{self.name}!"


def on(type_: str, counts_from: str = "", **wanted: Any) -> Begin:
    """Start with a fact that says so."""
    return Begin(type_, counts_from, wanted)


def end(type_: str, **wanted: Any) -> End:
    """End with a fact that says so."""
    return End(type_, wanted)


def ends(*types: str) -> list[End]:
    """End with any of these."""
    return [End(each) for each in types]


def _if(begin: Begin, asks: Asks, **more: Any) -> Begin:
    begin.asks = asks
    for name, value in more.items():
        setattr(begin, name, value)
    return begin


def _unless(begin: Begin, **unless: Any) -> Begin:
    begin.unless = unless
    return begin


CIVIL: Final = {"CIVIL", "FAMILY", "COMMERCIAL", "LABOUR", "CRIMINAL_PART", "ADMINISTRATIVE_PART"}


def _kind(files: Files) -> str:
    issued = files.last("judgment.issued")
    return issued.data.kind if issued else ""


def _waits(files: Files) -> bool:
    issued = files.last("judgment.issued")
    at_once = issued is not None and issued.data.enforceable == "AT_ONCE"
    return not at_once and not files.of("judgment.transferred")


def _nature(files: Files, coercion: str) -> set[str]:
    decided = files.last("coercion.decided", coercion)
    return {e.nature for e in files.items(coercion) if decided and e.item_no in decided.data.items}


def _coercion(files: Files, part: str, kind: str) -> bool:
    decided = files.last("coercion.decided", part)
    return decided is not None and decided.part == part and decided.data.kind == kind


def _is_person(files: Files, part: str) -> bool:
    decided = files.last("coercion.decided", part)
    named = decided is not None and bool(decided.data.person)
    return _coercion(files, part, "HANDOVER") and (named or "PERSON" in _nature(files, part))


def _cycle(cycle: str) -> Asks:
    def asks(files: Files, _: Fact, part: str) -> bool:
        declared = files.last("case.declared_unenforceable", case_of(part))
        is_so = declared is not None and declared.data.cycle == cycle
        return is_so and files.state(part) == "UNENFORCEABLE"

    return asks


def _stands(*states: str) -> Asks:
    return lambda files, _, part: files.state(part) in states


def _asked_by_office(files: Files, fact: Fact, part: str) -> bool:
    decided = files.last("case.decided", part)
    going = {"DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE"}
    return files.state(part) in going and decided is not None and decided.agency == fact.agency


def _postponed_for_answer(files: Files, _: Fact, part: str) -> bool:
    postponed = files.last("case.postponed", part)
    return (
        files.state(part) == "POSTPONED"
        and postponed is not None
        and (postponed.data.ground == "g")
    )


LIVE: Final = {
    *("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING"),
    *("ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"),
}


def _annulled(files: Files, fact: Fact, part: str) -> bool:
    mine = {each.item_no for each in files.items(part)}
    return files.state(part) in LIVE and bool(mine & set(fact.data.items))


def _a_day_before(files: Files, fact: Fact, part: str) -> bool:
    return all(fact.data.received_at + DAY <= each for each in files.hours(case_of(part)))


def _priority_told(files: Files, sale: str) -> bool:
    prices = {each.id for each in files.of("sale.priced", sale)}
    told = files.of("case.notified", case_of(sale))
    return any(f.data.as_ == "PRIORITY" and f.data.document_event_id in prices for f in told)


def _is_first_price(files: Files, fact: Fact, _: str) -> bool:
    paper = files.paper(fact)
    return paper is not None and paper.type == "sale.priced" and paper.data.round == 1


def _told_later(files: Files, clock: Clock) -> bool:
    prices = {f.id for f in files.of("sale.priced", clock.part) if f.data.round == 1}
    first: dict[str, datetime] = {}
    for each in files.of("case.notified"):
        to_party = each.data.notice == "PRICE" and each.data.as_ in {"DEBTOR", "CREDITOR"}
        if to_party and each.data.document_event_id in prices:
            first.setdefault(each.data.addressee, each.at)
    return any(at > clock.since for at in first.values())


def _money_left(files: Files, _: Fact, part: str) -> bool:
    return files.collected(case_of(part)) > files.paid(case_of(part))


def _nothing_left(files: Files, clock: Clock) -> bool:
    case = case_of(clock.part)
    ids = [each.id for each in files.of("payment.collected", case)]
    if clock.cause in ids:
        upto = set(ids[: ids.index(clock.cause) + 1])
        owed = files.collected(case, lambda each: each.id in upto)
    else:
        owed = files.collected(case, lambda each: each.at <= clock.since)
    return files.paid(case) >= owed


def _all_performed(files: Files, clock: Clock) -> bool:
    """Say whether all money came in or was settled outside, and all else was done outside."""
    decided = files.last("case.decided", clock.part)
    if decided is None:
        return False
    amount, outside = decided.data.amount, files.of("case.performed", clock.part)
    settled = sum(each.data.amount or 0 for each in outside)
    settled += sum(each.data.amount for each in files.of("case.exempted", clock.part))
    if amount is not None and files.collected(clock.part) + settled < amount:
        return False
    done = {no for each in outside for no in each.data.items}
    left = [each for each in files.items(clock.part) if each.item_no not in done]
    return all(amount is not None and each.nature == "MONEY" for each in left)


def _enforced_performed(files: Files, clock: Clock) -> bool:
    decided = files.last("coercion.decided", clock.part)
    outside = files.of("case.performed", case_of(clock.part))
    done = {no for each in outside for no in each.data.items}
    return decided is not None and set(decided.data.items) <= done


def _received(files: Files, _: str) -> date | None:
    received = files.last("judgment.received")
    return received.data.received_on if received else None


DECISIONS: Final = [
    _unless(on("case.decided", "decided_on"), provisional=True),
    on("case.declared_unenforceable", "decided_on"),
    on("case.postponed", "decided_on"),
    on("case.suspended", "decided_on", basis="OWN"),
    on("case.resumed", "decided_on"),
    on("case.terminated", "decided_on"),
    on("case.entrusted", "decided_on"),
    on("case.decision_recalled", "decided_on"),
    on("coercion.decided", "decided_on"),
]
OVER: Final = ends("case.completed", "case.terminated")
ANSWERED: Final = [
    end("information.answered", completeness="FULL"),
    *ends("information.declined", "information.withdrawn"),
]
FALLEN: Final = ends(
    "coercion.postponed", "coercion.executed", "coercion.failed", "coercion.lifted"
)
RESOLVED: Final = ends("complaint.decided", "complaint.discontinued", "complaint.withdrawn")
TAKEN_UP: Final = [End("complaint.accepted"), End("complaint.rejected"), *RESOLVED[1:]]
AUCTIONED: Final = [
    *ends("sale.sold", "sale.unsold", "sale.redeemed"),
    end("sale.halted", kind="STOP"),
]
NO_AUCTION: Final = ends("sale.auction_contracted", "sale.sold", "sale.redeemed", "coercion.lifted")


def _enforcing(role: str) -> Begin:
    return on("case.notified", "valid_on", notice="COERCION_DECISION", as_=role)


def _resolving(amount: int, unit: str, **wanted: Any) -> Rule:
    halts = ("complaint.paused", "complaint.resumed")
    begin = [on("complaint.accepted", "accepted_on", **wanted)]
    return Rule(amount, unit, begin, RESOLVED, outlives=True, halts=halts, longer=(30, False))


def _auction(amount: int, *, movable: bool) -> Rule:
    halts = ("sale.halted", "sale.unhalted")
    begin = [on("sale.auction_contracted", "signed_on", movable=movable)]
    return Rule(amount, "N", begin, AUCTIONED, halts=halts, halt_kind={"kind": "PAUSE"})


def _period(amount: int, unit: str, begin: Begin, *stops: End, **more: Any) -> Rule:
    return Rule(amount, unit, [begin], list(stops), expires=True, **more)


def _ground(what: str) -> Begin:
    return on("case.ground_found", "arose_on", calls_for=what)


RULES: Final[dict[str, Rule]] = {
    # opening
    "P-485-1": Rule(
        30,
        "N",
        [
            _if(
                on("judgment.made_effective", "effective_on"),
                lambda files, *_: _waits(files) and _kind(files) in CIVIL,
            )
        ],
        ends("judgment.transferred"),
        sure=False,
    ),
    "P-485-2": Rule(
        15,
        "N",
        [on("judgment.issued", "issued_on", enforceable="AT_ONCE")],
        ends("judgment.transferred"),
        sure=False,
    ),
    "L-33-1": Rule(
        15,
        "N",
        [
            _if(
                on("judgment.made_effective", "effective_on"),
                lambda files, *_: _waits(files) and _kind(files) not in CIVIL,
            )
        ],
        ends("judgment.transferred"),
    ),
    "L-33-2": Rule(
        5,
        "NLV",
        [
            _if(
                on("judgment.received", "received_on"),
                lambda files, *_: (
                    _kind(files) not in {"PROVISIONAL_MEASURE", "BANKRUPTCY"}
                    and any(
                        item.initiative == "EX_OFFICIO"
                        for issued in files.of("judgment.issued")
                        for item in issued.data.items
                    )
                ),
            )
        ],
        [end("case.decided", initiative="EX_OFFICIO")],
    ),
    "L-33-3": Rule(
        0,
        "NGAY",
        [
            _if(
                on("judgment.received", "received_on"),
                lambda files, *_: _kind(files) == "PROVISIONAL_MEASURE",
            )
        ],
        [end("case.decided", provisional=True)],
    ),
    "L-33-4": Rule(
        3,
        "NLV",
        [
            _if(
                on("judgment.received", "received_on"),
                lambda files, *_: _kind(files) == "BANKRUPTCY",
            )
        ],
        [end("case.decided", initiative="EX_OFFICIO")],
    ),
    "L-34-2": Rule(
        5,
        "NLV",
        [
            _if(
                on("case.requested", "received_on"),
                lambda files, *_: bool(files.of("judgment.received")),
                later=_received,
            ),
            _if(on("judgment.received", "received_on"), _stands("REQUESTED"), each_case=True),
        ],
        [end("case.decided", initiative="ON_REQUEST"), End("case.request_declined")],
    ),
    "L-34-3": Rule(
        5,
        "NLV",
        [on("case.new_information_received", "received_on", about="LEGAL_CONDITION")],
        ends("case.decided", "case.request_declined"),
    ),
    "L-34-4": Rule(
        5,
        "NLV",
        [on("case.requested", "received_on")],
        [end("case.decided", initiative="ON_REQUEST"), End("case.request_declined")],
    ),
    "L-35-1": Rule(
        3,
        "NLV",
        [*DECISIONS, on("measure.executed", "executed_at")],
        [
            End("case.notified", {"as_": {"DEBTOR", "CREDITOR", "INTERESTED"}}, last=True),
            End("measure.notified", {"as_": {"DEBTOR", "CREDITOR"}}, last=True),
        ],
        of_paper=True,
        outlives=True,
    ),
    "L-35-2": Rule(
        3,
        "NLV",
        [
            on("case.decided", "decided_on"),
            *DECISIONS[1:],
            on("measure.ordered", "decided_on"),
        ],
        [end("case.notified", as_="PROCURACY"), end("measure.notified", as_="PROCURACY")],
        of_paper=True,
        outlives=True,
    ),
    "L-36-1": _period(
        10,
        "N",
        _unless(
            on("case.notified", "valid_on", notice="ENFORCEMENT_DECISION", as_="DEBTOR"),
            provisional=True,
        ),
        End("payment.collected", {"source": "VOLUNTARY"}, asks=_all_performed),
        End("case.performed", asks=_all_performed),
        *ends("case.completed", "case.terminated", "case.entrusted"),
    ),
    "L-13-1": Rule(
        30,
        "N",
        [on("judgment.clarification_requested", "received_on")],
        ends("judgment.clarified"),
        longer=(45, True),
    ),
    # verification
    "L-37-1": Rule(
        9,
        "N",
        [on("expired", rule="L-36-1")],
        ends("case.verified", "case.completed", "case.terminated", "case.entrusted"),
        sure=False,
    ),
    "L-37-2": Rule(
        0, "NGAY", [on("case.decided", provisional=True)], [End("case.verified"), *OVER]
    ),
    "L-37-3": Rule(
        5,
        "NLV",
        [
            on(
                "case.new_information_received",
                "received_on",
                about={"CONFLICTING_RESULT", "PROTESTED_RESULT"},
            )
        ],
        ends("case.verified", "case.terminated"),
    ),
    "L-37-4": Rule(
        3,
        "NLV",
        [
            _unless(
                on(
                    "information.acknowledged",
                    "received_at",
                    kinds={"INCOME", "RESIDENCE", "TAX", "OTHER"},
                ),
                provisional=True,
            )
        ],
        ANSWERED,
    ),
    "L-37-5": Rule(
        0,
        "NGAY",
        [
            _if(
                on("information.acknowledged", "received_at"),
                lambda _, fact, __: fact.data.provisional or "ACCOUNT" in fact.data.kinds,
            )
        ],
        ANSWERED,
    ),
    "L-37-6": Rule(
        3,
        "NLV",
        [
            _unless(
                on("information.acknowledged", "received_at", kinds={"LAND", "VEHICLE", "SECURED"}),
                provisional=True,
            )
        ],
        ANSWERED,
    ),
    "K-SILENCE": Rule(
        1,
        "NLV",
        [on("information.requested")],
        ends(
            "information.acknowledged",
            "information.answered",
            "information.declined",
            "information.withdrawn",
        ),
        sure=False,
    ),
    "L-38-1": Rule(
        5,
        "NLV",
        [
            _if(
                on("case.verified", "verified_on", finding={"NO_CONDITIONS", "ADDRESS_UNKNOWN"}),
                lambda files, _, part: files.state(part) != "UNENFORCEABLE",
            ),
            _ground("UNENFORCEABLE"),
        ],
        [
            End("case.declared_unenforceable"),
            *OVER,
            end("case.verified", finding="CONDITIONS_FOUND"),
        ],
    ),
    "L-38-2": Rule(
        None,
        "",
        [on("case.declared_unenforceable")],
        [End("case.published"), End("case.resumed"), *OVER],
        sure=False,
    ),
    "L-38-3": Rule(
        10,
        "N",
        [on("case.new_information_received", "received_on", about="CONDITIONS")],
        [End("case.verified"), *OVER],
    ),
    "L-38-4": Rule(
        None,
        "",
        [
            _if(
                on("case.verified", "verified_on", finding="CONDITIONS_FOUND"),
                _stands("UNENFORCEABLE"),
            )
        ],
        [End("case.resumed"), *OVER],
    ),
    "L-38-5": Rule(
        6,
        "TH",
        [
            on("case.declared_unenforceable", "decided_on", cycle="SIX_MONTHS"),
            _if(on("case.verified", "verified_on"), _cycle("SIX_MONTHS")),
        ],
        [*ends("case.verified", "case.resumed", "case.request_returned"), *OVER],
    ),
    "L-38-6": Rule(
        1,
        "NAM",
        [
            on("case.declared_unenforceable", "decided_on", cycle="YEAR"),
            _if(on("case.verified", "verified_on"), _cycle("YEAR")),
        ],
        [*ends("case.verified", "case.resumed", "case.request_returned"), *OVER],
    ),
    "L-38-7": _period(
        2,
        "NAM",
        on("case.declared_unenforceable", "decided_on"),
        *ends("case.resumed", "case.request_returned"),
        *OVER,
    ),
    # postponed, suspended, terminated, entrusted
    "L-46-1": Rule(
        5,
        "NLV",
        [
            _ground("POSTPONE"),
            _if(
                on("judgment.clarification_requested", "received_on"),
                _asked_by_office,
                each_case=True,
            ),
        ],
        [End("case.postponed"), *OVER],
    ),
    "L-46-2": Rule(
        0,
        "NGAY",
        [_if(on("case.postponement_demanded", "received_at"), _a_day_before)],
        ends("case.postponed"),
    ),
    "L-46-5": _period(
        3,
        "TH",
        on("case.postponed", "demanded_on", ground="DEMAND"),
        *ends("case.resumed", "case.terminated"),
    ),
    "L-46-6": Rule(
        5,
        "NLV",
        [
            _if(_ground("RESUME"), _stands("POSTPONED")),
            _if(on("judgment.clarified", "answered_on"), _postponed_for_answer, each_case=True),
            on("expired", rule="L-46-5"),
        ],
        ends("case.resumed", "case.terminated"),
    ),
    "L-47-1": Rule(5, "NLV", [_ground("SUSPEND")], [End("case.suspended"), *OVER]),
    "L-47-2": Rule(
        5,
        "NLV",
        [on("case.suspended", "received_on", basis="ORDER")],
        [
            end("case.notified", notice="SUSPENSION"),
            *ends("case.resumed", "case.terminated"),
        ],
    ),
    "L-47-4": Rule(
        5,
        "NLV",
        [
            _if(
                on("judgment.revised", "received_on", outcome={"UPHELD", "AMENDED"}),
                _stands("SUSPENDED"),
                each_case=True,
            ),
            _if(_ground("RESUME"), _stands("SUSPENDED")),
        ],
        ends("case.resumed", "case.terminated"),
    ),
    "L-48-1": Rule(
        5,
        "NLV",
        [
            _if(
                on("judgment.revised", "received_on", outcome="ANNULLED"),
                _annulled,
                each_case=True,
            ),
            on("case.exempted", "effective_on", whole=True),
            _ground("TERMINATE"),
        ],
        OVER,
    ),
    "L-49-1": Rule(
        5,
        "NLV",
        [_unless(_ground("ENTRUST"), provisional=True)],
        [End("case.entrusted"), *OVER],
    ),
    "L-49-2": Rule(
        24,
        "GIO",
        [on("case.ground_found", calls_for="ENTRUST", provisional=True)],
        ends("case.entrusted", "case.terminated"),
    ),
    "L-49-3": Rule(
        5,
        "NLV",
        [_unless(on("case.entrustment_received", "received_on", kind="CASE"), provisional=True)],
        ends("case.decided"),
    ),
    "L-49-4": Rule(
        0,
        "NGAY",
        [on("case.entrustment_received", kind="CASE", provisional=True)],
        ends("case.decided"),
    ),
    "L-50-1": Rule(
        5,
        "NLV",
        [on("case.entrustment_received", "received_on", kind="ASSET")],
        ends("case.entrusted_asset_decided"),
    ),
    "L-62-1": Rule(
        24,
        "GIO",
        [on("case.officer_assigned", "assigned_at", provisional=True)],
        ends("case.notified"),
    ),
    "L-62-4": Rule(0, "NGAY", [_ground("END_PROVISIONAL")], ends("case.terminated")),
    "L-64-1": Rule(5, "NLV", [_ground("RECALL_TERMINATION")], ends("case.decision_recalled")),
    # money
    "L-53-1": Rule(
        0,
        "NGAY",
        [on("payment.collected", "collected_on", costs_advanced=True)],
        [end("payment.paid_out", purpose="ADVANCED_COSTS")],
        outlives=True,
    ),
    "L-54-1": Rule(
        10,
        "N",
        [
            _if(on("payment.collected", "collected_on"), _money_left),
            _if(on("sale.handed_over", "handed_on"), _money_left),
        ],
        [
            End(
                "payment.paid_out",
                {"purpose": {"CREDITOR", "STATE_BUDGET", "REFUND"}},
                asks=_nothing_left,
            )
        ],
        outlives=True,
    ),
    # security
    "L-66-2": Rule(
        10,
        "N",
        [
            _if(
                on("case.verified", "verified_on", finding="CONDITIONS_FOUND"),
                lambda files, _, part: bool(files.standing(case_of(part), "measure")),
            )
        ],
        [End("coercion.decided"), End("measure.lifted"), *OVER],
        sure=False,
    ),
    "L-67-1": Rule(
        0,
        "NGAY",
        [on("measure.ordered", kind="BLOCK")],
        [end("measure.notified", as_="HOLDER"), End("measure.lifted")],
    ),
    "L-67-2": Rule(
        24,
        "GIO",
        [on("measure.minuted", "minuted_at", kind="BLOCK")],
        ends("measure.ordered", "measure.lifted"),
    ),
    "L-67-3": Rule(
        0,
        "NGAY",
        [on("measure.minuted", "minuted_at", kind="BLOCK")],
        [end("measure.notified", as_="PROCURACY")],
    ),
    "L-67-4": Rule(
        0,
        "NGAY",
        [
            _if(
                on("measure.notified", "valid_at", as_="HOLDER"),
                lambda files, _, part: any(
                    each.part == part and each.data.kind == "BLOCK"
                    for each in files.of("measure.ordered") + files.of("measure.minuted")
                ),
            )
        ],
        ends("measure.executed", "measure.lifted"),
    ),
    "L-68-1": Rule(
        0,
        "NGAY",
        [on("measure.ordered", kind="STOP_TRANSFER")],
        [end("measure.notified", as_="HOLDER"), End("measure.lifted")],
    ),
    "L-69-1": Rule(
        24,
        "GIO",
        [on("measure.minuted", "minuted_at", kind="SEIZE")],
        ends("measure.ordered", "measure.lifted"),
    ),
    "L-69-2": Rule(
        0,
        "NGAY",
        [on("measure.minuted", "minuted_at", kind="SEIZE")],
        [end("measure.notified", as_="PROCURACY")],
    ),
    "L-70-1": Rule(
        0,
        "NGAY",
        [on("measure.ordered", kind="EXIT_BAN")],
        [end("measure.notified", as_="EXIT_CONTROL"), End("measure.lifted")],
    ),
    "L-95-1": Rule(3, "NLV", [_ground("END_SECURITY")], ends("measure.lifted"), outlives=True),
    "L-95-2": Rule(3, "NLV", [_ground("LIFT_SEIZURE")], ends("coercion.lifted"), outlives=True),
    "L-95-3": Rule(3, "NLV", [_ground("END_EXPLOITATION")], ends("coercion.lifted")),
    "L-95-4": Rule(
        0,
        "NGAY",
        [
            _if(
                on("case.terminated"),
                lambda files, _, part: bool(
                    files.standing(part, "measure") + files.standing(part, "coercion")
                ),
            )
        ],
        [end("measure.lifted", ground="BY_LAW"), end("coercion.lifted", ground="BY_LAW")],
        outlives=True,
    ),
    # coercion
    "L-72-3": Rule(
        3,
        "NLV",
        [on("coercion.protection_requested", "received_at")],
        ends("coercion.protection_planned", "coercion.lifted"),
    ),
    "L-72-4": Rule(
        0,
        "NGAY",
        [on("coercion.scheduled", force_mobilised=True)],
        ends("coercion.plan_sent", "coercion.postponed", "coercion.lifted"),
    ),
    "K-ACK": Rule(
        1,
        "NLV",
        [on("coercion.plan_sent", "sent_at")],
        [End("coercion.plan_acknowledged", own=True), *FALLEN],
        of_addressee=True,
        sure=False,
    ),
    "L-72-5": Rule(
        2,
        "NLV",
        [_unless(on("coercion.scheduled", "starts_at"), immediate=True)],
        [end("case.notified", notice="COST_NOTICE"), *FALLEN],
        lead=True,
    ),
    "L-80-1": Rule(
        3,
        "NLV",
        [_unless(on("coercion.scheduled", "starts_at", real_estate=True), immediate=True)],
        [End("case.notified", {"notice": "SEIZURE_NOTICE"}, last=True), *FALLEN],
        lead=True,
    ),
    "L-73-1": Rule(
        0,
        "NGAY",
        [
            _if(
                on("case.notified", notice="COERCION_DECISION", as_="HOLDER"),
                lambda files, _, part: _coercion(files, part, "ACCOUNT"),
            )
        ],
        [
            end("coercion.executed", kind="ACCOUNT"),
            *ends("coercion.lifted", "coercion.failed"),
        ],
    ),
    "L-91-1": _period(
        5,
        "NLV",
        _if(
            _enforcing("DEBTOR"),
            lambda files, _, part: (
                _coercion(files, part, "ACT") and "WORKER" not in _nature(files, part)
            ),
        ),
        End("case.performed", asks=_enforced_performed),
        *OVER,
    ),
    "L-93-1": _period(
        5,
        "NLV",
        _if(_enforcing("DEBTOR"), lambda files, _, part: _is_person(files, part)),
        End("case.performed", asks=_enforced_performed),
        *OVER,
    ),
    "L-94-1": _period(
        5,
        "NLV",
        _if(
            _enforcing("DEBTOR"),
            lambda files, _, part: (
                _coercion(files, part, "ACT") and "WORKER" in _nature(files, part)
            ),
        ),
        End("case.performed", asks=_enforced_performed),
        *OVER,
    ),
    # sale
    "L-82-1": Rule(
        5,
        "NLV",
        [on("coercion.executed", "ended_at", kind="SEIZURE")],
        [
            End("sale.valuation_contracted"),
            end("sale.priced", basis={"AGREED", "OFFICER"}),
            End("coercion.lifted"),
        ],
    ),
    "L-82-2": _period(
        5,
        "NLV",
        _if(
            on("case.notified", "valid_on", notice="PRICE", as_={"DEBTOR", "CREDITOR"}),
            _is_first_price,
        ),
        *ends("sale.revaluation_requested", "sale.redeemed"),
        of_recipient=True,
    ),
    "L-82-3": Rule(
        5,
        "NLV",
        [on("sale.revaluation_requested", "received_on")],
        ends("sale.priced", "sale.redeemed"),
    ),
    "L-83-1": _period(
        15,
        "N",
        _unless(
            on("case.notified", "valid_on", notice="PRIORITY_RIGHT", as_="PRIORITY"), movable=True
        ),
        end("sale.sold", buyer_kind="PRIORITY"),
        End("sale.redeemed"),
        of_recipient=True,
    ),
    "L-83-2": _period(
        5,
        "NLV",
        on("case.notified", "valid_on", notice="PRIORITY_RIGHT", as_="PRIORITY", movable=True),
        end("sale.sold", buyer_kind="PRIORITY"),
        End("sale.redeemed"),
        of_recipient=True,
    ),
    "L-83-4": _period(
        3,
        "NLV",
        _if(
            on("sale.announced", "opens_at"),
            lambda files, _, part: (
                len(files.of("sale.announced", part)) > 1 and _priority_told(files, part)
            ),
        ),
        *ends("sale.sold", "sale.redeemed", "sale.halted"),
        lead=True,
    ),
    "L-83-5": Rule(
        5,
        "NLV",
        [on("expired", rule="L-82-2")],
        [
            End("case.notified", {"notice": "PRICE", "as_": {"DEBTOR", "CREDITOR"}}, _told_later),
            *NO_AUCTION,
        ],
    ),
    "L-83-6": Rule(5, "NLV", [_unless(on("sale.priced", "priced_on"), round=1)], NO_AUCTION),
    "L-83-7": Rule(
        5,
        "NLV",
        [on("overdue", rule={"L-83-5", "L-83-6"})],
        ends("sale.auction_contracted", "sale.redeemed", "coercion.lifted"),
    ),
    "L-83-8": _auction(30, movable=True),
    "L-83-9": _auction(45, movable=False),
    "L-83-11": Rule(
        5,
        "NLV",
        [on("sale.unsold", "notice_received_on")],
        ends("sale.price_reduced", "sale.sold", "sale.redeemed", "coercion.lifted"),
    ),
    "L-83-14": _period(
        1,
        "NLV",
        on("sale.announced", "opens_at"),
        *ends("sale.redeemed", "sale.halted"),
        lead=True,
    ),
    # complaints
    "L-96-4": _period(
        15,
        "N",
        on("complaint.notified", "valid_on", notice="DECISION", level="1"),
        end("complaint.filed", level="2"),
        End("complaint.withdrawn"),
        outlives=True,
    ),
    "L-104-1": Rule(
        5, "NLV", [on("complaint.filed", "received_on", level="1")], TAKEN_UP, outlives=True
    ),
    "L-104-2": Rule(
        10, "N", [on("complaint.filed", "received_on", level="2")], TAKEN_UP, outlives=True
    ),
    "L-102-1": _resolving(15, "N", level="1", act_kind="a"),
    "L-102-2": _resolving(30, "N", level="2", act_kind="a"),
    "L-102-3": _resolving(5, "NLV", act_kind="b"),
    "L-102-4": _resolving(30, "N", level="1", act_kind="c"),
    "L-102-5": _resolving(45, "N", level="2", act_kind="c"),
}
"""Of the law of July 2026: amount and unit, what starts a clock, what ends it."""


# ---- the year


class SlowOracle:
    """The clocks of one judgment, as its facts come in."""

    def __init__(self, procuracies: set[str]) -> None:
        self.files = Files()
        self.clocks: list[Clock] = []
        self._procuracies = procuracies
        self._now = datetime.min.replace(tzinfo=VIET_NAM)

    def hear(self, fact: Fact) -> None:
        """Take in the next fact that was recorded."""
        if not self.files.facts or fact.recorded > self.files.facts[-1].recorded:
            self.pass_to(fact.recorded)  # what follows from a fact by itself leaves no time
        self.files.facts.append(fact)
        for clock in list(self.clocks):
            if fact.type == "deadline.extended":
                self._extended(clock, fact)
            elif not self._ended(clock, fact):
                self._halted(clock, fact)
        for rule_id, rule in RULES.items():
            for begin in rule.begins:
                if begin.type == fact.type and self._begins(rule, begin, fact):
                    self._start_each(rule_id, rule, begin, fact)

    def pass_to(self, moment: datetime) -> None:
        """Let it be a moment: what clocks say on the way is said first."""
        while True:
            words = [(word[0], clock.name, clock, word[1]) for clock, word in self._words()]
            due = min(words, default=None, key=lambda each: each[:2])
            if due is None or due[0] > moment:
                break
            self._now = max(self._now, due[0])
            self._say(due[2], due[3], due[0])
        self._now = max(self._now, moment)

    def _words(self) -> Iterator[tuple[Clock, tuple[datetime, str]]]:
        for clock in self.clocks:
            if clock.state != "RUNNING" or clock.limit is None:
                continue
            if clock.soon is not None and self._now < clock.limit:
                yield clock, (clock.soon, "due_soon")
            else:
                what = "expired" if RULES[clock.rule].expires else "overdue"
                yield clock, (clock.limit, what)

    def _say(self, clock: Clock, what: str, at: datetime) -> None:
        clock.tells.append((what, at))
        if what == "due_soon":
            clock.soon = None
            return
        clock.state, clock.said = what.upper(), True
        for rule_id, rule in RULES.items():
            for begin in rule.begins:
                wanted = begin.wanted.get("rule")
                if begin.type == what and clock.rule in (
                    wanted if isinstance(wanted, set) else {wanted}
                ):
                    if RULES[clock.rule].of_recipient and self._has_others(clock):
                        continue
                    assert clock.due is not None
                    self._start(
                        rule_id, rule, (clock.word(), clock.part, ""), at, clock.due, is_word=True
                    )

    def _has_others(self, clock: Clock) -> bool:
        """Say whether the same time still runs for somebody else."""
        named = (clock.rule, clock.part, "RUNNING")
        return any((each.rule, each.part, each.state) == named for each in self.clocks)

    # -- starting

    def _begins(self, rule: Rule, begin: Begin, fact: Fact) -> bool:
        if begin.unless and says(fact, begin.unless):
            return False
        return says(fact, begin.wanted) and not self._told_again(rule, begin, fact)

    def _told_again(self, rule: Rule, begin: Begin, fact: Fact) -> bool:
        if fact.type not in {"case.notified", "measure.notified"}:
            return False
        return any(
            each.data.document_event_id == fact.data.document_event_id
            and says(each, {k: v for k, v in begin.wanted.items() if k in {"notice", "as_"}})
            and (not rule.of_recipient or each.data.addressee == fact.data.addressee)
            for each in self.files.facts[:-1]
            if each.type == fact.type
        )

    def _start_each(self, rule_id: str, rule: Rule, begin: Begin, fact: Fact) -> None:
        parts = self.files.cases() if begin.each_case else [self.files.about(fact)]
        for part in parts:
            if begin.asks and not begin.asks(self.files, fact, part):
                continue
            since = getattr(fact.data, begin.counts_from, None) if begin.counts_from else None
            moment = _moment(since or fact.at, fact)
            later = begin.later(self.files, part) if begin.later else None
            if rule_id == "L-66-2":
                later = self._end_of_voluntary(part)
            if later is not None and _first(later) > _first(moment):
                moment = later if isinstance(later, datetime) else _moment(later, fact)
            whose = fact.data.addressees if rule.of_addressee else [""]
            for slug in whose:
                self._start(rule_id, rule, (fact.id, part, slug), fact.at, moment)

    def _end_of_voluntary(self, part: str) -> datetime | None:
        mine = [c for c in self.clocks if c.rule == "L-36-1" and is_within(part, c.part)]
        return max((each.due for each in mine if each.due), default=None)

    def _start(
        self,
        rule_id: str,
        rule: Rule,
        named: tuple[str, str, str],
        since: datetime,
        start: datetime,
        *,
        is_word: bool = False,
    ) -> None:
        cause, part, slug = named
        first = _first(start) if is_word or not rule.lead else start.date()
        clock = Clock(rule_id, cause, part, slug, since, start, None, first=first)
        sure = self._count(clock, since if rule.lead else max(since, start))
        clock.tells.append(("started", start, clock.due, clock.alarm, rule.sure and sure))
        self.clocks.append(clock)
        for fact in sorted(self.files.facts, key=lambda each: each.counts_at):
            if fact.counts_at > since and self._ended(clock, fact, until=fact.counts_at):
                break

    def _count(self, clock: Clock, known: datetime) -> bool:
        """Count when a clock is due, and warn before; `known` is when that became known."""
        rule = RULES[clock.rule]
        clock.due, clock.alarm, clock.soon = None, None, None
        if rule.amount is None:
            return True
        if rule.unit == "NGAY":
            clock.due, clock.alarm = clock.start, at_five(clock.start)
            return True
        if rule.unit == "GIO":
            clock.due = clock.start + timedelta(hours=rule.amount)
            return True
        if rule.lead:
            last, sure = counted_back(rule.amount, clock.first)
        else:
            last, sure = self._last_day(clock, clock.longer)
        clock.due = midnight_after(last)
        clock.soon = _warned(clock.due, known)
        return sure

    def _last_day(self, clock: Clock, longer: int) -> Counted:
        rule = RULES[clock.rule]
        assert rule.amount is not None
        if longer and rule.longer and rule.longer[1]:
            return counted(longer, "N", clock.first, clock.pauses)
        normal = counted(rule.amount, rule.unit, clock.first, clock.pauses)
        if not longer:
            return normal
        added = counted(longer, "N", normal.last, clock.pauses)
        return Counted(added.last, normal.sure and added.sure)

    def _extended(self, clock: Clock, fact: Fact) -> None:
        """The term is longer, by as few days as reach what was said, and warns anew."""
        rule, said = RULES[clock.rule], fact.data
        if (clock.rule, clock.cause) != (said.rule_id, said.cause_event_id):
            return
        assert rule.longer
        assert clock.state == "RUNNING", (clock.name, clock.tells, said)
        most, in_all = rule.longer
        for days in range((rule.amount or 0) + 1 if in_all else 1, most + 1):
            if midnight_after(self._last_day(clock, days).last) >= said.new_due:
                break
        else:
            raise AssertionError(f"{clock.name} was extended too far, to {said.new_due}")
        clock.longer = days
        self._count(clock, fact.at)
        clock.due = said.new_due.astimezone(VIET_NAM)
        clock.soon = _warned(clock.due, fact.at)
        clock.tells.append(("extended", clock.due))

    # -- ending

    def _ended(self, clock: Clock, fact: Fact, until: datetime | None = None) -> bool:
        if clock.state not in {"RUNNING", "PAUSED", "OVERDUE", "EXPIRED"}:
            return False
        at = self._reached(clock, fact, until)
        if at is not None:
            return self._answer(clock, at, fact)
        return until is None and self._fell(clock, fact)

    def _reached(self, clock: Clock, fact: Fact, until: datetime | None) -> datetime | None:
        rule, files = RULES[clock.rule], self.files
        about = files.about(fact)
        document = getattr(fact.data, "document_event_id", None)
        for each in rule.ends:
            if each.type != fact.type or not says(fact, each.wanted):
                continue
            is_near = is_within(about, clock.part) or is_within(clock.part, about)
            if not is_near and self.files.carried_on(fact) != clock.part:
                continue
            if rule.of_paper and document not in {None, clock.cause}:
                continue
            if each.own and fact.agency != clock.addressee:
                continue
            if each.asks and not each.asks(files, clock):
                continue
            at = self._last_told(clock, each, until) if each.last else fact.counts_at
            if at is not None:
                return at
        return None

    def _last_told(self, clock: Clock, ending: End, until: datetime | None) -> datetime | None:
        """Return when the last of those who must be told was told."""
        if RULES[clock.rule].of_paper:
            papers, must = {clock.cause}, self.files.parties(clock.part)
        else:
            plan = [f for f in self.files.of("coercion.scheduled") if f.part == clock.part][-1]
            own = self.files.of("coercion.decided") + self.files.of("coercion.scheduled")
            papers = {each.id for each in own if each.part == clock.part}
            must = {plan.data.commune_id, *(self._procuracies & set(plan.data.addressees))}
            decided = self.files.last("case.decided", case_of(clock.part))
            must |= {decided.data.debtor} if decided else set()
        told: dict[str, datetime] = {}
        for each in self.files.of("case.notified") + self.files.of("measure.notified"):
            if each.data.document_event_id not in papers or (until and each.at > until):
                continue
            if "notice" in ending.wanted and not says(each, {"notice": ending.wanted["notice"]}):
                continue
            told[each.data.addressee] = min(each.at, told.get(each.data.addressee, each.at))
        return max(told[who] for who in must) if must and must <= told.keys() else None

    def _answer(self, clock: Clock, at: datetime, fact: Fact) -> bool:
        is_late = clock.state != "PAUSED" and clock.limit is not None and at >= clock.limit
        if clock.said and not is_late:
            clock.state = "WITHDRAWN"
            clock.tells.append(("withdrawn", fact.id))
            self._undo(clock, fact.id)
            return True
        if RULES[clock.rule].expires and is_late:
            return False
        clock.state = "STOPPED"
        clock.tells.append(("stopped", fact.id, is_late))
        return True

    def _undo(self, clock: Clock, by: str) -> None:
        """What ran because something was said falls, once that is taken back."""
        for each in self.clocks:
            if each.cause == clock.word():
                if each.said:
                    self._undo(each, by)
                if each.state in {"RUNNING", "PAUSED", "OVERDUE"}:
                    each.state = "CANCELLED"
                    each.tells.append(("cancelled", by))

    def _fell(self, clock: Clock, fact: Fact) -> bool:
        """Clocks fall with their case, unless they outlive it or ran out before."""
        over = {"DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"}
        if fact.type != "case.moved" or fact.data.to_state not in over:
            return False
        rule = RULES[clock.rule]
        if rule.outlives or clock.state == "EXPIRED" or not is_within(clock.part, fact.part):
            return False
        if rule.expires and clock.limit is not None and fact.at >= clock.limit:
            return False
        clock.state = "CANCELLED"
        clock.tells.append(("cancelled", fact.data.cause_event_id))
        return True

    # -- halting

    def _halted(self, clock: Clock, fact: Fact) -> None:
        rule = RULES[clock.rule]
        if rule.halts is None or not is_within(self.files.about(fact), clock.part):
            return
        told_late = clock.state == "OVERDUE" and clock.limit and fact.counts_at < clock.limit
        may_halt = clock.state == "RUNNING" or told_late
        if fact.type == rule.halts[0] and may_halt and says(fact, rule.halt_kind):
            if told_late:
                clock.tells.append(("withdrawn", fact.id))
                self._undo(clock, fact.id)
                clock.said = False
                sure = clock.tells[0][-1]
                clock.tells.append(("started", clock.start, clock.due, clock.alarm, sure))
            clock.state = "PAUSED"
            clock.pauses.append((fact.at.date(), date.max))
            clock.tells.append(("paused", fact.id))
        elif fact.type == rule.halts[1] and clock.state == "PAUSED":
            clock.state = "RUNNING"
            clock.pauses[-1] = (clock.pauses[-1][0], fact.at.date())
            self._count(clock, fact.at)
            clock.tells.append(("resumed", fact.id, clock.due))


def _warned(due: datetime, known: datetime) -> datetime | None:
    """Return when it is said that a day alone is left to work; not to whoever was just told."""
    day = due.date() - DAY
    while is_off(day):
        day -= DAY
    return midnight_after(day - DAY) if day - DAY > known.date() else None


def _first(start: date | datetime) -> date:
    """Return the day that is not counted: a moment at midnight ends the day before."""
    return (start - TICK).date() if isinstance(start, datetime) else start


def _moment(said: date | datetime, fact: Fact) -> datetime:
    """Return from when a clock counts: a day that is not that of the act, at its last moment."""
    if isinstance(said, datetime):
        said = said.astimezone(VIET_NAM)
    elif said == fact.at.date():
        said = fact.at
    else:
        return midnight_after(said) - TICK
    return said + TICK if said.time() == time() else said
