"""The schemas: every current and every released text, each under an id made from what it says.

The id of a schema is the first 31 bits of the SHA-256 of its JSON with sorted keys, without docs
and attributes of our own, but *with* logical types and defaults, which Avro's own canonical form
drops. So the same schema has the same id on every machine, and no registry hands out numbers.
`codec` puts the id in front of every payload; the gateway serves these texts on the
Confluent paths, where the subject is the type. `compatibility` checks what a change may do.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import fastavro
from fastavro.schema import SchemaParseException, UnknownType
from msgspec import Struct

from services.core.contracts.catalogue import PREFIX
from services.core.contracts.catalogue_file import SCHEMAS
from services.core.contracts.errors import IdCollision, SchemaError

Json: TypeAlias = dict[str, Any] | list[Any] | str

_MEANING: Final = frozenset(
    {
        "type",
        "name",
        "namespace",
        "fields",
        "items",
        "values",
        "symbols",
        "size",
        "logicalType",
        "precision",
        "scale",
        "default",
        "aliases",
        "order",
    }
)
"""The attributes that count for the id: all that Avro knows, save docs."""


class Schema(Struct, frozen=True):
    """One text of one type."""

    id: int
    type: str  #: the full name of its record, which is the event type and the subject
    version: int  #: from 1, in the order of release; the current text is the last
    json: Json
    parsed: Any  #: as fastavro wants it

    @property
    def text(self) -> str:
        """The schema as it is served: all of it, on one line."""
        return json.dumps(self.json, ensure_ascii=False, separators=(",", ":"))


class Schemas(Struct, frozen=True):
    """Every text by its id, and the texts of each type in the order of their versions."""

    by_id: dict[int, Schema]
    versions: dict[str, list[Schema]]

    @property
    def current(self) -> dict[str, Schema]:
        """The newest text of each type: what is written now and what readers read into."""
        return {type_: versions[-1] for type_, versions in self.versions.items()}

    def released(self, type_: str) -> list[Schema]:
        """Return the earlier texts of a type, which its current one must get on with."""
        return self.versions[type_][:-1]


def load_schemas(*folders: Path) -> Schemas:
    """Read every schema of the folders (the house's own when none is named).

    Raises SchemaError for a text that is not valid Avro or not where its name says, IdCollision for
    two that cannot be told apart.
    """
    by_id: dict[int, Schema] = {}
    versions: dict[str, list[Schema]] = {}
    for folder in folders or (SCHEMAS,):
        for path in sorted(folder.glob("*/*.avsc")):
            texts = _texts(folder, path)
            versions[texts[-1].type] = texts
            for schema in texts:
                same = by_id.setdefault(schema.id, schema)
                if meaning(same.json) != meaning(schema.json):
                    raise IdCollision(f"{schema.type} and {same.type} have one id, {schema.id}")
    return Schemas(by_id, versions)


def schema_id(schema: Json) -> int:
    """Return the id of a schema: 31 bits of what it says, whatever its docs and layout."""
    return int.from_bytes(sha256(meaning(schema).encode()).digest()[:4], "big") >> 1


def meaning(schema: Json) -> str:
    """Spell what a schema says in one way: sorted keys, no docs, no attributes of our own."""
    return json.dumps(_stripped(schema), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _stripped(schema: Json) -> Json:
    match schema:
        case dict():
            return {
                key: value if key in {"default", "aliases"} else _stripped(value)
                for key, value in schema.items()
                if key in _MEANING
            }
        case list():
            return [_stripped(each) for each in schema]
        case _:
            return schema


def _texts(folder: Path, path: Path) -> list[Schema]:
    """Return the released texts of a type and its current one, unless that was released last."""
    type_ = f"{PREFIX}.{path.parent.name}.{path.stem}"
    files = sorted((folder / "released" / type_).glob("*.avsc"), key=lambda file: int(file.stem))
    released = [_read(file, type_, int(file.stem)) for file in files]
    if [schema.version for schema in released] != list(range(1, len(released) + 1)):
        raise SchemaError(f"{files[0].parent}: expected 1.avsc, 2.avsc … without a gap")
    current = _read(path, type_, len(released) + 1)
    return released if released and released[-1].id == current.id else [*released, current]


def _read(path: Path, type_: str, version: int) -> Schema:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
        parsed = fastavro.parse_schema(schema)
    except (ValueError, KeyError, SchemaParseException, UnknownType) as error:
        raise SchemaError(f"{path}: not a valid Avro schema: {error!r}") from error
    name = parsed.get("name") if isinstance(parsed, dict) else None
    if name != type_:
        raise SchemaError(f"{path}: expected the record {type_}, found {name or 'no record'}")
    return Schema(schema_id(schema), type_, version, schema, parsed)
