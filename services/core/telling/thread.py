"""A judgment's thread, read from Kafka: all that was recorded and refused of it, in one order.

Topics keep no order between them. What caused another stands before it; else the time of recording
decides, and where that is the same, as on a story's clock, which submission came first.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from services.core.access.docket import stream_of
from services.core.bus.kafka import Reader
from services.core.bus.record import Record
from services.core.bus.service import Topics
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.errors import ContractError
from services.core.contracts.event import Event
from services.core.contracts.events import submission
from services.core.contracts.identifiers import key_of
from services.core.contracts.partitions import partition_of
from services.core.law.rule_files import law
from services.core.settings import Settings
from services.core.telling.following import events


class Entry(Struct, frozen=True):
    """One event of a thread."""

    record: Record
    envelope: Envelope
    event: Event | None  #: None where it cannot be read

    @property
    def family(self) -> str:
        """The family it belongs to; of a refused or held claim, the claim's."""
        match self.event:
            case submission.Refused(claim_type=type_) | submission.Held(claim_type=type_):
                return type_.split(".")[1]
        return self.envelope.type.split(".")[1]

    @property
    def fact(self) -> Event | None:
        """The event where something was recorded of its part; None for a refusal or a note."""
        family, _, name = self.envelope.type.split(".", 1)[1].partition(".")
        return None if family == "submission" or name == "irregularity_noted" else self.event

    @property
    def is_late(self) -> bool:
        """Whether it was said longer after it had happened than the house takes for usual."""
        return self.fact is not None and is_late(self.envelope)


def is_late(envelope: Envelope) -> bool:
    """Say whether what an agency said itself was said late (K-LATE); corrections always are."""
    is_said = envelope.causation == envelope.correlation and envelope.index == 0
    days = law().rule("K-LATE", envelope.law).amount
    if not is_said or envelope.undoes or days is None:
        return False
    return envelope.accepted_at - envelope.occurred_at > timedelta(days=days)


async def read(
    reader: Reader, settings: Settings, families: Iterable[str], key: str, codec: Codec
) -> list[Entry]:
    """Return everything that stands under a key, each once as the chain says (B3), in order."""
    topics = Topics(settings.topic_prefix, settings.partitions)
    partition = partition_of(key, settings.partitions)
    beginning = {(topics.events(family), partition): 0 for family in families}
    found = [
        Entry(record, envelope, _event(record, codec))
        async for record, envelope in events(reader, beginning, follow=False)
        if key_of(envelope.subject) == key
    ]
    return ordered(found)


def _event(record: Record, codec: Codec) -> Event | None:
    try:
        return codec.decode(record.value)
    except ContractError:
        return None


def ordered(entries: Sequence[Entry]) -> list[Entry]:
    """Return events in the order in which they are told."""
    known = {entry.envelope.id: entry.envelope for entry in entries}

    def place(envelope: Envelope) -> tuple[datetime, int]:
        """Return the moment from which it may be told, and how many causes stand before it."""
        moment, depth = envelope.recorded_at, 0
        cause = known.get(envelope.causation)
        while cause is not None:
            moment, depth = max(moment, cause.recorded_at), depth + 1
            cause = known.get(cause.causation)
        return moment, depth

    def rank(entry: Entry) -> tuple[datetime, str, int, str, int]:
        envelope = entry.envelope
        moment, depth = place(envelope)
        return moment, envelope.correlation, depth, envelope.causation, envelope.index

    return sorted(entries, key=rank)


def of_case(entries: Iterable[Entry], case_id: str) -> list[Entry]:
    """Return what concerns a case: itself, all that lies inside it, and its judgment."""
    mine = (case_id, key_of(case_id))
    return [
        entry
        for entry in entries
        if stream_of(entry.envelope.subject) in mine or entry.family == "judgment"
    ]
