"""The story that demo and tests play: one judgment, two debtors and a third case, row by row.

`story.yaml` holds it. Nothing of it is scripted: rows that agencies say are submitted, rows that
the platform says by itself are waited for, and what becomes of each is compared with the file.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.identifiers import clock_id_of, new_id

PATH: Final = Path(__file__).parent / "story.yaml"
PLATFORM: Final = "platform"
CLOCKS: Final = "deadline"  #: the family that says what time does to other parts

Expected: TypeAlias = Literal["recorded", "refused", "irregular"]


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One event of the story, with what must become of it."""

    n: int
    at: datetime
    agency: str
    officer: str | None
    role: str
    type: str
    part: str
    data: dict[str, Any]
    expect: Expected
    codes: tuple[str, ...] = ()  #: of a refusal, or of the irregularities beside it
    next_allowed: datetime | None = None
    then: str | None = None  #: the state of the part afterwards, where it changes
    by: str | None = None
    clocks: tuple[dict[str, Any], ...] = ()
    stops: tuple[dict[str, Any], ...] = ()

    @property
    def family(self) -> str:
        """The family of its type."""
        return self.type.partition(".")[0]

    @property
    def follows(self) -> bool:
        """Whether it follows by itself from what was said before, and is said by nobody."""
        return self.by == PLATFORM


def rows(path: Path = PATH) -> list[Row]:
    """Return the story in order of time. Raises msgspec.ValidationError for a flaw in it."""
    return msgspec.convert(strict_yaml.load(path)["rows"], list[Row])


class Symbols:
    """Puts real ids in the place of the story's: one play, one set of them.

    `J` and the like become fresh ids, what lies inside them keeps its short part; `@7` is the fact
    of row 7, which must have been bound; `doc:x` is a paper, `clock:RULE@7` the clock it started.
    """

    def __init__(self, story: list[Row]) -> None:
        roots = {row.part.partition(".")[0] for row in story if row.family == "judgment"}
        bookings = {row.data["booking_id"] for row in story if "booking_id" in row.data}
        self._ids = {symbol: new_id() for symbol in sorted(roots | bookings)}
        self._facts: dict[str, str] = {}

    def bind(self, row: Row, fact: str) -> None:
        """Remember the fact of a row."""
        self._facts[str(row.n)] = fact

    def fact_of(self, row: int) -> str | None:
        """Return the fact of a row, or None where none was bound."""
        return self._facts.get(str(row))

    def id_of(self, symbol: str) -> str:
        """Return the id of a part, such as J.c2, or the slug that it is."""
        root, dot, inside = symbol.partition(".")
        return f"{self._ids[root]}{dot}{inside}" if root in self._ids else symbol

    def data(self, row: Row, catalogue: Catalogue) -> dict[str, Any]:
        """Return the data of a row, its part included."""
        part = catalogue.event(f"{PREFIX}.{row.type}").part
        return {part: self.id_of(row.part), **self._real(row.data)}

    def submission(self, row: Row, catalogue: Catalogue) -> dict[str, Any]:
        """Return what the agency of a row submits."""
        said = {
            "type": f"{PREFIX}.{row.type}",
            "occurred_at": row.at.isoformat(),
            "data": self.data(row, catalogue),
            "role": row.role,
        }
        return said if row.officer is None else {**said, "officer": row.officer}

    def _real(self, value: Any) -> Any:
        match value:
            case str():
                return self._named(value)
            case list():
                return [self._real(each) for each in value]
            case dict():
                return {key: self._real(each) for key, each in value.items()}
        return value

    def _named(self, symbol: str) -> Any:
        kind, colon, name = symbol.partition(":")
        if colon and kind == "doc":
            return {"document_id": name, "sha256": sha256(symbol.encode()).hexdigest()}
        if colon and kind == "clock":
            rule, _, which = name.partition("@")
            cause, _, whom = which.partition(":")
            return clock_id_of(self._facts[cause], rule, whom)
        if symbol.startswith("@"):
            return self._facts[symbol.removeprefix("@")]
        return self.id_of(symbol)


def says(row_data: Mapping[str, Any], fact_data: Mapping[str, Any]) -> bool:
    """Say whether a fact's JSON holds all that a row says; times count as moments."""
    return all(name in fact_data and _same(row_data[name], fact_data[name]) for name in row_data)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str) and one != other:
        try:
            return datetime.fromisoformat(one) == datetime.fromisoformat(other)
        except ValueError:
            return False
    return bool(one == other)
