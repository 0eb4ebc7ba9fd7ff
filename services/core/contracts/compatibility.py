"""What a change of a schema may do: records stand for ever, so every text must read every other.

FULL_TRANSITIVE: the current text of a type reads what any released one wrote, and the other way
round. Avro's own checker decides it, and for logical types, which it overlooks, we do. Two
libraries must accept each text, since strangers read with either. Enums are refused: a new symbol
passes the checker and is read as the default without a word.
"""

import re
from collections.abc import Iterator
from typing import Any

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import Schema as AvroSchema
from avro.schema import parse

from services.core.contracts.errors import Incompatible, SchemaError
from services.core.contracts.schemas import Schema, Schemas, meaning


def breaches(schemas: Schemas) -> Iterator[SchemaError]:
    """Yield what may not be: a text that Avro refuses, an enum, versions that do not get on."""
    for texts in schemas.versions.values():
        parsed: list[tuple[Schema, AvroSchema]] = []
        for schema in texts:
            if _has_enum(schema.json):
                yield SchemaError(f"{_at(schema)}: an enum; use a string and a list of codes")
            try:
                parsed.append((schema, parse(schema.text)))
            except AvroException as error:
                yield SchemaError(f"{_at(schema)}: avro refuses it: {error}")
        yield from _incompatible(parsed)


def _incompatible(texts: list[tuple[Schema, AvroSchema]]) -> Iterator[Incompatible]:
    if not texts:
        return
    current, current_parsed = texts[-1]
    for older, older_parsed in texts[:-1]:
        for reader, writer, reads, wrote in (
            (current, older, current_parsed, older_parsed),
            (older, current, older_parsed, current_parsed),
        ):
            checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
            result = checker.get_compatibility(reads, wrote)
            if result.compatibility is not SchemaCompatibilityType.compatible:
                yield Incompatible(
                    f"{_at(reader)} cannot read what {_at(writer)} wrote: "
                    f"{'; '.join(sorted(result.messages))}"
                )
        for name, logical in _logical_types(current.json).items():
            before = _logical_types(older.json).get(name, logical)
            if before != logical:
                yield Incompatible(
                    f"{_at(current)}: {name} is {logical}, {_at(older)} has {before}"
                )


def _logical_types(schema: Any) -> dict[str, list[str]]:
    """Return the logical types of each field of the record, those of nested records included."""
    return {
        field["name"]: re.findall(r'"logicalType":"([^"]*)"', meaning(field["type"]))
        for field in schema["fields"]
    }


def _has_enum(schema: Any) -> bool:
    match schema:
        case {"type": "enum"}:
            return True
        case {"type": inner}:
            fields = schema.get("fields", [])
            return any(_has_enum(each) for each in [inner, schema.get("items"), *fields])
        case list():
            return any(_has_enum(each) for each in schema)
    return False


def _at(schema: Schema) -> str:
    return f"{schema.type} version {schema.version}"
