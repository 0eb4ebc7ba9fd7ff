"""What the pages of `docs/` that are made from the catalogue have in common."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[3] / "docs"


def is_fresh(page: str, path: Path) -> bool:
    """Say whether the file holds exactly this page."""
    return path.exists() and path.read_text(encoding="utf-8") == page


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    for row in (heads, ("---",) * len(heads), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
