"""Nothing that the edge lets in is ever held because of its content."""

import pytest
from hypothesis import Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from services.all import DECIDING
from services.core.doors.problems import Problem
from services.simulator.story import rows
from tests.acceptance.memory_house import DIRECTORY, MemoryHouse, play
from tests.acceptance.odd_claims import TYPES, Claims

TOLD = 120  #: rows of the story, after which its cases are still at work
FAMILIES = sorted({type_.family for type_ in TYPES})


@pytest.fixture(scope="module")
def house() -> MemoryHouse:
    house = MemoryHouse(DECIDING)
    play(house, rows()[:TOLD])
    return house


@pytest.mark.parametrize("family", FAMILIES)
def test_every_claim_that_is_accepted_is_answered(house: MemoryHouse, family: str) -> None:
    """The house remembers each example, so none is told again to make it smaller."""
    claims = Claims(house, DIRECTORY)
    said = st.tuples(*(claims.of(type_) for type_ in TYPES if type_.family == family))
    answers = []

    @effort(max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(said)
    def each_is_answered(said: tuple[tuple[str, dict[str, object]], ...]) -> None:
        for agency, submission in said:
            try:
                became = house.submit(agency, submission)
            except Problem:
                continue
            answers.append(became.status)
            for _said in house.move(house.clock.moment):
                pass
            assert house.log.lines() == {}, submission
            assert became.status in {"recorded", "refused"}

    each_is_answered()
    assert answers
