"""What still secures a debt loses its ground once nothing of the debt is owed any more (Đ95)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.cases.domain import react
from services.core.contracts.events import case, coercion, measure, payment
from tests.unit.cases.test_domain import (
    OFFICER,
    P1,
    PAPER,
    SIGNED,
    C,
    J,
    after,
    decide,
    evolve,
    in_state,
)
from tests.unit.cast import cashier, said

COURT = said("2026-09-18 09:00", "toa-da-nang", "COURT", "thu-ky-hoa")
TILL = cashier("2026-09-18 10:00")
ENFORCED: Any = in_state("ENFORCEABLE")
BLOCKED = (
    measure.Ordered(
        f"{C}.m1", "BLOCK", "nh-song-cam", P1, "71/QĐ", date(2026, 9, 15), "tran-thi-binh",
        "OFFICER", PAPER, amount=100,
    ),
    OFFICER,
)  # fmt: skip


def carried_out(kind: Any) -> Any:
    """A coercion that was carried out and stands."""
    at = datetime(2026, 9, 16, 2, tzinfo=UTC)
    done = coercion.Executed(f"{C}.k1", kind, at, at, "DONE", "NONE", PAPER)
    return done, OFFICER


def performed(amount: int | None, on: str = "2026-09-17") -> Any:
    return case.Performed(C, [1], date.fromisoformat(on), PAPER, amount), OFFICER


def remitted(amount: int, on: str = "2026-09-18") -> Any:
    day = date.fromisoformat(on)
    paper = {**SIGNED, "decision_no": "12/QĐ-TA", "signed_by": "thu-ky-hoa", "capacity": "JUDGE"}
    return case.Exempted(C, amount=amount, effective_on=day, whole=False, **paper), COURT


def collected(amount: int, on: str = "2026-09-16") -> Any:
    money = payment.Collected(
        C, f"PT-{amount}", amount, 0, costs_advanced=False, source="OTHER",
        collected_on=date.fromisoformat(on),
    )  # fmt: skip
    return money, TILL


def grounds(*steps: Any) -> list[case.GroundFound]:
    """Return what the last step lets arise of itself."""
    *before, (event, context) = steps
    known = after(*before)
    if isinstance(event, case.Claim):
        answer = decide(known, event, context)
    else:
        answer = list(react(evolve(known, event, context), event, context))
    return [each for each in answer if isinstance(each, case.GroundFound)]


SETTLED: Any = {
    "performed between the parties": [performed(100)],
    "remitted by the court": [remitted(100)],
    "collected": [collected(100)],
    "settled in three ways": [collected(30), remitted(30), performed(40)],
}


@pytest.mark.parametrize("way", SETTLED)
def test_security_and_seizure_lose_their_ground_once_the_debt_is(way: str) -> None:
    (found,) = grounds(*ENFORCED, BLOCKED, carried_out("SEIZURE"), *SETTLED[way])
    assert found.calls_for == ["END_SECURITY", "LIFT_SEIZURE"]
    assert found.cause_event_id is not None


@pytest.mark.parametrize("last", [performed(99), remitted(99), collected(99)])
def test_a_debt_that_is_settled_but_for_one_dong_still_needs_its_security(last: Any) -> None:
    assert grounds(*ENFORCED, BLOCKED, last) == []


def test_where_nothing_secures_the_debt_no_ground_arises() -> None:
    assert grounds(*ENFORCED, performed(100)) == []


def test_an_order_that_is_not_about_money_is_fulfilled_when_its_items_are_performed() -> None:
    unpriced = [*ENFORCED]
    place = next(n for n, step in enumerate(unpriced) if isinstance(step, case.Decided))
    unpriced[place] = case.Decided(
        C, items=[1], initiative="ON_REQUEST", debtor=P1, provisional=False, **SIGNED
    )
    assert grounds(*unpriced, BLOCKED, collected(5)) == [], "costs alone fulfil nothing"
    (found,) = grounds(*unpriced, BLOCKED, performed(None))
    assert found.calls_for == ["END_SECURITY"]


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        ("SEIZURE", ["LIFT_SEIZURE"]),
        ("INCOME", ["LIFT_SEIZURE"]),
        ("EXPLOIT", ["END_EXPLOITATION"]),
        ("HANDOVER", None),
    ],
)
def test_what_is_carried_out_until_the_debt_is_paid_ends_with_it(
    kind: str, calls: list[str] | None
) -> None:
    found = grounds(*ENFORCED, carried_out(kind), performed(100))
    assert [each.calls_for for each in found] == ([calls] if calls else [])


@pytest.mark.parametrize(
    ("steps", "on"),
    [
        ([performed(100, "2026-09-14")], date(2026, 9, 14)),
        ([collected(60, "2026-09-16"), performed(40, "2026-09-10")], date(2026, 9, 16)),
        ([performed(40, "2026-09-10"), remitted(60, "2026-10-01")], date(2026, 10, 1)),
    ],
)
def test_the_ground_arises_on_the_day_that_settles_the_last_of_the_debt(
    steps: list[Any], on: date
) -> None:
    (found,) = grounds(*ENFORCED, BLOCKED, *steps)
    assert found.arose_on == on


def test_the_ground_arises_once() -> None:
    assert grounds(*ENFORCED, BLOCKED, performed(100), collected(5)) == []


def test_a_ground_that_an_officer_found_for_something_else_keeps_none_from_arising() -> None:
    other = case.GroundFound(
        C, calls_for=["POSTPONE"], ground="a", arose_on=date(2026, 9, 16), provisional=False,
        cause_event_id=J,
    )  # fmt: skip
    assert len(grounds(*ENFORCED, BLOCKED, (other, OFFICER), performed(100))) == 1
