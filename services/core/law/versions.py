"""Which version of the Law on Civil Judgment Enforcement was in force on the day of an act."""

from datetime import date, datetime
from typing import Final

from services.core.contracts.days import day_of

_VERSIONS: Final = (
    (date(2026, 7, 1), "R2026"),
    (date(2016, 7, 1), "R2015"),
)
_FIRST: Final = "R2009"


def version_at(moment: datetime) -> str:
    """Return the version that governs what was done at an aware moment."""
    day = day_of(moment)
    return next((version for since, version in _VERSIONS if day >= since), _FIRST)
