"""The wire: what is written is what is read, and nothing else is read at all."""

from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_writer
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.contracts.codec import Codec
from services.core.contracts.errors import (
    ContractError,
    FieldError,
    ForbiddenCharacter,
    IntegerTooLarge,
    MissingField,
    NaiveDatetime,
    SchemaError,
    TrailingBytes,
    Undecodable,
    UnknownEventType,
    UnknownSchemaId,
    ValueNotListed,
    WireError,
    WrongFraming,
    WrongType,
)
from services.core.contracts.event import Event
from services.core.contracts.events import judgment, submission
from services.core.contracts.events.records import Doc, Item, Party
from tests.unit.contracts.generated import CATALOGUE, CODEC, SCHEMAS, any_event

J = "01890000-0000-7000-8000-000000000000"
ISSUED = judgment.Issued(
    J,
    court_id="toa-da-nang",
    judgment_no="41/2026/DS-PT",
    kind="CIVIL",
    issued_on=date(2026, 8, 3),
    enforceable="ON_EFFECT",
    parties=[Party(f"{J}.p1", "PERSON"), Party(f"{J}.p2", "ORGANISATION")],
    items=[Item(1, "MONEY", "ON_REQUEST", f"{J}.p2", f"{J}.p1", amount=1_200_000_000)],
)
TRANSFERRED = judgment.Transferred(
    J,
    to_agency="thads-da-nang",
    sent_at=datetime(2026, 8, 17, 2, 0, tzinfo=UTC),
    documents=[Doc("d1", "ab")],
)
RECEIVED = {"judgment_id": J, "received_on": date(2026, 8, 18), "missing": ["JUDGMENT"]}


def written(type_: str, data: dict[str, Any]) -> bytes:
    """Write data with fastavro alone, as a careless stranger would."""
    schema = SCHEMAS.current[type_]
    buffer = BytesIO()
    buffer.write(b"\0" + schema.id.to_bytes(4, "big"))
    schemaless_writer(buffer, schema.parsed, data)
    return buffer.getvalue()


@given(any_event)
def test_every_event_is_read_as_it_was_written(event: Event) -> None:
    assert CODEC.decode(CODEC.encode(event)) == event


@given(any_event)
def test_every_event_survives_json(event: Event) -> None:
    assert CODEC.from_json(event.TYPE, CODEC.to_json(event)) == event


@given(any_event, st.data())
def test_cut_or_changed_bytes_raise_an_error_of_ours_or_are_an_event(
    event: Event, data: st.DataObject
) -> None:
    whole = bytearray(CODEC.encode(event))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(whole), bytes(whole[:at])):
        try:
            read = CODEC.decode(damaged)
        except (WireError, FieldError):
            continue
        assert isinstance(read, Event)


@given(st.binary(max_size=200))
def test_strange_bytes_are_no_event(noise: bytes) -> None:
    with pytest.raises(WireError):
        CODEC.decode(noise)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\1", b'{"a":1}', b"\1" + b"\0" * 20])
def test_bytes_without_our_framing_are_refused(data: bytes) -> None:
    with pytest.raises(WrongFraming, match="expected the byte 0 and a schema id"):
        CODEC.decode(data)


def test_an_unknown_schema_id_is_refused_and_named() -> None:
    with pytest.raises(UnknownSchemaId, match="the schema 7 is neither current nor released"):
        CODEC.decode(b"\0\0\0\0\7" + CODEC.encode(ISSUED)[5:])


def test_bytes_behind_the_record_are_refused() -> None:
    whole = CODEC.encode(ISSUED)
    with pytest.raises(TrailingBytes, match=f"ends at byte {len(whole)} of {len(whole) + 4}"):
        CODEC.decode(whole + b"junk")


def test_a_record_that_ends_too_soon_is_refused() -> None:
    with pytest.raises(Undecodable, match=r"thads\.judgment\.issued"):
        CODEC.decode(CODEC.encode(ISSUED)[:-3])


