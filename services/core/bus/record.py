"""What travels: a record as it was read from a topic, and a record still to be numbered.

Next: `chain`, which gives records their number and tells repeats from gaps.
"""

from hashlib import sha256
from typing import Final

from msgspec import Struct

from services.core.contracts.envelope import Envelope, Headers, Place, envelope_of, place_of

HASH_LENGTH: Final = 16  #: hexadecimal digits of SHA-256 that travel as the chain
MAX_RECORD_BYTES: Final = 900_000  #: below `max.message.bytes` with room for framing


class Record(Struct, frozen=True):
    """A record as it stands in a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: Headers

    def place(self) -> Place:
        """Which lane wrote it, as which number. Raises NotAnEnvelope."""
        return place_of(self.headers)

    def envelope(self) -> Envelope:
        """Everything about it but its data. Raises NotAnEnvelope."""
        return envelope_of(self.headers)


class Outgoing(Struct, frozen=True):
    """A record that a decision brought forth; its number is given when the batch is closed."""

    topic: str
    partition: int
    key: str
    value: bytes
    envelope: Envelope


class Numbered(Struct, frozen=True, array_like=True):
    """A record ready to be sent, as it lies in the outbox."""

    key: str
    value: bytes
    headers: list[tuple[str, bytes]]


def hash_of(key: str, value: bytes, headers: Headers) -> str:
    """Return the short hash which the lane's next record in the partition carries as its chain.

    It runs over the ten headers in their order, the key and the value; no header holds a line
    break, and the value comes last, so two different records never spell the same bytes.
    """
    parts = [content for _, content in headers]
    parts.append(key.encode())
    parts.append(value)
    return sha256(b"\n".join(parts)).hexdigest()[:HASH_LENGTH]
