"""B3: numbers and a chain instead of an inbox.

A lane numbers its records without a gap for each partition it writes to; each record carries a hash
of the one before. Whoever reads keeps the last number and hash of every lane it has read, and so
tells what is next from what is repeated, missing or changed: a second later or years later.
"""

from enum import Enum

from msgspec import Struct

from services.core.bus.errors import Gap, HistoryRewritten
from services.core.bus.record import Numbered, Outgoing, Record

Target = tuple[str, int]  #: (topic, partition)


class Tail(Struct, frozen=True, array_like=True):
    """The last record of a lane in a partition: its number and its hash."""

    number: int = 0
    hash: str = ""


class Verdict(Enum):
    """What a record is to a reader that has read a lane so far."""

    NEXT = "next"  #: apply it
    REPEAT = "repeat"  #: it was applied before: drop it


class Heard:
    """How far one reader has read every lane of the partitions it follows.

    Reads are tentative until `commit`: a batch that fails is forgotten with `rollback`, as if it
    had never been read.
    """

    def __init__(self, tails: dict[str, dict[str, Tail]] | None = None) -> None:
        self._tails: dict[tuple[str, str], Tail] = {
            (topic, lane): tail
            for topic, lanes in (tails or {}).items()
            for lane, tail in lanes.items()
        }
        self._ahead: dict[tuple[str, str], Tail] = {}
        self._resent: dict[tuple[str, str], int] = {}

    def read(self, record: Record) -> Verdict:
        """Judge a record by its number and chain, and remember it where it is next.

        Raises Gap where a number is missing, HistoryRewritten where the chain does not fit, and
        NotAnEnvelope where the record is not ours.
        """
        place = record.place()
        of = (record.topic, place.lane)
        last = self.tail(*of)
        if place.number <= last.number:
            if place.number == last.number and record.hash != last.hash:
                raise HistoryRewritten(_changed(record, place.lane, place.number, last.hash))
            return Verdict.REPEAT
        if place.number > last.number + 1:
            if record.offset < self._resent.get(of, -1):
                return Verdict.REPEAT
            raise Gap(
                record.topic,
                record.partition,
                record.offset,
                place.lane,
                last.number + 1,
                place.number,
            )
        if place.chain != last.hash:
            raise HistoryRewritten(_changed(record, place.lane, last.number, last.hash))
        self._ahead[of] = Tail(place.number, record.hash)
        return Verdict.NEXT

    def tail(self, topic: str, lane: str) -> Tail:
        """Return the last record read of a lane."""
        of = (topic, lane)
        return self._ahead.get(of) or self._tails.get(of) or Tail()

    def found_at(self, topic: str, lane: str, offset: int) -> None:
        """Take note that a missing number of a lane stands at an offset further on.

        What the lane wrote before that offset, and beyond the missing number, stands there again
        and is passed over until then.
        """
        self._resent[topic, lane] = offset

    def commit(self) -> None:
        """Keep what was read since the last commit."""
        self._tails.update(self._ahead)
        self._ahead.clear()

    def rollback(self) -> None:
        """Forget what was read since the last commit."""
        self._ahead.clear()

    def snapshot(self) -> dict[str, dict[str, Tail]]:
        """Return topic → lane → tail, tentative reads included, as the lane row stores it."""
        tails: dict[str, dict[str, Tail]] = {}
        for (topic, lane), tail in (self._tails | self._ahead).items():
            tails.setdefault(topic, {})[lane] = tail
        return tails


class Chunk(Struct, frozen=True):
    """Consecutive records of one lane for one partition: a row of the outbox."""

    topic: str
    partition: int
    first: int
    records: list[Numbered]
    tail: Tail

    @property
    def last(self) -> int:
        """The number of its last record."""
        return self.tail.number


def number(lane: str, target: Target, tail: Tail, outgoing: list[Outgoing]) -> Chunk:
    """Give consecutive numbers and the chain to what goes to one partition, after `tail`."""
    records = []
    last, chain = tail.number, tail.hash
    for out in outgoing:
        last += 1
        head = out.envelope.head(lane, last, chain)
        records.append(Numbered(out.key, out.value, head))
        chain = records[-1].hash
    return Chunk(*target, tail.number + 1, records, Tail(last, chain))


def _changed(record: Record, lane: str, position: int, expected: str) -> str:
    return (
        f"{record.topic}[{record.partition}]@{record.offset}: lane {lane}: the record does not fit "
        f"number {position} with hash {expected or 'none'} as it was read before; the topic was "
        f"changed after the fact. Compare it with the archive before anything else"
    )
