"""Pages of long answers, bounded in bytes: records may be large, and a list of them anything."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from services.core.doors.problems import Problem

MOST_BYTES: Final = 4_000_000  #: of the entries of a page; one entry is always in it

Entry = TypeVar("Entry")


def page(
    entries: Sequence[Entry],
    after: str | None,
    id_of: Callable[[Entry], str],
    shown: Callable[[Entry], Any],
) -> tuple[list[msgspec.Raw], str | None]:
    """Return the entries beyond one of them, as JSON, and the id after which the next page begins.

    That is None on the last page. Raises Problem QUERY_MALFORMED where `after` is none of them.
    """
    start = 0
    if after is not None:
        ids = [id_of(entry) for entry in entries]
        if after not in ids:
            raise Problem("QUERY_MALFORMED", "after: expected the `after` of the page before")
        start = ids.index(after) + 1
    found: list[msgspec.Raw] = []
    size = 0
    for place, entry in enumerate(entries[start:], start):
        encoded = msgspec.json.encode(shown(entry))
        size += len(encoded)
        if found and size > MOST_BYTES:
            return found, id_of(entries[place - 1])
        found.append(msgspec.Raw(encoded))
    return found, None
