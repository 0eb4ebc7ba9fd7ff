"""What the broker was doing while a test failed: its last warnings, and where its threads stood."""

import contextlib
import re
import signal
import time
from pathlib import Path
from typing import Final

import psutil

from services.core.runtime.stack import Stack

#: Those that take connections, read and answer them, and keep the broker admitted.
_THREADS: Final = re.compile(r'^"(data-plane|broker-1|quorum|kafka-1-raft|kafka-1-metadata)')
_LINES, _WARNINGS = 10, 20
_DUMP_SECONDS: Final = 10.0


def told_by(stack: Stack) -> str:
    """Have the broker write where its threads stand, and return that with its last warnings."""
    process = stack.kafka.process()
    said = stack.kafka.log.read_text(errors="replace") if stack.kafka.log.exists() else ""
    warnings = [line for line in said.splitlines() if " WARN " in line or " ERROR " in line]
    told = [f"answers: {stack.kafka.answers()}", *warnings[-_WARNINGS:]]
    if process is None:
        return "\n".join(["the broker does not run", *told])
    with contextlib.suppress(psutil.NoSuchProcess):
        told.append(f"{process.num_threads()} threads, {process.num_fds()} files")
        process.send_signal(signal.SIGQUIT)
    return "\n".join([*told, *_threads(stack.kafka.log, len(said))])


def _threads(log: Path, before: int) -> list[str]:
    deadline = time.monotonic() + _DUMP_SECONDS
    while "JNI global ref" not in (dump := log.read_text(errors="replace")[before:]):
        if time.monotonic() > deadline:
            return ["it does not write where its threads stand"]
        time.sleep(0.1)
    blocks = dump.split("\n\n")
    return [
        line
        for block in blocks
        if _THREADS.match(block.lstrip())
        for line in block.strip().splitlines()[:_LINES]
        if "- locked" not in line
    ]
