"""A server is found by its command line, whoever had its number before."""

import subprocess
import sys
from typing import Any

import psutil

from services.core.runtime import processes


def test_a_server_is_found_though_its_number_was_anothers_before() -> None:
    """Numbers come round again, and psutil keeps what it knew of the earlier process."""
    command = [sys.executable, "-c", "input()", "the-server-of-this-test"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as server:
        known: dict[int, Any] = {each.pid: each for each in psutil.process_iter()}
        known[server.pid]._ident = (server.pid, 0.0)
        found = processes.find(lambda command: "the-server-of-this-test" in command)
        assert found is not None
        assert found.pid == server.pid
        server.kill()
    assert processes.find(lambda command: "the-server-of-this-test" in command) is None
