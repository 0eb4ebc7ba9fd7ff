"""How far an overdue clock has climbed: policy K-ESCALATE, along the directory.

From each agency to whom it reports, else to its parent; of one that has ended, from its successor.
`deadline.overdue` records the steps as they are when the alarm is given, and what ends the clock is
recorded too: so anybody can say later whom it had reached by when. Who looks at a clock is shown
the steps by the directory of now, for somebody may have taken a superior's place meanwhile.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from services.core.access.directory import Directory
from services.core.contracts import family
from services.core.contracts.days import VIET_NAM, day_of
from services.core.law.counting import end_of, first_day
from services.core.law.rule_files import law
from services.core.law.rules import POLICY
from services.core.law.working_days import Calendar, calendar

ESCALATE: Final = "K-ESCALATE"
_DAY: Final = timedelta(days=1)


def days_overdue(since: datetime, now: datetime, known: Calendar | None = None) -> int:
    """Return how many whole working days have passed since a time was over."""
    known = known or calendar()
    day, number = first_day(since.astimezone(VIET_NAM)) + _DAY, 0
    while day < day_of(now):
        number += not known.is_off(day)
        day += _DAY
    return number


def climbed_to(
    responsible: str, since: datetime, now: datetime, directory: Directory
) -> str | None:
    """Return who a clock has climbed to by now, None while it is with who must act."""
    reached = None
    for agency, at in steps(responsible, since, now, directory):
        if at > now:
            break
        reached = agency
    return reached


def steps(
    responsible: str, since: datetime, now: datetime, directory: family.Directory
) -> Iterator[tuple[str, datetime]]:
    """Yield whom a clock reaches and when, if it stays overdue, by the directory of now."""
    for agency in _above(responsible, now, directory):
        since = _so_long_after(since, _step())
        yield agency, since


def below(agency: str, now: datetime, directory: Directory) -> Iterator[tuple[str, datetime]]:
    """Yield each agency below one, and since when its clocks are overdue that have climbed up."""
    for slug in directory.agencies:
        chain = list(_above(slug, now, directory))
        if agency in chain:
            steps = chain.index(agency) + 1
            yield slug, _so_long_ago(steps * _step(), now)


def _so_long_after(since: datetime, days: int) -> datetime:
    """Return the first moment by which so many whole working days have passed."""
    known, day, left = calendar(), first_day(since.astimezone(VIET_NAM)), days
    while left:
        day += _DAY
        left -= not known.is_off(day)
    return end_of(day)


def _so_long_ago(days: int, now: datetime) -> datetime:
    """Return the last moment since which so many whole working days have passed."""
    known, day, left = calendar(), day_of(now), days
    while left:
        day -= _DAY
        left -= not known.is_off(day)
    return end_of(day - _DAY)


def _above(agency: str, now: datetime, directory: family.Directory) -> Iterator[str]:
    day = day_of(now)
    slug: str | None = directory.heir(agency, day)
    seen = {slug}
    while slug is not None and (entry := directory.agency(slug)) is not None:
        above = entry.reports_to or entry.parent
        slug = directory.heir(above, day) if above else None
        if slug is None or slug in seen:
            return
        seen.add(slug)
        yield slug


def _step() -> int:
    return law().rule(ESCALATE, POLICY).amount or 1
