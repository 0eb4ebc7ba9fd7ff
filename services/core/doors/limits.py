"""Limits: how much one sender may ask of a process in a minute, and hold open at once.

A token bucket for each sender and kind: ten seconds' worth may come at once, and what was taken
comes back evenly. Each process counts for itself, so several gateways allow several times as much.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Literal, TypeAlias

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.core.telemetry.metrics import LIMITED

Rate: TypeAlias = Literal[
    "submissions", "dry_runs", "corrections", "sign_ins", "failed_sign_ins", "bytes"
]
"""What is limited in a minute."""

Open: TypeAlias = Literal["streams", "waits"]
"""What is limited at once."""

MOST_BUCKETS: Final = 10_000  #: kept; the one that was used least lately is full again
_MINUTE: Final = 60.0
_BURST: Final = 10 / _MINUTE  #: of a minute's worth, what may come at once
_STREAM_RETRY_SECONDS: Final = 5
_BODY: Final = "http.response.body"


class Limits:
    """Counts what senders ask. Its methods raise Problem TOO_MANY, with when to ask again."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is a clock that never goes back, in seconds."""
        self._rates: dict[Rate, int] = {
            "submissions": settings.limit_submissions,
            "dry_runs": settings.limit_dry_runs,
            "corrections": settings.limit_corrections,
            "sign_ins": settings.limit_sign_ins,
            "failed_sign_ins": settings.limit_failed_sign_ins,
            "bytes": settings.limit_bytes,
        }
        self._most: dict[Open, int] = {
            "streams": settings.limit_streams,
            "waits": settings.limit_waits,
        }
        self._now = now
        self._taken: OrderedDict[tuple[Rate, str], tuple[float, float]] = OrderedDict()
        self._open: Counter[tuple[Open, str]] = Counter()

    def take(self, kind: Rate, sender: str) -> None:
        """Count one request of a sender."""
        self._allow(kind, sender, 1)
        self.spend(kind, sender, 1)

    def check(self, kind: Rate, sender: str) -> None:
        """Look whether a sender has anything left, where the cost is known only later."""
        self._allow(kind, sender, 0)

    def spend(self, kind: Rate, sender: str, amount: int) -> None:
        """Count what a sender has cost; it may be more than was left."""
        self._taken[kind, sender] = (self._missing(kind, sender) + amount, self._now())
        self._taken.move_to_end((kind, sender))
        if len(self._taken) > MOST_BUCKETS:
            self._taken.popitem(last=False)

    @contextmanager
    def hold(self, kind: Open, sender: str) -> Iterator[None]:
        """Count something as open until the end of the block."""
        if self._open[kind, sender] >= self._most[kind]:
            what = f"{kind}: at most {self._most[kind]} open at once; end some"
            raise self._too_many(kind, sender, what, _STREAM_RETRY_SECONDS)
        self._open[kind, sender] += 1
        try:
            yield
        finally:
            self._open[kind, sender] -= 1
            if not self._open[kind, sender]:
                del self._open[kind, sender]

    def _allow(self, kind: Rate, sender: str, amount: int) -> None:
        most = self._rates[kind]
        beyond = self._missing(kind, sender) + amount - max(1.0, most * _BURST)
        if beyond > 0:
            what = f"{kind}: at most {most} a minute"
            raise self._too_many(kind, sender, what, math.ceil(beyond * _MINUTE / most))

    def _missing(self, kind: Rate, sender: str) -> float:
        """How much of a bucket was taken and has not come back."""
        missing, at = self._taken.get((kind, sender), (0.0, 0.0))
        return max(0.0, missing - (self._now() - at) * self._rates[kind] / _MINUTE)

    @staticmethod
    def _too_many(kind: str, sender: str, what: str, seconds: int) -> Problem:
        LIMITED.labels(sender if kind != "failed_sign_ins" else "-", kind).inc()
        return Problem("TOO_MANY", what, retry_after=seconds)


def metering(limits: Limits) -> Callable[[ASGIApp], ASGIApp]:
    """Return a middleware that counts the bytes sent to each agency, once it is known.

    What a request holds until its answer has ended is entered into its `state.until_answered`.
    """

    def around(app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            state: dict[str, Any] = scope["state"]

            async def spending(message: Message) -> None:
                if message["type"] == _BODY and (agency := state.get("agency")):
                    limits.spend("bytes", agency, len(message["body"]))
                await send(message)

            with ExitStack() as state["until_answered"]:
                await app(scope, receive, spending)

        return counted

    return around
