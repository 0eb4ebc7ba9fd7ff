"""The envelope of an event: who said it, when, what brought it about, and its place in history.

It travels in ten short Kafka headers beside the Avro payload: eight of CloudEvents 1.0 and of W3C
trace context, which any tool reads, and two of our own, fields joined by semicolons:

    lt_record   lane;number;chain;sequence;recorded at;law;how far the lane had heard
    lt_cause    causation;correlation;index/count;accepted at;role;asker

`bus.chain` says what number and chain are for. The order of the headers is part of the format: a
record's hash runs over it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from services.core.contracts.errors import ContractError

CONTENT_TYPE: Final = b"application/avro"
SPECVERSION: Final = b"1.0"
NAMES: Final = (
    "ce_specversion",
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_subject",
    "ce_time",
    "content-type",
    "traceparent",
    "lt_record",
    "lt_cause",
)

Headers = Sequence[tuple[str, bytes]]


class NotAnEnvelope(ContractError):
    """The record's headers are not those of an event of this house."""


class Envelope(Struct, frozen=True, kw_only=True):
    """Everything about an event but its data. Times are aware, in UTC; absent texts are empty."""

    id: str
    type: str  #: as `thads.judgment.issued`
    agency: str
    officer: str
    subject: str  #: the id of the part it speaks of
    occurred_at: datetime
    traceparent: str

    sequence: int  #: place in its stream, from 1; 0 for a submission
    recorded_at: datetime  #: for a submission, when it was accepted
    law: str  #: the version in force on the day of the act
    heard: str  #: `family:offset,…`: how far the lane had heard when it decided

    causation: str  #: the id of what brought it about; its own id for an agency's submission
    correlation: str  #: the first submission of the chain of causes
    index: int  #: place among the facts of its decision; 0 is the outcome
    count: int  #: how many facts the decision made
    accepted_at: datetime  #: when the first submission of the chain was accepted
    role: str
    asker: str  #: `family:part` of who asked, where this is an Ask; else empty

    def headers(self, lane: str, number: int, chain: str) -> list[tuple[str, bytes]]:
        """Return the ten headers, once the record has its lane, number and chain."""
        record = (
            f"{lane};{number};{chain};{self.sequence};{text_of(self.recorded_at)}"
            f";{self.law};{self.heard}"
        )
        cause = (
            f"{self.causation};{self.correlation};{self.index}/{self.count}"
            f";{text_of(self.accepted_at)};{self.role};{self.asker}"
        )
        return [
            ("ce_specversion", SPECVERSION),
            ("ce_id", self.id.encode()),
            ("ce_type", self.type.encode()),
            ("ce_source", f"/{self.agency}/{self.officer}".encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_time", text_of(self.occurred_at).encode()),
            ("content-type", CONTENT_TYPE),
            ("traceparent", self.traceparent.encode()),
            ("lt_record", record.encode()),
            ("lt_cause", cause.encode()),
        ]


class Place(Struct, frozen=True):
    """Which lane wrote a record, as which of its records for this partition, after which one."""

    lane: str
    number: int  #: from 1, without a gap, for each lane and target partition
    chain: str  #: hash of the lane's previous record in this partition, empty for the first


def text_of(moment: datetime) -> str:
    """Spell an aware moment as RFC 3339 in UTC with microseconds, as the headers carry it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def place_of(headers: Headers) -> Place:
    """Read the place alone. Raises NotAnEnvelope for records that are not ours."""
    if len(headers) != len(NAMES) or headers[8][0] != "lt_record":
        raise NotAnEnvelope(f"expected the headers {', '.join(NAMES)}, found {_names(headers)}")
    try:
        lane, number, chain, _ = headers[8][1].decode().split(";", 3)
        if not lane.isprintable():
            raise NotAnEnvelope("lt_record names a lane with control characters")
        return Place(lane, int(number), chain)
    except ValueError as error:
        raise NotAnEnvelope(f"lt_record is not lane;number;chain;…: {error}") from error


def envelope_of(headers: Headers) -> Envelope:
    """Read the envelope of a record whose place was read before. Raises NotAnEnvelope."""
    try:
        if tuple([name for name, _ in headers]) != NAMES:
            raise NotAnEnvelope(f"expected the headers {', '.join(NAMES)}, found {_names(headers)}")
        _, id_, type_, source, subject, time, _, traceparent, record, cause = [
            value.decode() for _, value in headers
        ]
        _, _, _, sequence, recorded_at, law, heard = record.split(";")
        causation, correlation, position, accepted_at, role, asker = cause.split(";")
        _, agency, officer = source.split("/")
        index, count = position.split("/")
        return Envelope(
            id=id_,
            type=type_,
            agency=agency,
            officer=officer,
            subject=subject,
            occurred_at=datetime.fromisoformat(time),
            traceparent=traceparent,
            sequence=int(sequence),
            recorded_at=datetime.fromisoformat(recorded_at),
            law=law,
            heard=heard,
            causation=causation,
            correlation=correlation,
            index=int(index),
            count=int(count),
            accepted_at=datetime.fromisoformat(accepted_at),
            role=role,
            asker=asker,
        )
    except ValueError as error:
        raise NotAnEnvelope(f"a header does not have its form: {error}") from error


def _names(headers: Headers) -> str:
    return ", ".join(name for name, _ in headers) or "none"