def test_a_code_outside_its_list_is_refused_when_read() -> None:
    stranger = written("thads.judgment.received", {**RECEIVED, "missing": ["JUDGMENT", "HOPE"]})
    with pytest.raises(ValueNotListed, match="/missing/1: expected one of JUDGMENT, SEIZURE_"):
        CODEC.decode(stranger)


def test_what_a_careful_stranger_wrote_is_read() -> None:
    read = CODEC.decode(written("thads.judgment.received", RECEIVED))
    assert read == judgment.Received(J, date(2026, 8, 18), ["JUDGMENT"])


@pytest.mark.parametrize(
    ("event", "error", "path"),
    [
        (replace(ISSUED, kind="MARTIAL"), ValueNotListed, "/kind"),
        (replace(ISSUED, judgment_no=41), WrongType, "/judgment_no"),
        (replace(ISSUED, judgment_no="\ud800"), ForbiddenCharacter, "/judgment_no"),
        (replace(ISSUED, issued_on="2026-08-03"), WrongType, "/issued_on"),
        (replace(ISSUED, issued_on=datetime(2026, 8, 3, tzinfo=UTC)), WrongType, "/issued_on"),
        (replace(ISSUED, parties=None), WrongType, "/parties"),
        (
            replace(ISSUED, items=[replace(ISSUED.items[0], amount=2**63)]),
            IntegerTooLarge,
            "/items/0/amount",
        ),
        (
            replace(ISSUED, items=[replace(ISSUED.items[0], amount=1.5)]),
            WrongType,
            "/items/0/amount",
        ),
        (
            replace(ISSUED, items=[replace(ISSUED.items[0], amount=True)]),
            WrongType,
            "/items/0/amount",
        ),
        (replace(ISSUED, items=[Party("x", "PERSON")]), MissingField, "/items/0/item_no"),
        (replace(TRANSFERRED, sent_at=datetime(2026, 8, 17, 9)), NaiveDatetime, "/sent_at"),  # noqa: DTZ001  naive on purpose
        (replace(TRANSFERRED, already_done="yes"), WrongType, "/already_done"),
    ],
)
def test_what_its_type_does_not_allow_is_never_written(
    event: Event, error: type[FieldError], path: str
) -> None:
    with pytest.raises(error) as raised:
        CODEC.encode(event)
    assert raised.value.path == path


def test_a_value_of_a_type_that_no_event_holds_is_never_written() -> None:
    with pytest.raises(WrongType):
        CODEC.encode(replace(ISSUED, judgment_no=object()))


def test_a_class_without_a_schema_is_never_written() -> None:
    class Rumoured(Event, frozen=True):
        rumour_id: str

    with pytest.raises(UnknownEventType, match="Rumoured is no event class"):
        CODEC.encode(Rumoured("r1"))


def test_a_codec_is_not_made_of_classes_and_schemas_that_differ() -> None:
    with pytest.raises(SchemaError, match=r"thads\.submission\.held"):
        Codec(CATALOGUE, SCHEMAS, [*judgment.Claim.__args__, judgment.IrregularityNoted])


def test_a_time_is_written_in_utc_whatever_its_zone() -> None:
    local = TRANSFERRED.sent_at.astimezone(timezone(timedelta(hours=7)))
    assert CODEC.encode(replace(TRANSFERRED, sent_at=local)) == CODEC.encode(TRANSFERRED)


def test_the_errors_of_a_field_never_repeat_its_value() -> None:
    with pytest.raises(FieldError) as raised:
        CODEC.encode(replace(ISSUED, kind="Nguyễn Văn A"))
    assert "Nguyễn" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_type_is_found_by_its_name() -> None:
    assert CODEC.event_class("thads.submission.held") is submission.Held
    with pytest.raises(UnknownEventType):
        CODEC.event_class("thads.judgment.rumoured")


def test_every_error_of_the_tree_is_an_error_of_contracts() -> None:
    assert issubclass(WireError, ContractError)
    assert issubclass(FieldError, ContractError)
