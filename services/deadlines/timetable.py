"""When the platform must speak in the name of a clock, and what it must say: pure.

A warning leaves one working day (policy K-SOON). It is given for terms of days alone, and not where
it would fall on the day on which the clock got its due moment: whoever has just been told needs no
reminder. What ends a clock is `expired` where something then changes by itself, else `overdue`.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from services.core.contracts.days import VIET_NAM, day_of
from services.core.law.counting import end_of, first_day
from services.core.law.rule_files import law
from services.core.law.rules import POLICY
from services.core.law.working_days import Calendar, calendar

What: TypeAlias = Literal["due_soon", "overdue", "expired"]

SOON: Final = "K-SOON"
_DAY: Final = timedelta(days=1)


class Word(Struct, frozen=True):
    """What must be said, and the moment at which it becomes true."""

    at: datetime
    what: What


def warning_at(due: datetime, since: datetime, known: Calendar | None = None) -> datetime | None:
    """Return when it is said that a time is nearly over, None where it is not.

    `since` is when it became known that it is over at `due`. A term that does not end with a day is
    one of hours, or due at once.
    """
    known = known or calendar()
    day = first_day(due)
    if end_of(day) != due:
        return None
    left = law().rule(SOON, POLICY).amount or 0
    while True:
        left -= not known.is_off(day)
        if left <= 0:
            break
        day -= _DAY
    at = end_of(day - _DAY)
    return at.astimezone(due.tzinfo) if first_day(at) > day_of(since.astimezone(VIET_NAM)) else None


def next_word(
    soon_at: datetime | None, ends_at: datetime | None, ends_as: What, now: datetime
) -> Word | None:
    """Return what a running clock must say first, None where the law sets it no number.

    A warning whose time has gone by with the term itself warns nobody and is left out.
    """
    if ends_at is None:
        return None
    if soon_at is not None and now < ends_at:
        return Word(soon_at, "due_soon")
    return Word(ends_at, ends_as)
