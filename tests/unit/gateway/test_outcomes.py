from datetime import UTC, datetime
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.events.records import Reason
from services.gateway.outcomes import DISCARDED, Fact, Outcome

MOMENT = datetime(2026, 8, 3, 2, tzinfo=UTC)
REASON = Reason(code="WRONG_STATE", vi="…", en="…")


def fact(place: int, count: int) -> Outcome:
    told = Fact(f"fact-{place}", "thads.judgment.received", "part", MOMENT)
    return Outcome({str(place): told}, count)


RECORDED = [fact(0, 3), fact(2, 3), fact(5, 3)]  # Asks between them leave holes in the places
REFUSED = [Outcome(reasons=[REASON])]
HELD, RELEASED = Outcome(held=True), Outcome(released="RELEASED")
DISCARD = Outcome(released="DISCARDED")


def sum_of(told: list[Outcome]) -> Outcome:
    return reduce(Outcome.and_, told, Outcome())


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([], "pending"),
        (RECORDED[:2], "pending"),
        (RECORDED, "recorded"),
        (REFUSED, "refused"),
        ([HELD], "held"),
        ([HELD, RELEASED], "pending"),
        ([HELD, RELEASED, *RECORDED], "recorded"),
        ([HELD, RELEASED, *REFUSED], "refused"),
        ([HELD, DISCARD], "refused"),
        ([RELEASED], "pending"),
        ([HELD, *RECORDED], "recorded"),
    ],
)
def test_the_status_follows_from_all_that_was_told(told: list[Outcome], status: str) -> None:
    assert sum_of(told).status == status


def test_what_an_operator_discarded_is_refused_and_says_so() -> None:
    assert sum_of([HELD, DISCARD]).why == [DISCARDED]
    assert sum_of([HELD]).why == []


@given(
    st.sampled_from(
        [[*RECORDED], [*REFUSED], [HELD], [HELD, RELEASED, *RECORDED], [HELD, DISCARD]]
    ).flatmap(lambda told: st.permutations(told * 2))
)
def test_neither_order_nor_repeats_change_an_outcome(told: list[Outcome]) -> None:
    once = {repr(each): each for each in sorted(told, key=repr)}
    assert sum_of(told) == sum_of(list(once.values()))
