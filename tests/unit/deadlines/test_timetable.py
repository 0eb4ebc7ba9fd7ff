"""When the platform speaks in the name of a clock, and what it says first."""

from datetime import datetime, timedelta

import pytest

from services.core.contracts.days import VIET_NAM
from services.deadlines.escalation import below, climbed_to, days_overdue, steps
from services.deadlines.service import ends_as
from services.deadlines.timetable import Word, next_word, warning_at
from tests.unit.cast import DIRECTORY
from tests.unit.contracts.generated import CATALOGUE

ROOM, OFFICE, DEPARTMENT = "thads-khu-vuc-3", "thads-da-nang", "cuc-quan-ly-thads"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIET_NAM)


@pytest.mark.parametrize(
    ("since", "due", "warned"),
    [
        ("2026-08-24T09:00", "2026-08-28T00:00", "2026-08-27T00:00"),  # three working days
        ("2026-08-27T09:41", "2026-09-08T00:00", "2026-09-07T00:00"),  # ends after a weekend
        ("2026-10-05T09:00", "2026-10-10T00:00", "2026-10-09T00:00"),
        ("2026-10-05T09:00", "2026-10-11T00:00", "2026-10-09T00:00"),  # ends on a Saturday
        ("2026-09-29T09:05", "2026-10-01T00:00", None),  # one day: it was only just told
        ("2026-09-29T23:59", "2026-10-01T00:00", None),
        ("2026-09-28T09:00", "2026-10-01T00:00", "2026-09-30T00:00"),
        ("2026-08-24T09:00", "2026-08-25T09:00", None),  # hours, or at once
        ("2026-12-28T09:00", "2026-12-20T00:00", None),  # over before it was known
    ],
)
def test_a_warning_leaves_one_working_day_and_reminds_nobody_who_was_told_that_day(
    since: str, due: str, warned: str | None
) -> None:
    assert warning_at(at(due), at(since)) == (at(warned) if warned else None)


SOON, OVER = at("2026-08-27T00:00"), at("2026-08-28T00:00")


@pytest.mark.parametrize(
    ("soon_at", "ends_at", "now", "word"),
    [
        (SOON, OVER, SOON, Word(SOON, "due_soon")),
        (SOON, OVER, at("2026-08-20T00:00"), Word(SOON, "due_soon")),
        (None, OVER, SOON, Word(OVER, "overdue")),  # it was warned
        (SOON, OVER, OVER, Word(OVER, "overdue")),  # too late to warn
        (None, None, OVER, None),  # the law sets no number
    ],
)
def test_a_clock_warns_and_then_ends(
    soon_at: datetime | None, ends_at: datetime | None, now: datetime, word: Word | None
) -> None:
    assert next_word(soon_at, ends_at, "overdue", now) == word


@pytest.mark.parametrize(
    ("rule", "kind", "said"),
    [
        ("L-35-1", "duty", "overdue"),
        ("L-36-1", "period", "expired"),
        ("L-83-14", "lead", "expired"),  # the debtor may redeem no longer
        ("L-80-1", "lead", "overdue"),
        ("X-1-1", "period", "expired"),  # of a later catalogue
        ("X-1-1", "duty", "overdue"),
    ],
)
def test_a_time_that_changes_something_by_itself_expires_and_a_duty_is_overdue(
    rule: str, kind: str, said: str
) -> None:
    assert ends_as(rule, kind, CATALOGUE) == said


@pytest.mark.parametrize(
    ("now", "days", "whom"),
    [
        ("2026-08-28T00:00", 0, None),
        ("2026-08-29T00:00", 1, None),
        ("2026-09-04T23:59", 2, None),  # a weekend and the days of the National Day
        ("2026-09-08T00:00", 4, None),
        ("2026-09-09T00:00", 5, OFFICE),
        ("2026-09-15T23:59", 9, OFFICE),
        ("2026-09-16T00:00", 10, DEPARTMENT),
        ("2026-09-30T00:00", 20, DEPARTMENT),  # there is nobody above
    ],
)
def test_what_stays_overdue_climbs_a_step_each_five_working_days(
    now: str, days: int, whom: str | None
) -> None:
    assert days_overdue(OVER, at(now)) == days
    assert climbed_to(ROOM, OVER, at(now), DIRECTORY) == whom
    reached = {
        above
        for above in (OFFICE, DEPARTMENT)
        for slug, since in below(above, at(now), DIRECTORY)
        if slug == ROOM and since >= OVER
    }
    assert whom in reached | {None}
    assert (DEPARTMENT in reached) is (whom == DEPARTMENT)


@pytest.mark.parametrize("who", DIRECTORY.agencies)
def test_a_clock_has_climbed_to_whom_its_steps_name_from_their_moments_on(who: str) -> None:
    before = None
    for agency, moment in steps(who, OVER, OVER, DIRECTORY):
        assert days_overdue(OVER, moment) % 5 == 0
        assert climbed_to(who, OVER, moment - timedelta(microseconds=1), DIRECTORY) == before
        assert climbed_to(who, OVER, moment, DIRECTORY) == agency
        assert dict(below(agency, moment, DIRECTORY))[who] >= OVER
        before = agency
    assert climbed_to(who, OVER, at("2027-06-01T00:00"), DIRECTORY) == before


def test_nothing_climbs_where_nobody_stands_above() -> None:
    assert climbed_to("bo-cong-an", OVER, at("2026-12-01T00:00"), DIRECTORY) is None
    assert list(below("nh-song-cam", OVER, DIRECTORY)) == []


@pytest.mark.parametrize(
    ("who", "first", "then"),
    [
        ("toa-khu-vuc-3", "toa-da-nang", "toa-toi-cao"),
        ("nh-song-cam", "ngan-hang-nha-nuoc", None),
        ("vks-khu-vuc-3", "vks-toi-cao", None),
        ("ca-thi-hanh-an-da-nang", "bo-cong-an", None),
        ("ubnd-phuong-song-cam", "ubnd-da-nang", None),
        ("bhxh-khu-vuc-5", "bhxh-da-nang", "bo-tai-chinh"),
        ("chi-cuc-thads-hai-chau", DEPARTMENT, None),  # it has ended: thads-da-nang must act
    ],
)
def test_what_any_kind_of_agency_leaves_undone_climbs_to_whom_it_reports(
    who: str, first: str, then: str | None
) -> None:
    assert climbed_to(who, OVER, at("2026-09-09T00:00"), DIRECTORY) == first
    assert climbed_to(who, OVER, at("2026-09-16T00:00"), DIRECTORY) == (then or first)
    assert who in dict(below(first, at("2026-09-09T00:00"), DIRECTORY))


def test_everybody_but_the_highest_reports_to_somebody() -> None:
    highest = {"superior", "central_body", "platform"}
    private = {"valuer", "auctioneer", "employer", "other_holder", "portal", "intake"}
    alone = [
        agency.slug
        for agency in DIRECTORY.agencies.values()
        if agency.kind not in highest | private
        and climbed_to(agency.slug, OVER, at("2026-12-01T00:00"), DIRECTORY) is None
    ]
    assert alone == []
