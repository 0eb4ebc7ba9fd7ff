"""Makes the event classes from the catalogue and the schemas: `lienthong schemas generate`.

The catalogue gives types, lists of codes and modes; the schemas give the words for each field. What
is made is committed under `events/`, so that a reader and a type checker see it; `stale` tells when
it no longer follows from its sources. The same input gives the same bytes on every machine, already
in the form that the formatter would give them.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, TypeAlias

from msgspec import Struct

from services.core.contracts import tables
from services.core.contracts.catalogue import (
    PREFIX,
    Catalogue,
    Codes,
    EventType,
    Field,
    Kind,
    Many,
    Nested,
    Scalar,
)
from services.core.contracts.python_text import (
    MADE,
    PACKAGE,
    WIDTH,
    broken,
    class_name,
    lines,
    text_of,
    tuple_of,
)
from services.core.contracts.schemas import Schemas

EVENTS: Final = Path(__file__).parent / "events"

Docs: TypeAlias = dict[str, dict[str, str]]
"""What the schemas say of each record, under "", and of its fields."""

_PYTHON: Final = {
    "date": "date",
    "timestamp": "Instant",
    "dong": "Dong",
    "dong_or_zero": "Dong",
    "int": "Long",
    "bool": "bool",
}
"""The Python type of a scalar; every other scalar is text."""


def generate(catalogue: Catalogue, schemas: Schemas) -> dict[str, str]:
    """Return the text of each module by its file name."""
    docs: Docs = {}
    for schema in schemas.current.values():
        _collect_docs(schema.json, docs)
    families = [family for family in catalogue.families if catalogue.family(family)]
    return {
        "__init__.py": _index(catalogue, families),
        "codes.py": tables.codes(catalogue),
        "machines.py": tables.machines(catalogue),
        "records.py": _records(catalogue, docs),
        **{f"{family}.py": _family(catalogue, family, docs) for family in families},
    }


def stale(modules: dict[str, str], folder: Path = EVENTS) -> list[str]:
    """Return the names of the modules whose file is missing, differs or is made no more."""
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    return sorted(
        name for name in files.keys() | modules.keys() if files.get(name) != modules.get(name)
    )


def write(modules: dict[str, str], folder: Path = EVENTS) -> None:
    """Bring a folder to exactly these modules."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale(modules, folder):
        path = folder / name
        if name in modules:
            path.write_text(modules[name], encoding="utf-8")
        else:
            path.unlink()


# ---- modules


def _index(catalogue: Catalogue, families: Sequence[str]) -> str:
    classes = [
        f"    {event.family}.{_class_of(event)},"
        for family in families
        for event in catalogue.family(family)
    ]
    return lines(
        '"""Every event class of the house.',
        "",
        MADE,
        '"""',
        "",
        "from typing import Final",
        "",
        f"from {PACKAGE}.event import Event",
        *broken(f"from {PACKAGE}.events import ", sorted(families), "", ("(", ")")),
        "",
        "EVENTS: Final[tuple[type[Event], ...]] = (",
        *classes,
        ")",
    )


def _records(catalogue: Catalogue, docs: Docs) -> str:
    bodies: list[str] = []
    for name, fields in catalogue.records.items():
        doc = docs.get(f"{PREFIX}.records.{name}")
        if doc:  # else no event holds it yet
            vi, _, en = doc[""].partition(" — ")
            title = f"{en} ({vi})"
            bodies += _class(class_name(name), "Record", title, (), _fields(name, fields, doc))
    return _module("Records that events hold: a paper, a party, an item.", bodies)


def _family(catalogue: Catalogue, family: str, docs: Docs) -> str:
    events = catalogue.family(family)
    bodies: list[str] = []
    for event in events:
        name = event.type.rpartition(".")[2]
        marks = (
            f"TYPE: ClassVar[str] = {text_of(event.type)}",
            f"MODE: ClassVar[Mode] = {text_of(event.mode)}",
            *_by(event),
            *([f"LAW: ClassVar[tuple[str, ...]] = {tuple_of(event.law)}"] if event.law else []),
        )
        fields = _fields(name, event.fields, docs[event.type])
        bodies += _class(class_name(name), "Event", f"{event.en} ({event.vi})", marks, fields)
    claims = [_class_of(event) for event in events if event.is_claim]
    facts = [_class_of(event) for event in events if not event.is_claim]
    bodies += ["", ""]
    if claims:
        bodies += [*_alias("Claim", claims), '"""What agencies may submit."""', ""]
        facts = ["Claim", *facts]
    bodies += [*_alias("Fact", facts), '"""What may be recorded."""']
    title = f"Events of the family {family} ({catalogue.families[family].vi})."
    return _module(title, bodies, [class_name(record) for record in catalogue.records])


