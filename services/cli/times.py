"""Days and times as options give them.

One spelling each, by default within the years whose days off the calendar knows, so that no sum of
days can leave what Python counts. What is spelled otherwise, or left empty, raises CommandError.
"""

import re
from datetime import date, datetime
from typing import Final, TypeVar

from services.cli.errors import CommandError
from services.core.contracts.days import VIET_NAM, YEARS

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_Day = TypeVar("_Day", bound=date)


def day(text: str, option: str) -> date:
    """Read a day, such as 2026-09-28."""
    found = _date(text)
    if found is None:
        raise CommandError(f"{option} {shown(text)}: expected a day such as 2026-09-28")
    return _within(found, text, option)


def moment(text: str, option: str) -> datetime:
    """Read a moment, such as 2026-09-28T16:20; without a distance from UTC it is Viet Nam's."""
    found = _datetime(text)
    if found is None:
        raise CommandError(
            f"{option} {shown(text)}: expected a time such as 2026-09-28T16:20 or "
            f"2026-09-28T16:20+07:00"
        )
    return _within(found if found.tzinfo else found.replace(tzinfo=VIET_NAM), text, option)


def moment_with_offset(text: str, option: str, others: str = "", years: range = YEARS) -> datetime:
    """Read a moment with its distance from UTC; `others` names what else the option takes."""
    found = _datetime(text)
    if found is None or found.tzinfo is None:
        raise CommandError(
            f"{option} {shown(text)}: expected {others}a time with its distance from UTC, such as "
            f"2026-08-03T09:00+07:00"
        )
    return _within(found, text, option, years)


def day_or_moment(text: str, option: str, years: range = YEARS) -> date | datetime:
    """Read a day, or a moment with its distance from UTC."""
    if (found := _date(text)) is not None:
        return _within(found, text, option, years)
    return moment_with_offset(text, option, "a day, such as 2026-08-27, or ", years)


def shown(text: str) -> str:
    """Return what was typed as a message can show it: an empty text, too, is seen."""
    return text if text.isprintable() and text.strip() else repr(text)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _datetime(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def _within(found: _Day, text: str, option: str, years: range = YEARS) -> _Day:
    if found.year not in years:
        raise CommandError(f"{option} {text}: expected a year from {years[0]} to {years[-1]}")
    return found
