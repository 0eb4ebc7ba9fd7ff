"""The envelope: what is written is what is read, and what is not ours is told from it."""

import string
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.envelope import (
    NAMES,
    Envelope,
    NotAnEnvelope,
    envelope_of,
    head_of,
    headers_of,
    place_of,
)
from tests.hearings.records import requested

slugs = st.text(string.ascii_lowercase + string.digits + "-", max_size=20)
ids = st.uuids().map(str)
parts = st.text(string.ascii_lowercase + string.digits + ".-", min_size=1, max_size=40)
moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  hypothesis adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
)
numbers = st.integers(0, 2**53)
undoing = st.one_of(
    st.just({}),
    st.builds(lambda id_: {"corrects": id_}, ids),
    st.builds(lambda id_: {"withdraws": id_}, ids),
)
envelopes = st.builds(
    lambda undoes, **members: Envelope(**members, **undoes),
    undoes=undoing,
    id=ids,
    type=slugs,
    agency=slugs,
    officer=slugs,
    subject=st.one_of(parts, st.just("đơn vị số một")),
    occurred_at=moments,
    traceparent=slugs,
    sequence=numbers,
    recorded_at=moments,
    law=slugs,
    heard=st.sampled_from(["", "case:0", "case:12,judgment:3456"]),
    causation=ids,
    correlation=ids,
    index=numbers,
    count=numbers,
    accepted_at=moments,
    role=slugs,
    asker=st.one_of(st.just(""), st.builds("{}:{}".format, slugs, parts)),
)
WRITTEN = requested().envelope.head("gateway/0", 1, "")


@given(envelopes, st.builds("{}/{}".format, slugs, st.integers(0, 99)), st.integers(1, 2**53))
def test_what_is_written_into_headers_is_read_from_them(
    envelope: Envelope, lane: str, number: int
) -> None:
    headers = headers_of(envelope.head(lane, number, "c" * 16))
    assert tuple(name for name, _ in headers) == NAMES
    head = head_of(tuple(headers))
    assert envelope_of(head) == envelope
    place = place_of(head)
    assert (place.lane, place.number, place.chain) == (lane, number, "c" * 16)


def test_a_tool_that_knows_cloudevents_finds_its_attributes() -> None:
    envelope = requested().envelope
    headers = dict(headers_of(envelope.head("gateway/0", 1, "")))
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"thads.hearing.requested"
    assert headers["ce_source"] == b"/toa-da-nang/thu-ky-hoa"
    assert headers["content-type"] == b"application/avro"


def _with(name: str, content: bytes | None) -> list[tuple[str, bytes]]:
    return [(each, content if each == name else said) for each, said in headers_of(WRITTEN)]  # type: ignore[misc]  # Kafka has empty headers


_record = dict(headers_of(WRITTEN))["lt_record"]
_cause = dict(headers_of(WRITTEN))["lt_cause"]
_id = dict(headers_of(WRITTEN))["ce_id"]


@pytest.mark.parametrize(
    ("wrong", "headers"),
    [
        ("no headers at all", []),
        ("headers of another house", [("x-whatever", b"1")]),
        ("one too few", headers_of(WRITTEN)[:-1]),
        ("one too many", [*headers_of(WRITTEN), ("x", b"")]),
        ("another order", headers_of(WRITTEN)[::-1]),
        ("an empty header", _with("ce_subject", None)),
        ("an empty place", _with("lt_record", None)),
        ("a line break in a header", _with("ce_subject", b"a\nb")),
        ("ten lines under a foreign name", [("x", WRITTEN)]),
        ("another specversion", _with("ce_specversion", b"0.3")),
        ("an id that is no uuid", _with("ce_id", b"first")),
        ("a name that is not UTF-8", _with("ce_source", b"/\xff/")),
        ("a source without officer", _with("ce_source", b"/toa-da-nang")),
        ("a time that is none", _with("ce_time", b"yesterday")),
        ("a time without offset", _with("ce_time", b"2026-08-01T00:00:00")),
        ("a place with too little in it", _with("lt_record", b"gateway/0;1;")),
        ("a number that is none", _with("lt_record", _record.replace(b";1;", b";one;", 1))),
        ("the number nought", _with("lt_record", _record.replace(b";1;", b";0;", 1))),
        ("a number beyond counting", _with("lt_record", b"gateway/0;9000000000000000000000;;")),
        ("a lane with a NUL in its name", _with("lt_record", b"\0" + _record)),
        ("a cause with too much in it", _with("lt_cause", _cause + b";;")),
        ("an asker without a part", _with("lt_cause", _cause[:-2] + b"hearing;;")),
        ("a withdrawal of what is no id", _with("lt_cause", _cause + b"first")),
        ("a correction of what is no id", _with("lt_cause", _cause[:-1] + b"first;")),
        ("both at once", _with("lt_cause", _cause[:-1] + b"%b;%b" % (_id, _id))),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_not_ours_is_told_from_it(wrong: str, headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(NotAnEnvelope):
        envelope_of(head_of(headers))


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(st.none(), st.binary(max_size=30)))))
def test_no_headers_whatever_break_the_reading(headers: list[tuple[str, bytes]]) -> None:
    head = head_of(headers)
    with pytest.raises(NotAnEnvelope):
        envelope_of(head)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reading(head: bytes) -> None:
    with pytest.raises(NotAnEnvelope):
        envelope_of(head)
    with pytest.raises(NotAnEnvelope):
        place_of(head)


@given(position=st.integers(0, len(WRITTEN) - 1), byte=st.integers(0, 255))
def test_what_has_an_envelope_has_a_place(position: int, byte: int) -> None:
    """A lane reads the envelope first and relies on the place for the chain."""
    changed = bytearray(WRITTEN)
    changed[position] = byte
    try:
        envelope_of(bytes(changed))
    except NotAnEnvelope:
        return
    place_of(bytes(changed))
