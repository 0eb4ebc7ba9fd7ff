"""The hearings house as a process of the operating system, to be killed or to stand still for real.

`python -m tests.hearings.process` runs its services with settings from the environment until
SIGTERM. `Program` is the other side: how a test starts such a process, or any other of ours, and
what befalls it.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import psutil
import uvloop

from services.core.bus.crashpoints import POINTS
from services.core.bus.kafka import farewell
from services.core.settings import PREFIX, Settings
from services.core.telemetry import logging
from tests.hearings import domain
from tests.hearings.house import GATEWAY, Process
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE

SERVICES = {each.name: each for each in (GATEWAY, SERVICE)}


class Program:
    """A program that was started, and what it said; `run` ends it whatever happens."""

    def __init__(self, command: Sequence[str], settings: Settings, log: Path) -> None:
        self._command, self._log = command, log
        said = {
            PREFIX + name.upper(): str(value)
            for name, value in msgspec.structs.asdict(settings).items()
            if value is not None
        }
        self._environment = {**os.environ, **said}
        self.start()

    @classmethod
    @contextlib.contextmanager
    def run(cls, command: Sequence[str], settings: Settings, log: Path) -> Iterator["Program"]:
        """Start a program with these settings; what it says is appended to `log`."""
        program = cls(command, settings, log)
        try:
            yield program
        finally:
            program.kill()

    def start(self, *beside: str) -> None:
        """Start it, or start it again, with these words beside its command."""
        self._begins_at = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._popen = subprocess.Popen(
                [*self._command, *beside], stdout=log, stderr=log, env=self._environment
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def said(self) -> str:
        """What it has said since it was started last."""
        with self._log.open("rb") as log:
            log.seek(self._begins_at)
            return log.read().decode(errors="replace")

    @property
    def stands_still(self) -> bool:
        self.must_run()
        return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED

    @property
    def runs(self) -> bool:
        return self._popen.poll() is None

    def must_run(self) -> None:
        """Fail with its last words if it has ended by itself."""
        code = self._popen.poll()
        assert code is None, f"process {self.pid} ended with {code}:\n{self.said[-3000:]}"

    def kill(self) -> None:
        """End it as a power cut would, also where it stands still."""
        self._popen.kill()
        self._popen.wait()

    async def killed(self) -> None:
        """Wait until it has ended as by a power cut."""
        code = await asyncio.to_thread(self._popen.wait, PATIENCE)
        assert code == -signal.SIGKILL, (
            f"process {self.pid} ended with {code}:\n{self.said[-3000:]}"
        )

    def ask_to_stop(self) -> None:
        """Ask it to end in good order, and do not wait."""
        self._popen.terminate()

    def stand_still(self) -> None:
        self._popen.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._popen.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Ask it to end in good order, and see that it does."""
        self.must_run()
        self._popen.terminate()
        code = await asyncio.to_thread(self._popen.wait, PATIENCE)
        assert code == 0, f"process {self.pid} ended with {code}:\n{self.said[-3000:]}"


def hearings(
    *services: str, broken: Sequence[str] = (), stand_still_at: str | None = None, after: int = 0
) -> list[str]:
    """Return the command that runs services of the hearings house, all when none is named.

    The domain trips over the parts in `broken`. The process stops itself (SIGSTOP) when it reaches
    the point `stand_still_at` for the time after `after`.
    """
    command = [sys.executable, "-m", "tests.hearings.process", *services]
    command += [f"--broken={part}" for part in broken]
    if stand_still_at:
        command += [f"--stand-still-at={stand_still_at}", f"--after={after}"]
    return command


class _StandsStill(Process):
    """Where `Process` dies, this one stands still, once."""

    def _reached(self, point: str) -> None:
        if point == self._die_at:
            self._left -= 1
            if self._left < 0:
                self._die_at = None
                os.kill(os.getpid(), signal.SIGSTOP)


async def _run(arguments: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    services = [SERVICES[name] for name in arguments.services or SERVICES]
    kind = _StandsStill if arguments.stand_still_at else Process
    process = kind(
        Settings.load(), services, die_at=arguments.stand_still_at, after=arguments.after
    )
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([told, *process._tasks], return_when=asyncio.FIRST_COMPLETED)
    await process.stop()
    await farewell()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("services", nargs="*", choices=[[], *SERVICES])
    parser.add_argument("--broken", action="append", default=[])
    parser.add_argument("--stand-still-at", choices=POINTS)
    parser.add_argument("--after", type=int, default=0)
    arguments = parser.parse_args()
    logging.set_up(json=True)
    domain.BROKEN.update(arguments.broken)
    uvloop.run(_run(arguments))


if __name__ == "__main__":
    main()
