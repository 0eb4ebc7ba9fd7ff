"""Kafka's jars: those of `kafka/jgo.lock.toml`, each proved by its SHA-256 before each start.

The lock is made with `jgo --resolver python lock` in the folder `kafka`. The jars lie in a folder
shared by all checkouts of a machine; each is loaded beside it and moved in whole, so that neither a
broken connection nor two first starts at once can leave half a jar under a jar's name.
"""

import errno
import hashlib
import tempfile
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from services.core.runtime.errors import JarBroken, NoNetwork
from services.core.runtime.progress import Report, step

if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK: Final = Path(__file__).parent / "kafka" / "jgo.lock.toml"
_AT_ONCE: Final = 8


class Jar(Struct, frozen=True):
    """One line of the lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> list[Jar]:
    """Return what the lock names, in the order of the class path."""
    lock = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    return [
        Jar(each["groupId"], each["artifactId"], each["version"], each["sha256"])
        for each in lock["dependencies"]
    ]


def class_path(cache: Path, mirror: str | None, report: Report) -> list[Path]:
    """Return the jars, each the one the lock names; load what is missing or broken, once.

    Raises NoNetwork if something must be loaded and cannot, JarBroken if what was loaded is wrong.
    """
    folder = cache / "jars"
    folder.mkdir(parents=True, exist_ok=True)
    jars = locked_jars()
    unfit = [jar for jar in jars if sha256_of(folder / jar.name) != jar.sha256]
    if unfit:
        with step(f"loading {len(unfit)} of Kafka's {len(jars)} jars", report):
            _load(unfit, folder, mirror)
    return [folder / jar.name for jar in jars]


def sha256_of(path: Path) -> str | None:
    """Return the file's hash, or None if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _load(jars: Iterable[Jar], folder: Path, mirror: str | None) -> None:
    failed: list[Jar] = []
    causes: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="loading-", dir=folder) as beside,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        from jgo.maven import MavenContext  # noqa: PLC0415 - needed once a machine, slow to import

        remote = {"mirror": mirror} if mirror else None
        maven = MavenContext(repo_cache=Path(beside), remote_repos=remote)
        loads = {jar: pool.submit(_load_one, jar, maven, folder) for jar in jars}
        for jar, load in loads.items():
            error = load.exception()
            if isinstance(error, JarBroken):
                raise error
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise error
            if error is not None:
                failed.append(jar)
                causes.append(type(error).__name__)
    if failed:
        raise NoNetwork([jar.name for jar in failed], folder, causes[0])


def _load_one(jar: Jar, maven: "MavenContext", folder: Path) -> None:
    component = maven.project(jar.group, jar.artifact).at_version(jar.version)
    loaded = component.artifact().resolve()
    found = sha256_of(loaded) or "none"
    if found != jar.sha256:
        raise JarBroken(folder / jar.name, found, jar.sha256)
    loaded.replace(folder / jar.name)
