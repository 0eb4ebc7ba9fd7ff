"""Whatever is said at any point of the story is answered, and so is what comes after it."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort

from tests.acceptance.fuzz import Example, answered, examples

SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.timeout(600)  # two hundred claims, each at a point of the story of its own
@effort(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW_TO_DRAW,
)
@given(examples())
def test_every_claim_is_answered_and_holds_nothing_up(example: Example) -> None:
    assert not {"held", "pending"} & set(answered(example))


@pytest.mark.faults
@effort(
    max_examples=2_000,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=SLOW_TO_DRAW,
)
@given(examples())
def test_of_two_thousand_claims_each_is_answered_and_holds_nothing_up(example: Example) -> None:
    assert not {"held", "pending"} & set(answered(example))
