"""The words of `schemas/glossary.yaml`: what the catalogue names and has no translation for.

They are for the page alone. Each kind of agency, family and state has its words, and no others
stand there, so that a new one cannot be forgotten.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import Catalogue, Named
from services.core.contracts.errors import CatalogueError
from services.core.contracts.machine import OPENS, RETURNS, STAYS

PATH: Final = Path(__file__).parents[3] / "schemas" / "glossary.yaml"


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is written; families have their English only."""

    agency_kinds: dict[str, Named]
    families: dict[str, str]
    states: dict[str, dict[str, Named]]


def load_words(catalogue: Catalogue, path: Path = PATH) -> Words:
    """Read the words of a catalogue. Raises CatalogueError, which names all that lacks its own."""
    try:
        words = msgspec.convert(strict_yaml.load(path), Words)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    if wrong := list(_differences(catalogue, words)):
        raise CatalogueError(f"{path}: {'; '.join(wrong)}")
    return words


def states_of(catalogue: Catalogue, family: str) -> list[str]:
    """Return the states of a family's machine, in the order of its arrows."""
    machine = catalogue.machines[family]
    named = [state for move in machine.moves for state in (*move.sources, move.target)]
    return [state for state in dict.fromkeys(named) if state not in {OPENS, STAYS, RETURNS}]


def _differences(catalogue: Catalogue, words: Words) -> Iterator[str]:
    yield from _compared("agency_kinds", set(catalogue.agency_kinds), words.agency_kinds.keys())
    yield from _compared("families", catalogue.families.keys(), words.families.keys())
    yield from _compared("states", catalogue.machines.keys(), words.states.keys())
    for family in catalogue.machines.keys() & words.states.keys():
        known = set(states_of(catalogue, family))
        yield from _compared(f"states.{family}", known, words.states[family].keys())


def _compared(where: str, known: AbstractSet[str], said: AbstractSet[str]) -> Iterator[str]:
    yield from (f"{where}.{name} has no words: add them" for name in sorted(known - said))
    yield from (f"{where}.{name} is not in the catalogue" for name in sorted(said - known))
