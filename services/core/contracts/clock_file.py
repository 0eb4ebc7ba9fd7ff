"""Reads the `clocks` and `conditions` of the catalogue, strictly: each name must be declared."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from services.core.contracts.catalogue import PREFIX, Codes, EventType, Many
from services.core.contracts.clock_entries import ClockEntry, ClockKind, Ending, Per, Start
from services.core.contracts.errors import CatalogueError

EXPIRY: Final = "expiry"  #: among the ends of a clock that ends by itself

T = TypeVar("T", Start, Ending)


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    kind: ClockKind
    en: str
    who: str
    alarm: tuple[str, ...]
    starts: tuple[Start, ...]
    ends: tuple[str | Ending, ...]
    per: Per | None = None
    pauses: tuple[str | Ending, ...] = ()
    resumes: tuple[str | Ending, ...] = ()
    outlives: bool = False
    law: tuple[str, ...] = ()
    r2015: tuple[Start, ...] | None = None


def read_clocks(
    raw: Mapping[str, Any],
    conditions: Collection[str],
    events: Mapping[str, EventType],
    roles: Collection[str],
) -> dict[str, ClockEntry]:
    """Return the clocks of a catalogue, by id. Raises CatalogueError, which names the clock."""
    clocks = {id_: _entry(id_, entry) for id_, entry in raw.items()}
    for id_, clock in clocks.items():
        for flaw in _flaws(clock, conditions, events, roles):
            raise CatalogueError(f"clocks.{id_}: {flaw}")
    asked = {name for clock in clocks.values() for name in _named(clock)}
    if unused := sorted(set(conditions) - asked):
        raise CatalogueError(f"conditions: no clock asks for {', '.join(unused)}")
    return clocks


def _entry(id_: str, raw: object) -> ClockEntry:
    try:
        entry = msgspec.convert(raw, _Entry)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"clocks.{id_}: {error}") from error
    return ClockEntry(
        id=id_,
        kind=entry.kind,
        en=entry.en,
        who=entry.who,
        alarm=entry.alarm,
        starts=_full(entry.starts),
        ends=_full(_ending(each) for each in entry.ends if each != EXPIRY),
        expires=EXPIRY in entry.ends,
        per=entry.per,
        pauses=_full(map(_ending, entry.pauses)),
        resumes=_full(map(_ending, entry.resumes)),
        outlives=entry.outlives,
        law=entry.law,
        old_starts=None if entry.r2015 is None else _full(entry.r2015),
    )


def _ending(raw: str | Ending) -> Ending:
    return Ending(raw) if isinstance(raw, str) else raw


def _full(named: Iterable[T]) -> tuple[T, ...]:
    return tuple([replace(each, event=f"{PREFIX}.{each.event}") for each in named])


def _named(clock: ClockEntry) -> Iterator[str]:
    """Yield every condition that a clock names."""
    for start in (*clock.starts, *(clock.old_starts or ())):
        yield from filter(None, (start.when, start.later_of))
    yield from (end.when for end in clock.ends if end.when)


def _flaws(
    clock: ClockEntry,
    conditions: Collection[str],
    events: Mapping[str, EventType],
    roles: Collection[str],
) -> Iterator[str]:
    """Yield whatever is declared nowhere."""
    yield from (f"the role {role} is declared nowhere" for role in _not_in(roles, clock))
    yield from (
        f"the condition {name} is declared nowhere"
        for name in _named(clock)
        if name not in conditions
    )
    for start in (*clock.starts, *(clock.old_starts or ())):
        told = [start.if_, *start.if_any, start.unless, {start.from_: None} if start.from_ else {}]
        yield from _event_flaws(start.event, told, events)
    for end in (*clock.ends, *clock.pauses, *clock.resumes):
        yield from _event_flaws(end.event, [end.if_], events)


def _not_in(roles: Collection[str], clock: ClockEntry) -> list[str]:
    return [role for role in (clock.who, *clock.alarm) if role not in roles]


def _event_flaws(
    type_: str, told: list[dict[str, Any]], events: Mapping[str, EventType]
) -> Iterator[str]:
    name = type_.removeprefix(f"{PREFIX}.")
    if type_ not in events:
        yield f"the event {name} is declared nowhere"
        return
    fields = {field.name: field.kind for field in events[type_].fields}
    for field, wanted in [pair for each in told for pair in each.items()]:
        if field not in fields:
            yield f"{name} has no field {field}"
            continue
        kind = fields[field]
        kind = kind.of if isinstance(kind, Many) else kind
        values = wanted if isinstance(wanted, list) else [wanted]
        if isinstance(kind, Codes) and wanted is not None:
            yield from (
                f"{name}.{field} is never {value}" for value in values if value not in kind.values
            )
