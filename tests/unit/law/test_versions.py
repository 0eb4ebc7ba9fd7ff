from datetime import UTC, date, datetime

import pytest

from services.core.law.errors import NaiveTime
from services.core.law.versions import version_at, version_of


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        ("2009-07-01T08:00:00+07:00", "R2009"),
        ("2015-06-30T23:59:59+07:00", "R2009"),
        ("2015-07-01T00:00:00+07:00", "R2015"),
        ("2026-06-30T16:59:59+00:00", "R2015"),
        ("2026-06-30T17:00:00+00:00", "R2026"),
    ],
)
def test_an_act_is_governed_by_the_law_of_its_day_in_viet_nam(moment: str, version: str) -> None:
    assert version_at(datetime.fromisoformat(moment)) == version
    assert version_at(datetime.fromisoformat(moment).astimezone(UTC)) == version


@pytest.mark.parametrize(
    ("act", "ended", "protest", "version"),
    [
        ("2026-08-03", None, False, "R2026"),  # a live case: the new law for what remains
        ("2026-08-03", "2026-06-30", False, "R2015"),  # ended before, its complaint still open
        ("2026-08-03", "2026-07-01", False, "R2026"),  # ended on the first day of the new law
        ("2026-08-03", "2026-06-30", True, "R2026"),  # … but the time of a protest is new
        ("2026-06-30", "2026-06-01", True, "R2015"),  # that too only from that day on
        ("2011-06-29", "2011-06-01", False, "R2009"),
    ],
)
def test_a_case_that_ended_under_the_old_law_stays_under_it(
    *, act: str, ended: str | None, protest: bool, version: str
) -> None:
    moment = datetime.fromisoformat(f"{act}T09:00:00+07:00")
    ended_on = date.fromisoformat(ended) if ended else None
    assert version_of(moment, case_ended_on=ended_on, protest_time=protest) == version


def test_a_naive_time_has_no_version() -> None:
    with pytest.raises(NaiveTime, match="distance from UTC"):
        version_at(datetime(2026, 7, 1))  # noqa: DTZ001  that is the point
