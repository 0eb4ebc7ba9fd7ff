"""What could stand in the way on this machine, checked without starting or changing anything."""

import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct

from services.core.home_folder import exposed
from services.core.runtime import jars, java, postgres_server, processes
from services.core.runtime.errors import DiskFull, StackError
from services.core.runtime.stack import FIRST_START_BYTES, Stack


class Finding(Struct, frozen=True):
    """One thing looked at: in order (True), a fault (False), or not to be judged yet (None)."""

    what: str
    in_order: bool | None
    said: str


def examine(stack: Stack) -> Iterator[Finding]:
    """Look at everything `up` needs, and at the servers if they run."""
    settings = stack.settings
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), f"{version} ({sys.executable})")
    yield _judged("Java", lambda: _java(settings.java))
    yield _jars(settings.cache / "jars")
    yield _judged("disk", lambda: _disk(settings.home))
    yield _home(settings.home)
    yield _judged("socket path", lambda: _socket(stack.postgres.folder))
    kafka, postgres = stack.status()
    if kafka.pid is None:
        for port, setting in (
            (settings.kafka_port, "LIENTHONG_KAFKA_PORT"),
            (settings.controller_port, "LIENTHONG_CONTROLLER_PORT"),
        ):
            yield _judged(f"port {port}", partial(_port, port, setting))
    for server in (kafka, postgres):
        if server.pid is None:
            yield Finding(server.name, None, "not running: start it with `lienthong up`")
        else:
            answers = "answers" if server.answers else "does not answer"
            said = f"process {server.pid} {answers} at {server.address}"
            yield Finding(server.name, server.answers, said)


def _judged(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, in_order=True, said=check())
    except StackError as error:
        return Finding(what, in_order=False, said=str(error))


def _java(named: Path | None) -> str:
    found = java.find_java(named)
    return f"{java.java_version(found)} ({found})"


def _jars(folder: Path) -> Finding:
    locked = jars.locked_jars()
    right = sum(jars.sha256_of(folder / jar.name) == jar.sha256 for jar in locked)
    said = f"{right} of {len(locked)} jars in {folder} are those of the lock"
    if right == len(locked):
        return Finding("Kafka's jars", in_order=True, said=said)
    return Finding("Kafka's jars", None, f"{said}; `lienthong up` loads the others")


def _disk(home: Path) -> str:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < FIRST_START_BYTES:
        raise DiskFull(there, free, FIRST_START_BYTES)
    return f"{free >> 20:,} MB free at {there}"


def _home(home: Path) -> Finding:
    if not home.exists():
        return Finding("home", None, f"{home} is not made yet")
    if open_ := sorted(str(path) for path in exposed(home)):
        said = f"other users may read {', '.join(open_)}: `lienthong up` or `run` closes them"
        return Finding("home", in_order=False, said=said)
    return Finding("home", in_order=True, said=f"{home} is closed to other users")


def _socket(folder: Path) -> str:
    length = postgres_server.socket_path_length(folder)
    return f"{length} of {postgres_server.SOCKET_PATH_LIMIT} bytes"


def _port(port: int, setting: str) -> str:
    processes.must_be_free(port, setting)
    return "free"
