"""The JSON of agencies: every wrong field is named by its path, all at once, never its value."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.core.contracts.days import dates_in_future, day_of
from services.core.contracts.errors import (
    BeyondCalendar,
    DateMalformed,
    FieldError,
    ForbiddenCharacter,
    IdMalformed,
    IntegerTooLarge,
    MalformedData,
    MissingField,
    NaiveDatetime,
    UnknownEventType,
    UnknownField,
    ValueNotListed,
    WrongType,
)
from services.core.contracts.event import Event
from services.core.contracts.events import judgment
from services.core.contracts.events.records import Doc, Item
from tests.unit.contracts.generated import CATALOGUE, CODEC

J = "01890000-0000-7000-8000-00000000000a"
ISSUED: dict[str, Any] = {
    "judgment_id": J,
    "court_id": "toa-da-nang",
    "judgment_no": "41/2026/DS-PT",
    "kind": "CIVIL",
    "issued_on": "2026-08-03",
    "enforceable": "ON_EFFECT",
    "parties": [{"ref": f"{J}.p1", "kind": "PERSON"}],
    "items": [
        {
            "item_no": 1,
            "nature": "MONEY",
            "initiative": "ON_REQUEST",
            "creditor": f"{J}.p2",
            "debtor": f"{J}.p1",
            "amount": 1_200_000_000,
        }
    ],
}
TRANSFERRED: dict[str, Any] = {
    "judgment_id": J,
    "to_agency": "thads-da-nang",
    "sent_at": "2026-08-17T09:00:00+07:00",
    "documents": [],
}
QUESTION: dict[str, Any] = {"clarification_id": f"{J}.q1", "received_on": "2026-08-18"}


def problems(type_: str, data: object) -> list[tuple[type[FieldError], str]]:
    with pytest.raises(MalformedData) as raised:
        CODEC.claim(type_, data)
    return [(type(problem), problem.path) for problem in raised.value.problems]


def test_a_time_with_its_offset_is_taken_and_kept_in_utc() -> None:
    event = CODEC.from_json("thads.judgment.transferred", TRANSFERRED)
    assert isinstance(event, judgment.Transferred)
    assert event.sent_at == datetime(2026, 8, 17, 2, tzinfo=UTC)
    assert CODEC.to_json(event) == {**TRANSFERRED, "sent_at": "2026-08-17T02:00:00Z"}


@pytest.mark.parametrize(
    ("change", "error", "path"),
    [
        ({"judgment_no": 41}, WrongType, "/judgment_no"),
        ({"judgment_no": None}, WrongType, "/judgment_no"),
        ({"judgment_no": "41\x00"}, ForbiddenCharacter, "/judgment_no"),
        ({"judgment_no": "41\x1b[2J"}, ForbiddenCharacter, "/judgment_no"),
        ({"judgment_no": "41\ud800"}, ForbiddenCharacter, "/judgment_no"),
        ({"kind": "MARTIAL"}, ValueNotListed, "/kind"),
        ({"kind": 1}, WrongType, "/kind"),
        ({"issued_on": "2026-02-30"}, DateMalformed, "/issued_on"),
        ({"issued_on": "20260803"}, DateMalformed, "/issued_on"),
        ({"issued_on": "2026-W32-1"}, DateMalformed, "/issued_on"),
        ({"issued_on": "1699-12-31"}, BeyondCalendar, "/issued_on"),
        ({"issued_on": "3100-01-01"}, BeyondCalendar, "/issued_on"),
        ({"issued_on": "2026-08-03T00:00:00Z"}, DateMalformed, "/issued_on"),
        ({"issued_on": "٢٠٢٦-08-03"}, DateMalformed, "/issued_on"),
        ({"issued_on": 20260803}, WrongType, "/issued_on"),
        ({"parties": {}}, WrongType, "/parties"),
        ({"parties": [None]}, WrongType, "/parties/0"),
        ({"parties": [{"ref": f"{J}.p1"}]}, MissingField, "/parties/0/kind"),
        ({"witness": "x"}, UnknownField, "/?"),
        ({"Nguyễn Văn A": "x"}, UnknownField, "/?"),
        ({"items": [{**ISSUED["items"][0], "amount": 2**63}]}, IntegerTooLarge, "/items/0/amount"),
        ({"items": [{**ISSUED["items"][0], "amount": 1.0}]}, WrongType, "/items/0/amount"),
        ({"items": [{**ISSUED["items"][0], "amount": True}]}, WrongType, "/items/0/amount"),
        ({"items": [{**ISSUED["items"][0], "amount": None}]}, WrongType, "/items/0/amount"),
        ({"judgment_id": "41/2026"}, IdMalformed, "/judgment_id"),
        ({"judgment_id": J.upper()}, IdMalformed, "/judgment_id"),
        ({"judgment_id": f"{J}.x"}, IdMalformed, "/judgment_id"),
    ],
)
def test_one_wrong_field_is_named_by_its_path(
    change: dict[str, Any], error: type[FieldError], path: str
) -> None:
    assert problems("thads.judgment.issued", {**ISSUED, **change}) == [(error, path)]


@pytest.mark.parametrize(
    ("sent_at", "error"),
    [
        ("2026-08-17T09:00:00", NaiveDatetime),
        ("2026-08-17", DateMalformed),
        ("2026-08-17 09:00:00+07:00", DateMalformed),
        ("2026-08-17T25:00:00+07:00", DateMalformed),
        ("2026-08-17T09:00:00+99:00", DateMalformed),
        ("2026-08-17T09:00:00.1234567Z", DateMalformed),
        ("0001-01-01T00:00:00+07:00", BeyondCalendar),
        ("0001-01-01T12:00:00+00:00", BeyondCalendar),
        ("9999-12-31T23:59:59+00:00", BeyondCalendar),
        (1_786_932_000, WrongType),
    ],
)
def test_a_wrong_time_is_named(sent_at: object, error: type[FieldError]) -> None:
    data = {**TRANSFERRED, "sent_at": sent_at}
    assert problems("thads.judgment.transferred", data) == [(error, "/sent_at")]


@pytest.mark.parametrize("id_", [J, f"{J}.", f"{J}.q1.q2", f"{J}.Q 1", "q1"])
def test_the_id_of_a_question_stands_inside_its_judgment(id_: str) -> None:
    data = {**QUESTION, "clarification_id": id_}
    assert problems("thads.judgment.clarified", {**data})[-1] == (IdMalformed, "/clarification_id")
    assert problems("thads.judgment.clarification_requested", data) == [
        (IdMalformed, "/clarification_id")
    ]


def test_everything_wrong_is_said_at_once() -> None:
    data = {**ISSUED, "kind": "MARTIAL", "issued_on": "soon", "witness": 1}
    del data["court_id"]
    assert problems("thads.judgment.issued", data) == [
        (MissingField, "/court_id"),
        (ValueNotListed, "/kind"),
        (DateMalformed, "/issued_on"),
        (UnknownField, "/?"),
    ]


@pytest.mark.parametrize("data", [None, [], "text", 1])
def test_data_that_are_no_object_are_refused(data: object) -> None:
    assert problems("thads.judgment.issued", data) == [(WrongType, "")]


def test_no_message_repeats_what_was_sent() -> None:
    with pytest.raises(MalformedData) as raised:
        CODEC.from_json(
            "thads.judgment.issued", {**ISSUED, "kind": "secret", "issued_on": "secret"}
        )
    assert "secret" not in str(raised.value)


def test_a_type_that_does_not_exist_is_refused_without_repeating_it() -> None:
    with pytest.raises(UnknownEventType) as raised:
        CODEC.from_json("thads.judgment.rumoured", {})
    assert "rumoured" not in str(raised.value)


def test_each_error_has_the_code_under_which_it_is_answered() -> None:
    assert ValueNotListed.code == "GROUND_UNKNOWN"
    assert UnknownEventType.code == "UNKNOWN_TYPE"
    assert UnknownField.code == NaiveDatetime.code == "MALFORMED"
    codes = {ValueNotListed.code, UnknownEventType.code, UnknownField.code}
    assert codes <= CATALOGUE.codes.keys()


# ---- dates that lie after the act

NINE = datetime(2026, 8, 17, 9, tzinfo=UTC)


def future(event: Event, act: datetime = NINE) -> list[str]:
    return [problem.path for problem in dates_in_future(event, act, CATALOGUE)]


def test_a_day_is_a_day_in_viet_nam() -> None:
    assert day_of(datetime(2026, 8, 17, 16, 59, tzinfo=UTC)) == date(2026, 8, 17)
    assert day_of(datetime(2026, 8, 17, 17, 0, tzinfo=UTC)) == date(2026, 8, 18)


def test_a_day_may_be_that_of_the_act_but_none_after_it() -> None:
    received = judgment.Received(J, date(2026, 8, 18), [])
    assert future(received) == ["/received_on"]
    assert future(received, datetime(2026, 8, 17, 17, tzinfo=UTC)) == []


def test_a_moment_may_not_lie_after_the_act() -> None:
    sent = judgment.Transferred(J, "thads-da-nang", datetime(2026, 8, 17, 9, 1, tzinfo=UTC), [])
    assert future(sent) == ["/sent_at"]


def test_what_is_planned_may_lie_in_the_future() -> None:
    item = Item(1, "MONEY", "ON_REQUEST", "p2", "p1", due_on=date(2030, 1, 1))
    issued = judgment.Issued(J, "c", "1", "CIVIL", date(2026, 8, 17), "AT_ONCE", [], [item])
    assert future(issued) == []


def test_an_absent_field_is_no_date() -> None:
    doc = Doc("d", "s")
    assert future(judgment.Transferred(J, "thads-da-nang", NINE, [doc], document=doc)) == []
