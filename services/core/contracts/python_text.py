"""Python source as text, in the form that the formatter would give it.

What every maker of generated modules spells with: `generator` and `tables`.
"""

from typing import Any, Final

PACKAGE: Final = "services.core.contracts"
WIDTH: Final = 100
MADE: Final = (
    "Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file."
)


def class_name(name: str) -> str:
    """Return the class of an event or record: `made_effective` is MadeEffective."""
    return "".join(word.capitalize() for word in name.split("_"))


def broken(
    opening: str, items: list[str], closing: str, several: tuple[str, str] = ("", "")
) -> list[str]:
    """Spell a list as the formatter would; `several` stands round what takes several lines."""
    body = ", ".join(items)
    if len(opening) + len(body) + len(closing) <= WIDTH:
        return [f"{opening}{body}{closing}"]
    begun, ended = opening + several[0], several[1] + closing
    if len(body) + 4 <= WIDTH and not several[0]:
        return [begun, f"    {body}", ended]
    return [begun, *(f"    {item}," for item in items), ended]


def tuple_of(texts: tuple[str, ...]) -> str:
    """Spell a tuple of texts."""
    return f"({', '.join(map(text_of, texts))}{',' if len(texts) == 1 else ''})"


def text_of(text: str) -> str:
    """Spell a text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def lines(*lines: str) -> str:
    """Join lines into the text of a file."""
    return "\n".join(lines) + "\n"


def value_of(value: Any) -> str:
    """Spell whatever a condition may hold."""
    match value:
        case str():
            return text_of(value)
        case list():
            return f"[{', '.join(map(value_of, value))}]"
        case dict():
            said = (f"{text_of(key)}: {value_of(each)}" for key, each in value.items())
            return f"{{{', '.join(said)}}}"
    return repr(value)
