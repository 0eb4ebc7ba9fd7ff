"""A diary keeps hours for one booking at a time, and answers whoever asks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.coercion.unit import Known, decide, evolve
from services.core.contracts.events import coercion
from services.core.contracts.events.unit import Booked, BookingRefused, Released
from services.core.contracts.family import Ask
from tests.unit.cast import said

POLICE = "ca-thi-hanh-an-da-nang"
J = "01890000-0000-7000-8000-00000000000a"
FIRST, SECOND = f"{J}.c1.k1", f"{J}.c2.k1"
ASKED = said("2026-09-28 15:30", "thads-khu-vuc-3", "OFFICER", "tran-thi-binh")


def hour(number: int) -> datetime:
    return datetime(2026, 10, 14, 0, tzinfo=UTC) + timedelta(hours=number)


def asks(booking: str, start: int, end: int, by: str = FIRST) -> Booked:
    return Booked(
        POLICE, booking_id=booking, coercion_id=by, starts_at=hour(start), ends_at=hour(end)
    )


def after(*claims: Booked | Released) -> Known:
    known = Known()
    for claim in claims:
        for fact in decide(known, claim, ASKED):
            if isinstance(fact, Booked | BookingRefused | Released):
                known = evolve(known, fact, ASKED)
    return known


def answer(known: Known, claim: Booked) -> object:
    _fact, ask = decide(known, claim, ASKED)
    assert isinstance(ask, Ask)
    assert ask.key == J
    return ask.claim


def test_free_hours_are_kept_and_the_asker_is_told() -> None:
    told = answer(Known(), asks("b1", 8, 11))
    assert isinstance(told, coercion.UnitBooked)
    assert (told.coercion_id, told.booking_id, told.unit_id) == (FIRST, "b1", POLICE)


def test_taken_hours_are_an_answer_that_says_when_as_many_are_free() -> None:
    told = answer(after(asks("b1", 8, 11)), asks("b2", 10, 12, by=SECOND))
    assert isinstance(told, coercion.UnitUnavailable)
    assert told.next_free == hour(11)


def test_hours_that_only_touch_are_free() -> None:
    known = after(asks("b1", 8, 11))
    assert isinstance(answer(known, asks("b2", 11, 12)), coercion.UnitBooked)
    assert isinstance(answer(known, asks("b3", 7, 8)), coercion.UnitBooked)


def test_the_same_booking_asked_twice_keeps_the_hours_once() -> None:
    known = after(asks("b1", 8, 11), asks("b1", 8, 11))
    assert len(known.unit) == 1
    assert isinstance(answer(known, asks("b1", 8, 11)), coercion.UnitBooked)


def test_hours_given_back_are_free_again() -> None:
    back = Released(POLICE, booking_id="b1", coercion_id=FIRST)
    known = after(asks("b1", 8, 11), back)
    assert known == Known()
    assert isinstance(answer(known, asks("b2", 8, 11)), coercion.UnitBooked)


def test_giving_back_what_is_not_kept_is_noted() -> None:
    (fact, note) = decide(Known(), Released(POLICE, booking_id="b9", coercion_id=FIRST), ASKED)
    assert isinstance(fact, Released)
    assert getattr(note, "code", None) == "BOOKING_UNKNOWN"


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(0, 20), st.integers(1, 5)), max_size=12
    )
)
def test_no_hour_is_ever_kept_for_two(wanted: list[tuple[str, int, int]]) -> None:
    known = after(*(asks(name, start, start + length) for name, start, length in wanted))
    kept = sorted(known.unit.values(), key=lambda each: each.starts_at)
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(kept))
