"""What stood under some keys, read again from Kafka: what a lane needs where a fact is undone.

Of a topic only those blocks are read in which one of the keys may stand (`blocks`), and what no row
tells of; without rows that is the whole partition. What is read is held against what the lane has
heard and given, by number and hash (B3), and nothing beyond it counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from services.core.bus.blocks import Blocks, Found, Range, ranges
from services.core.bus.chain import Heard, Tail, Verdict
from services.core.bus.errors import Doubt, Gap, HistoryRewritten
from services.core.bus.kafka import Reader, reading
from services.core.bus.record import Record
from services.core.contracts.envelope import NotAnEnvelope
from services.core.settings import Settings

_BATCH = 2_000
_READ_SECONDS = 1.0
_PATIENCE = 30.0

Tails = Mapping[str, Mapping[str, Tail]]  #: topic → lane → last record that counts


async def recalled(
    settings: Settings,
    partition: int,
    tails: Tails,
    keys: Collection[str],
    rows: Mapping[str, Sequence[Found]],
    blocks: Blocks,
    alive: Callable[[], Awaitable[None]],
) -> dict[str, list[Record]]:
    """Return every record under some keys, up to the tails.

    `rows` are the rows of the topics' blocks; what is read of others whole is noted in `blocks`.
    What is given and not yet sent is waited for; `alive` is awaited now and then meanwhile. Raises
    Doubt where it does not come, HistoryRewritten where it is not what was read before.
    """
    found: dict[str, list[Record]] = {key: [] for key in keys}
    left = {topic: ranges(rows.get(topic, ())) for topic, lanes in tails.items() if lanes}
    async with reading(settings) as reader:
        while left:
            several = _Ranges({topic: each[0] for topic, each in left.items()}, tails, blocks)
            await several.read(reader, partition, found, alive)
            left = {topic: each[1:] for topic, each in left.items() if each[1:]}
    return found


class _Ranges:
    """One range of each of some topics, read side by side."""

    def __init__(self, ranges: Mapping[str, Range], tails: Tails, blocks: Blocks) -> None:
        self._ranges, self._tails, self._blocks = ranges, tails, blocks
        self._heard = Heard({topic: dict(each.before) for topic, each in ranges.items()})
        for topic, each in ranges.items():
            blocks.begin(topic, each.start, each.before)
        self._left = {topic for topic in ranges if not self._is_read(topic, 0)}

    async def read(
        self,
        reader: Reader,
        partition: int,
        found: Mapping[str, list[Record]],
        alive: Callable[[], Awaitable[None]],
    ) -> None:
        """Read to the end of each range, and add what counts under a key."""
        loop = asyncio.get_running_loop()
        if self._left:
            reader.follow({(topic, partition): self._ranges[topic].start for topic in self._left})
        deadline = loop.time() + _PATIENCE
        while self._left:
            await alive()
            for record in await reader.read(_READ_SECONDS, _BATCH):
                if record.topic not in self._left:
                    continue
                if self._counts(record):
                    deadline = loop.time() + _PATIENCE
                    if record.key in found:
                        found[record.key].append(record)
                if self._is_read(record.topic, record.offset + 1):
                    self._left.discard(record.topic)
                    reader.pause([(record.topic, partition)])
            if self._left and loop.time() > deadline:
                raise Doubt(f"Kafka does not show what was read or given: {sorted(self._left)}")
        self._check(partition)

    def _is_read(self, topic: str, offset: int) -> bool:
        """Whether all before an offset is all that is to be read."""
        if (end := self._ranges[topic].end) is not None:
            if offset >= end:
                self._blocks.reached(topic, end)
            return offset >= end
        return all(
            self._heard.tail(topic, lane).number >= tail.number
            for lane, tail in self._tails[topic].items()
        )

    def _counts(self, record: Record) -> bool:
        """Whether a record counts, read for the first time.

        Behind a gap everything stands again once the missing number does.
        """
        topic, end = record.topic, self._ranges[record.topic].end
        if end is not None and record.offset >= end:
            return False
        try:
            place = record.place()
            tail = self._tails[topic].get(place.lane)
            if tail is None or place.number > tail.number:
                self._blocks.stop(topic)  # what comes later stands in the same block
                return False
            if self._heard.read(record) is not Verdict.NEXT:
                return False
        except NotAnEnvelope:
            return False
        except Gap:
            self._blocks.stop(topic)
            return False
        self._blocks.note(topic, record.offset, record.key, place.lane, place.number, record)
        return True

    def _check(self, partition: int) -> None:
        """Compare where each lane stands at the end of the ranges with what was read before."""
        for topic, each in self._ranges.items():
            for lane, tail in (self._tails[topic] if each.end is None else each.after).items():
                if self._heard.tail(topic, lane) != tail:
                    raise HistoryRewritten(
                        f"{topic}[{partition}]: number {tail.number} of lane {lane} is not what "
                        f"was read before; the topic was changed after the fact. Compare it with "
                        f"the archive before anything else"
                    )
