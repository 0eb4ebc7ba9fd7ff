"""Reads `schemas/catalogue.yaml`, strictly, into a `catalogue.Catalogue`.

An unknown key, a key written twice, a name that is declared nowhere: each is a CatalogueError that
says where it stands. Whatever is accepted here means something in code.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import yaml
from msgspec import Struct, field

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import (
    PREFIX,
    REFUSES_DONE,
    Catalogue,
    Code,
    Codes,
    CodeUse,
    Effect,
    EventType,
    FamilyEntry,
    Field,
    Kind,
    Machine,
    Many,
    Mode,
    Move,
    Named,
    Nested,
    Role,
    Scalar,
)
from services.core.contracts.clock_file import read_clocks
from services.core.contracts.errors import CatalogueError
from services.core.contracts.forms import FORMS, TEXTS

SCHEMAS: Final = Path(__file__).parents[3] / "schemas"

T = TypeVar("T")


def load_catalogue(folder: Path = SCHEMAS) -> Catalogue:
    """Read the catalogue of a schemas folder. Raises CatalogueError for anything it cannot mean."""
    path = folder / "catalogue.yaml"
    try:
        catalogue = _resolve(_convert(strict_yaml.load(path), _Document, "top level"))
        _check(catalogue)
    except (CatalogueError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    return catalogue


# ---- the file as it is written


class _Is(Struct, frozen=True, forbid_unknown_fields=True):
    mode: Mode
    part: str
    by: dict[str, tuple[str, ...]]
    data_class: str = field(name="class")
    opens: bool = False
    parent: str | None = None
    asked: bool = False
    law: tuple[str, ...] = ()


class _Fields(Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    planned: tuple[str, ...] = ()


class _Event(_Fields, frozen=True, kw_only=True):
    vi: str
    en: str
    is_: _Is = field(name="is")
    with_: tuple[str, ...] = field(name="with", default=())
    codes: dict[str, CodeUse] = {}
    readers: tuple[str, ...] | None = None


class _Machine(Struct, frozen=True, forbid_unknown_fields=True):
    moves: tuple[tuple[Any, ...], ...]
    note: str = ""
    final: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}


class _Conventions(Struct, frozen=True, forbid_unknown_fields=True):
    ids: dict[str, Any]
    types: dict[str, str]
    forms: dict[str, tuple[str, ...]]
    records: dict[str, _Fields]
    groups: dict[str, _Fields]
    envelope: dict[str, str]
    classes: dict[str, str]
    modes: dict[Mode, str]
    decided_at: dict[str, str]
    common: dict[str, tuple[Effect, Effect]]
    items: str
    needs: str
    derived: str
    numbers: str
    clocks: str = ""
    cancelled: str = ""
    same_law: str = ""


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    conventions: _Conventions
    agency_kinds: tuple[str, ...]
    roles: dict[str, Role]
    relations: dict[str, Named]
    competence: dict[str, Named]
    families: dict[str, FamilyEntry]
    events: dict[str, Any]  # converted one by one, so that an error can name its event
    codes: dict[str, Code]
    machines: dict[str, _Machine]
    conditions: dict[str, str] = {}
    clocks: dict[str, Any] = {}  # converted one by one, as events are


def _convert(raw: object, type_: type[T], where: str) -> T:
    try:
        return msgspec.convert(raw, type_)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {error}") from error


# ---- from what is written to what it means


def _resolve(document: _Document) -> Catalogue:
    conventions = document.conventions
    events = {
        f"{PREFIX}.{name}": _event(
            name, _convert(raw, _Event, f"events.{name}"), conventions, document.families
        )
        for name, raw in document.events.items()
    }
    return Catalogue(
        agency_kinds=document.agency_kinds,
        roles=document.roles,
        relations=document.relations,
        competence=document.competence,
        families=document.families,
        records={
            name: _fields([raw], conventions, f"records.{name}")
            for name, raw in conventions.records.items()
        },
        events=events,
        codes=document.codes,
        common={
            code: {"act": act, "done": done} for code, (act, done) in conventions.common.items()
        },
        machines={name: _machine(name, raw) for name, raw in document.machines.items()},
        conditions=document.conditions,
        clocks=read_clocks(document.clocks, document.conditions, events, document.roles),
        forms={name: form for form, names in conventions.forms.items() for name in names},
    )


def _event(
    name: str, entry: _Event, conventions: _Conventions, families: dict[str, FamilyEntry]
) -> EventType:
    at = f"events.{name}"
    family = name.partition(".")[0]
    groups = [*entry.with_, *(["act"] if entry.is_.mode == "act" else [])]
    _declared([family], families, at)
    _declared(groups, conventions.groups, at)
    _declared([entry.is_.data_class], conventions.classes, at)
    fields = _fields([entry, *(conventions.groups[group] for group in groups)], conventions, at)
    done = entry.is_.mode == "done"
    common = {code: CodeUse(effect[done]) for code, effect in conventions.common.items()}
    return EventType(
        type=f"{PREFIX}.{name}",
        family=family,
        vi=entry.vi,
        en=entry.en,
        mode=entry.is_.mode,
        data_class=entry.is_.data_class,
        competence=entry.is_.by,
        part=entry.is_.part,
        opens=entry.is_.opens,
        parent=entry.is_.parent,
        fields=(Field(entry.is_.part, Scalar("id")), *fields),
        codes=common | entry.codes,
        readers=entry.readers or families[family].readers,
        asked=entry.is_.asked,
        law=entry.is_.law,
    )


def _fields(of: list[_Fields], conventions: _Conventions, at: str) -> tuple[Field, ...]:
    planned = {name for each in of for name in each.planned}
    required = {name for each in of for name in each.fields}
    found = [
        Field(name, _kind(raw, conventions, f"{at}.{name}"), optional, name in planned)
        for optional in (False, True)
        for each in of
        for name, raw in (each.optional if optional else each.fields).items()
        if not (optional and each is not of[0] and name in required)  # a decision has its paper
    ]
    names = [each.name for each in found]
    _declared(planned, names, f"{at}.planned")
    if len(set(names)) < len(names):
        raise CatalogueError(f"{at}: a field stands twice among {', '.join(names)}")
    return tuple(found)


def _kind(raw: object, conventions: _Conventions, at: str) -> Kind:
    match raw:
        case str() if raw in conventions.records:
            return Nested(raw)
        case str() if raw in conventions.types:
            return Scalar(raw)
        case list() if raw and all(isinstance(code, str) for code in raw):
            return Codes(tuple(raw))
        case dict() if raw.keys() == {"list"}:
            return Many(_kind(raw["list"], conventions, at))
    raise CatalogueError(f"{at}: expected a type, a record, a list of codes, or {{list: …}} of one")


def _machine(name: str, raw: _Machine) -> Machine:
    moves = tuple(_move(move, name, raw.groups) for move in raw.moves)
    return Machine(raw.note, raw.final, moves, raw.groups)


def _move(move: tuple[Any, ...], machine: str, groups: dict[str, tuple[str, ...]]) -> Move:
    match move:
        case (str() | list() as sources, str(event), str(target), *condition):
            named = [sources] if isinstance(sources, str) else sources
            states = [state for each in named for state in groups.get(each, (each,))]
            return Move(tuple(states), f"{PREFIX}.{event}", target, *condition)
    raise CatalogueError(f"machines.{machine}: a move is [from, event, to, condition]")


# ---- what must hold between its parts


def _declared(used: Iterable[str], among: Collection[str], at: str) -> None:
    if unknown := sorted(set(used) - set(among)):
        raise CatalogueError(f"{at}: {', '.join(unknown)} is declared nowhere")


def _check(catalogue: Catalogue) -> None:
    for name, role in catalogue.roles.items():
        _declared(role.of, catalogue.agency_kinds, f"roles.{name}.of")
    for name, family in catalogue.families.items():
        heard = [f"{PREFIX}.{type_}" for type_ in family.hears]
        _declared(heard, catalogue.events, f"families.{name}.hears")
        _declared(family.readers, catalogue.relations, f"families.{name}.readers")
    for name, machine in catalogue.machines.items():
        _declared([move.event for move in machine.moves], catalogue.events, f"machines.{name}")
    for event in catalogue.events.values():
        at = f"events.{event.type.removeprefix(PREFIX + '.')}"
        _declared(event.by, catalogue.roles, f"{at}.by")
        _check_competence(event, catalogue, at)
        _declared(event.readers, catalogue.relations, f"{at}.readers")
        _declared(event.codes, catalogue.codes, f"{at}.codes")
        if event.parent and catalogue.depth(event.parent) is None:
            raise CatalogueError(f"{at}.parent: nothing opens a {event.parent}")
        for code, use in event.codes.items():
            why = catalogue.codes[code].why
            if use.refuse_when:
                names = [each.name for each in event.fields]
                _declared(use.refuse_when.if_, names, f"{at}.codes.{code}.refuse_when")
            if event.mode == "done" and use.effect == "refuse" and why not in REFUSES_DONE:
                raise CatalogueError(f"{at}.codes.{code}: {why} may only note a done event")
    _check_forms(catalogue)


def _check_forms(catalogue: Catalogue) -> None:
    """Every form is known, is of a field that there is, and no id is without one."""
    holders = [event.fields for event in catalogue.events.values()]
    fields = [each for held in (*holders, *catalogue.records.values()) for each in held]
    parts = {part for part in catalogue.parts if catalogue.depth(part) is not None}
    _declared(catalogue.forms.values(), {*FORMS, *TEXTS, *parts}, "conventions.forms")
    _declared(catalogue.forms, {each.name for each in fields}, "conventions.forms")
    ids = {each.name for each in fields if each.kind == Scalar("id")}
    if without := sorted(ids - parts - catalogue.forms.keys()):
        raise CatalogueError(f"conventions.forms: {', '.join(without)} has none")


def _check_competence(event: EventType, catalogue: Catalogue, at: str) -> None:
    for role, standings in event.competence.items():
        _declared(standings, catalogue.competence, f"{at}.by.{role}")
        if not standings:
            raise CatalogueError(f"{at}.by.{role}: say how its agency must stand to the part")
