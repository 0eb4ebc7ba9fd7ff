"""Counting a term day by day, so that each step can be shown.

The first day is not counted; a term ends at 24:00 of its last day in Viet Nam; where that is no
working day, at the end of the next one (Bộ luật Dân sự Đ147-148). Hours run from the moment itself,
and what is due at once is due at its start.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

from services.core.contracts.days import VIET_NAM, day_of
from services.core.law.errors import NoTerm
from services.core.law.moments import require_countable
from services.core.law.rules import Rule, Sentence, Unit
from services.core.law.terms import months_after
from services.core.law.working_days import Calendar, calendar

_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)
_MONTHS: Final = {"TH": 1, "NAM": 12}
_FIRST: Final = Sentence("ngày đầu không tính", "the first day is not counted")
_PAUSED: Final = Sentence("thời hạn đang tạm dừng", "the term is paused")
_ROLLED: Final = Sentence("thời hạn chuyển sang ngày làm việc tiếp theo", "the end moves on")
_FIXED: Final = Sentence("ngày đã ấn định không tính", "the day fixed is not counted")
_LAST: Final = Sentence("ngày cuối cùng để làm việc đó", "the last day for the act")


class Step(Struct, frozen=True):
    """A day of a count. `number` is its place among the days counted, None where it is passed."""

    day: date
    number: int | None
    why: Sentence | None = None


class Pause(Struct, frozen=True):
    """A time in which a term does not run: the day it goes on counts, the day it stops does not."""

    since: datetime
    until: datetime | None  #: None while it lasts

    @property
    def ends(self) -> tuple[datetime, ...]:
        """Its first moment, and its last where it has one."""
        return (self.since,) if self.until is None else (self.since, self.until)

    def holds(self, day: date) -> bool:
        """Whether the term is paused on a day."""
        return day_of(self.since) <= day and (self.until is None or day < day_of(self.until))


class Count(Struct, frozen=True):
    """A counted term. `due` is the first moment after it, None while a pause has no end."""

    start: date | datetime
    due: datetime | None
    last: date | None  #: the last day, None for hours, for at once and while paused
    steps: tuple[Step, ...]
    verified: bool  #: whether each day that decided the end is certain
    latest: date | None = None  #: of a lead, the laxer count: only what is later may be refused


def count(
    rule: Rule,
    start: date | datetime,
    pauses: Sequence[Pause] = (),
    *,
    known: Calendar | None = None,
) -> Count:
    """Count the term of a rule from the day or the aware moment it starts.

    A moment that is midnight in Viet Nam is the end of the day before: so one term starts where
    another ended. A day is a moment, its first, to a term of hours. Raises NoTerm, NaiveTime and
    TooFarAway.
    """
    known = known or calendar()
    amount, unit = _term(rule)
    require_countable(start, *(each for pause in pauses for each in pause.ends))
    if unit in {"GIO", "NGAY"}:
        return _in_hours(start, -amount if rule.kind == "lead" else amount, pauses)
    if rule.kind == "lead":
        return _backwards(start, amount, unit, known)
    return _forwards(start, amount, unit, pauses, known)


def first_day(start: date | datetime) -> date:
    """Return the day that is not counted: of a moment at midnight, the day that ended with it."""
    return day_of(start - _TICK) if isinstance(start, datetime) else start


def end_of(day: date) -> datetime:
    """Return 24:00 of a day in Viet Nam."""
    return _midnight(day + _DAY)


def _term(rule: Rule) -> tuple[int, Unit]:
    if rule.kind == "bound" or rule.unit == "PHAN_TRAM":
        raise NoTerm(f"{rule.id} ({rule.version}) is no term that runs from a day")
    if rule.unit == "NGAY":
        return 0, rule.unit
    if rule.amount is None or rule.unit is None:
        why = "" if rule.verified else "; its text has not been read"
        raise NoTerm(f"{rule.id} ({rule.version}): no number is set{why}")
    return rule.amount, rule.unit


def _in_hours(start: date | datetime, hours: int, pauses: Sequence[Pause]) -> Count:
    moment = start if isinstance(start, datetime) else _midnight(start)
    due = moment + timedelta(hours=hours)
    for pause in sorted(pauses, key=lambda each: each.since):
        if pause.since >= due:
            break
        if pause.until is None:
            return Count(start, None, None, (), verified=True)
        due += max(pause.until - max(pause.since, moment), timedelta())
    return Count(start, due, None, (), verified=True)


def _forwards(
    start: date | datetime, amount: int, unit: Unit, pauses: Sequence[Pause], known: Calendar
) -> Count:
    first = first_day(start)
    steps = [Step(first, None, _FIRST)]
    if unit in {"TH", "NAM"}:
        end = months_after(first, amount * _MONTHS[unit])
        steps += _paused_days(first, end, pauses)
        end += sum(step.why is _PAUSED for step in steps) * _DAY
        number: int | None = amount
    else:
        end, number = first, 0
        while number < amount and not _is_endless(end + _DAY, pauses):
            end += _DAY
            why = _PAUSED if _is_paused(end, pauses) else None
            why = why or (known.why_off(end) if unit == "NLV" else None)
            number += why is None
            steps.append(Step(end, None if why else number, why))
        number = steps.pop().number if number == amount else None
    if number is None or _is_endless(end, pauses):
        return Count(start, None, None, tuple(steps), verified=True)
    last = _rolled(end, known)
    reached = list(_days(end, last))
    steps += [Step(day, number if day == end else None, _ends_not(day, known)) for day in reached]
    decisive = [step.day for step in steps[1:]] if unit == "NLV" else reached
    certain = all(map(known.is_verified, decisive))
    return Count(start, end_of(last), last, tuple(steps), verified=certain)


def _paused_days(first: date, end: date, pauses: Sequence[Pause]) -> list[Step]:
    """Return each paused day; a term of months is as many days longer, which may be paused."""
    steps: list[Step] = []
    day = first
    while day < end and not _is_endless(day + _DAY, pauses):
        day += _DAY
        if _is_paused(day, pauses):
            steps.append(Step(day, None, _PAUSED))
            end += _DAY
    return steps


def _rolled(day: date, known: Calendar) -> date:
    while known.is_off(day):
        day += _DAY
    return day


def _ends_not(day: date, known: Calendar) -> Sentence | None:
    why = known.why_off(day)
    return why and Sentence(f"{why.vi}; {_ROLLED.vi}", f"{why.en}; {_ROLLED.en}")


def _is_paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.holds(day) for pause in pauses)


def _is_endless(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.until is None and pause.holds(day) for pause in pauses)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _backwards(start: date | datetime, amount: int, unit: Unit, known: Calendar) -> Count:
    """Count back from the day fixed: the strict count leaves the whole term free before it."""
    fixed = day_of(start) if isinstance(start, datetime) else start
    steps = [Step(fixed, None, _FIXED)]
    if unit in {"TH", "NAM"}:
        day = latest = months_after(fixed, -amount * _MONTHS[unit])
    else:
        day, number = fixed, 0
        while number < amount:
            day -= _DAY
            why = known.why_off(day) if unit == "NLV" else None
            number += why is None
            steps.append(Step(day, None if why else number, why))
        latest = known.working_days_before(fixed, amount) if unit == "NLV" else day
    day -= _DAY
    while unit == "NLV" and (why := known.why_off(day)) is not None:
        steps.append(Step(day, None, why))
        day -= _DAY
    steps.append(Step(day, None, _LAST))
    certain = unit != "NLV" or all(known.is_verified(step.day) for step in steps[1:])
    return Count(start, end_of(day), day, tuple(steps), verified=certain, latest=latest)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIET_NAM)
