"""Keys that belong to this house alone: made once, kept under its home, read by its owner only."""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class SecretExposed(Exception):
    """Others than its owner may read a secret: it must be taken for known."""


def kept(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Return a secret of the folder, making it where there is none yet.

    Processes that start together get the same one. Raises SecretExposed where the file's rights let
    others read it.
    """
    path = folder / name
    if not path.exists():
        fresh = _written_beside(path, make())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if path.stat().st_mode & 0o077:
        raise SecretExposed(
            f"{path} has the rights {path.stat().st_mode & 0o777:o}, expected 600: others may have "
            f"read it. Remove it, and what it had signed will be asked for anew"
        )
    return path.read_bytes()


def replaced(folder: Path, name: str, content: bytes) -> None:
    """Put a secret in the place of the former one, whole or not at all."""
    path = folder / name
    _written_beside(path, content).replace(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from changing secrets of the folder during the block."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _written_beside(path: Path, content: bytes) -> Path:
    """Write a file that only its owner reads, beside its place, and return where."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return fresh
