"""The ledger of a case: nothing is booked twice, and no more goes out than came in."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.bounds import MAX_TOTAL
from services.core.contracts.events import payment
from services.core.contracts.family import Context
from services.payments.domain import Known
from services.payments.service import FAMILY
from tests.unit.cast import CASE, became, case_decided, case_opened, cashier, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

C = CASE
CREDITOR = "01890000-0000-7000-8000-00000000000a.p2"
NOW = cashier("2026-09-25 09:00")


def collected(amount: int = 100, number: str = "PT-1", **change: Any) -> payment.Collected:
    told: dict[str, Any] = {
        "costs": 0,
        "costs_advanced": False,
        "source": "VOLUNTARY",
        "collected_on": date(2026, 9, 4),
    }
    return payment.Collected(C, number, amount, **{**told, **change})


def paid(amount: int = 100, number: str = "PC-1", **change: Any) -> payment.PaidOut:
    told: dict[str, Any] = {"fee": 0, "purpose": "CREDITOR", "paid_on": date(2026, 9, 8)}
    return payment.PaidOut(C, number, CREDITOR, amount, **{**told, **change})


def after(*facts: Any) -> Known:
    known: Known = evolve(evolve(Known(), *case_opened()), *case_decided())
    for fact in facts:
        known = evolve(known, fact, NOW)
    return known


def codes(known: Known, claim: Any, context: Context = NOW) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    return became(decide(known, claim, context))


def test_money_comes_in_and_goes_out() -> None:
    assert codes(after(), collected()) == ("recorded", [])
    assert codes(after(collected()), paid()) == ("recorded", [])


@pytest.mark.parametrize(
    ("facts", "claim", "became"),
    [
        ((), collected(0), ("refused", ["AMOUNT_NOT_POSITIVE"])),
        ((), collected(costs=101), ("refused", ["AMOUNT_NOT_POSITIVE"])),
        ((), collected(costs=100), ("recorded", [])),
        ((), collected(collected_on=date(2026, 8, 23)), ("recorded", ["DATE_BEFORE_CAUSE"])),
        ((), collected(collected_on=date(2026, 8, 24)), ("recorded", [])),
        ((collected(),), collected(), ("recorded", ["DUPLICATE"])),
        ((collected(),), collected(number="PT-2"), ("recorded", [])),
        ((collected(),), paid(0), ("refused", ["AMOUNT_NOT_POSITIVE"])),
        ((collected(),), paid(101), ("recorded", ["EXCEEDS_COLLECTED"])),
        ((collected(),), paid(100, fee=1), ("recorded", ["EXCEEDS_COLLECTED"])),
        ((collected(),), paid(99, fee=1), ("recorded", [])),
        ((collected(), paid(40)), paid(60), ("recorded", ["DUPLICATE"])),
        ((collected(MAX_TOTAL - 1),), collected(1, number="PT-2"), ("recorded", [])),
        ((collected(MAX_TOTAL),), collected(1, number="PT-2"), ("refused", ["TOTAL_TOO_LARGE"])),
        (
            (collected(MAX_TOTAL), paid(MAX_TOTAL - 2)),
            paid(1, "PC-2", fee=1),
            ("recorded", []),
        ),
        (
            (collected(MAX_TOTAL), paid(MAX_TOTAL - 1)),
            paid(1, "PC-2", fee=1),
            ("refused", ["TOTAL_TOO_LARGE"]),
        ),
        (
            (collected(), paid(40, rank="c")),
            paid(1, "PC-2", rank="b"),
            ("recorded", ["RANK_VIOLATED"]),
        ),
        ((collected(), paid(40, rank="b")), paid(1, "PC-2", rank="b"), ("recorded", [])),
        ((collected(), paid(40, rank="c")), paid(1, "PC-2"), ("recorded", [])),
        ((collected(),), paid(paid_on=date(2026, 9, 3)), ("recorded", ["DATE_BEFORE_CAUSE"])),
    ],
)
def test_what_is_refused_and_what_is_noted(
    facts: Any, claim: Any, became: tuple[str, list[str]]
) -> None:
    assert codes(after(*facts), claim) == became


def test_a_case_never_decided_has_no_ledger() -> None:
    assert codes(Known(), collected()) == ("refused", ["OUT_OF_TERRITORY"])


def test_the_cashier_of_another_office_writes_nothing() -> None:
    other = said("2026-09-25 09:00", "thads-hue", "CASHIER", "ke-toan-hue")
    assert codes(after(), collected(), other) == ("refused", ["OUT_OF_TERRITORY"])


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 1000)), max_size=12))
def test_more_goes_out_than_came_in_only_with_a_note(moves: list[tuple[bool, int]]) -> None:
    known = after()
    for number, (is_in, amount) in enumerate(moves):
        claim = collected(amount, f"n{number}") if is_in else paid(amount, f"n{number}")
        noted = codes(known, claim)[1]
        known = evolve(known, claim, NOW)
        exceeds = not is_in and known.payment.paid_out > known.payment.collected
        assert ("EXCEEDS_COLLECTED" in noted) is exceeds
