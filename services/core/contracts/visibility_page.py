"""Makes `docs/visibility.md`: which event is read by whom, and how one comes to be its reader.

Written by `lienthong schemas generate` from the catalogue and `schemas/relations.yaml`, and
`lienthong schemas check` tells when it is stale. Who may read a fact is decided in `core.access`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml
from msgspec import Struct

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import PREFIX, Catalogue, EventType
from services.core.contracts.errors import CatalogueError
from services.core.contracts.pages import DOCS, table

PATH: Final = DOCS / "visibility.md"
SOURCE: Final = Path(__file__).parents[3] / "schemas" / "relations.yaml"

_LASTS: Final = {
    "seat": "until another holds it",
    "channel": "until another channel of the party is named",
    "always": "always",
}
_HEAD: Final = """# Visibility

Made from `schemas/catalogue.yaml` and `schemas/relations.yaml` by `lienthong schemas generate`;
edit those files, not this one.

A fact is read by its sender, by the agencies that it names, and by those that hold one of the
relations of its type to its part, to the case of the part or to the judgment. No other agency reads
it, and to other agencies a part of which they read nothing is not there. Feeds, topics of agencies,
timelines, clocks and pages show the same.
"""
_NAMED: Final = """## Agencies that a fact names

The last column of the tables below lists the fields of an event by which the agency, or the agency
of the officer, named there reads that fact, whatever its relation to the part.
"""


class Held(Struct, frozen=True, forbid_unknown_fields=True):
    """How an agency comes to hold a relation, and how long it does."""

    who: str
    lasts: Literal["seat", "channel", "always"]
    given_by: tuple[str, ...] = ()
    named_in: tuple[str, ...] = ()


class Relations(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is written; `named` are the fields by which a fact names its readers."""

    relations: dict[str, Held]
    named: tuple[str, ...]


def load_relations(catalogue: Catalogue, path: Path = SOURCE) -> Relations:
    """Read the file. Raises CatalogueError where it and the catalogue name different things."""
    try:
        found = msgspec.convert(strict_yaml.load(path), Relations)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    differing = sorted(found.relations.keys() ^ catalogue.relations.keys())
    given_by = {event for held in found.relations.values() for event in held.given_by}
    unknown = sorted(each for each in given_by if f"{PREFIX}.{each}" not in catalogue.events)
    if wrong := [*differing, *unknown]:
        raise CatalogueError(f"{path}: {', '.join(wrong)}: expected the catalogue's own names")
    return found


def visibility_page(catalogue: Catalogue) -> str:
    """Return the page; the same files give the same bytes on every machine.

    Raises CatalogueError where `schemas/relations.yaml` does not fit the catalogue.
    """
    relations = load_relations(catalogue)
    sections = (
        line
        for family in catalogue.families
        if catalogue.family(family)
        for line in _section(catalogue, family, relations)
    )
    return "\n".join([_HEAD, *_relations(catalogue, relations), _NAMED, *sections])


def _relations(catalogue: Catalogue, relations: Relations) -> Iterator[str]:
    yield "## Relations\n"
    yield from table(
        ("relation", "tiếng Việt", "who holds it", "given by", "how long"),
        (
            (f"`{name}`", catalogue.relations[name].vi, held.who, _given(held), _LASTS[held.lasts])
            for name, held in relations.relations.items()
        ),
    )
    yield ""


def _given(held: Held) -> str:
    by = [f"`{event}`" for event in held.given_by]
    return ", ".join([*by, *(f"the field `{field}`" for field in held.named_in)]) or "-"


def _section(catalogue: Catalogue, family: str, relations: Relations) -> Iterator[str]:
    """Yield the matrix of a family: its events by the relations that read any of them."""
    events = catalogue.family(family)
    used = {reader for event in events for reader in event.readers}
    columns = [name for name in catalogue.relations if name in used]
    yield f"## {family}: {catalogue.families[family].vi}\n"
    yield from table(
        ("event", "tên", *(f"`{name}`" for name in columns), "named in"),
        (
            (
                f"`{event.type.removeprefix(f'{PREFIX}.')}`",
                event.vi,
                *("●" if name in event.readers else "" for name in columns),
                ", ".join(f"`{field}`" for field in _named(event, relations)),
            )
            for event in events
        ),
    )
    yield ""


def _named(event: EventType, relations: Relations) -> Iterator[str]:
    """Yield the fields of an event that may name an agency, in their order."""
    return (field.name for field in event.fields if field.name in relations.named)
