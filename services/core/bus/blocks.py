"""Which keys stand in which block of a topic, so that what stood under one is found again (B10).

A block is a thousand offsets of a topic in the lane's partition. Its row holds a hash of each key
under which a record that counts stands there, and the tail of every lane at its end, against which
the next block is checked. A row is written only of a block that was seen from its beginning to its
end; a block without a row is read whenever something is recalled, so a row that is missing costs
time and nothing else.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final, Protocol
from zlib import crc32

from msgspec import Struct

from services.core.bus.chain import Tail

SIZE: Final = 1_000  #: offsets of a block; the number of a block is its first offset over this
_SIGN: Final = 1 << 31


class Hashed(Protocol):
    """A record that knows what the next one of its lane bears as its chain."""

    @property
    def hash(self) -> str:
        """Its hash."""


class Block(Struct, frozen=True):
    """The row of a block."""

    topic: str
    number: int
    keys: list[int]  #: hashes, each once
    tails: dict[str, Tail]  #: lane → last record of it up to the block's end


class Found(Struct, frozen=True):
    """What a row says of some keys."""

    number: int
    holds: bool  #: whether a record of one of them may stand there
    tails: dict[str, Tail]


class Range(Struct, frozen=True):
    """Offsets of a topic that must be read, and the tails of the lanes before the first."""

    start: int
    end: int | None  #: the offset after the last; None: up to where the topic ends
    before: dict[str, Tail]
    after: dict[str, Tail]  #: the tails at its end, where it has one


class _Open:
    def __init__(self, offset: int, tails: Mapping[str, Tail]) -> None:
        self.since = offset  #: all that counts from here on was noted
        self.number = offset // SIZE
        self.keys: set[int] = set()
        self.tails: dict[str, Tail] = dict(tails)
        self.lasts: dict[str, tuple[int, Hashed]] = {}  #: since then, hashed where they are needed


class Blocks:
    """Takes note of records in the order of their offsets, and gives the blocks that are complete.

    `complete` is for the caller to empty. What it knows is dropped with the ownership of a lane.
    """

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self.complete: list[Block] = []

    def begin(self, topic: str, offset: int, tails: Mapping[str, Tail]) -> None:
        """Note a topic from an offset on, before which the lanes have these tails."""
        self._open[topic] = _Open(offset, tails)

    def stop(self, topic: str) -> None:
        """Note a topic no longer: what follows is not seen whole."""
        self._open.pop(topic, None)

    def note(
        self, topic: str, offset: int, key: str, lane: str, number: int, record: Hashed
    ) -> None:
        """Note a record that counts, and its number in its lane."""
        self.reached(topic, offset)
        if (block := self._open.get(topic)) is not None:
            block.keys.add(hash_of_key(key))
            block.lasts[lane] = (number, record)

    def reached(self, topic: str, offset: int) -> None:
        """Take note that all before an offset was noted, what does not count left out."""
        block = self._open.get(topic)
        if block is not None and offset >= (block.number + 1) * SIZE:
            self._close(topic, block, offset // SIZE)

    def _close(self, topic: str, block: _Open, next_number: int) -> None:
        block.tails |= {
            lane: Tail(number, last.hash) for lane, (number, last) in block.lasts.items()
        }
        block.lasts.clear()
        for number in range(block.number, next_number):
            if block.since <= number * SIZE:
                self.complete.append(Block(topic, number, sorted(block.keys), dict(block.tails)))
            block.keys.clear()
        block.number = next_number


def hash_of_key(key: str) -> int:
    """Return the hash by which a key is found, as PostgreSQL's `int` holds it."""
    return crc32(key.encode()) - _SIGN


def ranges(rows: Iterable[Found]) -> list[Range]:
    """Return what must be read of a topic, in order; the last one has no end.

    `rows` may come in any order. What they say of blocks that are not read is believed.
    """
    known = {row.number: row for row in rows}
    end = max(known, default=-1) + 1
    wanted = [number for number in range(end) if number not in known or known[number].holds]
    runs = groupby(enumerate([*wanted, end]), key=lambda each: each[1] - each[0])
    found = []
    for _, run in runs:
        numbers = [number for _, number in run]
        first, last = numbers[0], numbers[-1]
        found.append(
            Range(
                start=first * SIZE,
                end=None if last == end else (last + 1) * SIZE,
                before=known[first - 1].tails if first else {},
                after=known[last].tails if last in known else {},
            )
        )
    return found
