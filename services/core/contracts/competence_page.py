"""Makes `docs/competence.md`: who may submit what, as the catalogue says it.

It is written by `lienthong schemas generate` from the catalogue alone; `lienthong schemas check`
reports when it is stale. `core.access.competence` applies the same data.
"""

from collections.abc import Iterator
from typing import Final

from services.core.contracts.catalogue import Catalogue, EventType
from services.core.contracts.pages import DOCS, table

PATH: Final = DOCS / "competence.md"

_HEAD: Final = """# Who may submit what

Made from `schemas/catalogue.yaml` by `lienthong schemas generate`; edit that file, not this one.

An agency submits an event type in one of the roles named here. For each role the table names how
the agency must stand to the part that the event speaks of; one of the words is enough. A type and
role without an entry may be submitted by nobody. The lane that decides a claim checks the rule
before any other code of the family (`services/core/access/competence.py`), from facts that were
recorded (`services/core/access/involvement.py`). A claim that breaks the rule is refused with
`OUT_OF_TERRITORY`, or with `NOT_ADDRESSEE` where every word of the rule asks that the agency was
addressed. That refusal stands alone, whatever else is wrong, and `already_done` changes nothing. A
part that does not exist gets the same answer as a part that belongs to others.

Parties act through a channel: the first agency that files something for a party becomes its
channel, and from then on the party acts through that agency alone, until `case.channel_changed`
names another. A claim that names a party which the judgment does not have is refused with
`PARTY_NOT_DECLARED`.
"""


def competence_page(catalogue: Catalogue) -> str:
    """Return the page; the same catalogue gives the same bytes on every machine."""
    families = [family for family in catalogue.families if catalogue.family(family)]
    sections = ("\n".join(_section(catalogue, family)) for family in families)
    return "\n".join([_HEAD, *_words(catalogue), "", *sections])


def _words(catalogue: Catalogue) -> Iterator[str]:
    yield "## The words\n"
    yield from table(
        ("word", "the agency is", "nghĩa là"),
        ((f"`{word}`", named.en, named.vi) for word, named in catalogue.competence.items()),
    )


def _section(catalogue: Catalogue, family: str) -> Iterator[str]:
    yield f"## {family}: {catalogue.families[family].vi}\n"
    rows = [row for event in catalogue.family(family) for row in _rows(event)]
    yield from table(("event", "vi", "role", "stands as"), rows)
    yield ""


def _rows(event: EventType) -> Iterator[tuple[str, ...]]:
    for role, words in event.competence.items():
        name = f"`{event.type.rpartition('.')[2]}`"
        yield name, event.vi, role, " or ".join(f"`{word}`" for word in words)
