"""Which version of the Law on Civil Judgment Enforcement governs an act.

The day of the act chooses it. A case that ended under the old law stays under it; only the time of
a procuracy's protest is of the new law for such a case too (Luật 106/2025/QH15 Đ116).
"""

from datetime import date, datetime
from typing import Final

from services.core.contracts.days import day_of
from services.core.law.moments import require_countable
from services.core.law.rule_files import law

_NEW: Final = "R2026"
_OLD: Final = "R2015"


def version_at(moment: datetime) -> str:
    """Return the version that governs what was done at an aware moment.

    Raises NaiveTime, TooFarAway.
    """
    require_countable(moment)
    return law().version_on(day_of(moment))


def version_of(
    moment: datetime, *, case_ended_on: date | None = None, protest_time: bool = False
) -> str:
    """Return the version that governs an act in a case, which may have ended before the new law.

    `protest_time` says that the question is the time of a procuracy's protest.
    """
    version = version_at(moment)
    ended_before = case_ended_on is not None and case_ended_on < law().book(_NEW).since
    return _OLD if version == _NEW and ended_before and not protest_time else version
