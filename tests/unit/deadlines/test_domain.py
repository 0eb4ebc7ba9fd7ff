"""What clocks say: once each, and each for itself."""

from datetime import UTC, datetime

from services.core.contracts.events import deadline
from services.core.contracts.family import Refusal
from services.deadlines.domain import Known, decide, evolve, stream
from tests.unit.cast import said

C = "01890000-0000-7000-8000-00000000000a.c1"
DUE = datetime(2026, 9, 1, tzinfo=UTC)
NOW = said("2026-09-01 07:00", "platform", "PLATFORM")


def expired(clock: str = "k1") -> deadline.Expired:
    return deadline.Expired(C, clock, "L-45", "e1", DUE)


def overdue(clock: str = "k1") -> deadline.Overdue:
    return deadline.Overdue(C, clock, "L-45", "e1", DUE)


def test_a_clock_says_a_thing_once() -> None:
    known = evolve(Known(), expired(), NOW)
    (refusal,) = decide(known, expired(), NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "DUPLICATE"


def test_another_clock_may_say_the_same_and_the_same_clock_something_else() -> None:
    known = evolve(Known(), expired(), NOW)
    assert decide(known, expired("k2"), NOW) == [expired("k2")]
    assert decide(known, overdue(), NOW) == [overdue()]


def test_all_clocks_of_a_judgment_are_one_stream() -> None:
    assert stream(expired()) == stream(overdue("k2")) == C.partition(".")[0]
