"""The clocks of the catalogue, found by the type of event that starts, ends or halts them."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.clock_entries import ClockEntry, Ending, Start
from services.core.contracts.event import Event
from services.core.contracts.machine import says

Endings: TypeAlias = Mapping[str, tuple[Ending, ...]]
"""Of one type of event: by the clock, what it does to that."""

_NONE: Final[Endings] = {}


@cache
def entries() -> Mapping[str, ClockEntry]:
    """Return the clocks that the catalogue declares, by id. Raises CatalogueError."""
    return load_catalogue().clocks


def entry(id_: str) -> ClockEntry:
    """Return the entry of a clock that has started."""
    return entries()[id_]


def starts(type_: str, version: str) -> tuple[tuple[ClockEntry, Start], ...]:
    """Return which clocks a type of event may start under a version of the law."""
    return _starts(version).get(type_, ())


def ends(type_: str) -> Collection[str]:
    """Return which clocks a type of event may end."""
    return _index("ends").get(type_, _NONE)


def ends_by(id_: str, event: Event) -> tuple[int, ...]:
    """Return which of its ends the payload fits; `when`, `last` and `by` are not asked."""
    found = enumerate(entry(id_).ends)
    return tuple([at for at, end in found if end.event == event.TYPE and fits(end, event)])


def may_halt(type_: str) -> bool:
    """Say whether a type of event may halt clocks, or let them go on."""
    return type_ in _index("pauses") or type_ in _index("resumes")


def halted_by(event: Event) -> tuple[str, ...]:
    """Return which clocks an event may halt."""
    return _fitting(_index("pauses").get(event.TYPE, _NONE), event)


def resumed_by(event: Event) -> tuple[str, ...]:
    """Return which clocks an event may let go on."""
    return _fitting(_index("resumes").get(event.TYPE, _NONE), event)


def starts_by(start: Start, event: Event) -> bool:
    """Say whether the payload is one that starts the clock; `when` is not asked."""
    return (
        _says(event, start.if_)
        and (not start.if_any or any(_says(event, each) for each in start.if_any))
        and not (start.unless and _says(event, start.unless))
    )


def fits(ending: Ending, event: Event) -> bool:
    """Say whether the payload is one that ends or halts the clock; `when` is not asked."""
    return _says(event, ending.if_)


def _fitting(endings: Endings, event: Event) -> tuple[str, ...]:
    return tuple([id_ for id_, ways in endings.items() if any(fits(each, event) for each in ways)])


def _says(event: Event, wanted: Mapping[str, Any]) -> bool:
    return all(says(event, name, value) for name, value in wanted.items())


@cache
def _starts(version: str) -> Mapping[str, tuple[tuple[ClockEntry, Start], ...]]:
    found: dict[str, tuple[tuple[ClockEntry, Start], ...]] = {}
    for clock in entries().values():
        for start in clock.starts_under(version):
            found[start.event] = (*found.get(start.event, ()), (clock, start))
    return found


@cache
def _index(what: str) -> Mapping[str, Endings]:
    found: dict[str, dict[str, tuple[Ending, ...]]] = {}
    for clock in entries().values():
        endings: Iterable[Ending] = getattr(clock, what)
        for ending in endings:
            of_type = found.setdefault(ending.event, {})
            of_type[clock.id] = (*of_type.get(clock.id, ()), ending)
    return found
