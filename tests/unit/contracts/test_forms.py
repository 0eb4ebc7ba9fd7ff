"""The form of what agencies send: ids, references, texts and numbers, each named by its pointer."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import msgspec
import pytest
from fastavro import schemaless_writer

from services.core.contracts.errors import (
    BeyondCalendar,
    FieldError,
    ForbiddenCharacter,
    IdMalformed,
    MalformedData,
    OutOfRange,
    TextBlank,
    TooLong,
)
from services.core.contracts.event import Event
from services.core.contracts.events import judgment, payment
from services.core.contracts.events.records import Item, Party
from services.core.contracts.schemas import load_schemas
from tests.unit.contracts.generated import CODEC
from tests.unit.contracts.test_edge import ISSUED, TRANSFERRED, J

OTHER = "01890000-0000-7000-8000-00000000000b"
FACT = "5f0c1c5e-7b8f-5d52-8c1d-0123456789ab"
C = f"{J}.c1"
PAPER = {"document_id": "41/2026/DS-PT", "sha256": "0" * 64}
NOTIFIED: dict[str, Any] = {
    "case_id": C,
    "document_event_id": FACT,
    "notice": "ENFORCEMENT_DECISION",
    "addressee": f"{J}.p1",
    "as": "DEBTOR",
    "method": "IN_PERSON",
    "valid_on": "2026-08-27",
}
REQUESTED: dict[str, Any] = {
    "case_id": C,
    "items": [1],
    "requester": f"{J}.p2",
    "channel": "DIGITAL",
    "received_on": "2026-08-19",
}
ACKNOWLEDGED: dict[str, Any] = {
    "delivered_part": C,
    "event_id": FACT,
    "officer_id": "le-van-an",
    "acknowledged_at": "2026-08-27T09:00:00+07:00",
}
COLLECTED: dict[str, Any] = {
    "case_id": C,
    "receipt_no": "PT-0311",
    "amount": 48_000_000,
    "costs": 0,
    "costs_advanced": False,
    "source": "VOLUNTARY",
    "collected_on": "2026-09-04",
}
BOOKED: dict[str, Any] = {
    "coercion_id": f"{C}.k1",
    "booking_id": "b1",
    "unit_ids": ["ca-thi-hanh-an-da-nang"],
    "starts_at": "2026-10-10T08:00:00+07:00",
    "ends_at": "2026-10-10T09:00:00+07:00",
}
FILED: dict[str, Any] = {
    "complaint_id": f"{C}.x1",
    "level": "1",
    "act_kind": "c",
    "known_on": "2026-09-21",
    "received_on": "2026-09-28",
    "complainant": f"{J}.p1",
}
CLAIMS = {
    "judgment.issued": ISSUED,
    "judgment.transferred": TRANSFERRED,
    "case.notified": NOTIFIED,
    "case.requested": REQUESTED,
    "delivery.acknowledged": ACKNOWLEDGED,
    "payment.collected": COLLECTED,
    "coercion.booking_requested": BOOKED,
    "complaint.filed": FILED,
}


def flaws(type_: str, change: dict[str, Any]) -> list[tuple[type[FieldError], str]]:
    try:
        CODEC.claim(f"thads.{type_}", CLAIMS[type_] | change)
    except MalformedData as error:
        return [(type(problem), problem.path) for problem in error.problems]
    return []


@pytest.mark.parametrize("type_", CLAIMS)
def test_what_has_its_form_is_taken(type_: str) -> None:
    assert flaws(type_, {}) == []


@pytest.mark.parametrize(
    ("type_", "change"),
    [
        ("delivery.acknowledged", {"delivered_part": J}),
        ("delivery.acknowledged", {"delivered_part": f"{C}.k1.s1"}),
        ("delivery.acknowledged", {"delivered_part": "tran-thi-binh"}),
        ("case.notified", {"addressee": "vks-khu-vuc-3"}),
        ("case.requested", {"previous_case_id": f"{J}.c0"}),
        ("complaint.filed", {"first_complaint_id": f"{C}.x0", "act_event_id": FACT}),
        ("coercion.booking_requested", {"booking_id": OTHER}),
        ("payment.collected", {"amount": 10**15}),
        ("payment.collected", {"receipt_no": "Số 12 / Đ\u00e0 Nẵng\u00a0— năm 2026"}),
        ("judgment.transferred", {"documents": [PAPER] * 500}),
    ],
)
def test_each_form_of_an_id_is_taken(type_: str, change: dict[str, Any]) -> None:
    assert flaws(type_, change) == []


@pytest.mark.parametrize("part", ["<img src=x>", ".", "a b", "'; drop", f"{J}." + "a" * 600, ""])
def test_a_part_that_is_acknowledged_has_the_form_of_an_id(part: str) -> None:
    assert flaws("delivery.acknowledged", {"delivered_part": part}) == [
        (IdMalformed, "/delivered_part")
    ]


@pytest.mark.parametrize("id_", ["x" * 200, "", J.upper(), f"{FACT}.x", f"urn:uuid:{FACT}", "@7"])
def test_a_fact_is_named_by_a_uuid_in_small_letters(id_: str) -> None:
    assert flaws("delivery.acknowledged", {"event_id": id_}) == [(IdMalformed, "/event_id")]
    assert flaws("case.notified", {"document_event_id": id_}) == [
        (IdMalformed, "/document_event_id")
    ]


@pytest.mark.parametrize(
    "ref",
    ["Nguyễn Văn A, CCCD 048090001234", f"{OTHER}.p1", f"{J}.P1", f"{C}.p1", J, "p1", "le-van-an"],
)
def test_a_party_is_named_by_an_id_of_that_judgment(ref: str) -> None:
    assert flaws("case.requested", {"requester": ref}) == [(IdMalformed, "/requester")]
    parties = [{"ref": ref, "kind": "PERSON"}]
    assert flaws("judgment.issued", {"parties": parties}) == [(IdMalformed, "/parties/0/ref")]


@pytest.mark.parametrize("whom", ["Nguyễn Văn A", f"{OTHER}.p1", "a" * 61, "-", "a--b"])
def test_an_addressee_is_a_party_of_that_judgment_or_a_slug(whom: str) -> None:
    assert flaws("case.notified", {"addressee": whom}) == [(IdMalformed, "/addressee")]


@pytest.mark.parametrize(
    ("type_", "field", "id_"),
    [
        ("case.requested", "previous_case_id", f"{OTHER}.c1"),
        ("case.requested", "previous_case_id", f"{C}.k1"),
        ("case.requested", "previous_case_id", J),
        ("complaint.filed", "first_complaint_id", C),
        ("complaint.filed", "first_complaint_id", f"{OTHER}.c1.x1"),
        ("coercion.booking_requested", "booking_id", "a b"),
        ("coercion.booking_requested", "booking_id", "b" * 61),
        ("coercion.booking_requested", "booking_id", ""),
        ("payment.collected", "case_id", f"{J}.{'c' * 17}"),
    ],
)
def test_an_id_inside_a_judgment_is_of_that_judgment_and_depth(
    type_: str, field: str, id_: str
) -> None:
    assert flaws(type_, {field: id_}) == [(IdMalformed, f"/{field}")]


@pytest.mark.parametrize("slug", ["Toa-Da-Nang", "toa da nang", "toa-", "", "a" * 61, "toà"])
def test_an_agency_is_named_by_a_slug(slug: str) -> None:
    assert flaws("judgment.transferred", {"to_agency": slug}) == [(IdMalformed, "/to_agency")]


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "g" * 64, "A" * 64])
def test_a_digest_has_64_hexadecimal_digits(digest: str) -> None:
    papers = [PAPER, {**PAPER, "sha256": digest}]
    assert flaws("judgment.transferred", {"documents": papers}) == [
        (IdMalformed, "/documents/1/sha256")
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x" * 201, TooLong),
        ("x" * 100_000, TooLong),
        ("41\u202e6202/", ForbiddenCharacter),
        ("41\u2066/2026", ForbiddenCharacter),
        ("41\u200f", ForbiddenCharacter),
        ("41\u061c", ForbiddenCharacter),
        ("41\u200b/2026", ForbiddenCharacter),
        ("41\u00ad/2026", ForbiddenCharacter),
        ("41\ufeff", ForbiddenCharacter),
        ("41\u3164", ForbiddenCharacter),
        ("41\ufe0f", ForbiddenCharacter),
        ("41\U000e0041", ForbiddenCharacter),
        ("41\u2028", ForbiddenCharacter),
        ("41\x00", ForbiddenCharacter),
        ("41\n", ForbiddenCharacter),
        ("", TextBlank),
        ("   ", TextBlank),
    ],
)
def test_an_official_number_is_short_and_all_of_it_is_seen(
    text: str, error: type[FieldError]
) -> None:
    assert flaws("judgment.issued", {"judgment_no": text}) == [(error, "/judgment_no")]


@pytest.mark.parametrize(("id_", "error"), [("x" * 101, TooLong), (" ", TextBlank)])
def test_a_document_is_named_by_at_most_100_characters(id_: str, error: type[FieldError]) -> None:
    papers = [{**PAPER, "document_id": id_}]
    assert flaws("judgment.transferred", {"documents": papers}) == [
        (error, "/documents/0/document_id")
    ]


@pytest.mark.parametrize("amount", [0, -1, -5, 10**15 + 1, 2**63 - 1, -(2**63)])
def test_an_amount_lies_between_one_and_a_bound(amount: int) -> None:
    assert flaws("payment.collected", {"amount": amount}) == [(OutOfRange, "/amount")]


def test_costs_may_be_nothing_and_have_the_same_bound() -> None:
    assert flaws("payment.collected", {"costs": 0}) == []
    assert flaws("payment.collected", {"costs": -1}) == [(OutOfRange, "/costs")]
    assert flaws("payment.collected", {"costs": 10**15 + 1}) == [(OutOfRange, "/costs")]


def test_a_number_of_an_item_is_bounded() -> None:
    assert flaws("case.requested", {"items": [1, -1, 0, 2**40]}) == [
        (OutOfRange, "/items/1"),
        (OutOfRange, "/items/2"),
        (OutOfRange, "/items/3"),
    ]


def test_a_list_has_at_most_500_entries() -> None:
    assert flaws("case.requested", {"items": [1] * 501}) == [(TooLong, "/items")]


@pytest.mark.parametrize("day", ["1799-12-31", "1900-12-31", "2101-01-01", "2126-10-12"])
def test_a_day_of_a_claim_is_of_a_year_whose_days_off_are_known(day: str) -> None:
    assert flaws("judgment.issued", {"issued_on": day}) == [(BeyondCalendar, "/issued_on")]


def test_what_was_recorded_under_other_forms_stays_readable() -> None:
    parties = [Party("Nguyễn Văn A", "PERSON")]
    items = [Item(1, "MONEY", "ON_REQUEST", "A", "B", amount=5)]
    issued = judgment.Issued(
        J, "Toà", "x" * 1000, "CIVIL", date(2026, 8, 3), "ON_EFFECT", parties, items
    )
    assert CODEC.decode(CODEC.encode(issued)) == issued
    assert CODEC.from_json(issued.TYPE, CODEC.to_json(issued)) == issued


def test_what_is_said_of_a_form_does_not_repeat_the_value() -> None:
    with pytest.raises(MalformedData) as raised:
        CODEC.claim("thads.case.requested", {**REQUESTED, "requester": "048090001234"})
    assert "048090001234" not in str(raised.value)


@pytest.mark.parametrize("time", ["1900-12-31T16:59:59Z", "2101-01-01T00:00:00+07:00"])
def test_a_time_of_a_claim_is_of_such_a_year_in_viet_nam(time: str) -> None:
    assert flaws("coercion.booking_requested", {"ends_at": time}) == [(BeyondCalendar, "/ends_at")]


@pytest.mark.parametrize("number", ["", " ", "-/-", "\u0301" * 20, "／－"])
def test_an_official_number_has_a_letter_or_a_digit(number: str) -> None:
    assert flaws("judgment.issued", {"judgment_no": number}) == [(TextBlank, "/judgment_no")]


@pytest.mark.parametrize("number", ["\u200b", "4\u200b1", "\u2800", "\u3164", "\u00ad"])
def test_nothing_in_an_official_number_is_invisible(number: str) -> None:
    assert flaws("payment.collected", {"receipt_no": number}) == [
        (ForbiddenCharacter, "/receipt_no")
    ]


@pytest.mark.parametrize("number", ["7" * 101, "\ufdfa" * 100])  # the second is 18 letters each
def test_an_official_number_has_at_most_100_characters_in_every_spelling(number: str) -> None:
    assert flaws("judgment.issued", {"judgment_no": number}) == [(TooLong, "/judgment_no")]


@pytest.mark.parametrize("amount", [-1, 10**15 + 1, 2**63 - 1])
def test_no_amount_beyond_the_bound_is_written_or_read(amount: int) -> None:
    collected = payment.Collected(
        C, "PT-1", amount, 0, costs_advanced=False, source="OTHER", collected_on=date(2026, 9, 4)
    )
    with pytest.raises(OutOfRange, match="/amount"):
        CODEC.encode(collected)
    with pytest.raises(OutOfRange, match="/amount"):
        CODEC.decode(as_written(collected))


def as_written(event: Event) -> bytes:
    """Return the bytes that a program without our codec would write."""
    schema = load_schemas().current[event.TYPE]
    buffer = BytesIO()
    buffer.write(b"\0" + schema.id.to_bytes(4, "big"))
    data = msgspec.to_builtins(event, builtin_types=(date, datetime))
    schemaless_writer(buffer, schema.parsed, data)
    return buffer.getvalue()
