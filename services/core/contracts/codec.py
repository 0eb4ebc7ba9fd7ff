"""The codec: events to bytes and back, strictly, and the JSON of agencies to events.

On the wire an event is Confluent framing (the magic byte 0, the schema's id in four bytes) before
Avro binary. Avro itself is lenient: it ignores bytes left over, drops fields it does not know,
takes naive times for local ones, reads bytes with the wrong schema without a word. So both ways
lead through the event class, which knows the lists of codes too: nothing wrong is written, nothing
wrong is read. `fields` explains what was wrong; it is asked only then, and at the edge, where
`forms` is asked too.
"""

import struct
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

import msgspec
from fastavro import schemaless_reader, schemaless_writer
from msgspec import Struct

from services.core.contracts.catalogue import Catalogue
from services.core.contracts.errors import (
    FieldError,
    MalformedData,
    SchemaError,
    TrailingBytes,
    Undecodable,
    UnknownEventType,
    UnknownSchemaId,
    WrongFraming,
    WrongType,
)
from services.core.contracts.event import Event
from services.core.contracts.events import EVENTS
from services.core.contracts.fields import JSON, NATIVE, Read, Reader
from services.core.contracts.forms import Forms
from services.core.contracts.schemas import Schemas

MAGIC: Final = b"\x00"

_HEAD: Final = 5  #: bytes of framing
_AS_THEY_ARE: Final = (date, datetime)  #: neither spelled as text nor read from it


class _Reading(Struct, frozen=True):
    """What it takes to read bytes of one schema."""

    written: Any  #: the schema they were written with
    into: Any  #: the current one, or None where it is the same
    event: type[Event]


class _Writing(Struct, frozen=True):
    """What it takes to write an event of one class."""

    head: bytes
    schema: Any


class Codec:
    """Knows every schema and every event class. Made once; it holds no state and no lock."""

    def __init__(
        self, catalogue: Catalogue, schemas: Schemas, events: Iterable[type[Event]] = EVENTS
    ) -> None:
        self._catalogue = catalogue
        self._forms = Forms(catalogue)
        self._events: Mapping[str, type[Event]] = {event.TYPE: event for event in events}
        if self._events.keys() != schemas.current.keys():
            differing = sorted(self._events.keys() ^ schemas.current.keys())
            raise SchemaError(f"no class or no schema for {', '.join(differing)}: generate them")
        self._reading: Mapping[bytes, _Reading] = {
            _head(schema.id): _Reading(
                schema.parsed,
                None if schema is texts[-1] else texts[-1].parsed,
                self._events[type_],
            )
            for type_, texts in schemas.versions.items()
            for schema in texts
        }
        self._writing: Mapping[type[Event], _Writing] = {
            event: _Writing(_head(schemas.current[type_].id), schemas.current[type_].parsed)
            for type_, event in self._events.items()
        }

    def event_class(self, type_: str) -> type[Event]:
        """Return the class of a type such as `thads.judgment.issued`. Raises UnknownEventType."""
        if type_ not in self._events:
            raise UnknownEventType(f"no event of this type; this codec knows {len(self._events)}")
        return self._events[type_]

    def encode(self, event: Event) -> bytes:
        """Return the event's bytes, framing included.

        Raises the FieldError of the first field that its type does not allow, or UnknownEventType.
        """
        writing = self._writing.get(type(event))
        if writing is None:
            raise UnknownEventType(f"{type(event).__qualname__} is no event class of this codec")
        try:
            data = msgspec.to_builtins(event, builtin_types=_AS_THEY_ARE)
        except TypeError:
            raise WrongType("", "it holds a value of a type that no event holds") from None
        buffer = BytesIO()
        buffer.write(writing.head)
        try:
            msgspec.convert(data, type(event), builtin_types=_AS_THEY_ARE)
            schemaless_writer(buffer, writing.schema, data)
        except (msgspec.ValidationError, UnicodeEncodeError):
            raise self._explained(event.TYPE, data) from None
        return buffer.getvalue()

    def decode(self, data: bytes) -> Event:
        """Return the event of these bytes, written under its current or a released schema.

        Raises a WireError for bytes that are not ours, the first FieldError for a value that its
        type does not allow.
        """
        reading = self._reading.get(data[:_HEAD])
        if reading is None:
            raise _unframed(data)
        buffer = BytesIO(data)
        buffer.seek(_HEAD)
        try:
            record = schemaless_reader(buffer, reading.written, reading.into)
        except (
            EOFError,
            IndexError,
            ValueError,
            OverflowError,
            struct.error,
            MemoryError,
        ) as error:
            raise Undecodable(f"{reading.event.TYPE}: {error!r}, in {len(data)} bytes") from error
        if buffer.tell() != len(data):
            raise TrailingBytes(
                f"{reading.event.TYPE}: the record ends at byte {buffer.tell()} of {len(data)}"
            )
        try:
            return msgspec.convert(record, reading.event, builtin_types=_AS_THEY_ARE)
        except msgspec.ValidationError:
            raise self._explained(reading.event.TYPE, record) from None

    def claim(self, type_: str, data: object) -> Event:
        """Return the claim that an agency's parsed JSON makes, its times in UTC.

        Raises UnknownEventType, or MalformedData with every wrong field by its JSON pointer: what
        `from_json` would not read, and what has not the form that a claim must have.
        """
        read, reader = self._read(type_, data, JSON)
        problems = [*reader.problems, *self._forms.flaws(self._catalogue.event(type_), read)]
        if problems:
            raise MalformedData(type_, problems)
        return msgspec.convert(read, self._events[type_], builtin_types=_AS_THEY_ARE)

    def from_json(self, type_: str, data: object) -> Event:
        """Return an event from the JSON that `to_json` makes of it, its times in UTC.

        Raises UnknownEventType, or MalformedData with every wrong field by its JSON pointer.
        """
        read, reader = self._read(type_, data, JSON)
        if reader.problems:
            raise MalformedData(type_, reader.problems)
        return msgspec.convert(read, self._events[type_], builtin_types=_AS_THEY_ARE)

    def to_json(self, event: Event) -> dict[str, Any]:
        """Return the data as JSON: dates and times as text, fields that are absent left out."""
        data: dict[str, Any] = msgspec.to_builtins(event)
        return data

    def _read(
        self, type_: str, data: object, scalars: Mapping[str, Read]
    ) -> tuple[dict[str, Any], Reader]:
        reader = Reader(self._catalogue, scalars)
        return reader.read(self._catalogue.event(type_), data), reader

    def _explained(self, type_: str, data: object) -> FieldError:
        """Find the field at fault; what msgspec says of it repeats the value and is not shown."""
        _, reader = self._read(type_, data, NATIVE)
        return next(iter(reader.problems), WrongType("", "the data do not follow their type"))


def _head(schema_id: int) -> bytes:
    return MAGIC + schema_id.to_bytes(4, "big")


def _unframed(data: bytes) -> WrongFraming | UnknownSchemaId:
    if len(data) < _HEAD or data[:1] != MAGIC:
        return WrongFraming(
            f"expected the byte 0 and a schema id of 4 bytes, found {len(data)} bytes"
            f" beginning with {data[:1].hex() or 'nothing'}"
        )
    return UnknownSchemaId(
        f"the schema {int.from_bytes(data[1:_HEAD], 'big')} is neither current nor released here"
    )
