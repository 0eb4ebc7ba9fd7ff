"""The beginnings of five judgments: one refused on its way, one irregular, three as they should.

`beginnings.yaml` tells them with symbolic ids; every play gives them fresh ones, so that it may be
played again and again into the same house.
"""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.identifiers import new_id

PATH: Final = Path(__file__).with_name("beginnings.yaml")
_DOCUMENT: Final = "doc:"

Expected: TypeAlias = Literal["recorded", "refused", "irregular"]


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A submission as the story tells it."""

    at: datetime
    agency: str
    officer: str
    type: str
    part: str
    data: dict[str, Any]
    expect: Expected
    role: str | None = None


class Step(Struct, frozen=True):
    """A submission to be made at its time, and what is expected to become of it."""

    at: datetime
    agency: str
    submission: dict[str, Any]
    expect: Expected


def steps(catalogue: Catalogue, path: Path = PATH) -> list[Step]:
    """Return the story with fresh ids, in order of time. Raises msgspec.ValidationError."""
    rows = msgspec.convert(strict_yaml.load(path)["rows"], list[Row])
    judgments = {row.part.partition(".")[0] for row in rows}
    ids = {symbol: new_id() for symbol in sorted(judgments)}
    return [_step(row, ids, catalogue) for row in sorted(rows, key=lambda row: row.at)]


def _step(row: Row, ids: dict[str, str], catalogue: Catalogue) -> Step:
    type_ = catalogue.event(f"{PREFIX}.{row.type}")
    submission = {
        "type": type_.type,
        "occurred_at": row.at.isoformat(),
        "data": {type_.part: _real(row.part, ids), **_real(row.data, ids)},
        "officer": row.officer,
    }
    if row.role is not None:
        submission["role"] = row.role
    return Step(row.at, row.agency, submission, row.expect)


def _real(value: Any, ids: dict[str, str]) -> Any:
    """Put ids in the place of symbols and documents in the place of their names."""
    match value:
        case str() if value.startswith(_DOCUMENT):
            digest = sha256(value.encode()).hexdigest()
            return {"document_id": value.removeprefix(_DOCUMENT), "sha256": digest}
        case str():
            symbol, dot, inside = value.partition(".")
            return f"{ids[symbol]}{dot}{inside}" if symbol in ids else value
        case list():
            return [_real(each, ids) for each in value]
        case dict():
            return {key: _real(each, ids) for key, each in value.items()}
    return value
