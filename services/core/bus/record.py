"""What travels: a record as it was read from a topic, and a record still to be numbered.

Next: `chain`, which gives records their number and tells repeats from gaps.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Final

import cramjam
import msgspec
from msgspec import Struct

from services.core.contracts.codec import Codec
from services.core.contracts.envelope import (
    Envelope,
    Headers,
    Place,
    envelope_of,
    headers_of,
    place_of,
)
from services.core.contracts.event import Event

HASH_LENGTH: Final = 16  #: hexadecimal digits of SHA-256 that travel as the chain
MAX_RECORD_BYTES: Final = 900_000  #: below `max.message.bytes` with room for framing


class Record(Struct, frozen=True, dict=True):
    """A record as it stands in a topic.

    Every lane of a process that takes it reads the same object, so what is read from it once is
    kept with it.
    """

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    head: bytes  #: its headers, as `envelope` spells them

    def place(self) -> Place:
        """Which lane wrote it, as which number. Raises NotAnEnvelope."""
        return self._place

    def envelope(self) -> Envelope:
        """Everything about it but its data. Raises NotAnEnvelope."""
        return self._envelope

    def event(self, codec: Codec) -> Event:
        """Its data. Raises what `codec.decode` raises; a process has one codec."""
        kept = self.__dict__
        if "_event" not in kept:
            kept["_event"] = codec.decode(self.value)
        found: Event = kept["_event"]
        return found

    @cached_property
    def hash(self) -> str:
        """What the next record of its lane in the partition carries as its chain."""
        return hash_of(self.key, self.value, self.head)

    @cached_property
    def _place(self) -> Place:
        return place_of(self.head)

    @cached_property
    def _envelope(self) -> Envelope:
        return envelope_of(self.head)


class Outgoing(Struct, frozen=True):
    """A record that a decision brought forth; its number is given when the batch is closed."""

    topic: str
    partition: int
    key: str
    value: bytes
    envelope: Envelope
    codes: tuple[str, ...] = ()  #: of a refusal, its reasons; they do not travel, they are counted


class Numbered(Struct, frozen=True, array_like=True):
    """A record ready to be sent, as it lies in the outbox."""

    key: str
    value: bytes
    head: bytes

    @property
    def headers(self) -> Headers:
        """Its headers as Kafka carries them."""
        return headers_of(self.head)

    @property
    def hash(self) -> str:
        """What the next record of its lane in the partition carries as its chain."""
        return hash_of(self.key, self.value, self.head)


class Plain(Struct, frozen=True):
    """A record ready to be sent that no lane of the house reads: its headers are its own."""

    key: str
    value: bytes
    headers: Headers


_several: Final = msgspec.msgpack.Decoder(list[Numbered])
_LEVEL: Final = 1  #: of zstd; headers repeat so much that a higher one saves nothing more


def packed(records: Sequence[Numbered]) -> bytes:
    """Return records as they lie in the outbox: msgpack, and zstd, a tenth of their size."""
    return bytes(cramjam.zstd.compress(msgspec.msgpack.encode(records), level=_LEVEL))


def unpacked(data: bytes) -> list[Numbered]:
    """Return the records of an outbox row."""
    return _several.decode(bytes(cramjam.zstd.decompress(data)))


def hash_of(key: str, value: bytes, head: bytes) -> str:
    """Return the short hash which the lane's next record in the partition carries as its chain.

    It runs over head, key and value. A head has ten lines and the value comes last, so two
    different records never spell the same bytes.
    """
    return sha256(b"%b\n%b\n%b" % (head, key.encode(), value)).hexdigest()[:HASH_LENGTH]
