"""Makes `docs/glossary.md`: the words of the catalogue, Vietnamese beside English.

For who reads a screen in one language and the code in the other. Written by `lienthong schemas
generate` from the catalogue alone, and `lienthong schemas check` tells when it is stale.
"""

from collections.abc import Iterator
from typing import Final

from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.machine import RETURNS, STAYS
from services.core.contracts.pages import DOCS, table

PATH: Final = DOCS / "glossary.md"

_HEAD: Final = """# Glossary

Made from `schemas/catalogue.yaml` by `lienthong schemas generate`; edit that file, not this one.

Words of the law in Vietnamese, and what code and English screens call them. How the states of a
family follow each other is drawn in [states.md](states.md).
"""


def glossary_page(catalogue: Catalogue) -> str:
    """Return the page; the same catalogue gives the same bytes on every machine."""
    parts = (
        ("Roles: who may say something", _roles(catalogue)),
        ("Relations: who may read something", _relations(catalogue)),
        ("Families: what is decided together", _families(catalogue)),
        ("Events", _events(catalogue)),
        ("States, and what leads to them", _states(catalogue)),
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


def _families(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("family", "tiếng Việt", "service", "key"),
        (
            (f"`{name}`", it.vi, f"`services/{it.service}`", f"`{it.key}`")
            for name, it in catalogue.families.items()
        ),
    )


def _events(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("event", "tiếng Việt", "English"),
        ((f"`{_short(it.type)}`", it.vi, it.en) for it in catalogue.events.values()),
    )


def _states(catalogue: Catalogue) -> Iterator[str]:
    reached: dict[tuple[str, str], list[str]] = {}
    for family, machine in catalogue.machines.items():
        for move in machine.moves:
            if move.target not in (STAYS, RETURNS):
                said = f"{catalogue.event(move.event).vi} (`{_short(move.event)}`)"
                reached.setdefault((family, move.target), []).append(said)
    return table(
        ("family", "state", "reached by"),
        (
            (f"`{family}`", f"`{state}`", "; ".join(dict.fromkeys(said)))
            for (family, state), said in reached.items()
        ),
    )


def _codes(catalogue: Catalogue) -> Iterator[str]:
    return table(
        ("code", "tiếng Việt", "English"),
        ((f"`{name}`", it.vi, it.en) for name, it in catalogue.codes.items()),
    )


def _short(type_: str) -> str:
    return type_.removeprefix(f"{PREFIX}.")
