"""One line for every step that takes longer than two seconds, so that nobody wonders."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

Report = Callable[[str], None]

PATIENCE_SECONDS: Final = 2.0


def silent(line: str) -> None:
    """Report to nobody."""


@contextmanager
def step(what: str, report: Report) -> Iterator[None]:
    """Report `what …` once the step has taken two seconds, and how long it took when it ends."""
    began = time.monotonic()
    slow = threading.Timer(PATIENCE_SECONDS, report, [f"{what} …"])
    slow.daemon = True
    slow.start()
    try:
        yield
    finally:
        slow.cancel()
    if (took := time.monotonic() - began) > PATIENCE_SECONDS:
        report(f"{what}: done in {took:.1f} s")
