"""What stood under some keys, read again from Kafka: what a lane needs where a fact is undone.

A partition is read from its beginning, so this is slow; corrections are rare. What is read is held
against what the lane has heard and given, by number and hash (B3), and nothing beyond it counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from services.core.bus.chain import Heard, Tail, Verdict
from services.core.bus.errors import Doubt, Gap, HistoryRewritten
from services.core.bus.kafka import reading
from services.core.bus.record import Record
from services.core.contracts.envelope import NotAnEnvelope
from services.core.settings import Settings

_BATCH = 2_000
_READ_SECONDS = 1.0
_PATIENCE = 30.0


async def recalled(
    settings: Settings,
    partition: int,
    tails: Mapping[str, Mapping[str, Tail]],
    keys: Collection[str],
    alive: Callable[[], Awaitable[None]],
) -> dict[str, list[Record]]:
    """Return every record under some keys, up to the tails: topic → lane → last that counts.

    What is given and not yet sent is waited for; `alive` is awaited now and then meanwhile. Raises
    Doubt where it does not come, HistoryRewritten where it is not what was read before.
    """
    found: dict[str, list[Record]] = {key: [] for key in keys}
    left = {(topic, lane) for topic, lanes in tails.items() for lane in lanes}
    heard, loop = Heard(), asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE
    async with reading(settings) as reader:
        reader.follow({(topic, partition): 0 for topic, lanes in tails.items() if lanes})
        while left:
            await alive()
            for record in await reader.read(_READ_SECONDS, _BATCH):
                if (of := _counted(record, tails, heard)) is None:
                    continue
                if record.key in found:
                    found[record.key].append(record)
                if heard.tail(*of).number == tails[of[0]][of[1]].number:
                    left.discard(of)
                deadline = loop.time() + _PATIENCE
            if loop.time() > deadline:
                raise Doubt(f"Kafka does not show what was read or given: {sorted(left)}")
    for topic, lanes in tails.items():
        for lane, tail in lanes.items():
            if heard.tail(topic, lane) != tail:
                raise HistoryRewritten(
                    f"{topic}[{partition}]: number {tail.number} of lane {lane} is not what was "
                    f"read before; the topic was changed after the fact. Compare it with the "
                    f"archive before anything else"
                )
    return found


def _counted(
    record: Record, tails: Mapping[str, Mapping[str, Tail]], heard: Heard
) -> tuple[str, str] | None:
    """Return topic and lane of a record that counts, read for the first time; else None.

    Behind a gap everything stands again once the missing number does.
    """
    try:
        place = record.place()
        tail = tails[record.topic].get(place.lane)
        if tail is None or place.number > tail.number or heard.read(record) is not Verdict.NEXT:
            return None
    except (NotAnEnvelope, Gap):
        return None
    return record.topic, place.lane
