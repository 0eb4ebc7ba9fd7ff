"""When coercion may not be held (Đ72.5; for force, NĐ 62/2015 Đ13.2), and when it next may.

Times are aware; hours and days are those of Viet Nam. A coercion lasts from its start up to, and
without, its end.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

from services.core.contracts.days import VIET_NAM, YEARS
from services.core.law.moments import require_countable
from services.core.law.rule_files import law
from services.core.law.rules import Rule
from services.core.law.working_days import Calendar, calendar

MORNING: Final = time(6)
NIGHT: Final = time(22)
_DAY: Final = timedelta(days=1)
_HORIZON: Final = 400  #: days to look ahead: longer than any row of rest days, and than a year
_RULES: Final = {
    "FORBIDDEN_HOURS": "L-72-2",
    "FORBIDDEN_DAY": "L-72-2",
    "FORBIDDEN_TET": "D-13-1",
    "FORBIDDEN_POLICY_DAY": "D-13-1",  #: which days these are is an assumption
}


class Forbidden(Struct, frozen=True):
    """A reason why coercion may not be held, and the earliest start that would be allowed."""

    code: str
    next_allowed: datetime | None
    rule: Rule  #: as it holds on the day planned
    is_certain: bool = True  #: whether rule and days are verified: else a note, no refusal


def forbids(
    start: datetime, end: datetime, *, force: bool = False, policy_day: bool = False
) -> list[Forbidden]:
    """Return every reason against coercion from `start` to `end`, in the order of the law.

    `force` says whether force is mobilised, `policy_day` whether the debtor's policy group keeps
    the day. Where `end` is not after `start` the question has no answer: nothing is returned.
    Raises NaiveTime, TooFarAway.
    """
    require_countable(start, end)
    if end <= start:
        return []
    known, days = calendar(), list(_days(start, end))
    codes = []
    if _is_at_night(start, end):
        codes.append("FORBIDDEN_HOURS")
    if any(map(known.is_rest, days)):
        codes.append("FORBIDDEN_DAY")
    if force and any(map(known.is_round_tet, days)):
        codes.append("FORBIDDEN_TET")
    if policy_day or (force and any(map(known.is_policy_day, days))):
        codes.append("FORBIDDEN_POLICY_DAY")
    allowed = next_allowed(start, end, force=force) if codes else None
    return [_because(code, allowed, days[0]) for code in codes]


def doubtful_days(start: datetime, end: datetime) -> list[date]:
    """Return the days of a coercion that may be rest days, for all that is known.

    Raises NaiveTime, TooFarAway.
    """
    require_countable(start, end)
    known = calendar()
    return [
        day
        for day in _days(start, end)
        if not known.is_verified(day) and (known.is_off(day) or day.year not in YEARS)
    ]


def _because(code: str, allowed: datetime | None, day: date) -> Forbidden:
    rule = law().rule(_RULES[code], law().version_on(day))
    return Forbidden(code, allowed, rule, rule.verified and code != "FORBIDDEN_POLICY_DAY")


def next_allowed(start: datetime, end: datetime, *, force: bool = False) -> datetime | None:
    """Return the earliest start, not before `start`, at which a coercion as long may be held.

    None where it is longer than a day allows, and where no day off is known any more. Raises
    NaiveTime, TooFarAway.
    """
    require_countable(start, end)
    known, length = calendar(), end - start
    day = start.astimezone(VIET_NAM).date()
    for offset in range(_HORIZON):
        this = day + offset * _DAY
        if this.year not in YEARS:  # of which no day is known to be worked
            return None
        begin = max(start.astimezone(VIET_NAM), _at(this, MORNING))
        if begin + length <= _at(this, NIGHT) and _is_allowed(this, known, force=force):
            return begin
    return None


def _is_allowed(day: date, known: Calendar, *, force: bool) -> bool:
    return not known.is_rest(day) and not (
        force and (known.is_round_tet(day) or known.is_policy_day(day))
    )


def _is_at_night(start: datetime, end: datetime) -> bool:
    first = start.astimezone(VIET_NAM)
    opens, closes = _at(first.date(), MORNING), _at(first.date(), NIGHT)
    return first < opens or end > closes


def _days(start: datetime, end: datetime) -> Iterator[date]:
    """Yield each day of which a coercion takes at least a moment.

    Of one longer than the horizon the first days: each kind of forbidden day lies among them.
    """
    first = start.astimezone(VIET_NAM).date()
    for offset in range(_HORIZON):
        day = first + offset * _DAY
        if _at(day, time.min) >= end:
            return
        yield day


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, VIET_NAM)
