"""Where the parts of a thread stand, and which steps may follow, by the machines alone.

A case stands where the docket says (`case.moved`); every other part where its machine leads. What
words decide (`when`) is taken for met, so this is a reading aid: the lanes decide.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from services.core.access.directory import Directory
from services.core.access.docket import ENDED
from services.core.contracts.catalogue import Catalogue, EventType, Move, Scalar
from services.core.contracts.event import Event
from services.core.contracts.events import case, judgment, machines
from services.core.contracts.machine import OPENS, RETURNS, STAYS
from services.core.telling.thread import Entry

_PRIVATE: Final = frozenset({"VP_HEAD", "BAILIFF"})
_PUBLIC: Final = frozenset({"HEAD", "OFFICER", "CASHIER"})
_SAID_BEFORE: Final = 4


class Part(Struct):
    """One thing that the thread speaks of: a judgment, a case, a coercion, a complaint."""

    id: str
    family: str
    opened: Event
    state: str
    since: datetime
    kept: str | None = None  #: the state before this one
    handler: str | None = None  #: of a case: the agency that decided it
    officer: str | None = None  #: of a case: the officer assigned
    numbers: list[str] = []  #: official ones, in the order of their use
    named: list[str] = []  #: agencies that its facts name
    said: set[str] = set()  #: the types recorded of it


class Step(Struct, frozen=True):
    """What may be said next of a part, and by whom."""

    part: str
    family: str
    state: str
    event: str
    vi: str
    en: str
    roles: tuple[str, ...]
    who: tuple[str, ...]  #: the agencies and officers whom the thread names in these roles
    to: tuple[str, ...]  #: the states it leads to; `=` where it stays, `-` where a part is opened
    condition: str
    rank: int  #: 0 leads on, 1 opens something, 2 not said yet, 3 ends, 4 said before

    @property
    def is_repeat(self) -> bool:
        """Whether it stays and was said already."""
        return self.rank >= _SAID_BEFORE


# ---- where each part stands


def parts_of(thread: Iterable[Entry], catalogue: Catalogue) -> dict[str, Part]:
    """Return every part that was opened, by its id, as the thread leaves it."""
    parts: dict[str, Part] = {}
    for entry in thread:
        fact = entry.fact
        if fact is None or entry.family == "deadline":  # a clock is no part: a part has many
            continue
        part = parts.get(fact.part)
        if part is None:
            part = _opened(entry, fact)
            if part is None:
                continue
            parts[fact.part] = part
        else:
            _move(part, entry, fact)
        _remember(part, entry, fact, catalogue)
    return parts


def _opened(entry: Entry, fact: Event) -> Part | None:
    machine = getattr(machines, entry.family.upper(), None)
    state = machine.follows(None, fact) if machine else None
    if state is None and isinstance(fact, case.Decided):
        state = "DECIDED"  # an entrusted case goes on: the docket says it without a request
    if state is None:
        return None
    return Part(fact.part, entry.family, fact, state, entry.envelope.occurred_at)


def _move(part: Part, entry: Entry, fact: Event) -> None:
    if isinstance(fact, case.Moved):
        state: str | None = fact.to_state
    elif part.family == "case":
        return
    else:
        machine = getattr(machines, part.family.upper())
        state = machine.follows(
            part.state, fact, kept=part.kept, holds=lambda when: _holds(when, part, fact)
        )
    if state is not None and state != part.state:
        part.kept, part.state, part.since = part.state, state, entry.envelope.occurred_at


def _holds(when: str, part: Part, fact: Event) -> bool:
    if when == "all items" and isinstance(part.opened, judgment.Issued):
        named = set(getattr(fact, "items", ()))
        return {item.item_no for item in part.opened.items} <= named
    return True


def _remember(part: Part, entry: Entry, fact: Event, catalogue: Catalogue) -> None:
    part.said.add(fact.TYPE)
    for field in catalogue.event(fact.TYPE).fields:
        value = getattr(fact, field.attribute)
        if field.kind == Scalar("slug") and value and value not in part.named:
            part.named.append(value)
        if field.name in {"judgment_no", "decision_no"} and value and value not in part.numbers:
            part.numbers.append(value)
    match fact:
        case case.Decided():
            part.handler = entry.envelope.agency
        case case.OfficerAssigned(officer_id=officer):
            part.officer = officer


# ---- which steps may follow


def next_steps(
    part: Part, parts: Mapping[str, Part], catalogue: Catalogue, directory: Directory, law: str
) -> list[Step]:
    """Return what may follow, the most telling first; nothing for a part that has ended."""
    machine = catalogue.machines[part.family]
    if part.state in machine.final:
        return []
    above = list(_above(part, parts))
    blocked = {f"{each.family.upper()}_{each.state}" for each in above}
    blocked |= {f"{each.state}_RUNNING" for each in above}
    found: dict[str, list[Move]] = {}
    for move in machine.moves:
        if part.state in move.sources and _fits(move, part.opened):
            found.setdefault(move.event, []).append(move)
    opens: list[Move] = [
        Move((part.state,), event.type, OPENS)
        for event in catalogue.events.values()
        if event.opens and event.parent == part.opened.__struct_fields__[0]
    ]
    steps = [
        _step(part, event, moves, above, catalogue, directory)
        for name, moves in [*found.items(), *((move.event, [move]) for move in opens)]
        if _may_follow(event := catalogue.event(name), moves, law, blocked)
    ]
    return sorted(steps, key=lambda step: step.rank)


def _may_follow(event: EventType, moves: list[Move], law: str, blocked: set[str]) -> bool:
    """Leave out what the law does not know, what the case stops, and what follows by itself."""
    by_itself = event.by == ("PLATFORM",) and all(move.target == STAYS for move in moves)
    return not (by_itself or (event.law and law not in event.law) or blocked & event.codes.keys())


def _above(part: Part, parts: Mapping[str, Part]) -> Iterator[Part]:
    """Yield a part and those it lies in, itself first."""
    id_ = part.id
    while id_:
        if id_ in parts:
            yield parts[id_]
        id_ = id_.rpartition(".")[0]


def _fits(move: Move, opened: Event) -> bool:
    """Whether the part is of the kind that an arrow asks for, as far as its opening told."""
    for name, wanted in move.condition.get("if", {}).items():
        told = getattr(opened, name, None)
        if told is not None and told not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True


def _step(
    part: Part,
    event: EventType,
    moves: list[Move],
    above: list[Part],
    catalogue: Catalogue,
    directory: Directory,
) -> Step:
    handler = next((each.handler for each in above if each.handler), None)
    office = directory.agency(handler) if handler else None
    left_out = _PUBLIC if office and office.kind == "vp" else _PRIVATE if office else frozenset()
    roles = tuple(role for role in event.by if role not in left_out | {"PLATFORM"}) or event.by
    targets = tuple(
        dict.fromkeys(
            part.kept or part.state if move.target == RETURNS else move.target for move in moves
        )
    )
    return Step(
        part.id,
        part.family,
        part.state,
        event.type,
        event.vi,
        event.en,
        roles,
        tuple(dict.fromkeys(who for role in roles for who in _named(role, above, directory))),
        targets,
        moves[0].condition.get("when", "") if len(moves) == 1 else "",
        _rank(event, targets, part, catalogue.machines[part.family].final),
    )


def _rank(event: EventType, to: tuple[str, ...], part: Part, final: tuple[str, ...]) -> int:
    if to == (OPENS,):
        return 1
    if set(to) <= {STAYS, part.state}:
        return _SAID_BEFORE if event.type in part.said else 2
    return 3 if set(to) <= {*final, *ENDED} else 0


def _named(role: str, above: list[Part], directory: Directory) -> Iterator[str]:
    """Yield who is meant by a role here: the officer assigned, or an agency that is named."""
    officer = next((each.officer for each in above if each.officer), None)
    if role in {"OFFICER", "BAILIFF"} and officer:
        yield officer
        return
    handler = next((each.handler for each in above if each.handler), None)
    for each in above:
        for slug in each.named:
            agency = directory.agency(slug)
            if agency and role in agency.roles and role != "PARTY":
                yield slug
                return
    agency = directory.agency(handler) if handler else None
    if agency and role in agency.roles and role != "PARTY":
        yield agency.slug
