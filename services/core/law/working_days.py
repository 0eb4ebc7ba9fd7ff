"""The working calendar: which days are rest days by law, and counting working days backwards."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from services.core.contracts import strict_yaml

PATH: Final = Path(__file__).parents[3] / "schemas" / "law" / "calendar.yaml"
_WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_DAY: Final = timedelta(days=1)
_TET: Final = (timedelta(days=15), timedelta(days=17))  #: before and after mùng 1, both included


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """The days on which nobody works. Days are days in Viet Nam, `MM-DD` of every year or dates."""

    weekend: tuple[Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"], ...]
    every_year: tuple[str, ...]
    days_off: frozenset[date]
    days_worked: frozenset[date]
    unverified: frozenset[date]
    tet: tuple[date, ...]  #: the first day of the lunar year
    policy_days: tuple[str, ...]

    def is_rest(self, day: date) -> bool:
        """Say whether nobody works on a day, so far as that is verified."""
        if day in self.days_worked:
            return False
        return (
            _WEEKDAYS[day.weekday()] in self.weekend
            or day in self.days_off
            or f"{day:%m-%d}" in self.every_year
        )

    def is_round_tet(self, day: date) -> bool:
        """Say whether a day lies in the window round Tết of a year that the calendar knows."""
        before, after = _TET
        return any(first - before <= day <= first + after for first in self.tet)

    def is_policy_day(self, day: date) -> bool:
        """Say whether a day is a traditional day of a policy group."""
        return f"{day:%m-%d}" in self.policy_days

    def working_days_before(self, day: date, number: int) -> date:
        """Return the day that lies a number of working days before a day."""
        for _ in range(number):
            day = next(each for each in _backwards(day) if not self.is_rest(each))
        return day


def _backwards(day: date) -> Iterator[date]:
    while True:
        day -= _DAY
        yield day


@cache
def calendar() -> Calendar:
    """Return the calendar of the house. Raises msgspec.ValidationError for a flaw in its file."""
    return msgspec.convert(strict_yaml.load(PATH), Calendar)
