"""Makes the generated modules that are tables: `events.codes` and `events.machines`.

Both are read by domains: what a code does to a type, and which event leads from where to where.
"""

from typing import Any

from services.core.contracts.catalogue import Catalogue, CodeUse, EventType, Move
from services.core.contracts.machine import OPENS, RETURNS, STAYS
from services.core.contracts.python_text import (
    MADE,
    PACKAGE,
    WIDTH,
    class_name,
    lines,
    text_of,
    tuple_of,
    value_of,
)


def codes(catalogue: Catalogue) -> str:
    """Return the module of codes."""
    return lines(
        '"""Every code by which a claim is refused or a breach noted, for domains.',
        "",
        MADE,
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
                f"    {text_of(name)}: Code(",
                f"        vi={text_of(code.vi)},",
                f"        en={text_of(code.en)},",
                f"        at={text_of(code.at)},",
                f"        why={text_of(code.why)},",
                "    ),",
            )
        ),
        "}",
        "",
        "COMMON: Final[dict[str, dict[Mode, Effect]]] = {",
        *(
            f'    {text_of(code)}: {{"act": {text_of(on["act"])}, "done": {text_of(on["done"])}}},'
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
                f"    {text_of(event.type)}: {{",
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
        text_of(use.effect),
        *(f"{key}={text_of(text)}" for key, text in cited.items() if text),
    ]
    if when := use.refuse_when:
        facts = ", ".join(f"{text_of(name)}: {value!r}" for name, value in when.if_.items())
        arguments.append(f"refuse_when=Stricter({{{facts}}}, {text_of(when.rule)})")
    opening, said = f"        {text_of(code)}: CodeUse(", ", ".join(arguments)
    if len(opening) + len(said) + 2 <= WIDTH:
        return [f"{opening}{said}),"]
    return [opening, f"            {said}", "        ),"]


def machines(catalogue: Catalogue) -> str:
    """Return the module of state machines."""
    bodies: list[str] = []
    for name, machine in catalogue.machines.items():
        named = [state for move in machine.moves for state in (*move.sources, move.target)]
        states = [state for state in dict.fromkeys(named) if state not in (OPENS, STAYS, RETURNS)]
        bodies += [
            "",
            f"{class_name(name)}State: TypeAlias = Literal[{', '.join(map(text_of, states))}]",
            f"{name.upper()}: Final = Machine(",
            f"    frozenset({{{', '.join(map(text_of, machine.final))}}}),",
            "    {",
        ]
        for event in dict.fromkeys(move.event for move in machine.moves):
            bodies.append(f"        {text_of(event)}: (")
            bodies += [_arrow(move) for move in machine.moves if move.event == event]
            bodies.append("        ),")
        bodies += ["    },", ")"]
    return lines(
        '"""Every state machine of the house, as the catalogue draws it.',
        "",
        MADE,
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
    said = [tuple_of(move.sources), text_of(move.target), *_conditions(move.condition)]
    return f"            Arrow({', '.join(said)}),"


def _conditions(condition: dict[str, Any]) -> list[str]:
    said = [f"if_={value_of(condition['if'])}"] if "if" in condition else []
    return [*said, f"when={text_of(condition['when'])}"] if "when" in condition else said
