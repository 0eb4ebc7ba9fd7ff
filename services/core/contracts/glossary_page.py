"""Makes `docs/glossary.md`: the words of the catalogue, Vietnamese beside English.

For who reads a screen in one language and the code in the other. Written by `lienthong schemas
generate` from the catalogue and `schemas/glossary.yaml`, and `lienthong schemas check` tells when
it is stale.
"""

from collections.abc import Iterator
from typing import Final

from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.glossary_words import Words, load_words, states_of
from services.core.contracts.machine import RETURNS, STAYS
from services.core.contracts.pages import DOCS, table

PATH: Final = DOCS / "glossary.md"

_HEAD: Final = """# Glossary

Made from `schemas/catalogue.yaml` and `schemas/glossary.yaml` by `lienthong schemas generate`; edit
those files, not this one.

Words of the law in Vietnamese, and what code and English screens call them. How the states of a
family follow each other is drawn in [states.md](states.md).
"""


def glossary_page(catalogue: Catalogue) -> str:
    """Return the page; the same catalogue gives the same bytes on every machine.

    Raises CatalogueError where a word is missing in `schemas/glossary.yaml`.
    """
    words = load_words(catalogue)
    parts = (
        ("Roles: who may say something", _roles(catalogue)),
        ("Kinds of agency", _kinds(catalogue, words)),
        ("Relations: who may read something", _relations(catalogue)),
        ("Families: what is decided together", _families(catalogue, words)),
        ("Events", _events(catalogue)),
        ("States, and what leads to them", _states(catalogue, words)),
        ("Codes: why something is refused or noted", _codes(catalogue)),
    )
    return "\n".join([_HEAD, *(line for title, lines in parts for line in _part(title, lines))])


def _part(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"## {title}\n"
    yield from lines
    yield ""


def _roles(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("role", "tiếng Việt", "English", "kinds of agency"),
        ((f"`{name}`", it.vi, it.en, ", ".join(it.of)) for name, it in catalogue.roles.items()),
    )


def _relations(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("relation", "tiếng Việt", "English"),
        ((f"`{name}`", it.vi, it.en) for name, it in catalogue.relations.items()),
    )


def _kinds(catalogue: Catalogue, words: Words) -> Iterator[str]:
    return table(
        ("kind", "tiếng Việt", "English"),
        (
            (f"`{kind}`", words.agency_kinds[kind].vi, words.agency_kinds[kind].en)
            for kind in catalogue.agency_kinds
        ),
    )


def _families(catalogue: Catalogue, words: Words) -> Iterator[str]:
    return table(
        ("family", "tiếng Việt", "English", "service", "key"),
        (
            (f"`{name}`", it.vi, words.families[name], f"`services/{it.service}`", f"`{it.key}`")
            for name, it in catalogue.families.items()
        ),
    )


def _events(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("event", "tiếng Việt", "English"),
        ((f"`{_short(it.type)}`", it.vi, it.en) for it in catalogue.events.values()),
    )


def _states(catalogue: Catalogue, words: Words) -> Iterator[str]:
    reached: dict[tuple[str, str], list[str]] = {}
    for family, machine in catalogue.machines.items():
        for state in states_of(catalogue, family):
            reached[family, state] = []
        for move in machine.moves:
            if move.target not in (STAYS, RETURNS):
                said = f"{catalogue.event(move.event).vi} (`{_short(move.event)}`)"
                reached[family, move.target].append(said)
    return table(
        ("family", "state", "tiếng Việt", "English", "reached by"),
        (
            (f"`{family}`", f"`{state}`", word.vi, word.en, "; ".join(dict.fromkeys(said)))
            for (family, state), said in reached.items()
            for word in (words.states[family][state],)
        ),
    )


def _codes(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("code", "tiếng Việt", "English"),
        ((f"`{name}`", it.vi, it.en) for name, it in catalogue.codes.items()),
    )


def _short(type_: str) -> str:
    return type_.removeprefix(f"{PREFIX}.")
