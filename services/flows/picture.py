"""The picture that `flows` leaves for others: one JSON file in the home, written anew each second.

Whoever reads it sees how old it is. It is also what flows itself goes on from after a restart.
"""

import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from services.flows.windows import WINDOW_SECONDS, Flow

FILE: Final = "flows.json"
STALE_SECONDS: Final = 10.0  #: it is written each second; a machine under load may be late
START: Final = "lienthong run flows"


class Picture(Struct, frozen=True):
    """The flows as of a moment."""

    written_at: float  #: seconds since 1970
    flows: list[Flow]
    offsets: dict[str, dict[int, int]] = {}  #: topic → partition → next offset not yet counted
    window_seconds: int = WINDOW_SECONDS

    def age(self, now: float) -> float:
        """Return how many seconds old it is."""
        return max(0.0, now - self.written_at)

    def is_stale(self, now: float) -> bool:
        """Whether whoever wrote it has stopped."""
        return self.age(now) > STALE_SECONDS


def read(home: Path) -> Picture | None:
    """Return the last picture; None where there is none that this code can read."""
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=Picture)
    except (OSError, msgspec.DecodeError):
        return None


def write(home: Path, picture: Picture) -> None:
    """Put a picture in the place of the last one, whole or not at all; for its owner to read."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = home / f"{FILE}.new"
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_bytes(msgspec.json.encode(picture))
    os.replace(new, home / FILE)  # noqa: PTH105  the two names say what replaces what
