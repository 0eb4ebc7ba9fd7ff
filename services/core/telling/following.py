"""Records of the events topics, each once, for readers who only tell what stands there."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

from services.core.bus.chain import Heard, Tail, Target, Verdict
from services.core.bus.errors import Gap
from services.core.bus.kafka import Reader
from services.core.bus.record import Record
from services.core.bus.service import Topics
from services.core.contracts.envelope import Envelope, NotAnEnvelope
from services.core.settings import Settings

_READ_SECONDS: Final = 60.0
_BATCH: Final = 2_000

Heeded = tuple[Record, Envelope]


def targets_of(settings: Settings, families: Iterable[str]) -> list[Target]:
    """Return every partition in which events of some families stand."""
    named = Topics(settings.topic_prefix, settings.partitions)
    return [
        (named.events(family), partition)
        for family in families
        for partition in range(settings.partitions)
    ]


async def events(
    reader: Reader, positions: dict[Target, int], *, follow: bool
) -> AsyncIterator[Heeded]:
    """Yield the records from some offsets on, each once, as the chain says.

    They come in order of recording as far as they were read together; records that are not ours
    are left out. Raises HistoryRewritten where the chain does not fit.
    """
    chains = _Chains()
    ends = {} if follow else await reader.ends(positions)
    left = {target for target, end in ends.items() if positions[target] < end}
    reader.follow(positions)
    while follow or left:
        fresh: list[Heeded] = []
        for record in await reader.read(_READ_SECONDS if follow else 1.0, _BATCH):
            target = (record.topic, record.partition)
            if not follow and record.offset + 1 >= ends[target]:
                left.discard(target)
            try:
                if chains.is_next(record):
                    fresh.append((record, record.envelope()))
            except NotAnEnvelope:
                continue
        for each in sorted(fresh, key=lambda each: each[1].recorded_at):
            yield each


class _Chains:
    """The repeat rule for a reader that may begin in the middle of a topic."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], Heard] = {}

    def is_next(self, record: Record) -> bool:
        place = record.place()
        of = (record.topic, place.lane)
        if of not in self._heard:
            self._heard[of] = _from(record)
        try:
            return self._heard[of].read(record) is Verdict.NEXT
        except Gap:  # for lanes a reason to stop, for a reader to go on with what stands there
            self._heard[of] = _from(record)
            return self._heard[of].read(record) is Verdict.NEXT


def _from(record: Record) -> Heard:
    place = record.place()
    return Heard({record.topic: {place.lane: Tail(place.number - 1, place.chain)}})
