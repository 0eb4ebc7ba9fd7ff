"""The home folder: the data, logs and secrets of an installation, closed to other users.

What is in it is for the user of the processes alone. As root, PostgreSQL runs as another user, who
must pass through the home and may not read it.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

UMASK: Final = 0o077  #: of processes that write into the home
_FLOWS: Final = "flows"


def close_home(home: Path) -> None:
    """Make the home where there is none, and take from other users what rights they have in it.

    May be run at any time and by several processes at once. What another user owns stays as it is.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in exposed(home):
        with contextlib.suppress(FileNotFoundError):  # another process has replaced it meanwhile
            path.chmod(path.stat().st_mode & ~_of_others(path))


def exposed(home: Path) -> Iterator[Path]:
    """Yield what other users may read or write: the home, what is in it, and in the flows' folder.

    A folder with the sticky bit, such as /tmp, is everybody's by intention and is passed over.
    """
    if not home.exists() or home.stat().st_mode & stat.S_ISVTX:
        return
    for path in (home, *home.iterdir(), *(home / _FLOWS).rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            found = path.lstat()
            is_kept = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
            if is_kept and found.st_uid == os.geteuid() and found.st_mode & _of_others(path):
                yield path


def _of_others(path: Path) -> int:
    """Return the rights that nobody but the owner may have."""
    is_passed = os.geteuid() == 0 and path.is_dir()
    return UMASK & ~stat.S_IXOTH if is_passed else UMASK
