"""The envelope of an event: who said it, when, what brought it about, and its place in history.

It travels in ten short Kafka headers beside the Avro payload: eight of CloudEvents 1.0 and of W3C
trace context, which any tool reads, and two of our own, fields joined by semicolons:

    lt_record   lane;number;chain;sequence;recorded at;law;how far the lane had heard
    lt_cause    causation;correlation;index/count;accepted at;role;asker;corrects;withdraws

`bus.chain` says what number and chain are for. Inside the house the ten contents are one text, the
head, a line each in the order of `NAMES`: a record's hash runs over it, so the order is part of the
format.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from services.core.contracts.errors import ContractError

CONTENT_TYPE: Final = "application/avro"
FOREIGN: Final = b"\0"  #: begins the head of a record that is not ours
_UUID_BYTES: Final = 16
_DIGITS: Final = 18  #: of the largest number that every part of the house can hold
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
    corrects: str = ""  #: the fact in whose place this one stands, with all of its decision
    withdraws: str = ""  #: the fact that is undone, and nothing takes its place

    @property
    def undoes(self) -> str:
        """The fact that does not count any more, if there is one."""
        return self.corrects or self.withdraws

    def head(self, lane: str, number: int, chain: str) -> bytes:
        """Return the head of the record, once it has its lane, number and chain."""
        return (
            f"1.0\n{self.id}\n{self.type}\n/{self.agency}/{self.officer}\n{self.subject}\n"
            f"{text_of(self.occurred_at)}\n{CONTENT_TYPE}\n{self.traceparent}\n"
            f"{lane};{number};{chain};{self.sequence};{text_of(self.recorded_at)}"
            f";{self.law};{self.heard}\n"
            f"{self.causation};{self.correlation};{self.index}/{self.count}"
            f";{text_of(self.accepted_at)};{self.role};{self.asker}"
            f";{self.corrects};{self.withdraws}"
        ).encode()


class Place(Struct, frozen=True):
    """Which lane wrote a record, as which of its records for this partition, after which one."""

    lane: str
    number: int  #: from 1, without a gap, for each lane and target partition
    chain: str  #: hash of the lane's previous record in this partition, empty for the first


def text_of(moment: datetime) -> str:
    """Spell an aware moment as RFC 3339 in UTC with microseconds, as the headers carry it."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def headers_of(head: bytes) -> Headers:
    """Return the headers as Kafka carries them."""
    return list(zip(NAMES, head.split(b"\n"), strict=False))


def head_of(headers: Headers) -> bytes:
    """Return the head of a record as it was read; of one that is not ours, what marks it so."""
    if headers:
        names, contents = zip(*headers, strict=True)
        if names == NAMES and None not in contents:
            return b"\n".join(contents)
    return FOREIGN + b"\n".join(
        name.encode(errors="replace") + b"=" + (content or b"") for name, content in headers
    )


def foreign_headers(head: bytes) -> dict[str, bytes]:
    """Return the headers of a record that is not one of the bus's; of one that is, none."""
    lines = head.removeprefix(FOREIGN).split(b"\n") if head.startswith(FOREIGN) else []
    pairs = (line.partition(b"=") for line in lines)
    return {name.decode(): content for name, _, content in pairs}


def place_of(head: bytes) -> Place:
    """Read the place alone. Raises NotAnEnvelope for records that are not ours."""
    try:
        lane, number, chain, _ = head.rsplit(b"\n", 2)[1].decode().split(";", 3)
        _demand(not head.startswith(FOREIGN) and lane.isprintable(), lane)
        return Place(lane, _counted(number), chain)
    except (ValueError, IndexError) as error:
        raise NotAnEnvelope(
            f"expected the headers {', '.join(NAMES)}, with lt_record as lane;number;chain;…"
        ) from error


def envelope_of(head: bytes) -> Envelope:
    """Read the envelope of a record; where there is one, there is a place. Raises NotAnEnvelope."""
    try:
        version, id_, type_, source, subject, time, _, traceparent, record, cause = (
            head.decode().split("\n")
        )
        lane, number, _, sequence, recorded_at, law, heard = record.split(";")
        causation, correlation, position, accepted_at, role, asker, corrects, withdraws = (
            cause.split(";")
        )
        _, agency, officer = source.split("/")
        index, _, count = position.partition("/")
        _demand(version == "1.0", version)
        _demand(_is_uuid(id_), id_)
        _demand(not corrects or (_is_uuid(corrects) and not withdraws), corrects)
        _demand(not withdraws or _is_uuid(withdraws), withdraws)
        _demand(lane.isprintable() and _counted(number) > 0, record)
        _demand(not asker or ":" in asker, asker)
        return Envelope(
            id=id_,
            type=type_,
            agency=agency,
            officer=officer,
            subject=subject,
            occurred_at=_moment(time),
            traceparent=traceparent,
            sequence=int(sequence),
            recorded_at=_moment(recorded_at),
            law=law,
            heard=heard,
            causation=causation,
            correlation=correlation,
            index=int(index),
            count=int(count),
            accepted_at=_moment(accepted_at),
            role=role,
            asker=asker,
            corrects=corrects,
            withdraws=withdraws,
        )
    except ValueError as error:
        raise NotAnEnvelope(f"a header does not have its form: {error}") from error


def _demand(holds: bool, text: str) -> None:  # noqa: FBT001  reads as a sentence where it stands
    if not holds:
        raise ValueError(text)


def _is_uuid(text: str) -> bool:
    return len(bytes.fromhex(text.replace("-", ""))) == _UUID_BYTES


def _counted(number: str) -> int:
    """Read a number of a lane: from 1 on, spelled in one way."""
    _demand(number.isascii() and number.isdigit() and len(number) <= _DIGITS, number)
    _demand(number[0] != "0", number)
    return int(number)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    _demand(moment.tzinfo is not None, text)
    return moment
