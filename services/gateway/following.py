"""For those who wait: a follower of every events topic tells them as soon as an outcome stands.

It begins at the end of the topics, reads headers, and looks into a payload only where one waits. It
keeps no position: what it misses, the table `outcomes` knows, which the gateway's lanes fill by the
strict rules. It may be shown a repeat, or what stands beyond a gap; an outcome is the same in
either case, for the record stands in the topic.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing
from typing import Final

import structlog

from services.core.bus.chain import Target
from services.core.bus.clients import Clients
from services.core.bus.errors import BusError, DatabaseRestored, described
from services.core.bus.fetching import Subscription
from services.core.bus.record import Record
from services.core.bus.service import Topics
from services.core.contracts.codec import Codec
from services.gateway.outcomes import Outcome, told_by

MOST_WATCHED: Final = 20_000  #: submissions remembered, the latest ones
_BATCH: Final = 1_000
_READ_SECONDS: Final = 60.0
_BACKOFF: Final = 0.5

log = structlog.get_logger()


class _Watch:
    """What was heard of one submission, and who waits for more."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.told = asyncio.Event()


class Follower:
    """Remembers the outcomes of the submissions it was told to watch."""

    def __init__(
        self, clients: Clients, topics: Topics, families: Sequence[str], codec: Codec
    ) -> None:
        self._clients, self._codec = clients, codec
        self._targets: list[Target] = [
            (topics.events(family), partition)
            for family in families
            for partition in range(topics.partitions)
        ]
        self._watched: OrderedDict[str, _Watch] = OrderedDict()
        self.is_following = False

    def watch(self, submission: str) -> None:
        """Remember what is heard of a submission from now on; the oldest watched is forgotten."""
        if submission not in self._watched:
            self._watched[submission] = _Watch()
            if len(self._watched) > MOST_WATCHED:
                _, forgotten = self._watched.popitem(last=False)
                forgotten.told.set()

    def forget(self, submission: str) -> None:
        """Watch a submission no longer."""
        self._watched.pop(submission, None)

    def known(self, submission: str) -> Outcome:
        """Return what was heard of a watched submission so far."""
        watch = self._watched.get(submission)
        return watch.outcome if watch else Outcome()

    async def wait(self, submission: str, seconds: float) -> Outcome:
        """Return what was heard of a watched submission once it is not pending, or after a time."""
        watch = self._watched.get(submission)
        if watch is None:
            return Outcome()
        try:
            async with asyncio.timeout(seconds):
                await watch.told.wait()
        except TimeoutError:
            pass
        return watch.outcome

    def hear(self, record: Record) -> None:
        """Take note of a record, if it tells of a watched submission."""
        cause = record.head.rpartition(b"\n")[2]
        watch = self._watched.get(cause.partition(b";")[0].decode(errors="replace"))
        if watch is None:
            return
        try:
            told = told_by(record.value, record.envelope(), self._codec)
        except Exception as error:  # noqa: BLE001  what cannot be read must not end the following
            log.warning(
                "outcome_unreadable", topic=record.topic, offset=record.offset, why=described(error)
            )
            return
        watch.outcome = watch.outcome.and_(told)
        if watch.outcome.status != "pending":
            watch.told.set()

    async def run(self) -> None:
        """Follow the topics until cancelled, over every loss of the broker."""
        positions: dict[Target, int] = {}
        while True:
            try:
                positions = positions or await self._clients.ends(self._targets)
                with closing(self._clients.subscribe(positions)) as subscription:
                    self.is_following = True
                    await self._read(subscription, positions)
            except BusError as error:
                self.is_following = False
                if isinstance(error, DatabaseRestored):  # the topics were made anew
                    positions = {}
                log.warning("follower_waits", kind=type(error).__name__, why=str(error))
                await asyncio.sleep(_BACKOFF)

    async def _read(self, subscription: Subscription, positions: dict[Target, int]) -> None:
        while True:
            for record in await subscription.read(_READ_SECONDS, _BATCH):
                positions[record.topic, record.partition] = record.offset + 1
                self.hear(record)
