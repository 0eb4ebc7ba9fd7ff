"""Makes `docs/states.md`: every state machine drawn, with what each event may be refused for.

Whoever wants to change a rule opens that page and one domain. It is written by `lienthong schemas
generate` from the catalogue alone, and `lienthong schemas check` tells when it is stale.
"""

from collections.abc import Iterator
from typing import Any, Final

from services.core.contracts.catalogue import (
    PREFIX,
    Catalogue,
    CodeUse,
    Effect,
    EventType,
    Machine,
    Move,
)
from services.core.contracts.machine import OPENS, RETURNS, STAYS
from services.core.contracts.pages import DOCS, table

PATH: Final = DOCS / "states.md"

_KEPT: Final = "kept"  #: the node that stands for whatever state stood before

_HEAD: Final = """# States

Made from `schemas/catalogue.yaml` by `lienthong schemas generate`; edit that file, not this one.

One section a family. The drawing shows what moves a part from state to state. The first table has
every arrow: `-` opens a part, `=` leaves the state as it is, `^` returns to the state that stood
before; a condition on a field is read from the event, one in words is the domain's to decide. An
event that does not follow is `WRONG_STATE`: an act is refused, what is done is recorded and noted,
and moves nothing. The second table has every event: whether it is an act or done already, who may
say it, which codes may refuse it and which are noted beside it, each with its article or rule.
"""


def states_page(catalogue: Catalogue) -> str:
    """Return the page; the same catalogue gives the same bytes on every machine."""
    sections = (
        "\n".join(_section(catalogue, family))
        for family in catalogue.families
        if catalogue.family(family)
    )
    return "\n".join([_HEAD, *_common(catalogue), "", *sections])


def _common(catalogue: Catalogue) -> Iterator[str]:
    yield "These codes hold for every claim; the second tables leave them out:\n"
    yield from table(
        ("code", "an act", "what is done", "nghĩa là"),
        (
            (f"`{code}`", _does(on["act"]), _does(on["done"]), catalogue.codes[code].vi)
            for code, on in catalogue.common.items()
        ),
    )


def _does(effect: Effect) -> str:
    return {"refuse": "is refused", "note": "is noted"}[effect]


def _section(catalogue: Catalogue, family: str) -> Iterator[str]:
    yield f"## {family}: {catalogue.families[family].vi}\n"
    machine = catalogue.machines.get(family)
    if machine is None:
        yield "It has no states: each of its facts stands for itself.\n"
    else:
        if machine.note:
            yield f"{machine.note[0].upper()}{machine.note[1:]}.\n"
        yield from _drawing(family, machine)
        yield from _moves(catalogue, family, machine)
    yield from table(
        ("event", "tên", "mode", "said by", "may refuse", "is noted"),
        (_answers(catalogue, event) for event in catalogue.family(family)),
    )
    yield ""


# ---- the machine


def _drawing(family: str, machine: Machine) -> Iterator[str]:
    """Draw what changes a state; whatever leads from one to the same other shares an arrow.

    Where an arrow leaves every state of a named set, it leaves one node of that name.
    """
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves:
        group = _group(machine, move)
        for source in [group] if group else move.sources:
            if move.target not in (STAYS, source):
                drawn = arrows.setdefault((_node(source), _node(move.target)), [])
                drawn.append(_short(move.event, family))
    nodes = {node for pair in arrows for node in pair}
    yield "```mermaid\nstateDiagram-v2"
    if _KEPT in nodes:
        yield f'    state "the state before" as {_KEPT}'
    yield from (
        f'    state "any that is {each}" as {each}' for each in machine.groups if each in nodes
    )
    for (source, target), events in arrows.items():
        yield f"    {source} --> {target}: {', '.join(dict.fromkeys(events))}"
    yield from (f"    {state} --> [*]" for state in machine.final)
    yield "```\n"


def _node(state: str) -> str:
    return {OPENS: "[*]", RETURNS: _KEPT}.get(state, state)


def _group(machine: Machine, move: Move) -> str | None:
    for name, states in machine.groups.items():
        if set(states) == set(move.sources):
            return name
    return None


def _moves(catalogue: Catalogue, family: str, machine: Machine) -> Iterator[str]:
    yield from table(
        ("from", "event", "tên", "to", "if"),
        (
            (
                _group(machine, move) or ", ".join(move.sources),
                f"`{_short(move.event, family)}`",
                catalogue.event(move.event).vi,
                move.target,
                _condition(move),
            )
            for move in machine.moves
        ),
    )
    yield ""
    for name, states in machine.groups.items():
        yield f"*{name}*: {', '.join(states)}.\n"


def _short(type_: str, family: str) -> str:
    """Name an event as one of the family would: its own without the family's name."""
    return type_.removeprefix(f"{PREFIX}.").removeprefix(f"{family}.")


def _condition(move: Move) -> str:
    said = [f"`{name}`: {_said(value)}" for name, value in move.condition.get("if", {}).items()]
    return "; ".join([*said, *([move.condition["when"]] if "when" in move.condition else [])])


def _said(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(map(_said, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


# ---- the events


def _answers(catalogue: Catalogue, event: EventType) -> tuple[str, ...]:
    own = {
        code: use
        for code, use in event.codes.items()
        if code not in catalogue.common or use.article or use.rule
    }
    known = f" ({', '.join(event.law)} only)" if event.law else ""
    return (
        f"`{_short(event.type, event.family)}`",
        event.vi,
        f"{event.mode}{known}",
        ", ".join(event.by),
        _codes(own, "refuse"),
        _codes(own, "note"),
    )


def _codes(own: dict[str, CodeUse], effect: Effect) -> str:
    named = [_code(code, use) for code, use in own.items() if use.effect == effect]
    if effect == "refuse":
        named += [_stricter(code, use) for code, use in own.items() if use.refuse_when]
    return ", ".join(named)


def _code(code: str, use: CodeUse) -> str:
    cited = use.article or use.rule
    return f"`{code}` ({cited})" if cited else f"`{code}`"


def _stricter(code: str, use: CodeUse) -> str:
    assert use.refuse_when is not None  # noqa: S101 - the caller asked
    when = "; ".join(f"`{name}`: {_said(value)}" for name, value in use.refuse_when.if_.items())
    return f"`{code}` ({use.refuse_when.rule}, if {when})"
