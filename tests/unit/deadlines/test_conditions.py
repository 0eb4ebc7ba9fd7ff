"""What a clock asks beside the payload: each condition where it holds, and where it does not."""

from collections.abc import Callable
from typing import Any

import pytest

from services.core.contracts.event import Event
from services.core.contracts.events import case, coercion, judgment, measure, payment, sale
from services.core.contracts.events.records import Item
from services.core.contracts.family import Context
from services.deadlines.domain import conditions
from tests.unit.cast import head, officer
from tests.unit.deadlines.sentences import (
    CREDITOR,
    DEBTOR,
    C,
    Clocks,
    J,
    K,
    M,
    S,
    at,
    coerced,
    court,
    issued,
    made,
    moved,
    notified,
    opened,
    priced,
    started,
)

EFFECTIVE = made(judgment.MadeEffective, J)
RECEIVED = made(judgment.Received, J)
REQUESTED = made(case.Requested, C)
ASKED = made(judgment.ClarificationRequested, f"{J}.q1")
ANSWERED = made(judgment.Clarified, f"{J}.q1")
VERIFIED = made(case.Verified, C, finding="NO_CONDITIONS")
FOUND = made(case.Verified, C, finding="CONDITIONS_FOUND")
UPHELD = made(judgment.Revised, J, outcome="UPHELD")
DEMANDED = made(case.PostponementDemanded, C, received_at=at("2026-09-08 09:00"))
TERMINATED = made(case.Terminated, C)
TOLD_HOLDER = made(measure.Notified, M, as_="HOLDER")
ANNOUNCED = made(sale.Announced, S, opens_at=at("2026-12-25 08:30"))

NOW = "2026-09-08 10:00"


def judged(**fields: Any) -> Clocks:
    """A judgment was issued, and nothing more."""
    clocks = Clocks()
    clocks.hear(issued(**fields), court("2026-08-03 09:00"))
    return clocks


def after(*steps: Event, state: str | None = None) -> Clocks:
    """The case was opened, and these facts followed."""
    clocks = opened()
    for step in steps:
        clocks.hear(step, head("2026-09-01 09:00"))
    if state:
        clocks.hear(moved(state), head("2026-09-01 09:00"))
    return clocks


def declared(cycle: case.DeclaredUnenforceableCycle) -> Clocks:
    return after(made(case.DeclaredUnenforceable, C, cycle=cycle), state="UNENFORCEABLE")


def postponed(ground: case.PostponedGround) -> Clocks:
    return after(made(case.Postponed, C, ground=ground), state="POSTPONED")


def fixed(hour: str) -> Clocks:
    clocks = opened()
    coerced(clocks)
    clocks.hear(made(coercion.Scheduled, K, starts_at=at(hour)), head("2026-09-01 09:00"))
    return clocks


def told_of(clocks: Clocks, as_: case.NotifiedAs, **coercion_: Any) -> tuple[Clocks, Event]:
    """A coercion was decided; the event is the notice of it."""
    paper = coerced(clocks, **coercion_)
    return clocks, notified(paper, as_, notice="COERCION_DECISION")


def owing(nature: str) -> Clocks:
    """A case about one item of this nature."""
    item = Item(1, nature, "ON_REQUEST", CREDITOR, DEBTOR)  # type: ignore[arg-type]
    return judged(items=[item])


def price_told(round_: int) -> tuple[Clocks, Event]:
    clocks = opened()
    return clocks, notified(priced(clocks, round_), "DEBTOR", notice="PRICE")


def announced(*, again: bool, priority: bool) -> tuple[Clocks, Event]:
    clocks = opened()
    price = priced(clocks)
    if priority:
        told = notified(price, "PRIORITY", notice="PRIORITY_RIGHT")
        clocks.hear(told, officer("2026-10-28 09:00"))
    if again:
        clocks.hear(ANNOUNCED, officer("2026-11-01 09:00"))
    return clocks, ANNOUNCED


def collected() -> Clocks:
    return after(made(payment.Collected, C, amount=60, costs=0))


Told = tuple[Clocks, Event]

