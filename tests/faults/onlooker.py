"""What became of everything that was accepted, told by an onlooker who reads the topics alone.

He reads while parts of the house die, and starts again where he was when the broker comes back. A
number that is missing, or one that says something else the second time, ends his reading with the
bus's own error (B3).
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable

from services.core.bus.chain import Heard, Target, Verdict
from services.core.bus.errors import Doubt
from services.core.bus.kafka import reading
from services.core.bus.record import Record
from services.core.contracts.events import submission
from services.core.settings import Settings
from services.gateway.counting import Counts
from tests.patience import PATIENCE


class Onlooker:
    """Reads topics from their beginning for as long as the block lasts."""

    def __init__(self, settings: Settings, topics: Iterable[str]) -> None:
        self._settings = settings
        self._positions: dict[Target, int] = {
            (topic, partition): 0 for topic in topics for partition in range(settings.partitions)
        }
        self._heard = Heard()
        self._reading: asyncio.Task[None] | None = None
        self.outcomes: dict[str, list[str]] = {}  #: submission → what was told of it, in order

    @classmethod
    @contextlib.asynccontextmanager
    async def look(cls, settings: Settings, topics: Iterable[str]) -> AsyncIterator["Onlooker"]:
        """Read these topics; raise what ended the reading, if anything did."""
        onlooker = cls(settings, topics)
        reading_ = onlooker._reading = asyncio.create_task(onlooker._run())
        try:
            yield onlooker
        finally:
            reading_.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading_

    async def settled(self, accepted: Iterable[str]) -> Counts:
        """Count what became of these submissions once nothing is pending."""
        ids = set(accepted)
        async with asyncio.timeout(PATIENCE):
            while not ids <= self.outcomes.keys():
                self.must_read()
                await asyncio.sleep(0.02)
        became = Counter(self.outcomes[id_][-1] for id_ in ids)
        return Counts(len(ids), became["recorded"], became["refused"], became["held"], 0)

    def must_read(self) -> None:
        """Raise what has ended the reading, if anything did."""
        if self._reading and self._reading.done():
            self._reading.result()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(Doubt):
                async with reading(self._settings) as reader:
                    reader.follow(self._positions)
                    while True:
                        for record in await reader.read(1.0, 1000):
                            self._take(record)
            await asyncio.sleep(0.1)

    def _take(self, record: Record) -> None:
        self._positions[record.topic, record.partition] = record.offset + 1
        if self._heard.read(record) is not Verdict.NEXT:
            return
        self._heard.commit()
        envelope = record.envelope()
        if envelope.causation == envelope.correlation and envelope.index == 0:
            told = {submission.Refused.TYPE: "refused", submission.Held.TYPE: "held"}
            became = told.get(envelope.type, "recorded")
            self.outcomes.setdefault(envelope.causation, []).append(became)
