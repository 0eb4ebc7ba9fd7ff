"""Months end on the same date, or on the last day of a shorter month."""

import calendar
from datetime import date


def months_after(day: date, months: int) -> date:
    """Return the day on which a term of months that begins after a day ends."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
