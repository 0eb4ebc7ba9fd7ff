"""What a lane reads next, made ready: what must be heard first, then claims (T6)."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from services.core.bus.house import House
from services.core.bus.items import Item
from services.core.bus.record import Record
from services.core.contracts.envelope import NotAnEnvelope
from services.core.telemetry.metrics import FOREIGN

BATCH: Final = 500  #: records decided in one transaction, at most
_GATHER_SECONDS: Final = 0.05  #: between two reads for a view: many records share a transaction


class Batch(Struct, frozen=True):
    """What was read and made ready ahead, records that are not ours, and positions after both."""

    items: Sequence[Item]
    foreign: Sequence[Record]
    positions: dict[str, int]


class Intake:
    """Reads the topics of one lane from given positions, ahead of what is decided."""

    def __init__(self, house: House, partition: int, positions: dict[str, int]) -> None:
        """Follow the topics named by `positions`: topic → next offset."""
        self._house, self._partition = house, partition
        self._claim_topics, self._heard_topics = house.claim_topics, house.heard_topics
        self._fetched = dict(positions)
        self._waiting_claims: list[Record] = []
        self._must_hear: dict[str, int] = {}
        self._read_next = 0.0
        self._subscription = house.clients.subscribe(
            {(topic, partition): offset for topic, offset in positions.items()}
        )

    def close(self) -> None:
        """Read nothing more."""
        self._subscription.close()

    async def fetch(self) -> Batch:
        """Read the next records and make them ready; claims wait until all is heard that stands."""
        loop = asyncio.get_running_loop()
        if not self._claim_topics:
            await asyncio.sleep(self._read_next - loop.time())
        if self._waiting_claims:
            behind = [
                (topic, self._partition)
                for topic, end in self._must_hear.items()
                if self._fetched[topic] < end
            ]
            records = await self._subscription.read(1.0, BATCH, behind)
        else:
            records = await self._subscription.read(60.0, BATCH)
        self._read_next = loop.time() + _GATHER_SECONDS
        self._house.reached("after_fetch")
        heard = [record for record in records if record.topic not in self._claim_topics]
        claims = [record for record in records if record.topic in self._claim_topics]
        for topic, run in groupby(heard, key=lambda record: record.topic):
            self._fetched[topic] = list(run)[-1].offset + 1
        if claims and self._heard_topics:
            targets = [(topic, self._partition) for topic in self._heard_topics]
            ends = await self._house.clients.ends(targets)
            self._must_hear = {topic: end for (topic, _), end in ends.items()}
        self._waiting_claims += claims
        if all(self._fetched[topic] >= end for topic, end in self._must_hear.items()):
            claims, self._waiting_claims = self._waiting_claims, []
        else:
            claims = []
        for record in claims:
            self._fetched[record.topic] = record.offset + 1
        return self._ready([*heard, *claims])

    def _ready(self, records: Iterable[Record]) -> Batch:
        items, foreign = [], []
        for record in records:
            try:
                items.append(
                    self._house.deciding.ready(record, is_claim=record.topic in self._claim_topics)
                )
            except NotAnEnvelope:
                FOREIGN.inc()
                if self._house.keeps_foreign(record.topic):
                    foreign.append(record)
        return Batch(items, foreign, dict(self._fetched))