CASES: list[tuple[str, str, Callable[[], Told], Callable[[], Told]]] = [
    (
        "procedural_time",
        "P-485-1",
        lambda: (judged(), EFFECTIVE),
        lambda: (judged(enforceable="AT_ONCE"), EFFECTIVE),
    ),
    (
        "procedural_time",
        "P-485-1",
        lambda: (judged(kind="CRIMINAL_PART"), EFFECTIVE),
        lambda: (judged(kind="ARBITRAL"), EFFECTIVE),
    ),
    (
        "no_procedural_time",
        "L-33-1",
        lambda: (judged(kind="ARBITRAL"), EFFECTIVE),
        lambda: (judged(), EFFECTIVE),
    ),
    (
        "ex_officio",
        "L-33-2",
        lambda: (judged(), RECEIVED),
        lambda: (judged(items=[Item(1, "MONEY", "ON_REQUEST", CREDITOR, DEBTOR)]), RECEIVED),
    ),
    (
        "ex_officio",
        "L-33-2",
        lambda: (judged(kind="CRIMINAL_PART"), RECEIVED),
        lambda: (judged(kind="BANKRUPTCY"), RECEIVED),
    ),
    (
        "provisional_measure",
        "L-33-3",
        lambda: (judged(kind="PROVISIONAL_MEASURE"), RECEIVED),
        lambda: (judged(), RECEIVED),
    ),
    (
        "bankruptcy",
        "L-33-4",
        lambda: (judged(kind="BANKRUPTCY"), RECEIVED),
        lambda: (judged(), RECEIVED),
    ),
    (
        "judgment_received",
        "L-34-2",
        lambda: (after(RECEIVED), REQUESTED),
        lambda: (after(), REQUESTED),
    ),
    (
        "request_open",
        "L-34-2",
        lambda: (after(state="REQUESTED"), RECEIVED),
        lambda: (after(state="DECIDED"), RECEIVED),
    ),
    (
        "not_declared",
        "L-38-1",
        lambda: (after(state="VERIFYING"), VERIFIED),
        lambda: (declared("YEAR"), VERIFIED),
    ),
    (
        "unenforceable",
        "L-38-4",
        lambda: (declared("YEAR"), FOUND),
        lambda: (after(state="VERIFYING"), FOUND),
    ),
    (
        "six_months_cycle",
        "L-38-5",
        lambda: (declared("SIX_MONTHS"), VERIFIED),
        lambda: (declared("YEAR"), VERIFIED),
    ),
    (
        "year_cycle",
        "L-38-6",
        lambda: (declared("YEAR"), VERIFIED),
        lambda: (declared("SIX_MONTHS"), VERIFIED),
    ),
    (
        "asked_by_handler",
        "L-46-1",
        lambda: (after(state="VERIFYING"), ASKED),
        lambda: (after(state="POSTPONED"), ASKED),
    ),
    (
        "day_before_hour",
        "L-46-2",
        lambda: (fixed("2026-09-09 09:00"), DEMANDED),
        lambda: (fixed("2026-09-09 08:59"), DEMANDED),
    ),
    (
        "postponed",
        "L-46-6",
        lambda: (postponed("a"), made(case.GroundFound, C, calls_for=["RESUME"])),
        lambda: (after(), made(case.GroundFound, C, calls_for=["RESUME"])),
    ),
    (
        "postponed_for_it",
        "L-46-6",
        lambda: (postponed("g"), ANSWERED),
        lambda: (postponed("a"), ANSWERED),
    ),
    (
        "suspended",
        "L-47-4",
        lambda: (after(state="SUSPENDED"), UPHELD),
        lambda: (after(state="VERIFYING"), UPHELD),
    ),
    (
        "annulled",
        "L-48-1",
        lambda: (after(), made(judgment.Revised, J, outcome="ANNULLED", items=[1, 2])),
        lambda: (after(), made(judgment.Revised, J, outcome="ANNULLED", items=[2])),
    ),
    (
        "measure_stands",
        "L-66-2",
        lambda: (after(made(measure.Ordered, M)), FOUND),
        lambda: (after(made(measure.Ordered, M), made(measure.Lifted, M)), FOUND),
    ),
    (
        "something_stands",
        "L-95-4",
        lambda: (after(made(coercion.Decided, K)), TERMINATED),
        lambda: (after(made(coercion.Decided, K), made(coercion.Lifted, K)), TERMINATED),
    ),
    (
        "blockade",
        "L-67-4",
        lambda: (after(made(measure.Ordered, M, kind="BLOCK")), TOLD_HOLDER),
        lambda: (after(made(measure.Ordered, M, kind="SEIZE")), TOLD_HOLDER),
    ),
    (
        "account",
        "L-73-1",
        lambda: told_of(opened(), "HOLDER", kind="ACCOUNT"),
        lambda: told_of(opened(), "HOLDER", kind="INCOME"),
    ),
    (
        "act",
        "L-91-1",
        lambda: told_of(owing("ACT"), "DEBTOR", kind="ACT", items=[1]),
        lambda: told_of(owing("WORKER"), "DEBTOR", kind="ACT", items=[1]),
    ),
    (
        "worker",
        "L-94-1",
        lambda: told_of(owing("WORKER"), "DEBTOR", kind="ACT", items=[1]),
        lambda: told_of(owing("ACT"), "DEBTOR", kind="ACT", items=[1]),
    ),
    (
        "person",
        "L-93-1",
        lambda: told_of(owing("PERSON"), "DEBTOR", kind="HANDOVER", items=[1]),
        lambda: told_of(owing("THING"), "DEBTOR", kind="HANDOVER", items=[1]),
    ),
    (
        "person",
        "L-93-1",
        lambda: told_of(opened(), "DEBTOR", kind="HANDOVER", person=True),
        lambda: told_of(opened(), "DEBTOR", kind="ACT", person=True),
    ),
    (
        "money_left",
        "L-54-1",
        lambda: (collected(), made(sale.HandedOver, S)),
        lambda: (opened(), made(sale.HandedOver, S)),
    ),
    (
        "money_left",
        "L-54-1",
        lambda: (opened(), made(payment.Collected, C, amount=10, costs=9)),
        lambda: (opened(), made(payment.Collected, C, amount=10, costs=10)),
    ),
    ("first_price", "L-82-2", lambda: price_told(1), lambda: price_told(2)),
    (
        "later_sale",
        "L-83-4",
        lambda: announced(again=True, priority=True),
        lambda: announced(again=False, priority=True),
    ),
    (
        "later_sale",
        "L-83-4",
        lambda: announced(again=True, priority=True),
        lambda: announced(again=True, priority=False),
    ),
]


