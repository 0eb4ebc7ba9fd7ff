"""The examples of the pages in `docs` and of README: what is typed, and what is shown beneath.

A line that begins with `$ ` is typed; what follows up to the next one, or to the end of its block,
is what it prints. The pages break long lines, write `…` for what they leave out, and show the
identifiers of one play of the story.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```\n((?:(?!```).*\n)*)^```$|((?:^ {4}.*\n)+)", re.MULTILINE)
_EXAMPLE = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: What differs with each play, or with the machine.
_VARIES = re.compile(
    rf"(?P<uuid>{_UUID})"
    r"|(?P<place>\b\d+/\d+(?=[ ,)]|$))"
    r"|(?P<wall>\d\d-\d\d-\d{4} \d\d:\d\d(?= \(wall\)))"
    r"|(?P<short>\b[0-9a-f]{8}-[0-9a-f-]*…)|(?P<tail> ?…[0-9a-f]{1,6}(?![0-9a-f]))|(?P<cut> ?… ?)"
)
_PATTERNS = {
    "uuid": _UUID,
    "place": r"\d+/\d+",
    "wall": r"\d\d-\d\d-\d{4} \d\d:\d\d",
    "short": r"[0-9a-f]{8}-\S*?",
    "tail": " ?…[0-9a-f]{1,6}",
    "cut": ".*?",
}


class Example(Struct, frozen=True):
    """A command as a page shows it."""

    page: str
    command: str
    shown: str

    def matches(self, printed: str, ids: Mapping[str, str]) -> bool:
        """Whether that is printed; `ids` are those of the page with those of this play."""
        shown = _one_line(self.shown)
        for known, own in ids.items():
            shown = shown.replace(known, own)
        return re.search(_pattern(shown, set(ids.values())), _one_line(printed)) is not None


def examples(page: str) -> Iterator[Example]:
    """Yield the examples of a page, in order."""
    for found in _BLOCK.finditer((ROOT / page).read_text()):
        fenced, indented = found.groups()
        block = fenced or re.sub(r"^ {4}", "", indented, flags=re.MULTILINE)
        for typed, shown in _EXAMPLE.findall(block):
            yield Example(page, " ".join(typed.replace("\\\n", " ").split()), shown)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _pattern(shown: str, known: set[str]) -> str:
    pattern, end = "", 0
    for found in _VARIES.finditer(shown):
        pattern += re.escape(shown[end : found.start()])
        text, end = found.group(), found.end()
        pattern += re.escape(text) if text in known else _PATTERNS[str(found.lastgroup)]
    return pattern + re.escape(shown[end:])
