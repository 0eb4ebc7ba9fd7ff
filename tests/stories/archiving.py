"""The archive held against the topics: every record that stands there once, each lane in order."""

import asyncio
from collections.abc import Iterable, Sequence

from services.core.bus.kafka import reading
from services.core.bus.record import Record
from services.core.contracts.codec import Codec
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.following import events
from services.ledger.archive import Archive, Criteria, Entry
from services.ledger.service import NAME
from tests.patience import PATIENCE, surely


async def standing(settings: Settings, topics: Iterable[str]) -> list[Record]:
    """Return every record that stands in some topics, by place; of what stands twice, the first."""
    beginning = {(topic, p): 0 for topic in topics for p in range(settings.partitions)}

    async def look() -> list[Record]:
        async with reading(settings) as reader:
            found = events(reader, dict(beginning), follow=False)
            return _placed([record async for record, _ in found])

    return await surely(look)


async def archived(settings: Settings, codec: Codec, records: Sequence[Record]) -> list[Entry]:
    """Wait until so much is archived, see that it is these records, and return the entries."""
    rows = Rows(settings, NAME)
    archive = Archive(rows, codec)
    try:
        async with asyncio.timeout(PATIENCE):
            while (await archive.span(Criteria())).count < len(records):
                await asyncio.sleep(0.05)
        entries = [entry async for entry in archive.find(Criteria())]
    finally:
        await rows.close()
    assert _placed(entry.record for entry in entries) == list(records)
    lanes: dict[int, list[int]] = {}
    for entry in entries:
        assert entry.lane == entry.record.partition
        lanes.setdefault(entry.lane, []).append(entry.index)
    for indexes in lanes.values():
        assert indexes == list(range(1, len(indexes) + 1))
    return entries


def _placed(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda each: (each.topic, each.partition, each.offset))
