"""The content of a file that every process reads anew, soon after it changed and without a restart.

A new content that cannot be read changes nothing: it is logged, and the former stays in force.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

import structlog

LOOK_SECONDS: Final = 1.0  #: between two looks at a file
_Stamp: TypeAlias = tuple[int, int, int] | None

Content = TypeVar("Content")
log = structlog.get_logger()


class Watched(Generic[Content]):
    """What a file holds now, or held at most a second ago.

    `read` reads the file; what it raises at first is raised, later it is logged.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[], Content],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._read, self._monotonic = path, read, monotonic
        stamp = _stamp(path)
        self._content = read()
        self._stamp = stamp or _stamp(path)
        self._next_look = monotonic() + LOOK_SECONDS

    def __call__(self) -> Content:
        """Return the content."""
        if self._monotonic() >= self._next_look:
            self.look()
        return self._content

    def look(self) -> None:
        """Read the file anew if it changed, however short ago it was looked at."""
        self._next_look = self._monotonic() + LOOK_SECONDS
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        try:
            self._content = self._read()
        except Exception as error:  # noqa: BLE001  whatever is wrong with it, the former stays
            log.error("file_refused", path=str(self._path), why=f"{error}; the former stays")  # noqa: TRY400  the cause is in the message
        else:
            log.info("file_read_anew", path=str(self._path))
        self._stamp = stamp or _stamp(self._path)


def _stamp(path: Path) -> _Stamp:
    """Return what differs between two contents of a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
