"""What pauses and extensions do to a running term."""

from datetime import UTC, date, datetime

import pytest

from services.core.contracts.days import VIET_NAM
from services.core.law.clocks import Clock, alarm_at_once
from services.core.law.errors import ExtensionRefused, NaiveTime
from services.core.law.rule_files import law
from services.core.law.rules import Unit


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIET_NAM)


def clock(id_: str, start: str, version: str = "R2026") -> Clock:
    return Clock(law().rule(id_, version), date.fromisoformat(start))


def test_a_paused_clock_has_no_end_until_it_goes_on() -> None:
    halted = clock("L-83-9", "2026-11-05").pause(at("2026-11-16 09:00"))
    assert halted.is_paused
    assert halted.count().due is None
    # 10 days were counted by 15 November; 35 are left, the 20th first: 24 December
    assert halted.resume(at("2026-11-20 09:00")).count().last == date(2026, 12, 24)


def test_a_pause_and_its_end_on_one_day_take_no_day_away() -> None:
    plain = clock("L-83-9", "2026-11-05")
    halted = plain.pause(at("2026-11-16 09:00")).resume(at("2026-11-16 15:00"))
    assert halted.count().last == plain.count().last


def test_a_pause_after_the_end_changes_nothing() -> None:
    plain = clock("L-102-3", "2026-10-01")
    assert plain.pause(at("2026-10-20 09:00")).count().last == plain.count().last


def test_a_paused_term_of_months_or_hours_is_as_much_longer() -> None:
    months = clock("L-46-5", "2026-09-01").pause(at("2026-10-01 09:00"))
    assert months.count().due is None
    # to 1 December, and 9 days more: the 10th, a Thursday
    assert months.resume(at("2026-10-10 09:00")).count().last == date(2026, 12, 10)
    hours = Clock(law().rule("L-67-2", "R2026"), at("2026-09-08 16:10")).pause(
        at("2026-09-08 20:00")
    )
    assert hours.count().due is None
    assert hours.resume(at("2026-09-08 23:00")).count().due == at("2026-09-09 19:10")


def test_pausing_twice_or_resuming_what_runs_changes_nothing() -> None:
    plain = clock("L-83-9", "2026-11-05")
    assert plain.resume(at("2026-11-10 09:00")) == plain
    halted = plain.pause(at("2026-11-16 09:00"))
    assert halted.pause(at("2026-11-17 09:00")) == halted


@pytest.mark.parametrize(
    ("id_", "version", "amount", "unit", "last"),
    [
        ("L-13-1", "R2026", 45, "N", "2026-11-16"),  # in all: the 45th day is a Sunday
        ("L-13-1", "R2026", 40, "N", "2026-11-10"),
        ("L-102-4", "R2026", 30, "N", "2026-12-02"),  # 30 days to 2 November, and 30 days more
        ("L-102-3", "R2026", 30, "N", "2026-11-09"),  # 5 working days to 8 October, 30 days: Sat 7
        ("L-110-1", "R2026", 60, "N", "2026-11-30"),
        ("O-157-1", "R2015", 90, "N", "2026-12-30"),
    ],
)
def test_an_extension_is_in_all_or_added_at_the_end(
    id_: str, version: str, amount: int, unit: Unit, last: str
) -> None:
    extended = clock(id_, "2026-10-01", version).extend(amount, unit)
    assert extended.count().last == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("id_", "amount", "unit", "why"),
    [
        ("L-36-1", 5, "N", "provides no extension"),
        ("L-13-1", 46, "N", "expected 31 to 45 N in all"),
        ("L-13-1", 30, "N", "expected 31 to 45 N in all"),
        ("L-102-4", 31, "N", "expected 1 to 30 N"),
        ("L-102-4", 30, "NLV", "expected 1 to 30 N"),
    ],
)
def test_no_extension_but_the_law_s(id_: str, amount: int, unit: Unit, why: str) -> None:
    with pytest.raises(ExtensionRefused, match=why):
        clock(id_, "2026-10-01").extend(amount, unit)


def test_a_clock_is_extended_once() -> None:
    extended = clock("L-102-4", "2026-10-01").extend(10, "N")
    with pytest.raises(ExtensionRefused, match="extended already"):
        extended.extend(10, "N")


def test_an_extended_clock_can_be_paused_in_its_normal_time_or_after() -> None:
    extended = clock("L-102-4", "2026-10-01").extend(10, "N")  # to 2 November, then to the 12th
    assert extended.count().last == date(2026, 11, 12)
    later = extended.pause(at("2026-11-05 09:00")).resume(at("2026-11-09 09:00"))
    assert later.count().last == date(2026, 11, 16)
    assert extended.pause(at("2026-10-05 09:00")).count().due is None


@pytest.mark.parametrize(
    ("due", "alarm"),
    [
        ("2026-09-08 16:10", "2026-09-08 17:00"),
        ("2026-09-08 17:00", "2026-09-08 17:00"),
        ("2026-09-08 17:01", "2026-09-09 17:00"),
        ("2026-09-11 18:00", "2026-09-14 17:00"),  # Friday evening, so Monday
        ("2026-09-12 09:00", "2026-09-14 17:00"),
    ],
)
def test_what_is_due_at_once_is_alarmed_when_its_working_day_ends(due: str, alarm: str) -> None:
    hour = law().rule("K-AT-ONCE", "R2026").amount
    assert hour is not None
    assert alarm_at_once(at(due).astimezone(UTC), hour) == at(alarm)


def test_naive_times_are_refused() -> None:
    naive = datetime(2026, 9, 8, 9)  # noqa: DTZ001  that is the point
    for act in (clock("L-83-9", "2026-11-05").pause, clock("L-83-9", "2026-11-05").resume):
        with pytest.raises(NaiveTime):
            act(naive)
    with pytest.raises(NaiveTime):
        alarm_at_once(naive, 17)
