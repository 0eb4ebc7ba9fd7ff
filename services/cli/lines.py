"""The line of an event as a terminal shows it: in columns, its outcome coloured."""

from typing import Final

from rich.text import Text

from services.core.telling.lines import Line, Tone, time_of

STYLES: Final[dict[Tone, str]] = {  #: colours of outcomes
    "recorded": "green",
    "refused": "bold red",
    "noted": "yellow",
    "held": "yellow",
    "moved": "cyan",
    "unreadable": "red",
}


def coloured(line: Line) -> Text:
    """Return a line ready to be printed."""
    style = STYLES[line.tone]
    if line.tone == "unreadable":
        return Text(f"{time_of(line.when)}  unreadable: {line.detail}", style)
    who = f"{line.agency} → {line.whom}"
    text = Text(f"{time_of(line.when)}  {who:42}  {line.type:32}  {line.said:36}  ")
    text.append(outcome_of(line), style)
    return text.append("".join(f"  [{mark}]" for mark in line.marks), "magenta")


def outcome_of(line: Line) -> str:
    """Say in words what became of an event."""
    match line.tone:
        case "refused":
            return f"REFUSED {line.detail}"
        case "noted":
            return f"! {line.detail}"
        case "held":
            return line.detail or "HELD"
    return line.detail or line.tone
