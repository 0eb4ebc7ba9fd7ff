"""Nothing that the edge lets in is ever held because of its content."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from services.all import DECIDING
from services.core.doors.problems import Problem
from services.simulator.play import Play
from services.simulator.story import rows
from tests.acceptance.memory_house import CATALOGUE, DIRECTORY, MemoryHouse, play
from tests.acceptance.odd_claims import TYPES, Claims, copy_of

TOLD: Final = 120  #: rows of the story, after which its cases are still at work
FAMILIES: Final = sorted({type_.family for type_ in TYPES})
few: Final = effort(max_examples=3, deadline=None, derandomize=True, database=None)


def answered(house: MemoryHouse, agency: str, submission: dict[str, Any]) -> str:
    """Submit, let every clock speak that must by now, and return what became of the claim."""
    try:
        became = house.submit(agency, submission)
    except Problem as problem:
        return problem.code
    for _said in house.move(house.clock.moment):
        pass
    assert house.log.lines() == {}, submission
    return became.status


@pytest.fixture(scope="module")
def house() -> MemoryHouse:
    house = MemoryHouse(DECIDING)
    play(house, rows()[:TOLD])
    return house


@pytest.mark.parametrize("family", FAMILIES)
def test_every_claim_that_is_accepted_is_answered(house: MemoryHouse, family: str) -> None:
    claims = Claims(house, DIRECTORY)
    said = st.tuples(*(claims.of(type_) for type_ in TYPES if type_.family == family))

    @few
    @given(said)
    def each_is_answered(said: tuple[tuple[str, dict[str, Any]], ...]) -> None:
        here = copy_of(house)
        for agency, submission in said:
            assert answered(here, agency, submission) not in {"held", "pending"}

    each_is_answered()


def with_other_words(house: MemoryHouse, agency: str, submission: dict[str, Any]) -> set[str]:
    """Return what becomes of a submission that says something else in a field or two."""
    became = set()

    @few
    @given(Claims(house, DIRECTORY).changed(submission))
    def is_answered(other: dict[str, Any]) -> None:
        became.add(answered(copy_of(house), agency, other))

    is_answered()
    return became


def test_every_claim_of_the_story_is_answered_with_extreme_words_too() -> None:
    house, story = MemoryHouse(DECIDING), rows()
    played = Play(story, CATALOGUE)
    became: set[str] = set()
    for row in story:
        for _said in house.move(row.at):
            pass
        if not row.follows:
            submission = played.submission(row)
            if row.agency != "platform":
                became |= with_other_words(house, row.agency, submission)
            played.answered(row, house.submit(row.agency, submission))
        for id_, event, data in house.facts():
            played.see(id_, event, data)
        assert not row.follows or played.found(row)
    assert {"recorded", "refused"} <= became
    assert not {"held", "pending"} & became
