"""The working calendar: which days nobody works, why, and working days counted backwards.

The package `holidays` works the days off out for `YEARS`; `schemas/law/calendar.yaml` says what
the State announced beside them, and the package does not know. Nothing is certain of other years.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import holidays
import msgspec
import yaml
from msgspec import Struct

from services.core.contracts import strict_yaml
from services.core.contracts.days import YEARS
from services.core.law.errors import RuleFileFlaw
from services.core.law.rules import Sentence

PATH: Final = Path(__file__).parents[3] / "schemas" / "law" / "calendar.yaml"
_WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_WEEKEND: Final = {
    "SAT": Sentence("thứ Bảy", "Saturday"),
    "SUN": Sentence("Chủ nhật", "Sunday"),
}
_DAY: Final = timedelta(days=1)
_TET: Final = (timedelta(days=15), timedelta(days=17))  #: before and after mùng 1, both included
_FIRST_OF_TET: Final = "Lunar New Year"


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """The days on which nobody works. Days are days in Viet Nam, `MM-DD` of every year or dates."""

    revision: int
    weekend: tuple[Literal["SAT", "SUN"], ...]
    every_year: tuple[str, ...]
    announced_until: int  #: the last year whose days off the State has announced
    days_off: dict[date, Sentence]
    days_worked: dict[date, Sentence]
    unverified: frozenset[date]
    policy_days: tuple[str, ...]

    @property
    def version(self) -> str:
        """Its name: its revision, and a digest of all that it says."""
        said = msgspec.json.encode(msgspec.to_builtins(self, str_keys=True), order="sorted")
        return f"{self.revision}-{sha256(said).hexdigest()[:8]}"

    def is_rest(self, day: date) -> bool:
        """Say whether nobody works on a day, so far as that is verified: a reason to refuse."""
        return self.why_off(day) is not None and self.is_verified(day)

    def is_off(self, day: date) -> bool:
        """Say whether a term passes over a day, verified or not."""
        return self.why_off(day) is not None

    def why_off(self, day: date) -> Sentence | None:
        """Return why a day is no working day, or None where it is one."""
        if day in self.days_worked:
            return None
        if day in self.days_off:
            return self.days_off[day]
        if day in _worked(day.year):
            return None
        return _holidays(day.year).get(day) or (
            _WEEKEND[_WEEKDAYS[day.weekday()]] if _WEEKDAYS[day.weekday()] in self.weekend else None
        )

    def is_verified(self, day: date) -> bool:
        """Say whether it is certain that a day is worked or not."""
        if day.year not in YEARS:
            return False
        fixed = (
            day in self.days_worked
            or day in self.days_off
            or _WEEKDAYS[day.weekday()] in self.weekend
            or f"{day:%m-%d}" in self.every_year
        )
        projected = day.year > self.announced_until and day in _holidays(day.year)
        return fixed or not (day in self.unverified or projected)

    def is_round_tet(self, day: date) -> bool:
        """Say whether a day lies in the window round Tết."""
        before, after = _TET
        first = _tet(day.year)
        return first is not None and first - before <= day <= first + after

    def is_policy_day(self, day: date) -> bool:
        """Say whether a day is a traditional day of a policy group."""
        return f"{day:%m-%d}" in self.policy_days

    def working_days_before(self, day: date, number: int) -> date:
        """Return the day that lies a number of verified working days before a day.

        This is the laxer count of a lead, the only one that may refuse.
        """
        for _ in range(number):
            day = next(each for each in _backwards(day) if not self.is_rest(each))
        return day


def _backwards(day: date) -> Iterator[date]:
    while True:
        day -= _DAY
        yield day


@cache
def calendar() -> Calendar:
    """Return the calendar of the house. Raises RuleFileFlaw."""
    return load(PATH)


def load(path: Path) -> Calendar:
    """Read a calendar. Raises RuleFileFlaw, also where a day is both off and worked."""
    try:
        known = msgspec.convert(strict_yaml.load(path), Calendar)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise RuleFileFlaw(f"{path}: {error}") from error
    if both := known.days_off.keys() & known.days_worked.keys():
        raise RuleFileFlaw(f"{path}: {min(both)} stands under days_off and under days_worked")
    return known


@cache
def _holidays(year: int) -> dict[date, Sentence]:
    """Return the days off of a year by the law on labour, with their names."""
    if year not in YEARS:
        return {}
    vi, en = _named(year, "vi"), _named(year, "en_US")
    return {day: Sentence(vi[day], name) for day, name in en.items()}


@cache
def _worked(year: int) -> frozenset[date]:
    """Return the Saturdays and Sundays of a year that are worked for another day off.

    The day off may lie in the year before or after.
    """
    near = [each for each in (year - 1, year, year + 1) if each in YEARS]
    worked = holidays.country_holidays("VN", years=near).weekend_workdays
    return frozenset(day for day in worked if day.year == year)


@cache
def _tet(year: int) -> date | None:
    """Return the first day of the lunar year that begins in a year, where it is known."""
    if year not in YEARS:
        return None
    return next(day for day, name in _named(year, "en_US").items() if name == _FIRST_OF_TET)


def _named(year: int, language: str) -> dict[date, str]:
    found = holidays.country_holidays("VN", years=year, language=language)
    return dict(sorted(found.items()))
