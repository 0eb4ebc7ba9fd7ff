"""The limits that domains ask for, each by the version of the act."""

from datetime import date

import pytest

from services.core.law.errors import UnknownRule
from services.core.law.limits import amount, last_day, latest_day, months


@pytest.mark.parametrize(
    ("rule", "version", "since", "last"),
    [
        ("L-96-1", "R2026", "2026-08-03", "2026-08-18"),
        ("L-96-1", "R2015", "2026-03-02", "2026-03-17"),
        ("L-34-1", "R2026", "2026-08-03", "2031-08-04"),  # the fifth year ends on a Sunday
        ("L-46-5", "R2015", "2026-03-02", "2026-06-02"),
        ("L-96-1", "R2009", "2014-03-03", None),  # its text was not read
        ("L-38-7", "R2015", "2026-03-02", None),  # it knew no such term
    ],
)
def test_a_term_ends_by_the_version_of_the_act(
    rule: str, version: str, since: str, last: str | None
) -> None:
    found = last_day(rule, version, date.fromisoformat(since))
    assert found == (last and date.fromisoformat(last))


@pytest.mark.parametrize(
    ("rule", "version", "latest"),
    [
        ("L-72-5", "R2026", "2026-10-12"),
        ("L-72-5", "R2015", "2026-10-09"),
        ("L-80-1", "R2026", "2026-10-09"),
        ("L-80-1", "R2015", "2026-10-09"),
        ("L-83-14", "R2026", "2026-10-13"),
        ("L-80-1", "R2009", None),
    ],
)
def test_what_comes_before_a_fixed_day_is_in_time_by_the_laxer_count(
    rule: str, version: str, latest: str | None
) -> None:
    found = latest_day(rule, version, date(2026, 10, 14))
    assert found == (latest and date.fromisoformat(latest))


def test_a_bare_number_is_that_of_the_version() -> None:
    assert [amount("L-83-12", each) for each in ("R2009", "R2015", "R2026")] == [None, 10, 10]
    assert [months("L-38-5", each) for each in ("R2009", "R2015", "R2026")] == [None, 6, 6]
    assert [months("L-38-6", each) for each in ("R2009", "R2015", "R2026")] == [None, 12, 12]
    assert [months("L-38-7", each) for each in ("R2015", "R2026")] == [None, 24]


def test_a_rule_that_no_version_has_is_a_bug() -> None:
    with pytest.raises(UnknownRule, match="the law has no rule L-999"):
        amount("L-999", "R2026")
