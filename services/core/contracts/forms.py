"""The form that a claim's values must have: how an id is spelled, how long a text or list may be.

`fields` says whether a value is of its kind, and that holds for every event. Forms hold for claims
alone and are checked where they come in: what was recorded under other forms stays readable. Which
form a field has follows from its kind, or from its name where the catalogue says so under `forms`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from msgspec import Struct

from services.core.contracts.bounds import MAX_DONG, MAX_INT
from services.core.contracts.catalogue import (
    Catalogue,
    EventType,
    Field,
    Kind,
    Many,
    Nested,
    Scalar,
)
from services.core.contracts.days import YEARS, day_of
from services.core.contracts.errors import (
    BeyondCalendar,
    FieldError,
    ForbiddenCharacter,
    IdMalformed,
    OutOfRange,
    TextBlank,
    TooLong,
)
from services.core.contracts.identifiers import MAX_SLUG, is_slug, is_uuid, is_uuid7, key_of
from services.core.contracts.official_numbers import canonical
from services.core.contracts.unseen import is_forbidden

MAX_TEXT: Final = 200  #: characters of a text
MAX_DOCUMENT: Final = 100  #: characters of the id of a document
MAX_NUMBER: Final = 100  #: characters of an official number
MAX_ENTRIES: Final = 500  #: of a list
MAX_PART: Final = 120  #: characters; the deepest part has 87

_SHORT: Final = re.compile(r"[a-z0-9]{1,16}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Form(Struct, frozen=True):
    """How an id is spelled, for a reader and for a program."""

    expected: str
    holds: Callable[[str, str | None], bool]  #: of a text, in a claim about a judgment, if it is


def part_form(depth: int) -> Form:
    """Return the form of the id of a part so many levels below its judgment."""
    shape = "UUIDv7" + ".short" * depth
    return Form(
        f"an id of the form {shape}, of the judgment that the claim is about",
        lambda text, judgment: _is_inside(text, judgment) and text.count(".") == depth,
    )


def _is_inside(text: str, judgment: str | None) -> bool:
    if len(text) > MAX_PART:
        return False
    root, *below = text.split(".")
    return (
        is_uuid7(root)
        and judgment in {None, root}
        and all(_SHORT.fullmatch(each) for each in below)
    )


_PARTY: Final = part_form(1)
_SLUG: Final = Form(
    f"a slug of small letters, digits and single hyphens, at most {MAX_SLUG} characters",
    lambda text, _: is_slug(text),
)

FORMS: Final[Mapping[str, Form]] = {
    "uuid": Form("a UUID in small letters", lambda text, _: is_uuid(text)),
    "any_part": Form(
        "an id of the form UUIDv7, followed by .short for each level, or a slug",
        lambda text, _: _is_inside(text, None) or is_slug(text),
    ),
    "ref": _PARTY,
    "slug": _SLUG,
    "party_or_slug": Form(
        f"{_PARTY.expected}, or {_SLUG.expected}",
        lambda text, judgment: _PARTY.holds(text, judgment) or is_slug(text),
    ),
    "token": Form(
        "1 to 60 characters of A-Z, a-z, 0-9, '.', '_' and '-', the first a letter or digit",
        lambda text, _: bool(_TOKEN.fullmatch(text)),
    ),
    "sha256": Form(
        "64 hexadecimal digits in small letters", lambda text, _: bool(_SHA256.fullmatch(text))
    ),
}
"""Of ids; the catalogue may also name a kind of part, whose depth then says the form."""

NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "dong": (1, MAX_DONG),
    "dong_or_zero": (0, MAX_DONG),
    "int": (1, MAX_INT),
}
"""Of numbers: the least and the largest."""

TEXTS: Final[Mapping[str, int]] = {"text": MAX_TEXT, "number": MAX_NUMBER, "document": MAX_DOCUMENT}
"""Of texts that people read: how long each may be."""


class Forms:
    """The forms of one catalogue. Made once; it holds no state."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        depths = {part: catalogue.depth(part) for part in catalogue.parts}
        self._parts = {
            part: part_form(depth) for part, depth in depths.items() if depth is not None
        }

    def flaws(self, event: EventType, data: Mapping[str, Any]) -> Iterator[FieldError]:
        """Yield every value of a claim's data that has not its form; None stands for no value."""
        judgment = None
        if event.part in self._parts and isinstance(part := data.get(event.part), str):
            judgment = key_of(part) if self._parts[event.part].holds(part, None) else None
        yield from self._record(event.fields, data, judgment, "")

    def form(self, name: str, kind: Scalar) -> str:
        """Return the name of the form of a field."""
        if kind.name == "id" and name in self._parts:
            return name
        return self._catalogue.forms.get(name, kind.name)

    def _record(
        self, fields: Sequence[Field], data: Mapping[str, Any], judgment: str | None, above: str
    ) -> Iterator[FieldError]:
        for field in fields:
            if (value := data.get(field.name)) is not None:
                path = f"{above}/{field.name}"
                yield from self._value(field.name, field.kind, value, judgment, path)

    def _value(
        self, name: str, kind: Kind, value: Any, judgment: str | None, path: str
    ) -> Iterator[FieldError]:
        match kind, value:
            case Many(of), list():
                if len(value) > MAX_ENTRIES:
                    yield TooLong(path, f"expected at most {MAX_ENTRIES} entries")
                    return
                for index, each in enumerate(value):
                    yield from self._value(name, of, each, judgment, f"{path}/{index}")
            case Nested(record), dict():
                yield from self._record(self._catalogue.records[record], value, judgment, path)
            case Scalar(number), int() if number in NUMBERS:
                yield from _number(value, *NUMBERS[number], path)
            case Scalar("date"), date():
                yield from _year(value, path)
            case Scalar("timestamp"), datetime():
                yield from _year(day_of(value), path)
            case Scalar(), str():
                yield from self._text(self.form(name, kind), value, judgment, path)

    def _text(self, name: str, text: str, judgment: str | None, path: str) -> Iterator[FieldError]:
        form = self._parts.get(name) or FORMS.get(name)
        if form is not None:
            if not form.holds(text, judgment):
                yield IdMalformed(path, f"expected {form.expected}")
            return
        if name == "number":
            text = max(text, canonical(text), key=len)  # it is kept in both spellings
        if len(text) > (most := TEXTS.get(name, MAX_TEXT)):
            yield TooLong(path, f"expected at most {most} characters")
        elif is_forbidden(text):
            yield ForbiddenCharacter(
                path, "expected text without control, bidirectional and invisible characters"
            )
        elif name == "number" and not any(map(str.isalnum, text)):
            yield TextBlank(path, "expected an official number, with a letter or a digit")
        elif name == "document" and not text.strip():
            yield TextBlank(path, "expected text that is not blank")


def _year(day: date, path: str) -> Iterator[FieldError]:
    if day.year not in YEARS:
        yield BeyondCalendar(path, f"expected a day of the years {YEARS[0]} to {YEARS[-1]}")


def _number(value: int, least: int, most: int, path: str) -> Iterator[FieldError]:
    if not least <= value <= most:
        yield OutOfRange(path, f"expected a whole number from {least} to {most}")
