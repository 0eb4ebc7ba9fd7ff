"""Identifiers: minted once at the edge, derived for ever after.

A submission's id is a UUIDv7, so it sorts by time. Everything a decision brings forth is named by
its cause, so deciding the same record twice names the same facts. Keys are in `partitions`.
"""

import re
import secrets
import time
import uuid
from hashlib import sha1
from typing import Final

_MILLISECONDS: Final = 1_000_000
_UUID7: Final = 7
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG: Final = 60  #: characters


def new_id() -> str:
    """Return a fresh UUIDv7 as lower-case text, ordered by wall time to the millisecond."""
    milliseconds = time.time_ns() // _MILLISECONDS
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | _UUID7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def is_uuid7(text: str) -> bool:
    """Say whether the text is a UUIDv7 in its one canonical, lower-case spelling."""
    return is_uuid(text) and uuid.UUID(text).version == _UUID7


def is_uuid(text: str) -> bool:
    """Say whether the text is a UUID in its one canonical, lower-case spelling."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def is_slug(text: str) -> bool:
    """Say whether the text has the form of a short name of the directory."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def derived_id(cause: str, family: str, index: int) -> str:
    """Name what a decision brings forth: uuid5 of its cause and its place, as lower-case text.

    `cause` must be the id of the submission or of the heard fact. The same cause, family and index
    give the same id in every process and every year.
    """
    name = bytes.fromhex(cause.replace("-", "")) + f"{family}/{index}".encode()
    digest = sha1(name, usedforsecurity=False).hexdigest()
    variant = "89ab89ab89ab89ab"[int(digest[16], 16)]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def clock_id_of(cause: str, rule: str, whose: str | None = None) -> str:
    """Name a clock by the fact that started it and its rule, and by whose it is of several.

    `whose` is the addressee, or the case, where one fact starts a clock for each.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{cause}/{rule}/{whose or ''}"))


def key_of(part: str) -> str:
    """Return the Kafka key of a part's id: what stands before its first dot."""
    return part.partition(".")[0]
