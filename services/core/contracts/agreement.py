"""Holds the schemas to the catalogue: both are written by hand, and both say what a field is.

The catalogue says which fields an event has and of which kind; a schema gives them a wire form and
words in two languages. Where they differ, neither is believed. Next: `compatibility`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from services.core.contracts.catalogue import (
    PREFIX,
    Catalogue,
    Codes,
    Field,
    Kind,
    Many,
    Nested,
    Scalar,
)
from services.core.contracts.errors import SchemaError
from services.core.contracts.schemas import Schemas, meaning

_WIRE: Final[dict[str, Any]] = {
    "date": {"type": "int", "logicalType": "date"},
    "timestamp": {"type": "long", "logicalType": "timestamp-micros"},
    "dong": "long",
    "dong_or_zero": "long",
    "int": "long",
    "bool": "boolean",
}
"""The Avro type of a scalar; every other scalar, and every code, is a string."""


def disagreements(catalogue: Catalogue, schemas: Schemas) -> Iterator[SchemaError]:
    """Yield each place where the two differ, or where a schema lacks its words."""
    current = schemas.current
    for type_ in sorted(catalogue.events.keys() ^ current.keys()):
        lacking = "no schema" if type_ in catalogue.events else "no entry in the catalogue"
        yield SchemaError(f"{type_}: it has {lacking}")
    for type_ in catalogue.events.keys() & current.keys():
        expected = _Expected(catalogue).record(type_, catalogue.events[type_].fields)
        found: Any = current[type_].json
        yield from _differing(expected, found, type_)
        yield from _wordless(found, type_)


class _Expected:
    """Spells records as a schema must: in full where first used, by name afterwards."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._spelled: set[str] = set()

    def record(self, name: str, fields: Sequence[Field]) -> Any:
        if name in self._spelled:
            return name
        self._spelled.add(name)
        namespace, _, short = name.rpartition(".")
        return {
            "type": "record",
            "namespace": namespace,
            "name": short,
            "fields": [self._field(field) for field in fields],
        }

    def _field(self, field: Field) -> Any:
        wire = self._wire(field.kind)
        if field.optional:
            return {"name": field.name, "type": ["null", wire], "default": None}
        return {"name": field.name, "type": wire}

    def _wire(self, kind: Kind) -> Any:
        match kind:
            case Scalar(name):
                return _WIRE.get(name, "string")
            case Codes():
                return "string"
            case Many(of):
                return {"type": "array", "items": self._wire(of)}
            case Nested(record):
                return self.record(f"{PREFIX}.records.{record}", self._catalogue.records[record])


def _differing(expected: Any, found: Any, type_: str) -> Iterator[SchemaError]:
    """Yield what differs, field by field, so that one slip does not hide the next."""
    wanted = {field["name"]: field for field in expected["fields"]}
    present = {field.get("name"): field for field in found.get("fields", [])}
    for name in wanted.keys() | present.keys():
        if name not in present:
            yield SchemaError(f"{type_}.{name}: the catalogue has it, the schema has not")
        elif name not in wanted:
            yield SchemaError(f"{type_}.{name}: the schema has it, the catalogue has not")
        elif meaning(wanted[name]) != meaning(present[name]):
            yield SchemaError(
                f"{type_}.{name}: expected {meaning(wanted[name])}, found {meaning(present[name])}"
            )
    if list(wanted) != list(present) and wanted.keys() == present.keys():
        yield SchemaError(f"{type_}: expected the order {', '.join(wanted)}")


def _wordless(schema: Any, at: str) -> Iterator[SchemaError]:
    """Yield each record or field whose doc is not `Vietnamese — English`."""
    match schema:
        case {"name": name}:
            words = str(schema.get("doc", "")).partition(" — ")
            if not all(words):
                yield SchemaError(f"{at}: {name} needs a doc of the form `Vietnamese — English`")
            for field in schema.get("fields", []):
                yield from _wordless(field, at)
            yield from _wordless(schema.get("type"), at)
        case {"items": items}:
            yield from _wordless(items, at)
        case list():
            for branch in schema:
                yield from _wordless(branch, at)
