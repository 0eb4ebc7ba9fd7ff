"""What courts and enforcement agencies may say of a judgment."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.events.judgment import Claim
from services.core.contracts.family import Refusal
from services.judgments.domain import Known, objections, react, stream
from services.judgments.service import FAMILY
from tests.unit.judgments.sentences import (
    COURT,
    EFFECTIVE,
    ENDED,
    FEE,
    ISSUED,
    MONEY,
    NOON,
    OTHER_COURT,
    PAPER,
    RECEIVED,
    ROOM,
    THADS,
    TRANSFERRED,
    J,
    after,
    asked,
    at,
    clarified,
    codes,
    effective,
    issued,
    received,
    refused,
    revised,
    said_by,
    transferred,
)
from tests.unit.through_bus import through_bus

decide, _ = through_bus(FAMILY)


def stage(known: Known) -> str | None:
    return known.judgment.stage if known.judgment else None


# ---- the way of a judgment


def test_a_judgment_goes_its_way_without_a_word_against_it() -> None:
    told: list[Claim] = [ISSUED, EFFECTIVE, TRANSFERRED, RECEIVED, asked(), clarified()]
    for so_far, claim in enumerate(told):
        assert decide(after(*told[:so_far]), claim, said_by(claim)) == [claim]
    assert [stage(after(*told[:count])) for count in range(6)] == [
        None,
        "ISSUED",
        "EFFECTIVE",
        "TRANSFERRED",
        "RECEIVED",
        "RECEIVED",
    ]


def test_after_it_took_effect_it_may_be_transferred() -> None:
    assert decide(after(ISSUED, EFFECTIVE), TRANSFERRED, at("2026-08-17 09:00")) == [TRANSFERRED]


def test_before_it_takes_effect_it_may_not_be_transferred() -> None:
    assert decide(after(ISSUED), TRANSFERRED, at("2026-08-17 09:00")) == [
        Refusal("NOT_ENFORCEABLE_YET", {"stage": "ISSUED"}, article="Đ33.1")
    ]


@pytest.mark.parametrize("enforceable", ["AT_ONCE", "PROVISIONAL"])
def test_what_is_enforceable_at_once_need_not_take_effect_first(enforceable: str) -> None:
    known = after(issued(enforceable=enforceable))
    assert codes(known, TRANSFERRED) == []
    sent = after(issued(enforceable=enforceable), TRANSFERRED)
    assert stage(sent) == "TRANSFERRED"
    assert codes(sent, EFFECTIVE) == []
    assert stage(after(issued(enforceable=enforceable), TRANSFERRED, EFFECTIVE)) == "TRANSFERRED"


def test_it_is_transferred_once() -> None:
    sent = after(ISSUED, EFFECTIVE, TRANSFERRED)
    assert decide(sent, TRANSFERRED, at(NOON)) == [Refusal("WRONG_STATE", {"stage": "TRANSFERRED"})]


def test_nothing_may_be_said_of_a_judgment_that_was_not_issued() -> None:
    for claim in (EFFECTIVE, TRANSFERRED, asked(), clarified(), revised("UPHELD")):
        assert codes(after(), claim) == ["OUT_OF_TERRITORY"]
        assert refused(after(), claim)
    assert codes(after(), RECEIVED) == ["NOT_ADDRESSEE"]


# ---- the content of a judgment


@pytest.mark.parametrize(
    ("claim", "reasons"),
    [
        (issued(items=[]), [("ITEMS_EMPTY", "/items")]),
        (
            issued(items=[replace(MONEY, amount=0), replace(FEE, amount=-1)]),
            [
                ("AMOUNT_NOT_POSITIVE", "/items/0/amount"),
                ("AMOUNT_NOT_POSITIVE", "/items/1/amount"),
            ],
        ),
        (issued(items=[replace(MONEY, debtor="x")]), [("PARTY_NOT_DECLARED", "/items/0/debtor")]),
        (
            issued(items=[MONEY, replace(FEE, creditor="x")]),
            [("PARTY_NOT_DECLARED", "/items/1/creditor")],
        ),
        (issued(items=[MONEY, MONEY]), [("MALFORMED", "/items")]),
        (issued(court_id=OTHER_COURT), [("OUT_OF_TERRITORY", "/court_id")]),
    ],
)
def test_a_judgment_that_contradicts_itself_is_refused_by_the_field(
    claim: Claim, reasons: list[tuple[str, str]]
) -> None:
    answer = decide(after(), claim, at(NOON))
    assert [(each.code, each.field) for each in answer if isinstance(each, Refusal)] == reasons


def test_every_reason_is_given_at_once() -> None:
    claim = issued(items=[replace(MONEY, amount=0, debtor="x")])
    assert codes(after(), claim) == ["AMOUNT_NOT_POSITIVE", "PARTY_NOT_DECLARED"]


def test_who_may_not_submit_is_told_nothing_else() -> None:
    claim = issued(items=[replace(MONEY, amount=0, debtor="x")], court_id=OTHER_COURT)
    assert codes(after(), claim) == ["OUT_OF_TERRITORY"]


def test_an_item_without_an_amount_is_no_matter_of_money() -> None:
    assert codes(after(), issued(items=[replace(MONEY, nature="ACT", amount=None)])) == []


def test_the_same_judgment_issued_twice_is_noted_and_changes_nothing() -> None:
    again = issued(items=[MONEY])
    assert codes(after(ISSUED, EFFECTIVE), again) == ["WRONG_STATE", "DUPLICATE"]
    assert not refused(after(ISSUED, EFFECTIVE), again)
    assert after(ISSUED, EFFECTIVE, again) == after(ISSUED, EFFECTIVE)


# ---- items of their own


def test_a_judgment_is_in_effect_when_every_item_is() -> None:
    assert stage(after(ISSUED, effective(1))) == "ISSUED"
    assert stage(after(ISSUED, effective(1), effective(2))) == "EFFECTIVE"


def test_what_took_effect_may_go_ahead_of_the_rest() -> None:
    part = after(ISSUED, effective(1))
    assert codes(part, TRANSFERRED) == []
    later = after(ISSUED, effective(1), TRANSFERRED, RECEIVED, effective(2))
    assert stage(later) == "EFFECTIVE"
    assert codes(later, transferred(on=19)) == []
    all_sent = after(ISSUED, effective(1), TRANSFERRED, RECEIVED, effective(2), transferred(on=19))
    assert stage(all_sent) == "TRANSFERRED"


def test_no_item_or_an_unknown_one_cannot_take_effect() -> None:
    assert codes(after(ISSUED), effective()) == ["ITEMS_EMPTY"]
    assert refused(after(ISSUED), effective())
    assert codes(after(ISSUED), effective(1, 7)) == ["ITEM_UNKNOWN"]
    assert stage(after(ISSUED, effective(7))) == "ISSUED"


def test_an_annulled_item_holds_nothing_back() -> None:
    assert stage(after(ISSUED, effective(1), revised("ANNULLED", 2))) == "EFFECTIVE"


def test_a_judgment_is_annulled_when_every_item_is() -> None:
    assert stage(after(ISSUED, revised("ANNULLED", 1))) == "ISSUED"
    assert stage(after(ISSUED, revised("ANNULLED", 1, 2))) == "ANNULLED"
    assert stage(after(ISSUED, revised("ANNULLED"))) == "ANNULLED"


@pytest.mark.parametrize("outcome", ["UPHELD", "AMENDED"])
def test_what_is_upheld_or_amended_stays_where_it_is(outcome: str) -> None:
    received_one = after(ISSUED, EFFECTIVE, TRANSFERRED, RECEIVED)
    assert codes(received_one, revised(outcome)) == []
    assert after(ISSUED, EFFECTIVE, TRANSFERRED, RECEIVED, revised(outcome)) == received_one


def test_nothing_follows_from_an_annulled_judgment() -> None:
    gone = after(ISSUED, EFFECTIVE, TRANSFERRED, revised("ANNULLED"))
    assert codes(gone, TRANSFERRED) == ["WRONG_STATE"]
    assert refused(gone, TRANSFERRED)
    for claim in (effective(1), revised("UPHELD"), asked()):
        assert codes(gone, claim) == ["WRONG_STATE"]
        assert not refused(gone, claim)


# ---- who receives


@pytest.mark.parametrize("to", [ROOM, COURT, ENDED, "nowhere"])
def test_only_an_enforcement_agency_in_being_can_be_sent_a_judgment(to: str) -> None:
    assert decide(after(ISSUED, EFFECTIVE), transferred(to), at(NOON)) == [
        Refusal("RECEIVER_NOT_COMPETENT", field="/to_agency", article="Đ32")
    ]


def test_an_agency_is_judged_by_the_day_of_the_act() -> None:
    long_ago = issued(issued_on=date(2025, 6, 1))
    sent = replace(transferred(ENDED), sent_at=at("2025-06-30 09:00").occurred_at)
    known = after(long_ago, effective(1, 2, on=date(2025, 6, 2)))
    assert decide(known, sent, at("2025-06-30 23:59")) == [sent]
    assert codes(known, sent, at("2025-07-01 00:00")) == ["RECEIVER_NOT_COMPETENT"]


def test_who_received_it_is_who_it_was_sent_to() -> None:
    sent = after(ISSUED, EFFECTIVE, TRANSFERRED)
    assert decide(sent, RECEIVED, at(NOON, by=THADS)) == [RECEIVED]
    assert codes(sent, RECEIVED, at(NOON, by="thads-hue")) == ["NOT_ADDRESSEE"]


def test_nobody_receives_what_was_sent_to_nobody() -> None:
    for office in (THADS, "thads-hue"):
        assert codes(after(ISSUED, EFFECTIVE), RECEIVED, at(NOON, by=office)) == ["NOT_ADDRESSEE"]


def test_a_second_receipt_is_noted() -> None:
    assert codes(after(ISSUED, EFFECTIVE, TRANSFERRED, RECEIVED), RECEIVED) == ["WRONG_STATE"]


# ---- who may say it


@pytest.mark.parametrize("claim", [EFFECTIVE, TRANSFERRED, revised("UPHELD"), clarified()])
def test_only_the_court_that_issued_it_speaks_of_it(claim: Claim) -> None:
    known = after(ISSUED, EFFECTIVE, asked())
    assert codes(known, claim, at(NOON, by=COURT)) == []
    assert codes(known, claim, at(NOON, by=OTHER_COURT)) == ["OUT_OF_TERRITORY"]
    assert refused(known, claim, at(NOON, by=OTHER_COURT))


def test_another_court_cannot_issue_it_again() -> None:
    again = issued(court_id=OTHER_COURT)
    assert codes(after(ISSUED), again, at(NOON, by=OTHER_COURT)) == ["OUT_OF_TERRITORY"]


# ---- an act already done


def test_a_transfer_already_done_is_recorded_with_what_was_wrong() -> None:
    done: dict[str, Any] = {"already_done": True, "document": PAPER}
    assert codes(after(ISSUED), transferred(**done)) == ["NOT_ENFORCEABLE_YET"]
    assert not refused(after(ISSUED), transferred(**done))
    assert codes(after(ISSUED), transferred(ROOM, **done)) == ["RECEIVER_NOT_COMPETENT"]
    assert refused(after(ISSUED), transferred(ROOM, **done))
    assert stage(after(ISSUED, transferred(**done))) == "ISSUED"
    assert refused(after(ISSUED), transferred(ROOM, already_done=True))


# ---- questions


def test_an_answer_needs_its_question() -> None:
    assert codes(after(ISSUED), clarified()) == ["CLARIFICATION_UNKNOWN"]
    assert not refused(after(ISSUED), clarified())
    assert codes(after(ISSUED, asked()), clarified("q2")) == ["CLARIFICATION_UNKNOWN"]


def test_a_question_is_asked_once_and_answered_once() -> None:
    sent = (ISSUED, EFFECTIVE, TRANSFERRED)
    assert codes(after(*sent, asked()), asked()) == ["DUPLICATE"]
    assert codes(after(*sent, asked()), asked("q2")) == []
    assert codes(after(ISSUED, asked(), clarified()), clarified()) == ["DUPLICATE"]


# ---- dates


@pytest.mark.parametrize(
    ("known", "claim", "field"),
    [
        (after(ISSUED), effective(1, on=date(2026, 8, 2)), "/effective_on"),
        (after(ISSUED), revised("UPHELD", on=2), "/received_on"),
        (after(ISSUED, EFFECTIVE, TRANSFERRED), asked(on=2), "/received_on"),
        (after(ISSUED, EFFECTIVE), transferred(on=3), "/sent_at"),
        (after(ISSUED, EFFECTIVE, TRANSFERRED), received(on=16), "/received_on"),
        (after(ISSUED, asked(on=19)), clarified(on=18), "/answered_on"),
    ],
)
def test_nothing_happens_before_its_cause(known: Known, claim: Claim, field: str) -> None:
    assert codes(known, claim) == ["DATE_BEFORE_CAUSE"]
    assert refused(known, claim) == (claim.MODE == "act")
    assert [each.field for each in objections(known, claim, said_by(claim))] == [field]


def test_a_day_is_counted_in_viet_nam() -> None:
    late = replace(TRANSFERRED, sent_at=at("2026-08-04 00:30").occurred_at)  # still the 3rd in UTC
    assert codes(after(ISSUED, EFFECTIVE), late) == []


# ---- the frame


def test_a_question_belongs_to_the_stream_of_its_judgment() -> None:
    assert {stream(claim) for claim in (ISSUED, EFFECTIVE, asked(), clarified())} == {J}


def test_nothing_follows_by_itself() -> None:
    assert list(react(after(ISSUED), None, at(NOON))) == []  # type: ignore[arg-type]
