"""B6: one recovery path. Claim, look at the tail of Kafka, read the row again, send, go on.

Kafka is asked before the row is read: what an earlier owner still sends can then only be a repeat
of what the row already knows.
"""

from collections.abc import Mapping

from services.core.bus.chain import Tail, Target
from services.core.bus.crashpoints import Reached
from services.core.bus.errors import DatabaseRestored, LeaseLost
from services.core.bus.kafka import Reader, reading
from services.core.bus.record import Record
from services.core.bus.store import LaneRow, Sending, Store
from services.core.contracts.envelope import NotAnEnvelope
from services.core.settings import Settings

_READ_SECONDS = 1.0
_READ_RECORDS = 2_000
_FIRST_WINDOW = 1_000


async def claimed(
    settings: Settings,
    store: Store,
    lane: str,
    owner: str,
    own_targets: list[Target],
    reached: Reached,
) -> tuple[LaneRow, dict[Target, Sending]] | None:
    """Own the lane and know its tail, or return None while it is another's.

    `own_targets` are looked at even where the database knows nothing of them. Raises
    DatabaseRestored where Kafka holds numbers that were never given.
    """
    epoch = await store.claim(owner)
    if epoch is None:
        return None
    reached("after_claim")
    known = await store.targets()
    targets = dict.fromkeys(own_targets, Sending(Tail(), 0, 0)) | known
    async with reading(settings) as reader:
        lasts = await _last_numbers(settings, reader, lane, targets)
    row = await store.row()
    if row.epoch != epoch:
        raise LeaseLost(f"lane {lane}: epoch {epoch} was claimed, the row says {row.epoch}")
    targets |= await store.targets()
    for target, (number, offset) in lasts.items():
        sending = targets[target]
        if number > sending.given.number:
            raise DatabaseRestored(
                f"{target[0]}[{target[1]}]: Kafka holds number {number} of lane {lane}, the "
                f"database gave {sending.given.number} at most: it was restored from the past. "
                f"Say `lienthong rebuild {lane.partition('/')[0]}`"
            )
        if number < sending.sent:
            await store.lower_mark(epoch, target, number, offset)
        if number != sending.sent:
            targets[target] = Sending(sending.given, number, offset)
    reached("after_tail_check")
    return row, targets


async def _last_numbers(
    settings: Settings, reader: Reader, lane: str, targets: Mapping[Target, Sending]
) -> dict[Target, tuple[int, int]]:
    """Find the last number of the lane in each target, with its offset; 0 where there is none."""
    if not targets:
        return {}
    ends = await reader.ends(targets)
    starts = {
        target: min(sending.sent_offset, max(0, ends[target] - 1))
        for target, sending in targets.items()
    }
    found = await _newest(reader, lane, starts, ends)
    window = _FIRST_WINDOW
    while missing := {
        target: start
        for target, start in starts.items()
        if target not in found and start > 0 and targets[target].sent
    }:
        starts |= {target: max(0, start - window) for target, start in missing.items()}
        window *= 4
        async with reading(settings) as further:
            found |= await _newest(
                further, lane, {target: starts[target] for target in missing}, missing
            )
    return {target: found.get(target, (0, 0)) for target in targets}


async def _newest(
    reader: Reader, lane: str, starts: Mapping[Target, int], ends: Mapping[Target, int]
) -> dict[Target, tuple[int, int]]:
    """Read each target from start to end and return the highest number of the lane met."""
    found: dict[Target, tuple[int, int]] = {}
    open_ = {target: start for target, start in starts.items() if start < ends[target]}
    reader.follow(open_)
    while open_:
        for record in await reader.read(_READ_SECONDS, _READ_RECORDS):
            target = (record.topic, record.partition)
            number = _number(record, lane)
            if record.offset < ends[target] and number > found.get(target, (0, 0))[0]:
                found[target] = (number, record.offset)
            if record.offset + 1 >= ends[target]:
                open_.pop(target, None)
    return found


def _number(record: Record, lane: str) -> int:
    try:
        place = record.place()
    except NotAnEnvelope:
        return 0
    return place.number if place.lane == lane else 0


async def look_ahead(
    settings: Settings, target: Target, offset: int, lane: str, number: int
) -> int | None:
    """Find where a missing number of a lane stands beyond an offset, or None so far (B3)."""
    async with reading(settings) as reader:
        end = (await reader.ends([target]))[target]
        if offset >= end:
            return None
        reader.follow({target: offset})
        while True:
            for record in await reader.read(_READ_SECONDS, _READ_RECORDS):
                if _number(record, lane) == number:
                    return record.offset
                if record.offset + 1 >= end:
                    return None
