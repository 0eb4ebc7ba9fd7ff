"""A server is found by its command line, whoever had its number before."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from services.core.runtime import processes


def named(mark: str) -> psutil.Process | None:
    return processes.find(lambda command: mark in command)


def test_a_server_is_found_though_its_number_was_anothers_before() -> None:
    """Numbers come round again, and psutil keeps what it knew of the earlier process."""
    command = [sys.executable, "-c", "input()", "the-server-of-this-test"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as server:
        known: dict[int, Any] = {each.pid: each for each in psutil.process_iter()}
        known[server.pid]._ident = (server.pid, 0.0)
        found = named("the-server-of-this-test")
        assert found is not None
        assert found.pid == server.pid
        server.kill()
    assert named("the-server-of-this-test") is None


def test_a_server_is_found_as_soon_as_it_was_started(tmp_path: Path) -> None:
    for number in range(50):
        mark = f"{tmp_path}/{number}"
        server = processes.spawn(["tail", "-f", "/dev/null", mark], tmp_path / "log", tmp_path)
        try:
            assert named(mark) == server
        finally:
            processes.kill(server)
