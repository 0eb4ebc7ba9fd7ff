"""How a server process is started, known again, and ended.

A process is ours when its command line names our own data folder. A number in a file is never
enough: numbers are given out again, and then a stale file would name a stranger.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import psutil

from services.core.runtime.errors import PortTaken

#: Kept, so that a child which outlives its server object is not warned about.
_children: Final[list[subprocess.Popen[bytes]]] = []
_GONE_SECONDS: Final = 10.0


def spawn(
    command: Sequence[str | Path], log: Path, folder: Path, user: str | None = None
) -> psutil.Process:
    """Start a server that outlives us, in a session of its own; what it says goes to `log`.

    When it is returned, `find` finds it.
    """
    with log.open("ab") as said:
        child = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            # UTF-8: Java of locale C cannot open a folder whose name has Vietnamese letters.
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
    _children.append(child)
    process = psutil.Process(child.pid)
    # A new program runs for a moment before the system knows its command line.
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        while not process.cmdline():
            time.sleep(0.001)
    return process


def find(is_ours: Callable[[list[str]], bool]) -> psutil.Process | None:
    """Return the running process whose command line is ours."""
    for process in psutil.process_iter(["cmdline"]):
        if is_ours(process.info["cmdline"] or []):
            # psutil keeps what it knew of an earlier process with this number: ask anew.
            with contextlib.suppress(psutil.NoSuchProcess):
                if alive(found := psutil.Process(process.pid)):
                    return found
    return None


def alive(process: psutil.Process) -> bool:
    """Say whether it runs; one that ended and waits to be collected does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(process: psutil.Process, how: signal.Signals, patience: float) -> None:
    """Ask a server to stop, and kill it when its patience is over."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(how)
        try:
            process.wait(patience)
        except psutil.TimeoutExpired:
            kill(process)


def kill(process: psutil.Process) -> None:
    """Kill a server and its children at once, as a power cut would, and see them gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        # Its ports are free only when it was collected; orphans are collected when init finds time.
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(_GONE_SECONDS)
        deadline = time.monotonic() + _GONE_SECONDS
        while any(map(alive, family)) and time.monotonic() < deadline:
            time.sleep(0.005)


def must_be_free(port: int, setting: str) -> None:
    """Raise PortTaken, naming who holds it, unless a server may listen on this port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen()
        except OSError:
            raise PortTaken(port, _holder(port), setting) from None


def _holder(port: int) -> str:
    try:
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr[1:2] == (port,) and each.pid:
                return f"{psutil.Process(each.pid).name()} (process {each.pid})"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    return "another user's process"
