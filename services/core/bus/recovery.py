"""B6: one recovery path. Claim, look at the tail of Kafka, read the row again, send, go on.

Kafka is asked before the row is read: what an earlier owner still sends can then only be a repeat
of what the row already knows. Kafka's last record and the outbox must fit each other, number and
chain: a database restored from the past may have given the same numbers to other records.
"""

from collections.abc import Mapping

from msgspec import Struct

from services.core.bus.chain import Heard, Tail, Target, Verdict
from services.core.bus.clients import Clients
from services.core.bus.crashpoints import Reached
from services.core.bus.errors import DatabaseRestored, Gap, LeaseLost
from services.core.bus.kafka import reading
from services.core.bus.record import Record
from services.core.bus.store import LaneRow, Sending, Store
from services.core.contracts.envelope import NotAnEnvelope, place_of
from services.core.settings import Settings

_READ_SECONDS = 1.0
_READ_RECORDS = 2_000
_FIRST_WINDOW = 1_000


class _Last(Struct, frozen=True):
    """The last record of the lane that Kafka holds in a partition, and its offset."""

    tail: Tail = Tail()
    offset: int = 0


async def claimed(
    settings: Settings,
    clients: Clients,
    store: Store,
    lane: str,
    owner: str,
    own_targets: list[Target],
    reached: Reached,
) -> tuple[LaneRow, dict[Target, Sending]] | None:
    """Own the lane and know its tail, or return None while it is another's.

    `own_targets` are looked at even where the database knows nothing of them. Raises
    DatabaseRestored where Kafka holds records that were never given, StateTooNew where newer code
    has written the lane's states.
    """
    epoch = await store.claim(owner)
    if epoch is None:
        await store.row()  # says so where the states are too new to be ours
        return None
    reached("after_claim")
    known = await store.targets()
    targets = dict.fromkeys(own_targets, Sending(Tail(), 0, 0)) | known
    lasts = await _lasts(clients, lane, targets)
    row = await store.row()
    if row.epoch != epoch:
        raise LeaseLost(f"lane {lane}: epoch {epoch} was claimed, the row says {row.epoch}")
    targets |= await store.targets()
    for target, last in lasts.items():
        sending, number = targets[target], last.tail.number
        if not await _gave(store, target, sending, last.tail):
            raise DatabaseRestored(
                f"{target[0]}[{target[1]}]: Kafka holds number {number} of lane {lane}, the "
                f"database gave {sending.given.number} at most, or another record of that number: "
                f"it was restored from the past. {_remedy(settings, lane.partition('/')[0])}"
            )
        if number != sending.sent:
            await store.set_mark(epoch, target, number, last.offset)
            if number < sending.sent:
                await store.forget_blocks([target[0]])
            targets[target] = Sending(sending.given, number, last.offset)
    reached("after_tail_check")
    return row, targets


def _remedy(settings: Settings, service: str) -> str:
    return (
        f"Nothing can make the missing commits again: end the processes of {service}, bring the "
        f"newest backup of its schema back with `pg_restore --clean --if-exists "
        f"--single-transaction --schema={service} --dbname={settings.postgres_database} BACKUP`, "
        f"and start them again (docs/operations.md, DatabaseRestored)"
    )


async def _gave(store: Store, target: Target, sending: Sending, tail: Tail) -> bool:
    """Say whether the database gave the record that Kafka holds last.

    Where it gave more since, the next one tells by its chain; a hole in its place is told when it
    is to be sent.
    """
    if tail.number >= sending.given.number:
        return tail == sending.given
    for chunk in await store.unsent(target, tail.number, most=1):
        if chunk.first <= tail.number + 1:
            following = chunk.records[tail.number + 1 - chunk.first]
            return place_of(following.head).chain == tail.hash
    return True


async def _lasts(
    clients: Clients, lane: str, targets: Mapping[Target, Sending]
) -> dict[Target, _Last]:
    """Find the last record of the lane in each target; number 0 where there is none."""
    if not targets:
        return {}
    ends = await clients.ends(targets)
    starts = {
        target: min(sending.sent_offset, max(0, ends[target] - 1))
        for target, sending in targets.items()
    }
    found = await _newest(clients, lane, starts, ends)
    window = _FIRST_WINDOW
    while missing := {
        target: start
        for target, start in starts.items()
        if target not in found and start > 0 and targets[target].sent
    }:
        starts |= {target: max(0, start - window) for target, start in missing.items()}
        window *= 4
        found |= await _newest(
            clients, lane, {target: starts[target] for target in missing}, missing
        )
    return {target: found.get(target, _Last()) for target in targets}


async def _newest(
    clients: Clients, lane: str, starts: Mapping[Target, int], ends: Mapping[Target, int]
) -> dict[Target, _Last]:
    """Read each target from start to end and return the highest number of the lane met."""
    found: dict[Target, _Last] = {}
    open_ = {target: start for target, start in starts.items() if start < ends[target]}
    if not open_:
        return found
    async with clients.looking_back() as reader:
        reader.follow(open_)
        while open_:
            for record in await reader.read(_READ_SECONDS, _READ_RECORDS):
                target = (record.topic, record.partition)
                number = _number(record, lane)
                if record.offset < ends[target] and number > found.get(target, _Last()).tail.number:
                    found[target] = _Last(Tail(number, record.hash), record.offset)
                if record.offset + 1 >= ends[target]:
                    open_.pop(target, None)
    return found


def _number(record: Record, lane: str) -> int:
    try:
        place = record.place()
    except NotAnEnvelope:
        return 0
    return place.number if place.lane == lane else 0


async def find_number(
    settings: Settings, target: Target, lane: str, number: int, start: int, end: int | None = None
) -> int | None:
    """Find where a number of a lane stands, from an offset to another or to the topic's end (B3).

    Returns None where it does not stand there so far.
    """
    async with reading(settings) as reader:
        if end is None:
            end = (await reader.ends([target]))[target]
        if start >= end:
            return None
        reader.follow({target: start})
        while True:
            for record in await reader.read(_READ_SECONDS, _READ_RECORDS):
                if _number(record, lane) == number:
                    return record.offset if record.offset < end else None
                if record.offset + 1 >= end:
                    return None


async def lost_tails(
    clients: Clients, heard: Heard, positions: Mapping[Target, int]
) -> set[Target]:
    """Say where Kafka has lost records that were read.

    There it ends before our position, or the last record before it is one that we do not know.
    """
    read = {target: offset - 1 for target, offset in positions.items() if offset}
    if not read:
        return set()
    ends = await clients.ends(read)
    lost = {target for target, last in read.items() if last >= ends[target]}
    open_ = {target: last for target, last in read.items() if target not in lost}
    if not open_:
        return lost
    async with clients.looking_back() as reader:
        reader.follow(open_)
        while open_:
            for record in await reader.read(_READ_SECONDS, 1, open_):
                target = (record.topic, record.partition)
                del open_[target]
                if not _is_known(heard, record):
                    lost.add(target)
    return lost


def _is_known(heard: Heard, record: Record) -> bool:
    try:
        return heard.read(record) is Verdict.REPEAT
    except Gap:
        return False
    except NotAnEnvelope:
        return True
    finally:
        heard.rollback()
