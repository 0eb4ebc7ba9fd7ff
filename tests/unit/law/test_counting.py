"""Terms counted out by hand for the three versions, and against a walk day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.contracts.days import VIET_NAM, YEARS
from services.core.law.counting import Pause, count, end_of
from services.core.law.errors import NaiveTime, NoTerm, TooFarAway
from services.core.law.rule_files import law
from services.core.law.rules import Kind, Rule, Unit
from services.core.law.terms import months_after
from services.core.law.working_days import calendar

DAY = timedelta(days=1)
FORWARDS = law().rule("L-36-1", "R2026")
BACKWARDS = law().rule("L-80-1", "R2026")
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
AMOUNTS = st.integers(1, 60)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIET_NAM)


def term(amount: int, unit: Unit, *, like: Rule = FORWARDS) -> Rule:
    return replace(like, amount=amount, unit=unit)


def last(rule: Rule, start: date) -> date:
    found = count(rule, start).last
    assert found is not None
    return found


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + number * DAY for number in range((date(year + 1, 1, 1) - first).days)]


def is_free(each: date) -> bool:
    return not calendar().is_off(each)


@pytest.mark.parametrize(
    ("id_", "version", "start", "end"),
    [
        # R2015, 10 days: 17, 18, 19 … 26 August 2020
        ("O-45-1", "R2015", "2020-08-17", "2020-08-27"),
        # 5 working days from Thursday: Fri 5, Mon 8, Tue 9, Wed 10, Thu 11 June 2020
        ("O-36-1", "R2015", "2020-06-04", "2020-06-11"),
        # 3 months end on the same date, a Friday
        ("O-48-2/longest", "R2015", "2020-01-31", "2020-05-04"),  # 30-04 to 03-05 are days off
        # R2026, 10 days: 28 August … 6 September, a Sunday, so Monday 7
        ("L-36-1", "R2026", "2026-08-27", "2026-09-07"),
        # the 22nd of August is a Saturday that is worked: Thu 20, Fri 21, Sat 22, Mon 24, Tue 25
        ("L-34-2", "R2026", "2026-08-19", "2026-08-25"),
        # 31 August to 2 September are days off: Fri 28, Thu 3, Fri 4
        ("L-35-1", "R2026", "2026-08-27", "2026-09-04"),
        # round Tết 2026: the 10th day is Friday 20 February, a day off, so Monday 23
        ("L-36-1", "R2026", "2026-02-10", "2026-02-23"),
        # Thu 12, Fri 13, then Tết; Mon 23, Tue 24, Wed 25 February
        ("L-34-2", "R2026", "2026-02-11", "2026-02-25"),
        # 2 January 2026 is off for the 10th, which is worked: Mon 5, Tue 6, Wed 7, Thu 8, Fri 9
        ("L-34-2", "R2026", "2026-01-01", "2026-01-09"),
        ("L-34-2", "R2026", "2026-01-05", "2026-01-10"),
        # 24 November is passed over
        ("L-95-1", "R2026", "2026-11-20", "2026-11-26"),
        # months: 31 August has no 31 February; 28 February 2027 is a Sunday
        ("L-38-5", "R2026", "2026-08-31", "2027-03-01"),
        ("L-38-5", "R2026", "2026-10-26", "2027-04-26"),
        # years: 29 February 2028 and the year after
        ("L-38-6", "R2026", "2028-02-29", "2029-02-28"),
        ("L-38-7", "R2026", "2026-10-26", "2028-10-26"),
        ("L-34-1", "R2026", "2027-02-28", "2032-03-01"),  # 28 and 29 February are a weekend
        # policy holds under every version: Friday, so Monday
        ("K-SILENCE", "R2009", "2011-07-01", "2011-07-04"),
    ],
)
def test_terms_of_the_law_counted_out_by_hand(id_: str, version: str, start: str, end: str) -> None:
    assert last(law().rule(id_, version), day(start)) == day(end)


@pytest.mark.parametrize(
    ("amount", "unit", "start", "end"),
    [
        # the law of 2009 names no numbers we have read; its days are counted all the same
        (5, "NLV", "2011-01-28", "2011-02-10"),  # Mon 31, Tue 1, Tết; Tue 8, Wed 9, Thu 10
        (15, "N", "2011-01-20", "2011-02-08"),  # ends on Friday 4, in Tết; 6 and 7 are off too
        (1, "TH", "2012-01-31", "2012-02-29"),
        (1, "NAM", "2012-02-29", "2013-02-28"),
    ],
)
def test_terms_under_the_law_of_2009(amount: int, unit: Unit, start: str, end: str) -> None:
    assert last(term(amount, unit), day(start)) == day(end)


@pytest.mark.parametrize(
    ("id_", "fixed", "strict", "lax"),
    [
        # Tue 13 and Mon 12 October stay free, then the weekend
        ("L-72-5", "2026-10-14", "2026-10-09", "2026-10-12"),
        ("L-80-1", "2026-10-14", "2026-10-08", "2026-10-09"),
        # 24 November may be off: the strict count passes it, the one that refuses does not
        ("L-83-14", "2026-11-25", "2026-11-20", "2026-11-24"),
    ],
)
def test_a_lead_leaves_its_days_free_and_refuses_only_by_the_laxer_count(
    id_: str, fixed: str, strict: str, lax: str
) -> None:
    counted = count(law().rule(id_, "R2026"), day(fixed))
    assert (counted.last, counted.latest) == (day(strict), day(lax))


def test_a_lead_of_calendar_days_or_months_counts_each_day() -> None:
    counted = count(law().rule("C-03-1", "R2015"), day("2025-03-20"))
    assert (counted.last, counted.latest) == (day("2025-03-09"), day("2025-03-10"))
    counted = count(law().rule("C-07-1/release", "R2015"), day("2025-04-30"))
    assert (counted.last, counted.latest) == (day("2025-02-27"), day("2025-02-28"))


def test_hours_run_from_the_moment_and_at_once_is_due_at_its_start() -> None:
    begins = at("2026-09-05 17:30")  # a Saturday: hours know no rest
    assert count(law().rule("L-67-2", "R2026"), begins).due == at("2026-09-06 17:30")
    assert count(law().rule("L-67-1", "R2026"), begins).due == begins


def test_a_term_ends_at_midnight_in_viet_nam_and_the_next_starts_on_that_day() -> None:
    first = count(FORWARDS, at("2026-08-27 23:59").astimezone(UTC))
    assert first.due == at("2026-09-08 00:00")
    assert first.due is not None
    assert count(law().rule("L-37-1", "R2026"), first.due).last == day("2026-09-16")


def test_each_step_of_a_count_says_why_a_day_was_passed_over() -> None:
    steps = count(law().rule("L-35-1", "R2026"), day("2026-08-28")).steps
    assert [(f"{step.day:%d-%m}", step.number, step.why and step.why.en) for step in steps] == [
        ("28-08", None, "the first day is not counted"),
        ("29-08", None, "Saturday"),
        ("30-08", None, "Sunday"),
        ("31-08", None, "Day off (substituted from 08/22/2026)"),
        ("01-09", None, "National Day"),
        ("02-09", None, "National Day"),
        ("03-09", 1, None),
        ("04-09", 2, None),
        ("05-09", None, "Saturday"),
        ("06-09", None, "Sunday"),
        ("07-09", 3, None),
    ]


def test_an_end_that_moves_on_is_told_as_such() -> None:
    steps = count(FORWARDS, day("2026-08-27")).steps
    assert [(step.number, step.why and step.why.en) for step in steps[-2:]] == [
        (10, "Sunday; the end moves on"),
        (None, None),
    ]


def test_a_count_that_hangs_on_a_day_not_announced_is_not_verified() -> None:
    assert not count(law().rule("L-95-1", "R2026"), day("2026-11-20")).verified
    assert count(law().rule("L-95-1", "R2026"), day("2026-11-25")).verified
    assert not count(term(5, "NLV"), day("2027-02-01")).verified  # Tết of a year to come
    assert count(term(60, "N"), day("2026-10-20")).verified  # passes 24 November, ends elsewhere


@pytest.mark.parametrize(
    ("id_", "version", "why"),
    [
        ("L-38-2", "R2026", "no number is set; its text has not been read"),
        ("L-35-3", "R2026", "no number is set$"),
        ("O-45-1", "R2009", "its text has not been read"),
        ("L-83-12", "R2026", "no term that runs"),
        ("L-102-6", "R2026", "no term that runs"),
    ],
)
def test_where_the_law_sets_no_term_none_is_counted(id_: str, version: str, why: str) -> None:
    with pytest.raises(NoTerm, match=why):
        count(law().rule(id_, version), day("2026-10-01"))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(NaiveTime, match="distance from UTC"):
        count(FORWARDS, datetime(2026, 8, 27, 9))  # noqa: DTZ001  that is the point


# ---- properties

UNITS = st.sampled_from(["NLV", "N", "TH", "NAM"])


def walked(start: date, amount: int, unit: Unit) -> date:
    """Walk on, one day after the other, as a clerk with a calendar on the wall would."""
    here, left = start, amount
    if unit in {"TH", "NAM"}:
        months = amount * (12 if unit == "NAM" else 1)
        year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12
        here = start
        while (here.year, here.month) != (year, month + 1):
            here += DAY
        while here.day < start.day and (here + DAY).month == here.month:
            here += DAY
        left = 0
    while left:
        here += DAY
        left -= unit == "N" or is_free(here)
    while not is_free(here):
        here += DAY
    return here


@settings(max_examples=150, deadline=None)
@given(start=DAYS, amount=AMOUNTS, unit=UNITS)
def test_a_term_ends_where_a_walk_day_by_day_ends(start: date, amount: int, unit: Unit) -> None:
    amount = amount % 5 + 1 if unit == "NAM" else amount
    counted = count(term(amount, unit), start)
    assert counted.last == walked(start, amount, unit)
    assert counted.due == end_of(walked(start, amount, unit))


@settings(max_examples=100, deadline=None)
@given(start=DAYS, amount=AMOUNTS, unit=UNITS)
def test_a_longer_term_never_ends_earlier_and_none_ends_on_a_rest_day(
    start: date, amount: int, unit: Unit
) -> None:
    amount = amount % 5 + 1 if unit == "NAM" else amount
    shorter, longer = last(term(amount, unit), start), last(term(amount + 1, unit), start)
    assert start < shorter <= longer
    assert is_free(shorter)


@settings(max_examples=100, deadline=None)
@given(fixed=DAYS, amount=st.integers(1, 20))
def test_forwards_and_backwards_agree(fixed: date, amount: int) -> None:
    """Who acts on the last day of a lead, and no later, leaves just its working days free."""
    acted = last(term(amount, "NLV", like=BACKWARDS), fixed)
    assert is_free(acted)
    assert last(term(amount, "NLV"), acted) < fixed
    between = [acted + n * DAY for n in range(1, (fixed - acted).days)]
    assert sum(map(is_free, between)) == amount
    if is_free(fixed):
        assert last(term(amount + 1, "NLV"), acted) == fixed


@settings(max_examples=100, deadline=None)
@given(fixed=DAYS, amount=st.integers(1, 20), unit=st.sampled_from(["NLV", "N", "TH"]))
def test_the_laxer_count_is_never_stricter(fixed: date, amount: int, unit: Unit) -> None:
    counted = count(term(amount, unit, like=BACKWARDS), fixed)
    assert counted.last is not None
    assert counted.latest is not None
    assert counted.last < counted.latest < fixed


@settings(max_examples=100, deadline=None)
@given(
    start=DAYS,
    amount=AMOUNTS,
    unit=st.sampled_from(["NLV", "N"]),
    after=st.integers(1, 40),
    length=st.integers(0, 40),
)
def test_a_pause_is_as_if_its_days_were_not_in_the_calendar(
    start: date, amount: int, unit: Unit, after: int, length: int
) -> None:
    first = start + after * DAY
    halted = {first + n * DAY for n in range(length)}
    here, left = start, amount
    while left:
        here += DAY
        left -= here not in halted and (unit == "N" or is_free(here))
    while not is_free(here):
        here += DAY
    pause = Pause(at(f"{first} 10:00"), at(f"{first + length * DAY} 15:00"))
    assert count(term(amount, unit), start, [pause]).last == here


@given(start=DAYS, months=st.integers(-60, 60))
def test_months_end_on_the_same_date_or_the_last_of_a_shorter_month(
    start: date, months: int
) -> None:
    end = months_after(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + DAY).day == 1)


def test_every_kind_of_rule_is_counted_or_says_that_it_cannot_be() -> None:
    kinds, seen = set(get_args(Kind)), set()
    for book in (*law().books, law().policy):
        for rule in book.rules.values():
            seen.add(rule.kind)
            if rule.kind == "bound" or (rule.amount is None and rule.unit != "NGAY"):
                with pytest.raises(NoTerm):
                    count(rule, day("2026-03-02"))
            else:
                assert count(rule, day("2026-03-02")).due is not None
    assert seen == kinds


@given(
    st.sampled_from([rule for book in law().books for rule in book.rules.values()]),
    st.dates() | st.datetimes(timezones=st.timezones() | st.just(VIET_NAM)),
)
@settings(max_examples=300, deadline=None)
def test_every_day_has_an_answer_or_is_too_far_away(rule: Rule, start: date | datetime) -> None:
    try:
        counted = count(rule, start)
    except NoTerm:
        return
    except TooFarAway:
        assert start.year not in range(1000, 9000)
        return
    if start.year not in range(1800, 2200) and rule.unit == "NLV":
        assert not counted.verified


@pytest.mark.parametrize(
    ("start", "end"), [("2025-04-23", "2025-04-29"), ("2024-04-26", "2024-05-07")]
)
def test_a_saturday_worked_for_another_day_is_a_working_day(start: str, end: str) -> None:
    assert last(law().rule("O-36-1", "R2015"), day(start)) == day(end)


def test_every_day_worked_for_another_that_the_package_knows_is_one() -> None:
    worked = country_holidays("VN", years=YEARS).weekend_workdays
    assert len(worked) > 10
    assert not any(calendar().is_off(each) for each in worked)


def test_the_package_knows_the_first_day_of_each_lunar_year() -> None:
    new_year = {year: sum(map(calendar().is_round_tet, days_of(year))) for year in YEARS}
    assert set(new_year.values()) == {33}
