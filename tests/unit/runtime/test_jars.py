"""A jar is started only if it is the one of the lock; what is not is loaded again, once."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.runtime.errors import JarBroken, NoNetwork
from services.core.runtime.jars import Jar, class_path, locked_jars, sha256_of
from services.core.runtime.progress import silent
from services.core.settings import Settings

NOWHERE = "http://127.0.0.1:9"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def jars() -> Path:
    """The right jars of this machine, loaded if this is its first run."""
    cache = Settings().cache
    class_path(cache, None, silent)
    return cache / "jars"


@pytest.fixture
def cache(jars: Path, tmp_path: Path) -> Path:
    """A cache of its own with every jar of the lock in it."""
    shutil.copytree(jars, tmp_path / "cache" / "jars", copy_function=_link)
    return tmp_path / "cache"


def _link(source: str, target: str) -> None:
    Path(target).symlink_to(source)


@pytest.fixture
def mirror(jars: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A repository on this machine that holds one jar, and the path of that jar in it."""
    jar = smallest()
    folder = tmp_path / "mirror"
    path = folder.joinpath(*jar.group.split("."), jar.artifact, jar.version, jar.name)
    path.parent.mkdir(parents=True)
    shutil.copy(jars / jar.name, path)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", path
        server.shutdown()
        thread.join()


def smallest() -> Jar:
    return next(jar for jar in locked_jars() if jar.artifact == "slf4j-simple")


def half_loaded(cache: Path) -> Path:
    path = cache / "jars" / smallest().name
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 2])
    return path


def test_whole_jars_need_no_network(cache: Path) -> None:
    assert len(class_path(cache, NOWHERE, silent)) == len(locked_jars())


def test_a_half_loaded_jar_is_loaded_again(cache: Path, mirror: tuple[str, Path]) -> None:
    path = half_loaded(cache)
    assert path in class_path(cache, mirror[0], silent)
    assert sha256_of(path) == smallest().sha256
    assert not list((cache / "jars").glob("loading-*"))


def test_a_jar_that_is_wrong_again_is_never_started(cache: Path, mirror: tuple[str, Path]) -> None:
    half_loaded(cache)
    address, path = mirror
    path.write_bytes(b"not what was asked for")
    with pytest.raises(JarBroken, match=f"{smallest().name} was loaded with SHA-256"):
        class_path(cache, address, silent)


def test_without_network_the_missing_jars_are_named_with_the_remedy(cache: Path) -> None:
    half_loaded(cache)
    with pytest.raises(NoNetwork, match=rf"1 of .*{smallest().name}.*connect to the network"):
        class_path(cache, NOWHERE, silent)
