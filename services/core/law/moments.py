"""Moments the law is asked about are aware: which day it is in Viet Nam must be certain."""

from datetime import datetime

from services.core.law.errors import NaiveTime


def require_aware(*moments: datetime) -> None:
    """Raise NaiveTime for the first moment without its distance from UTC."""
    for moment in moments:
        if moment.tzinfo is None:
            raise NaiveTime(
                f"{moment.isoformat()} does not say its distance from UTC, such as +07:00"
            )