@pytest.mark.parametrize(
    ("rule", "holds", "holds_not"),
    [pytest.param(*rest, id=f"{name}-{rest[0]}") for name, *rest in CASES],
)
def test_a_clock_starts_where_its_condition_holds_and_only_there(
    rule: str, holds: Callable[[], Told], holds_not: Callable[[], Told]
) -> None:
    clocks, event = holds()
    assert rule in started(clocks.hear(event, head(NOW)))
    clocks, event = holds_not()
    assert rule not in started(clocks.hear(event, head(NOW)))


def test_every_condition_of_a_start_is_tried() -> None:
    said_by_time = {"last_to_ask"}  # of an expiry, which clocks are told and do not hear
    assert {name for name, *_ in CASES} | said_by_time == set(conditions.STARTS)


def test_a_judgment_that_was_transferred_need_not_be_transferred_again() -> None:
    clocks = judged()
    clocks.hear(made(judgment.Transferred, J), court("2026-08-05 09:00"))
    assert started(clocks.hear(EFFECTIVE, court("2026-08-06 09:00"))) == []


def test_only_the_office_that_carries_the_case_out_postpones_it_because_it_asked() -> None:
    context: Context = head(NOW)
    assert "L-46-1" in started(after(state="VERIFYING").hear(ASKED, context))
    by_a_party = made(judgment.ClarificationRequested, f"{J}.q1")
    facts = after(state="VERIFYING").hear(by_a_party, court(NOW))
    assert started(facts) == ["L-13-1"]


def test_an_hour_that_fell_does_not_stand_in_the_way_of_a_demand() -> None:
    clocks = fixed("2026-09-08 12:00")
    clocks.hear(made(coercion.Postponed, K), officer("2026-09-07 09:00"))
    assert started(clocks.hear(DEMANDED, court(NOW))) == ["L-46-2"]
