"""A running term: what pauses and extensions do to it. It keeps the version it started under.

Nothing runs here. Whoever keeps clocks folds what happened into a `Clock` and asks when it is due.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from services.core.contracts.days import VIET_NAM, day_of
from services.core.law.counting import Count, Pause, count
from services.core.law.errors import ExtensionRefused
from services.core.law.moments import require_countable
from services.core.law.rules import Rule, Unit
from services.core.law.working_days import Calendar, calendar

_DAY: Final = timedelta(days=1)


class Clock(Struct, frozen=True):
    """A term that runs, with all that happened to it."""

    rule: Rule
    start: date | datetime
    pauses: tuple[Pause, ...] = ()
    longer: int | None = None  #: by, or to, how much it was extended

    def pause(self, at: datetime) -> "Clock":
        """Return the clock halted; one that is halted already stays so.

        Raises NaiveTime, TooFarAway.
        """
        require_countable(at)
        if self.is_paused:
            return self
        return msgspec.structs.replace(self, pauses=(*self.pauses, Pause(at, None)))

    def resume(self, at: datetime) -> "Clock":
        """Return the clock going on; one that runs stays so. Raises NaiveTime, TooFarAway."""
        require_countable(at)
        if not self.is_paused:
            return self
        ended = Pause(self.pauses[-1].since, at)
        return msgspec.structs.replace(self, pauses=(*self.pauses[:-1], ended))

    def extend(self, amount: int, unit: Unit) -> "Clock":
        """Return the clock extended once, as far as its rule allows. Raises ExtensionRefused."""
        allowed = self.rule.extension
        if allowed is None:
            raise ExtensionRefused(f"{self.rule.id} ({self.rule.version}) provides no extension")
        if self.longer is not None:
            raise ExtensionRefused(f"{self.rule.id}: it was extended already, and may be once")
        if unit != allowed.unit or amount not in self.extensions:
            raise ExtensionRefused(
                f"{self.rule.id}: {amount} {unit}, expected {self.extensions.start} to "
                f"{allowed.amount} {allowed.unit}{' in all' if allowed.total else ''}"
            )
        return msgspec.structs.replace(self, longer=amount)

    @property
    def extensions(self) -> range:
        """By, or to, how much its rule lets it be extended; empty where the law provides none."""
        allowed = self.rule.extension
        if allowed is None:
            return range(0)
        return range((self.rule.amount or 0) + 1 if allowed.total else 1, allowed.amount + 1)

    @property
    def is_paused(self) -> bool:
        """Whether it does not run now."""
        return bool(self.pauses) and self.pauses[-1].until is None

    def count(self, known: Calendar | None = None) -> Count:
        """Count it, pauses and extension included; what is added begins at the normal end."""
        allowed = self.rule.extension
        if self.longer is None or allowed is None:
            return count(self.rule, self.start, self.pauses, known=known)
        longer = msgspec.structs.replace(self.rule, amount=self.longer, unit=allowed.unit)
        if allowed.total:
            return count(longer, self.start, self.pauses, known=known)
        normal = count(self.rule, self.start, self.pauses, known=known)
        if normal.due is None:
            return normal
        added = count(longer, normal.due, self.pauses, known=known)
        return msgspec.structs.replace(
            added,
            start=self.start,
            steps=(*normal.steps, *added.steps[1:]),
            verified=normal.verified and added.verified,
        )


def alarm_at_once(due: datetime, hour: int, known: Calendar | None = None) -> datetime:
    """Return when what is due at once is alarmed: that hour of its working day, or of the next."""
    require_countable(due)
    known = known or calendar()
    day = day_of(due)
    while known.is_off(day) or due > _at(day, hour):
        day += _DAY
    return _at(day, hour)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), VIET_NAM)
