"""What tests stand on: one real Kafka and PostgreSQL a run, a database and topic names a test.

Isolation comes from a database made from a migrated template and a topic prefix of its own, so
tests never clean up after each other. With LIENTHONG_TEST_STACK=<folder> a run uses (and leaves
running) the stack of that folder, which saves its start while developing. Tests run in several
workers, for most of their time is waiting; each worker has a stack of its own, so that a test may
kill a server.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
import structlog
from confluent_kafka import KafkaException
from hypothesis import HealthCheck
from hypothesis import settings as effort

from services.all import NAMES
from services.core.bus import postgres
from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt
from services.core.clock import STORY_FILE
from services.core.runtime import kafka_broker, postgres_server
from services.core.runtime.progress import Report, silent
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from tests.patience import PATIENCE
from tests.silence import told_by

PARTITIONS = 3
_WORKERS, _PORTS = 8, 1_500  #: how many workers have ports of their own, and how many
_PATIENCE = 120.0  #: seconds; only a broker that hangs takes as long
_SERVERS_SECONDS, _KILLS_SECONDS = 300, 900  #: for a test with servers, and one that kills them
_SILENCES = (KafkaException, Doubt, TimeoutError)
_drawn: set[int] = set()  #: a server that starts late does not listen yet
_numbers = itertools.count(1)

# How long an example takes says nothing on a machine that is shared.
effort.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
effort.load_profile("house")

# What a house says while a test runs is shown where the test fails, and never stands in what a
# command prints beside it.
_said = logging.getLogger("lienthong")
_said.setLevel(logging.INFO)
structlog.configure(logger_factory=lambda *_: _said)


def free_ports() -> tuple[int, int]:
    """Return two free ports below those the system hands to outgoing connections.

    So a broker that was killed finds its port free again. Each worker draws from ports of its own,
    none of them twice, and by chance that no test seeds: another's broker on our port would answer
    in ours' place.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    first = 20_000 + worker * _PORTS
    found: list[int] = []
    while len(found) < 2:
        port = first + secrets.randbelow(_PORTS)
        with socket.socket() as trial:
            if port not in _drawn and trial.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
                _drawn.add(port)
    return found[0], found[1]


def stack_in(home: Path, report: Report = silent) -> Stack:
    """Return a stack on free ports whose data lie in `home`, not started."""
    kafka_port, controller_port = free_ports()
    settings = Settings(home=home, kafka_port=kafka_port, controller_port=controller_port)
    return Stack(settings, report)


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A new folder with a path short enough for a socket, removed with what runs in it."""
    with _home() as home:
        yield home


@contextlib.contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix=f"lt-{os.getpid()}-", dir="/tmp"))
    try:
        yield home
    finally:
        _remove(home)


def _remove(home: Path) -> None:
    stack = Stack(Settings(home=home))
    stack.kill_kafka()
    stack.kill_postgres()
    shutil.rmtree(home, ignore_errors=True)


def _remove_orphans() -> None:
    """Remove what a run that was itself killed could not."""
    for home in Path("/tmp").glob("lt-*-*"):  # noqa: S108
        pid = home.name.split("-")[1]
        with contextlib.suppress(FileNotFoundError):  # another worker was faster
            ours = home.stat().st_uid == os.getuid()
            if ours and pid.isdigit() and not psutil.pid_exists(int(pid)):
                _remove(home)


@pytest.fixture(scope="session")
def _unhurried_starts() -> Iterator[None]:
    """Let servers start as slowly as they must: all workers start theirs at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kafka_broker, "_START_SECONDS", PATIENCE)
        patched.setattr(postgres_server, "_START_SECONDS", PATIENCE)
        yield


@pytest.fixture(scope="session")
def _running(_unhurried_starts: None) -> Iterator[tuple[Stack, Settings]]:
    if kept := os.environ.get("LIENTHONG_TEST_STACK"):
        kept = f"{kept}{os.environ.get('PYTEST_XDIST_WORKER', '')}"
        known = Settings.load({"LIENTHONG_HOME": kept})
        stack = Stack(known) if known.kafka_password else stack_in(Path(kept))
        yield stack, stack.start()
        return
    _remove_orphans()
    with _home() as home:
        stack = stack_in(home)
        yield stack, stack.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test with servers the time that it needs where four workers share two cores."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("timeout"):
            is_killing = "faults" in item.path.parts
            item.add_marker(pytest.mark.timeout(_KILLS_SECONDS if is_killing else _SERVERS_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails because nobody answered, show what the broker was doing."""
    report = yield
    stack = (getattr(item, "funcargs", None) or {}).get("stack")
    if call.excinfo and call.excinfo.errisinstance(_SILENCES) and isinstance(stack, Stack):
        report.sections.append(("Kafka", told_by(stack)))
    return report


@pytest.fixture(scope="session")
def stack(_running: tuple[Stack, Settings]) -> Stack:
    """The running Kafka and PostgreSQL. Whoever kills one starts it again before the test ends."""
    return _running[0]


@pytest.fixture(scope="session")
def _template(_running: tuple[Stack, Settings]) -> Settings:
    """A database with every service's schema, from which each test's is made."""
    _, settings = _running
    template = msgspec.structs.replace(
        settings, postgres_database=f"template_{os.getpid()}", partitions=PARTITIONS
    )
    asyncio.run(postgres.migrate(template, list(NAMES)))
    return template


@pytest.fixture
def settings(stack: Stack, _template: Settings) -> Iterator[Settings]:
    """Settings of a test of its own: a fresh migrated database, topics nobody else uses."""
    with _fresh(stack, _template) as own:
        yield own


@pytest.fixture(scope="module")
def settings_of_module(stack: Stack, _template: Settings) -> Iterator[Settings]:
    """The same for all tests of a module, where one house serves them all."""
    with _fresh(stack, _template) as own:
        yield own


@contextlib.contextmanager
def _fresh(stack: Stack, template: Settings) -> Iterator[Settings]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    stack.postgres.run(f'create database "{name}" template "{template.postgres_database}"')
    yield msgspec.structs.replace(
        template, postgres_database=name, topic_prefix=name.replace("_", "-")
    )
    story_clock = template.home / STORY_FILE
    moved = story_clock.exists()
    story_clock.unlink(missing_ok=True)
    assert not moved, "the test left a story clock to every later test: give it a home of its own"
    _forget(stack, name.replace("_", "-"), template)
    if "LIENTHONG_TEST_STACK" in os.environ and stack.postgres.process():
        stack.postgres.run(f'drop database "{name}" with (force)')


def _forget(stack: Stack, prefix: str, settings: Settings) -> None:
    """Delete a test's topics: a broker that keeps those of every test grows slow to restart."""
    if stack.kafka.process() is None:
        return
    admin = Cluster(settings)._admin
    names = [
        name for name in admin.list_topics(timeout=_PATIENCE).topics if name.startswith(prefix)
    ]
    if names:
        for deleted in admin.delete_topics(names).values():
            deleted.exception(_PATIENCE)
