"""Claims at many points of the story: its own in other words, any type's, and impossible ones.

An example begins where the story stands before one of its rows. What is said there is answered, the
row itself is answered after it, and then the clocks of some weeks speak: nothing is held, nobody
raises. So a claim that does harm shows, also where it is recorded and harms what comes later.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from services.all import DECIDING
from services.core.doors.problems import Problem
from services.simulator.play import Play
from services.simulator.story import rows
from tests.acceptance.memory_house import CATALOGUE, DIRECTORY, MemoryHouse
from tests.acceptance.odd_claims import TYPES, Claims, copy_of

EVERY: Final = 4  #: so many rows of the story lie between two points

Said = tuple[str, dict[str, Any]]
"""Who says something, and the submission."""

WILD: Final[list[Any]] = [
    *(0, -1, 1, 2**31, 10**15, 10**15 + 1, 10**18, 2**63 - 1, -(2**63), 2**63, 10**40, 1.5, 1e300),
    *(True, False, None, [], {}, [None], [[]], [{}], {"": 0}, [1] * 501),
    *("", " ", "-", "\u200b", "\u2800", "\u0301" * 50, "\x00", "\ud800", "x" * 101, "7" * 6_000),
    *("702/QÐ-THADS", "７０２／ＱĐ", "1" * 5_000, "NaN", "<script>", "../..", "%00", "J.c1.k1"),
    *("0001-01-01", "1901-01-01", "1900-12-31", "2100-12-31", "2101-01-01", "2126-10-12"),
    *("9999-12-31", "2026-02-30", "2026-W40-1", "20261012", "2024-02-29", "10000-01-01"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2100-12-31T23:59:59+07:00"),
    *("1901-01-01T00:00:00+07:00", "2026-10-10T24:00:00+07:00", "2026-10-10T08:00:00"),
]
"""Values of every kind that some field may not hold."""


class Point(NamedTuple):
    """Where the story stands before a row, and what that row says."""

    house: MemoryHouse
    said: Said
    claims: Claims


@cache
def points() -> tuple[Point, ...]:
    """Return points of the whole story, the first before anything was said."""
    house, story, found = MemoryHouse(DECIDING), rows(), list[Point]()
    played = Play(story, CATALOGUE)
    for number, row in enumerate(story):
        for _due in house.move(row.at):
            pass
        if not row.follows:
            submission = played.submission(row)
            if number % EVERY == 0 and row.agency != "platform":
                here = copy_of(house)
                found.append(Point(here, (row.agency, submission), Claims(here, DIRECTORY)))
            played.answered(row, house.submit(row.agency, submission))
        for id_, event, data in house.facts():
            played.see(id_, event, data)
    return tuple(found)


class Example(NamedTuple):
    """What is said at a point, and how long the clocks run after it."""

    point: Point
    said: Said
    days: int


def examples() -> st.SearchStrategy[Example]:
    """Return examples of every type at every point."""
    return st.sampled_from(points()).flatmap(
        lambda point: st.builds(
            Example, st.just(point), _said(point), st.sampled_from([0, 1, 20, 60])
        )
    )


def answered(example: Example) -> Iterator[str]:
    """Yield what becomes of the claim, and of the story's own after it."""
    house = copy_of(example.point.house)
    for agency, submission in (example.said, example.point.said):
        try:
            yield house.submit(agency, submission).status
        except Problem as problem:
            assert problem.status < 500, problem  # noqa: PT017  the problem is an answer
            yield problem.code
    for _due in house.move(house.clock.moment + timedelta(days=example.days)):
        pass
    assert house.log.lines() == {}


def _said(point: Point) -> st.SearchStrategy[Said]:
    agency, submission = point.said
    other = point.claims.changed(submission).map(lambda changed: (agency, changed))
    any_type = st.sampled_from(TYPES).flatmap(point.claims.of)
    sane = other | any_type
    return sane | st.builds(_made_wild, sane, st.randoms(use_true_random=False), st.integers(1, 2))


def _made_wild(said: Said, dice: Any, times: int) -> Said:
    """Return the same with a value that fits nothing, somewhere in it."""
    agency, submission = said
    for _ in range(times):
        submission = _with_wild(submission, dice)
    return agency, submission


def _with_wild(value: Any, dice: Any) -> Any:
    """Return a value in which one part, however deep, is another."""
    match value:
        case dict() if value:
            name = "data" if "data" in value and dice.random() < 0.9 else dice.choice(list(value))
            return {**value, name: _with_wild(value[name], dice)}
        case list() if value and dice.random() < 0.8:
            at = dice.randrange(min(len(value), 3))
            return [*value[:at], _with_wild(value[at], dice), *value[at + 1 :]]
    return dice.choice(WILD)
