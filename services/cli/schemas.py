"""`lienthong schemas check | generate | list`: the contracts, for who changes them and for CI."""

import sys
from collections.abc import Sequence
from typing import Final

import msgspec
from cyclopts import App
from msgspec import Struct

from services.core.contracts.agreement import disagreements
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.compatibility import breaches
from services.core.contracts.competence_page import PATH as COMPETENCE
from services.core.contracts.competence_page import competence_page
from services.core.contracts.errors import ContractError, Stale
from services.core.contracts.generator import EVENTS, generate, stale, write
from services.core.contracts.glossary_page import PATH as GLOSSARY
from services.core.contracts.glossary_page import glossary_page
from services.core.contracts.pages import is_fresh
from services.core.contracts.schemas import load_schemas
from services.core.contracts.states_page import PATH as STATES
from services.core.contracts.states_page import states_page
from services.core.contracts.visibility_page import PATH as VISIBILITY
from services.core.contracts.visibility_page import visibility_page

app: Final = App(
    name="schemas", help="The contracts: check them, make the event classes, list them."
)
PAGES: Final = (
    (STATES, states_page),
    (COMPETENCE, competence_page),
    (GLOSSARY, glossary_page),
    (VISIBILITY, visibility_page),
)


class Row(Struct, frozen=True):
    """What `list` says of a type."""

    type: str
    schema_id: int
    version: int
    mode: str
    by: tuple[str, ...]
    vi: str
    en: str


@app.command
def check() -> int:
    """Check the catalogue, the schemas, their compatibility, and that what is made is fresh.

    Every trouble is one line on stderr; exit code 1 if there is any.
    """
    try:
        catalogue, schemas = load_catalogue(), load_schemas()
    except ContractError as error:
        return _report([error])
    troubles: list[ContractError] = [*disagreements(catalogue, schemas), *breaches(schemas)]
    if not troubles:  # classes can be made only of schemas that agree
        troubles = [
            Stale(f"{EVENTS / name}: not what the schemas make; run `lienthong schemas generate`")
            for name in stale(generate(catalogue, schemas))
        ]
        try:
            troubles += [
                Stale(f"{path}: not what the catalogue says; run `lienthong schemas generate`")
                for path, page in PAGES
                if not is_fresh(page(catalogue), path)
            ]
        except ContractError as error:
            troubles.append(error)
    if not troubles:
        released = sum(len(schemas.released(type_)) for type_ in schemas.versions)
        print(
            f"all {len(catalogue.events)} types agree with their schemas, get on with"
            f" {released} released before, their classes and the pages made of them are fresh"
        )
    return _report(troubles)


@app.command(name="generate")
def generate_classes() -> int:
    """Make the event classes and the pages of `docs/` from the catalogue and the schemas."""
    catalogue, schemas = load_catalogue(), load_schemas()
    if troubles := list(disagreements(catalogue, schemas)):
        return _report(troubles)
    modules = generate(catalogue, schemas)
    changed = stale(modules)
    write(modules)
    for path, page in PAGES:
        if not is_fresh(text := page(catalogue), path):
            path.write_text(text, encoding="utf-8")
            changed.append(path.name)
    named = ", ".join(changed) or "none"
    print(f"{len(modules)} modules and {len(PAGES)} pages, written anew: {named}")
    return 0


@app.command(name="list")
def list_types(*, json: bool = False) -> int:
    """List every type with its schema id, mode and who may say it.

    Parameters
    ----------
    json
        Print one JSON array.
    """
    catalogue, schemas = load_catalogue(), load_schemas()
    current = schemas.current
    rows = [
        Row(
            type=event.type,
            schema_id=current[event.type].id,
            version=current[event.type].version,
            mode=event.mode,
            by=event.by,
            vi=event.vi,
            en=event.en,
        )
        for event in catalogue.events.values()
    ]
    if json:
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
    else:
        for row in rows:
            print(f"{row.type:42} {row.schema_id:>10}  {row.mode:4}  {', '.join(row.by)}: {row.vi}")
    return 0


def _report(troubles: Sequence[ContractError]) -> int:
    for trouble in troubles:
        print(f"{type(trouble).__name__}: {trouble}", file=sys.stderr)
    return 1 if troubles else 0
