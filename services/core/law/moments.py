"""Days and moments that the law may be asked about.

A moment is aware: which day it is in Viet Nam must be certain. A day has room on both sides for any
term, any pause and the way to the next working day. Whether days off of its year are known is
another question: `working_days` answers it, and what hangs on an unknown one is not verified.
"""

from datetime import date, datetime
from typing import Final

from services.core.law.errors import NaiveTime, TooFarAway

_YEARS: Final = range(1000, 9000)


def require_countable(*days: date | datetime) -> None:
    """Raise NaiveTime for a moment without its distance from UTC, TooFarAway for a day too far."""
    for day in days:
        if isinstance(day, datetime) and day.tzinfo is None:
            raise NaiveTime(f"{day.isoformat()} does not say its distance from UTC, such as +07:00")
        if day.year not in _YEARS:
            raise TooFarAway(
                f"{day.isoformat()}: expected a day of the years {_YEARS[0]} to {_YEARS[-1]}"
            )
