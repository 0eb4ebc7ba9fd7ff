"""When coercion may not be held, against a walk minute by minute."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.contracts.days import VIET_NAM
from services.core.law.errors import NaiveTime, TooFarAway
from services.core.law.forbidden_times import doubtful_days, forbids, next_allowed
from services.core.law.working_days import calendar

EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
MINUTE = timedelta(minutes=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001
    lambda each: each.replace(second=0, microsecond=0, tzinfo=VIET_NAM)
)
LENGTHS = st.integers(1, 15 * 60).map(lambda minutes: minutes * MINUTE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIET_NAM)


def codes(start: str, end: str, *, force: bool = False) -> list[str]:
    return [each.code for each in forbids(at(start), at(end), force=force)]


def is_free(moment: datetime, *, force: bool) -> bool:
    known, day = calendar(), moment.date()
    kept = force and (known.is_round_tet(day) or known.is_policy_day(day))
    return 6 <= moment.hour < 22 and not known.is_rest(day) and not kept


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-10-14 06:00", "2026-10-14 22:00", []),
        ("2026-10-14 05:59", "2026-10-14 09:00", ["FORBIDDEN_HOURS"]),
        ("2026-10-14 20:00", "2026-10-14 22:01", ["FORBIDDEN_HOURS"]),
        ("2026-10-14 23:00", "2026-10-15 05:00", ["FORBIDDEN_HOURS"]),
        ("2026-10-10 08:00", "2026-10-10 11:00", ["FORBIDDEN_DAY"]),
        ("2026-08-22 08:00", "2026-08-22 11:00", []),  # a Saturday worked for 31 August
        ("2026-08-31 08:00", "2026-08-31 11:00", ["FORBIDDEN_DAY"]),
        ("2026-09-02 08:00", "2026-09-02 11:00", ["FORBIDDEN_DAY"]),
        ("2026-11-24 08:00", "2026-11-24 11:00", []),  # unverified: never a reason to refuse
        ("2026-10-09 21:00", "2026-10-10 07:00", ["FORBIDDEN_HOURS", "FORBIDDEN_DAY"]),
        ("2026-10-14 11:00", "2026-10-14 11:00", []),  # no time at all has no answer
    ],
)
def test_the_hours_and_days_of_the_law(start: str, end: str, expected: list[str]) -> None:
    assert codes(start, end) == expected


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2011, 1, 19), date(2011, 2, 20)),
        (date(2015, 2, 4), date(2015, 3, 8)),
        (date(2018, 2, 1), date(2018, 3, 5)),
        (date(2024, 1, 26), date(2024, 2, 27)),
        (date(2025, 1, 14), date(2025, 2, 15)),
        (date(2026, 2, 2), date(2026, 3, 6)),
        (date(2027, 1, 22), date(2027, 2, 23)),
        (date(2028, 1, 11), date(2028, 2, 12)),
    ],
)
def test_the_window_round_tet_is_the_published_one(first: date, last: date) -> None:
    day = timedelta(days=1)
    known = calendar()
    assert [known.is_round_tet(each) for each in (first - day, first, last, last + day)] == [
        *(False, True),
        *(True, False),
    ]


def test_the_window_round_tet_binds_force_alone() -> None:
    assert codes("2026-02-04 08:00", "2026-02-04 11:00") == []
    assert codes("2026-02-04 08:00", "2026-02-04 11:00", force=True) == ["FORBIDDEN_TET"]


def test_before_dawn_on_a_saturday_the_next_allowed_hour_is_monday_at_six() -> None:
    found = forbids(at("2026-10-10 05:30"), at("2026-10-10 09:00"), force=True)
    assert [each.code for each in found] == ["FORBIDDEN_HOURS", "FORBIDDEN_DAY"]
    assert {each.next_allowed for each in found} == {at("2026-10-12 06:00")}


def test_what_is_longer_than_a_day_allows_is_never_allowed() -> None:
    assert next_allowed(at("2026-10-14 06:00"), at("2026-10-14 22:01")) is None


@settings(max_examples=60, deadline=None)
@given(start=MOMENTS, length=LENGTHS, force=st.booleans())
def test_a_time_is_allowed_just_when_each_of_its_minutes_is(
    *, start: datetime, length: timedelta, force: bool
) -> None:
    minutes = [start + n * MINUTE for n in range(int(length / MINUTE))]
    free = all(is_free(minute, force=force) for minute in minutes)
    assert (forbids(start, start + length, force=force) == []) is free


@settings(max_examples=25, deadline=None)
@given(start=MOMENTS, length=LENGTHS)
def test_the_next_allowed_hour_is_allowed_and_no_earlier_one_is(
    start: datetime, length: timedelta
) -> None:
    found = next_allowed(start, start + length)
    assert found is not None
    assert found >= start
    assert forbids(found, found + length) == []
    earlier = start
    while earlier < found:
        assert forbids(earlier, earlier + length) != []
        earlier += timedelta(minutes=15)


def test_a_reason_names_the_rule_of_the_day_planned_and_whether_it_is_certain() -> None:
    def reasons(start: str, end: str) -> list[tuple[str, str, str, bool]]:
        return [
            (each.code, each.rule.id, each.rule.version, each.is_certain)
            for each in forbids(at(start), at(end), force=True)
        ]

    assert reasons("2026-02-04 05:00", "2026-02-04 07:00") == [
        ("FORBIDDEN_HOURS", "O-46-1", "R2015", True),
        ("FORBIDDEN_TET", "D-13-1", "R2015", True),
    ]
    assert reasons("2027-02-22 08:00", "2027-02-22 11:00") == [
        ("FORBIDDEN_TET", "D-13-1", "R2026", False),  # the decree of the new law is unread
    ]
    assert reasons("2025-07-28 08:00", "2025-07-28 11:00") == []
    assert reasons("2022-07-27 08:00", "2022-07-27 11:00") == [
        ("FORBIDDEN_POLICY_DAY", "D-13-1", "R2015", False),  # which days they are is assumed
    ]


def test_a_day_off_not_announced_is_a_doubt_and_no_reason() -> None:
    start, end = at("2026-11-24 08:00"), at("2026-11-24 11:00")
    assert forbids(start, end) == []
    assert doubtful_days(start, end) == [date(2026, 11, 24)]
    assert doubtful_days(at("2027-02-08 08:00"), at("2027-02-08 11:00")) == [date(2027, 2, 8)]
    assert doubtful_days(at("2026-09-02 08:00"), at("2026-09-02 11:00")) == []


@pytest.mark.parametrize("ask", [forbids, next_allowed, doubtful_days])
def test_naive_times_are_refused(ask: Callable[[datetime, datetime], object]) -> None:
    with pytest.raises(NaiveTime):
        ask(datetime(2026, 10, 14, 8), at("2026-10-14 09:00"))  # noqa: DTZ001  that is the point


@settings(max_examples=100, deadline=None)
@given(day=st.dates(date(2026, 1, 1), date(2027, 12, 31)), number=st.integers(1, 10))
def test_working_days_are_counted_backwards_one_by_one(day: date, number: int) -> None:
    known = calendar()
    found = known.working_days_before(day, number)
    assert not known.is_rest(found)
    between = [found + timedelta(days=n) for n in range((day - found).days)]
    assert sum(not known.is_rest(each) for each in between) == number


@pytest.mark.parametrize("day", ["2126-10-12", "2101-01-31", "1899-05-01"])
def test_of_a_year_whose_days_off_are_not_known_no_day_is_certain(day: str) -> None:
    start, end = at(f"{day} 08:00"), at(f"{day} 11:30")
    assert forbids(start, end, force=True) == []
    assert doubtful_days(start, end) == [start.date()]


@given(
    st.datetimes(timezones=st.sampled_from([VIET_NAM, UTC, EAST, WEST])),
    st.datetimes(timezones=st.sampled_from([VIET_NAM, UTC, EAST, WEST])),
)
@settings(max_examples=50, deadline=None)
def test_every_pair_of_moments_has_an_answer_or_is_too_far_away(
    start: datetime, end: datetime
) -> None:
    for asked in (forbids, doubtful_days, next_allowed):
        try:
            asked(start, end, **({} if asked is doubtful_days else {"force": True}))
        except TooFarAway:
            assert {start.year, end.year} - set(range(1000, 9000))


def test_of_centuries_of_coercion_as_much_is_said_as_of_a_year() -> None:
    start, end = at("1901-01-01 08:00"), at("2100-12-31 11:30")
    codes = [each.code for each in forbids(start, end, force=True)]
    assert codes == ["FORBIDDEN_HOURS", "FORBIDDEN_DAY", "FORBIDDEN_TET", "FORBIDDEN_POLICY_DAY"]
    assert all(day.year < 1903 for day in doubtful_days(start, end))


def test_no_start_is_proposed_in_a_year_whose_days_off_are_not_known() -> None:
    assert next_allowed(at("2100-12-31 22:30"), at("2100-12-31 23:30")) is None