def _module(title: str, bodies: list[str], records: Sequence[str] = ()) -> str:
    """Put the imports that the classes need in front of them."""
    code = [line.partition("#:")[0] for line in bodies if '"""' not in line]
    words = set(re.findall(r"\w+", "\n".join(code)))

    def imported(module: str, *names: str) -> list[str]:
        used = [name for name in sorted(names) if name in words]
        return [f"from {module} import {', '.join(used)}"] if used else []

    imports = [
        *imported("datetime", "date"),
        *imported("typing", "ClassVar", "Literal", "TypeAlias"),
        "",
        *([*imported("msgspec", "field"), ""] if any("field(" in line for line in code) else []),
        *imported(f"{PACKAGE}.catalogue", "Mode"),
        *imported(f"{PACKAGE}.event", "By", "Dong", "Event", "Instant", "Long", "Record"),
        *imported(f"{PACKAGE}.events.records", *records),
    ]
    if not bodies[2].startswith("class"):
        bodies = bodies[1:]  # the formatter wants two empty lines before a class only
    return lines(f'"""{title}', "", MADE, '"""', "", *imports, *bodies)


# ---- classes


class _Field(Struct, frozen=True):
    """The lines that declare a field, and those of the list of codes it needs before its class."""

    declaration: list[str]
    codes: list[str]


def _class(
    name: str, base: str, title: str, marks: Sequence[str], fields: Sequence[_Field]
) -> list[str]:
    codes = [line for field in fields for line in field.codes]
    return [
        *(["", "", *codes] if codes else []),
        "",
        "",
        f"class {name}({base}, frozen=True):",
        *_docstring(title),
        "",
        *(f"    {mark}" for mark in marks),
        *([""] if marks else []),
        *(line for field in fields for line in field.declaration),
    ]


def _by(event: EventType) -> list[str]:
    rules = event.competence.items()
    return [
        "BY: ClassVar[By] = {",
        *(f"    {text_of(role)}: {tuple_of(standings)}," for role, standings in rules),
        "}",
    ]


def _fields(owner: str, fields: Sequence[Field], doc: dict[str, str]) -> list[_Field]:
    return [_field(class_name(f"{owner}_{field.name}"), field, doc[field.name]) for field in fields]


def _field(alias: str, field: Field, doc: str) -> _Field:
    annotation = _annotation(field.kind, alias)
    declared = f"    {field.attribute}: {annotation}{' | None' if field.optional else ''}"
    if field.attribute != field.name:
        default = "default=None, " if field.optional else ""
        declared += f" = field({default}name={text_of(field.name)})"
    elif field.optional:
        declared += " = None"
    codes = _codes_of(field.kind)
    return _Field(
        [f"{declared}  #: {doc}"]
        if len(declared) + len(doc) + 5 <= WIDTH
        else [*(f"    #: {line}" for line in wrap(doc, WIDTH - 7)), declared],
        _literal(alias, codes) if codes else [],
    )


def _annotation(kind: Kind, alias: str) -> str:
    match kind:
        case Scalar(name):
            return _PYTHON.get(name, "str")
        case Codes():
            return alias
        case Nested(record):
            return class_name(record)
        case Many(of):
            return f"list[{_annotation(of, alias)}]"


def _codes_of(kind: Kind) -> tuple[str, ...]:
    match kind:
        case Codes(values):
            return values
        case Many(of):
            return _codes_of(of)
    return ()


def _class_of(event: EventType) -> str:
    return class_name(event.type.rpartition(".")[2])


# ---- text, as the formatter would have it


def _docstring(title: str) -> list[str]:
    title = title[0].upper() + title[1:]
    if len(title) + 11 <= WIDTH:
        return [f'    """{title}."""']
    en, _, vi = title.removesuffix(")").rpartition(" (")
    return [f'    """{en}.', "", f"    {vi[0].upper()}{vi[1:]}.", '    """']


def _literal(name: str, codes: tuple[str, ...]) -> list[str]:
    return broken(f"{name}: TypeAlias = Literal[", [text_of(code) for code in codes], "]")


def _alias(name: str, classes: list[str]) -> list[str]:
    line = f"{name}: TypeAlias = {' | '.join(classes)}"
    if len(line) <= WIDTH:
        return [line]
    body = " | ".join(classes)
    inside = (
        [body] if len(body) + 4 <= WIDTH else [classes[0], *(f"| {each}" for each in classes[1:])]
    )
    return [f"{name}: TypeAlias = (", *(f"    {each}" for each in inside), ")"]


def _collect_docs(schema: Any, into: Docs) -> None:
    match schema:
        case {"type": "record", "fields": fields}:
            said = into[f"{schema['namespace']}.{schema['name']}"] = {"": schema["doc"]}
            for field in fields:
                said[field["name"]] = field["doc"]
                _collect_docs(field["type"], into)
        case {"type": "array", "items": items}:
            _collect_docs(items, into)
        case list():
            for branch in schema:
                _collect_docs(branch, into)
