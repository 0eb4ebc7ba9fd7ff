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

from services.core.contracts.catalogue import (
    PREFIX,
    Catalogue,
    Codes,
    CodeUse,
    EventType,
    Field,
    Kind,
    Many,
    Move,
    Nested,
    Scalar,
)
from services.core.contracts.machine import OPENS, RETURNS, STAYS
from services.core.contracts.schemas import Schemas

EVENTS: Final = Path(__file__).parent / "events"
PACKAGE: Final = "services.core.contracts"

Docs: TypeAlias = dict[str, dict[str, str]]
"""What the schemas say of each record, under "", and of its fields."""

_WIDTH: Final = 100
_MADE: Final = (
    "Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file."
)
_PYTHON: Final = {
    "date": "date",
    "timestamp": "Instant",
    "dong": "Long",
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
        "codes.py": _codes(catalogue),
        "machines.py": _machines(catalogue),
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


def class_name(name: str) -> str:
    """Return the class of an event or record: `made_effective` is MadeEffective."""
    return "".join(word.capitalize() for word in name.split("_"))


# ---- modules


def _index(catalogue: Catalogue, families: Sequence[str]) -> str:
    classes = [
        f"    {event.family}.{_class_of(event)},"
        for family in families
        for event in catalogue.family(family)
    ]
    return _lines(
        '"""Every event class of the house.',
        "",
        _MADE,
        '"""',
        "",
        "from typing import Final",
        "",
        f"from {PACKAGE}.event import Event",
        *_broken(f"from {PACKAGE}.events import ", sorted(families), "", ("(", ")")),
        "",
        "EVENTS: Final[tuple[type[Event], ...]] = (",
        *classes,
        ")",
    )


def _codes(catalogue: Catalogue) -> str:
    return _lines(
        '"""Every code by which a claim is refused or a breach noted, for domains.',
        "",
        _MADE,
        '"""',
        "",
        "from typing import Final",
        "",
        f"from {PACKAGE}.catalogue import Code, CodeUse, Effect, Mode"
        + (", Stricter" if any(map(_is_stricter, catalogue.events.values())) else ""),
        "",
        "CODES: Final[dict[str, Code]] = {",
        *(
            line
            for name, code in catalogue.codes.items()
            for line in (
                f"    {_text(name)}: Code(",
                f"        vi={_text(code.vi)},",
                f"        en={_text(code.en)},",
                f"        at={_text(code.at)},",
                f"        why={_text(code.why)},",
                "    ),",
            )
        ),
        "}",
        "",
        "COMMON: Final[dict[str, dict[Mode, Effect]]] = {",
        *(
            f'    {_text(code)}: {{"act": {_text(on["act"])}, "done": {_text(on["done"])}}},'
            for code, on in catalogue.common.items()
        ),
        "}",
        '"""The codes that hold for every claim: what each does to an act and to what is done."""',
        "",
        "USES: Final[dict[str, dict[str, CodeUse]]] = {",
        *(
            line
            for event in catalogue.events.values()
            if (own := event.codes.keys() - catalogue.common.keys())
            for line in (
                f"    {_text(event.type)}: {{",
                *(
                    written
                    for code, use in event.codes.items()
                    if code in own
                    for written in _use(code, use)
                ),
                "    },",
            )
        ),
        "}",
        '"""The codes of single types: what each does, and by which rule and article."""',
    )


def _is_stricter(event: EventType) -> bool:
    return any(use.refuse_when for use in event.codes.values())


def _use(code: str, use: CodeUse) -> list[str]:
    cited = {"rule": use.rule, "article": use.article}
    arguments = [
        _text(use.effect),
        *(f"{key}={_text(text)}" for key, text in cited.items() if text),
    ]
    if when := use.refuse_when:
        facts = ", ".join(f"{_text(name)}: {value!r}" for name, value in when.if_.items())
        arguments.append(f"refuse_when=Stricter({{{facts}}}, {_text(when.rule)})")
    opening, said = f"        {_text(code)}: CodeUse(", ", ".join(arguments)
    if len(opening) + len(said) + 2 <= _WIDTH:
        return [f"{opening}{said}),"]
    return [opening, f"            {said}", "        ),"]


def _machines(catalogue: Catalogue) -> str:
    bodies: list[str] = []
    for name, machine in catalogue.machines.items():
        named = [state for move in machine.moves for state in (*move.sources, move.target)]
        states = [state for state in dict.fromkeys(named) if state not in (OPENS, STAYS, RETURNS)]
        bodies += [
            "",
            f"{class_name(name)}State: TypeAlias = Literal[{', '.join(map(_text, states))}]",
            f"{name.upper()}: Final = Machine(",
            f"    frozenset({{{', '.join(map(_text, machine.final))}}}),",
            "    {",
        ]
        for event in dict.fromkeys(move.event for move in machine.moves):
            bodies.append(f"        {_text(event)}: (")
            bodies += [_arrow(move) for move in machine.moves if move.event == event]
            bodies.append("        ),")
        bodies += ["    },", ")"]
    return _lines(
        '"""Every state machine of the house, as the catalogue draws it.',
        "",
        _MADE,
        '"""',
        "",
        "from typing import Final, Literal, TypeAlias",
        "",
        f"from {PACKAGE}.machine import Arrow, Machine",
        "",
        "# fmt: off",
        "# ruff: noqa: E501 - an arrow is read best in one line",
        *bodies,
    )


def _arrow(move: Move) -> str:
    said = [_tuple(move.sources), _text(move.target), *_conditions(move.condition)]
    return f"            Arrow({', '.join(said)}),"


def _conditions(condition: dict[str, Any]) -> list[str]:
    said = [f"if_={_value(condition['if'])}"] if "if" in condition else []
    return [*said, f"when={_text(condition['when'])}"] if "when" in condition else said


def _value(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return (
                f"{{{', '.join(f'{_text(key)}: {_value(each)}' for key, each in value.items())}}}"
            )
    return repr(value)


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
            f"TYPE: ClassVar[str] = {_text(event.type)}",
            f"MODE: ClassVar[Mode] = {_text(event.mode)}",
            *([f"LAW: ClassVar[tuple[str, ...]] = {_tuple(event.law)}"] if event.law else []),
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
        *imported(f"{PACKAGE}.event", "Event", "Instant", "Long", "Record"),
        *imported(f"{PACKAGE}.events.records", *records),
    ]
    if not bodies[2].startswith("class"):
        bodies = bodies[1:]  # the formatter wants two empty lines before a class only
    return _lines(f'"""{title}', "", _MADE, '"""', "", *imports, *bodies)


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


def _fields(owner: str, fields: Sequence[Field], doc: dict[str, str]) -> list[_Field]:
    return [_field(class_name(f"{owner}_{field.name}"), field, doc[field.name]) for field in fields]


def _field(alias: str, field: Field, doc: str) -> _Field:
    annotation = _annotation(field.kind, alias)
    declared = f"    {field.attribute}: {annotation}{' | None' if field.optional else ''}"
    if field.attribute != field.name:
        default = "default=None, " if field.optional else ""
        declared += f" = field({default}name={_text(field.name)})"
    elif field.optional:
        declared += " = None"
    codes = _codes_of(field.kind)
    return _Field(
        [f"{declared}  #: {doc}"]
        if len(declared) + len(doc) + 5 <= _WIDTH
        else [*(f"    #: {line}" for line in wrap(doc, _WIDTH - 7)), declared],
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
    if len(title) + 11 <= _WIDTH:
        return [f'    """{title}."""']
    en, _, vi = title.removesuffix(")").rpartition(" (")
    return [f'    """{en}.', "", f"    {vi[0].upper()}{vi[1:]}.", '    """']


def _literal(name: str, codes: tuple[str, ...]) -> list[str]:
    return _broken(f"{name}: TypeAlias = Literal[", [_text(code) for code in codes], "]")


def _broken(
    opening: str, items: list[str], closing: str, broken: tuple[str, str] = ("", "")
) -> list[str]:
    """Spell a list as the formatter would; `broken` stands round what takes several lines."""
    body = ", ".join(items)
    if len(opening) + len(body) + len(closing) <= _WIDTH:
        return [f"{opening}{body}{closing}"]
    begun, ended = opening + broken[0], broken[1] + closing
    if len(body) + 4 <= _WIDTH and not broken[0]:
        return [begun, f"    {body}", ended]
    return [begun, *(f"    {item}," for item in items), ended]


def _alias(name: str, classes: list[str]) -> list[str]:
    line = f"{name}: TypeAlias = {' | '.join(classes)}"
    if len(line) <= _WIDTH:
        return [line]
    body = " | ".join(classes)
    inside = (
        [body] if len(body) + 4 <= _WIDTH else [classes[0], *(f"| {each}" for each in classes[1:])]
    )
    return [f"{name}: TypeAlias = (", *(f"    {each}" for each in inside), ")"]


def _tuple(texts: tuple[str, ...]) -> str:
    return f"({', '.join(map(_text, texts))}{',' if len(texts) == 1 else ''})"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


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
