"""Days: a date in a payload is a day in Viet Nam, whatever clock the machine shows.

The gateway asks `dates_in_future` before it accepts; domains ask `day_of`.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from services.core.contracts.catalogue import Catalogue, Field, Kind, Many, Nested
from services.core.contracts.errors import DateInFuture
from services.core.contracts.event import Event

VIET_NAM: Final = timezone(timedelta(hours=7), "+07:00")
"""The country's one zone, without summer time since 1975; dates of this house are younger."""

YEARS: Final = range(1901, 2101)
"""The years whose days off the calendar of the law knows: a claim names no day of another year."""


def day_of(moment: datetime) -> date:
    """Return the day in Viet Nam on which an aware moment falls."""
    return moment.astimezone(VIET_NAM).date()


def dates_in_future(
    event: Event, occurred_at: datetime, catalogue: Catalogue
) -> Iterator[DateInFuture]:
    """Yield each date and time of an event that lies after the act it describes.

    Fields that the catalogue marks as planned may: they say what shall be, not what was.
    """
    for field in catalogue.event(event.TYPE).fields:
        yield from _later(field, event, occurred_at, catalogue, "")


def _later(
    field: Field, holder: object, act: datetime, catalogue: Catalogue, above: str
) -> Iterator[DateInFuture]:
    if not field.planned:
        value = getattr(holder, field.attribute)
        yield from _values(field.kind, value, act, catalogue, f"{above}/{field.name}")


def _values(
    kind: Kind, value: Any, act: datetime, catalogue: Catalogue, path: str
) -> Iterator[DateInFuture]:
    match kind, value:
        case _, datetime():
            if value > act:
                yield DateInFuture(path, "a time not after the act itself")
        case _, date():
            if value > day_of(act):
                yield DateInFuture(path, "a day not after the day of the act in Viet Nam")
        case Many(of), list():
            for index, each in enumerate(value):
                yield from _values(of, each, act, catalogue, f"{path}/{index}")
        case Nested(record), value if value is not None:
            for field in catalogue.records[record]:
                yield from _later(field, value, act, catalogue, path)
