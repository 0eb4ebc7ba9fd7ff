"""The local stack: Kafka and PostgreSQL, started, described and stopped together.

`start` may be called at any time by anybody: what runs is used, what is missing is started. One
command at a time works on a stack; the lock falls with its holder. What clients need to know stands
in `stack.json`, which only its owner reads.
"""

import contextlib
import errno
import fcntl
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from services.core.home_folder import close_home
from services.core.runtime import kafka_broker, postgres_server
from services.core.runtime.errors import Busy, DiskFull, Unwritable
from services.core.runtime.progress import Report, silent
from services.core.settings import STACK_FILE, Settings

#: What a first start needs, and room to work: jars 45 MB, PostgreSQL 45 MB, logs.
FIRST_START_BYTES: Final = 1 << 30
LATER_START_BYTES: Final = 256 << 20


class ServerStatus(Struct, frozen=True):
    """One server as it stands now."""

    name: str
    pid: int | None
    address: str
    answers: bool


class Stack:
    """The stack under `settings.home`. `report` is given a line for each step over two seconds.

    A command that finds another at work on the same stack waits for it, up to its patience.
    """

    def __init__(
        self, settings: Settings, report: Report = silent, patience_seconds: float = 120.0
    ) -> None:
        home = settings.home.absolute()
        self.settings = msgspec.structs.replace(settings, home=home)
        self._patience = patience_seconds
        self.kafka = kafka_broker.KafkaBroker(self.settings, report)
        self.postgres = postgres_server.PostgresServer(self.settings, report)

    def start(self, needed_bytes: int | None = None) -> Settings:
        """Start what does not run, and return the settings with which clients reach it.

        Raises a StackError that names the obstacle and the remedy; what was started stays up.
        """
        home = self.settings.home
        with _told_plainly(home), self._alone():
            if not (self.kafka.process() and self.postgres.process()):
                self._demand_room(needed_bytes)
            self.postgres.launch()
            self.kafka.launch()
            self.postgres.wait()
            self.kafka.wait()
            close_home(home)  # the servers' logs too
            return self._describe()

    def stop(self) -> bool:
        """Stop both servers, data kept; say whether anything ran."""
        if not self.settings.home.exists():
            return False
        with _told_plainly(self.settings.home), self._alone():
            ran = bool(self.kafka.process() or self.postgres.process())
            self.kafka.stop()
            self.postgres.stop()
            return ran

    def status(self) -> list[ServerStatus]:
        """Describe both servers as they stand now."""
        kafka, postgres = self.kafka.process(), self.postgres.process()
        return [
            ServerStatus(
                "Apache Kafka",
                kafka.pid if kafka else None,
                self.kafka.address,
                kafka is not None and self.kafka.answers(),
            ),
            ServerStatus(
                "PostgreSQL",
                postgres.pid if postgres else None,
                str(self.postgres.folder),
                postgres is not None and self.postgres.answers(),
            ),
        ]

    def kill_kafka(self) -> None:
        """End the broker as a power cut would."""
        self.kafka.kill()

    def start_kafka(self) -> None:
        """Start the broker again on its data and port, and return when it answers."""
        self.kafka.launch()
        self.kafka.wait()

    def kill_postgres(self) -> None:
        """End the database server and its sessions as a power cut would."""
        self.postgres.kill()

    def start_postgres(self) -> None:
        """Start the database server again on its data, and return when it takes connections."""
        self.postgres.launch()
        self.postgres.wait()

    def _describe(self) -> Settings:
        """Write `stack.json` and return the settings it stands for."""
        told: dict[str, str | int] = {
            "kafka_bootstrap": self.kafka.address,
            "kafka_user": kafka_broker.SUPER_USER,
            "kafka_password": self.kafka.password,
            "kafka_port": self.settings.kafka_port,
            "controller_port": self.settings.controller_port,
            "postgres_host": str(self.postgres.folder),
            "postgres_port": postgres_server.PORT,
            "postgres_database": self.settings.postgres_database,
        }
        pids = {each.name: each.pid for each in self.status()}
        text = msgspec.json.format(msgspec.json.encode({"settings": told, "pids": pids}))
        kafka_broker.write_private(self.settings.home / STACK_FILE, text)
        return msgspec.structs.replace(self.settings, **told)

    def _demand_room(self, needed: int | None) -> None:
        home = self.settings.home
        if needed is None:
            first = not self.postgres.folder.exists()
            needed = FIRST_START_BYTES if first else LATER_START_BYTES
        if (free := shutil.disk_usage(home).free) < needed:
            raise DiskFull(home, free, needed)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other commands off this stack. The kernel frees the lock of a process that dies."""
        path = self.settings.home / "stack.lock"
        close_home(path.parent)
        deadline = time.monotonic() + self._patience
        with path.open("a") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Busy(path, self._patience) from None
                    time.sleep(0.1)
            yield


@contextlib.contextmanager
def _told_plainly(home: Path) -> Iterator[None]:
    """Say in our own words what the system says when it does not let us write."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            free = shutil.disk_usage(home).free
            raise DiskFull(home, free, FIRST_START_BYTES) from error
        raise Unwritable(str(error.filename or home), error.strerror or repr(error)) from error
