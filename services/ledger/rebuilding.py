"""A service's streams told again from the archive, held against what the service has stored."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from services.core.bus.items import Stored
from services.core.bus.snapshot import Snapshot
from services.ledger.archive import Archive, Entry
from services.ledger.folding import FoldError, Folding


class Difference(Struct, frozen=True):
    """Where the archive and the store do not say the same."""

    stream: str
    what: str


class Compared(Struct):
    """What a comparison came to."""

    streams: int = 0
    facts: int = 0  #: the service's own, of which the streams are made
    differences: list[Difference] = []


async def behind(archive: Archive, folding: Folding, stored: Snapshot) -> list[str]:
    """Name the topics of which the archive has read less than what the stored states hold."""
    heard = await archive.heard()
    wanted = {each: number for each, number in stored.heard.items() if each[0] in folding.reads}
    wanted |= {each: number for each, number in stored.given.items() if each[0] in folding.reads}
    return sorted({each[0] for each, number in wanted.items() if heard.get(each, 0) < number})


async def compare(keys: AsyncIterator[list[Entry]], folding: Folding, stored: Snapshot) -> Compared:
    """Fold every key as far as the store had got, and compare each stream exactly."""
    compared = Compared()
    reach = stored.heard | stored.given
    left = dict(stored.states)

    def takes(entry: Entry) -> bool:
        record, place = entry.record, entry.record.place()
        written = (record.topic, record.partition, place.lane, place.number)
        counts = (
            entry.stands_in_events
            and place.number <= reach.get(written[:3], 0)
            and written not in stored.parked
        )
        compared.facts += counts and folding.is_own(entry)
        return counts

    async for entries in keys:
        try:
            streams = folding.fold(entries, takes)
        except FoldError as error:
            compared.differences.append(Difference(entries[0].record.key, str(error)))
            for stream in [each for each in left if _key(each) == entries[0].record.key]:
                del left[stream]
            continue
        compared.streams += len(streams)
        for stream, folded in streams.items():
            compared.differences += _differences(stream, folded, left.pop(stream, None))
    compared.differences += [
        Difference(stream, "it is stored, and no archived fact leads to it") for stream in left
    ]
    return compared


def _key(stream: str) -> str:
    return stream.partition("/")[2].partition(".")[0]


def _differences(
    stream: str, folded: Stored, stored: tuple[int, bytes] | None
) -> Iterator[Difference]:
    if stored is None:
        yield Difference(stream, "archived facts lead to it, and it is not stored")
        return
    sequence, packed = stored
    if sequence != folded.sequence:
        yield Difference(stream, f"{sequence} facts are stored, {folded.sequence} are archived")
    decoder = msgspec.msgpack.Decoder(type(folded.state))
    try:
        one = decoder.decode(packed)
    except msgspec.DecodeError as error:
        yield Difference(stream, f"the stored state cannot be read: {error}")
        return
    other = decoder.decode(msgspec.msgpack.encode(folded.state))
    if one != other:
        where, kept, told = _first(msgspec.to_builtins(one), msgspec.to_builtins(other), "state")
        yield Difference(stream, f"{where}: stored {kept!r}, from the facts {told!r}")


def _first(one: Any, other: Any, where: str) -> tuple[str, Any, Any]:
    """Return the first place at which two values differ, and what stands there."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in [*one, *other]:
            if one.get(name) != other.get(name):
                return _first(one.get(name), other.get(name), f"{where}.{name}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            if mine != theirs:
                return _first(mine, theirs, f"{where}[{place}]")
    return where, one, other
