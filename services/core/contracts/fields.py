"""Reads data by the kinds that the catalogue gives its fields, and finds everything wrong at once.

`JSON` is what agencies send and are sent: days and times are text. `NATIVE` is what Avro decodes to
and event classes hold. Both report each wrong field by a JSON pointer and never repeat a value or
a name that the type does not have, for it may be personal. How long a claim's values may be and how
they are spelled, `forms` says. `codec` builds on both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias, TypeVar

from services.core.contracts.bounds import MAX_DONG
from services.core.contracts.catalogue import (
    Catalogue,
    Codes,
    EventType,
    Field,
    Kind,
    Many,
    Nested,
    Scalar,
)
from services.core.contracts.errors import (
    BeyondCalendar,
    DateMalformed,
    FieldError,
    ForbiddenCharacter,
    IntegerTooLarge,
    MissingField,
    NaiveDatetime,
    OutOfRange,
    UnknownField,
    ValueNotListed,
    WrongType,
)

Read: TypeAlias = Callable[[object, str], object]
"""Returns the value as event classes hold it, or raises a FieldError with the path given."""

_Day = TypeVar("_Day", date, datetime)

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_LONGEST: Final = 2**63
_YEARS: Final = range(1700, 3100)
"""A term that is counted from what a claim may name ends in them (`forms`)."""


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise WrongType(path, "expected text")
    if _SURROGATE.search(value):
        raise ForbiddenCharacter(path, "expected text without halves of surrogate pairs")
    return value


def _whole(value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongType(path, "expected a whole number")
    if not -_LONGEST <= value < _LONGEST:
        raise IntegerTooLarge(path, "expected a whole number of 64 bits")
    return value


def _dong(value: object, path: str) -> int:
    amount = _whole(value, path)
    if not 0 <= amount <= MAX_DONG:
        raise OutOfRange(path, f"expected an amount from 0 to {MAX_DONG} đồng")
    return amount


def _truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise WrongType(path, "expected true or false")
    return value


def _day(value: object, path: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise WrongType(path, "expected a date")
    return value


def _moment(value: object, path: str) -> datetime:
    if not isinstance(value, datetime):
        raise WrongType(path, "expected a datetime")
    if value.tzinfo is None:
        raise NaiveDatetime(path, "expected a time with its distance from UTC")
    return value


def _day_text(value: object, path: str) -> date:
    if not isinstance(value, str):
        raise WrongType(path, "expected a day as text, YYYY-MM-DD")
    try:
        if _DAY.fullmatch(value):
            return _within(date.fromisoformat(value), path)
    except ValueError:
        pass
    raise DateMalformed(path, "expected a day of the calendar, YYYY-MM-DD")


def _moment_text(value: object, path: str) -> datetime:
    if not isinstance(value, str):
        raise WrongType(path, "expected a time as text, YYYY-MM-DDThh:mm:ss+07:00")
    try:
        if _MOMENT.fullmatch(value):
            read = _within(datetime.fromisoformat(value), path)
            return _moment(read, path).astimezone(UTC)
    except ValueError:
        pass
    raise DateMalformed(path, "expected a time of the calendar, YYYY-MM-DDThh:mm:ss+07:00")


def _within(day: _Day, path: str) -> _Day:
    if day.year not in _YEARS:
        raise BeyondCalendar(path, f"expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    return day


NATIVE: Final[Mapping[str, Read]] = {
    "text": _text,
    "date": _day,
    "timestamp": _moment,
    "dong": _dong,
    "dong_or_zero": _dong,
    "int": _whole,
    "bool": _truth,
}
"""How scalars stand in event classes; what is not named here is text."""

JSON: Final[Mapping[str, Read]] = {
    **NATIVE,
    "date": _day_text,
    "timestamp": _moment_text,
}
"""How scalars are sent."""


class Reader:
    """Reads one event's data, once. `problems` holds all that is wrong, in the order of fields."""

    def __init__(self, catalogue: Catalogue, scalars: Mapping[str, Read]) -> None:
        self._catalogue = catalogue
        self._scalars = scalars
        self.problems: list[FieldError] = []

    def read(self, event: EventType, data: object) -> dict[str, Any]:
        """Return the data as the event class holds them; of no worth where there are problems."""
        return self._record(event.fields, data, "")

    def _record(self, fields: Sequence[Field], data: object, path: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.problems.append(WrongType(path, "expected an object"))
            return {}
        read = {}
        for field in fields:
            at = f"{path}/{field.name}"
            if field.name in data:
                read[field.name] = self._value(field.kind, data[field.name], at)
            elif not field.optional:
                self.problems.append(MissingField(at, "this field is required"))
        names = [field.name for field in fields]
        if not data.keys() <= set(names):
            expected = f"a field that is none of {', '.join(names)}"
            self.problems.append(UnknownField(f"{path}/?", expected))
        return read

    def _value(self, kind: Kind, value: object, path: str) -> object:
        match kind:
            case Many(of) if isinstance(value, list):
                return [self._value(of, each, f"{path}/{at}") for at, each in enumerate(value)]
            case Nested(record):
                return self._record(self._catalogue.records[record], value, path)
        try:
            match kind:
                case Many():
                    raise WrongType(path, "expected a list")
                case Codes(values):
                    return _listed(values, value, path)
                case Scalar(name):
                    return self._scalars.get(name, self._scalars["text"])(value, path)
        except FieldError as problem:
            self.problems.append(problem)
        return None


def _listed(values: Sequence[str], value: object, path: str) -> str:
    text = _text(value, path)
    if text not in values:
        raise ValueNotListed(path, f"expected one of {', '.join(values)}")
    return text
