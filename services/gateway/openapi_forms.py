"""The forms of fields as JSON Schema, for the OpenAPI description.

They say what `contracts.forms` checks, as far as JSON Schema can: that an id belongs to the
judgment of the claim, and that a text holds no invisible character, it cannot.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.core.contracts.catalogue import Catalogue, Field, Kind, Many, Scalar
from services.core.contracts.forms import (
    MAX_ENTRIES,
    MAX_PART,
    MAX_TEXT,
    NUMBERS,
    TEXTS,
    Forms,
)
from services.core.contracts.identifiers import MAX_SLUG

_UUID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID7: Final = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_SHORT: Final = r"\.[a-z0-9]{1,16}"
_SLUG: Final = "[a-z0-9]+(-[a-z0-9]+)*"
_PARTY: Final = _UUID7 + _SHORT

_PATTERNS: Final[Mapping[str, tuple[str, int]]] = {
    "uuid": (_UUID, 36),
    "any_part": (f"({_UUID7}({_SHORT})*|{_SLUG})", MAX_PART),
    "ref": (f"({_UUID7})?{_SHORT}", MAX_PART),  # what opens a part may leave the judgment out
    "slug": (_SLUG, MAX_SLUG),
    "party_or_slug": (f"({_PARTY}|{_SLUG})", MAX_PART),
    "token": ("[A-Za-z0-9][A-Za-z0-9._-]{0,59}", 60),
    "sha256": ("[0-9a-f]{64}", 64),
}
"""Of each form of an id, its pattern and how long it may be."""

_NO_TEXTS: Final = frozenset({"bool", "date", "timestamp"})


def add_forms(
    properties: Mapping[str, dict[str, Any]], fields: Sequence[Field], catalogue: Catalogue
) -> None:
    """Add to the schemas of fields what may stand in them."""
    for field in fields:
        if (schema := properties.get(field.name)) is not None:
            schema.update(_form(field.name, field.kind, schema, catalogue))


def _form(name: str, kind: Kind, schema: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    match kind:
        case Many(of):
            items = _items(schema)
            items.update(_form(name, of, items, catalogue))
            return {"maxItems": MAX_ENTRIES}
        case Scalar(number) if number in NUMBERS:
            least, most = NUMBERS[number]
            return {"minimum": least, "maximum": most}
        case Scalar(plain) if plain not in _NO_TEXTS:
            return form_of(Forms(catalogue).form(name, kind), catalogue)
    return {}


def _items(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the entries of a list, which may be one of several alternatives."""
    lists = [each for each in (schema, *schema.get("anyOf", ())) if "items" in each]
    found: dict[str, Any] = lists[0]["items"] if lists else {}
    return found


def form_of(form: str, catalogue: Catalogue) -> dict[str, Any]:
    """Return what a form of `contracts.forms`, or the id of a kind of part, says of a text."""
    if form in catalogue.parts and (depth := catalogue.depth(form)) is not None:
        return {"pattern": f"^{_UUID7}({_SHORT}){{{depth}}}$", "maxLength": MAX_PART}
    if form in _PATTERNS:
        pattern, most = _PATTERNS[form]
        return {"pattern": f"^{pattern}$", "maxLength": most}
    return {"maxLength": TEXTS.get(form, MAX_TEXT)}
