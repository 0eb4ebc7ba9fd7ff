"""Claims in their envelopes, and records as they would stand in a topic, made without a house."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from msgspec.structs import replace

from services.core.bus.chain import Chunk, Tail, Target, number
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Topics
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.identifiers import key_of, new_id
from services.core.contracts.partitions import partition_of
from tests.hearings.contracts import CODEC
from tests.hearings.events import hearing

TOPICS: Final = Topics("thads", 3)


def claim_of(event: Event, topics: Topics = TOPICS, *, agency: str = "toa-da-nang") -> Outgoing:
    """Put a claim into its envelope, as the gateway does."""
    id_, now = new_id(), datetime.now(UTC)
    envelope = Envelope(
        id=id_,
        type=event.TYPE,
        agency=agency,
        officer="thu-ky-hoa",
        subject=event.part,
        occurred_at=now,
        traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
        sequence=0,
        recorded_at=now,
        law="R2026",
        heard="",
        causation=id_,
        correlation=id_,
        index=0,
        count=0,
        accepted_at=now,
        role="COURT",
        asker="",
    )
    key = key_of(event.part)
    return Outgoing(
        topics.submissions(event.TYPE.split(".")[1]),
        partition_of(key, topics.partitions),
        key,
        CODEC.encode(event),
        envelope,
    )


def requested(
    hearing_id: str | None = None,
    room_id: str = "room-1",
    *,
    day: int = 1,
    agency: str = "toa-da-nang",
) -> Outgoing:
    """Word a request for a hearing, in its envelope."""
    event = hearing.Requested(
        hearing_id=hearing_id or new_id(), room_id=room_id, held_on=date(2026, 8, day)
    )
    return claim_of(event, agency=agency)


def written(lane: str, outgoing: Iterable[Outgoing], tail: Tail = Tail()) -> Chunk:  # noqa: B008
    """Return what a lane writes of these, all for one partition, after what it wrote before."""
    records = list(outgoing)
    return number(lane, (records[0].topic, records[0].partition), tail, records)


def appended(target: Target, chunks: Iterable[Chunk]) -> list[Record]:
    """Return what stands in a topic after these chunks were appended to it."""
    made = [each for chunk in chunks for each in chunk.records]
    return [
        Record(*target, offset, each.key, each.value, each.head) for offset, each in enumerate(made)
    ]


def at(record: Record, offset: int) -> Record:
    """Return the same record, standing elsewhere in its topic."""
    return replace(record, offset=offset)
