"""Requests for data: asked of who holds them, answered by who was asked."""

from datetime import date
from typing import Any

import pytest

from services.core.contracts.events import case, information
from services.core.contracts.events.records import Basis, Doc
from services.core.contracts.family import Context
from services.information.domain import Known
from services.information.service import FAMILY
from tests.unit.cast import CASE, became, case_opened, head, officer, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

C = CASE
DEBTOR = "01890000-0000-7000-8000-00000000000a.p1"
CREDITOR = "01890000-0000-7000-8000-00000000000a.p2"
BANK, LAND = "nh-song-cam", "dat-dai-da-nang"
PAPER = Doc("d1", "ab")
NOW = officer("2026-09-08 09:00")
AT = NOW.occurred_at
BY_BANK = said("2026-09-08 10:00", BANK, "HOLDER", "can-bo-nh")

HEARD: Any = (
    case_opened(),
    (
        case.Decided(
            C,
            items=[1],
            initiative="ON_REQUEST",
            debtor=DEBTOR,
            provisional=False,
            decision_no="702/QĐ-THADS",
            decided_on=date(2026, 8, 24),
            signed_by="le-van-an",
            capacity="HEAD",
            document=PAPER,
        ),
        head("2026-08-24 09:30"),
    ),
    (
        case.OfficerAssigned(C, "tran-thi-binh", AT, no_conflict=True, provisional=False),
        head("2026-08-24 10:00"),
    ),
    (case.Moved(C, "DECIDED", "VERIFYING", "x"), head("2026-09-08 00:00")),
)


def asked(which: str = "r1", **change: Any) -> information.Requested:
    told: dict[str, Any] = {
        "holder_id": BANK,
        "subject": DEBTOR,
        "kinds": ["ACCOUNT"],
        "basis": Basis("41/2026/DS-PT", "702/QĐ-THADS"),
        "provisional": False,
    }
    return information.Requested(f"{C}.{which}", **{**told, **change})


def acknowledged(*kinds: Any) -> information.Acknowledged:
    return information.Acknowledged(f"{C}.r1", AT, list(kinds or ("ACCOUNT",)), provisional=False)


def answered(completeness: Any = "FULL") -> information.Answered:
    return information.Answered(f"{C}.r1", AT, completeness, found=True, documents=[])


def declined(document: Doc = PAPER) -> information.Declined:
    return information.Declined(f"{C}.r1", AT, "NOT_HOLDER", document)


WITHDRAWN = information.Withdrawn(f"{C}.r1")


def after(*facts: Any) -> Known:
    known = Known()
    for fact, context in (*HEARD, *((fact, NOW) for fact in facts)):
        known = evolve(known, fact, context)
    return known


def codes(known: Known, claim: Any, context: Context = NOW) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    return became(decide(known, claim, context))


@pytest.mark.parametrize(
    ("facts", "claim", "refused"),
    [
        ((), asked(), []),
        ((), asked(subject=CREDITOR), ["SUBJECT_NOT_IN_CASE"]),
        ((), asked(basis=Basis(" ", "702")), ["PURPOSE_MISSING"]),
        ((), asked(kinds=["LAND"]), ["HOLDER_NOT_COMPETENT"]),
        ((), asked(kinds=["OTHER"]), []),
        ((), asked(holder_id=LAND, kinds=["LAND", "ACCOUNT"]), ["HOLDER_NOT_COMPETENT"]),
        ((), asked(holder_id=LAND, kinds=["LAND"]), []),
        ((), asked(holder_id="nobody"), ["HOLDER_NOT_COMPETENT"]),
        ((asked(),), asked("r2"), ["OPEN_REQUEST_EXISTS"]),
        ((asked(),), asked("r2", kinds=["SECURED"]), []),
        ((asked(), answered()), asked("r2"), []),
        ((asked(),), asked(holder_id="nh-khac"), ["WRONG_STATE"]),
        (((case.Moved(C, "VERIFYING", "COMPLETED", "x")),), asked(), ["CASE_NOT_LIVE"]),
    ],
)
def test_a_request_is_taken_or_refused(facts: Any, claim: Any, refused: list[str]) -> None:
    became = ("refused", refused) if refused else ("recorded", [])
    assert codes(after(*facts), claim) == became


def test_only_the_officer_assigned_asks() -> None:
    other = officer("2026-09-08 09:00", "vo-van-dung")
    assert codes(after(), asked(), other) == ("refused", ["OFFICER_NOT_ASSIGNED"])


def test_of_a_case_or_a_request_that_nobody_knows_nothing_is_said() -> None:
    assert codes(Known(), asked()) == ("refused", ["OUT_OF_TERRITORY"])
    assert codes(after(), answered(), BY_BANK) == ("refused", ["NOT_ADDRESSEE"])


def test_the_way_of_a_request_that_is_answered() -> None:
    states = []
    known = after()
    for fact in (asked(), acknowledged(), answered("PARTIAL"), answered()):
        known = evolve(known, fact, NOW)
        states.append(known.information[f"{C}.r1"].state)
    assert states == ["SENT", "RECEIVED", "RECEIVED", "ANSWERED"]


@pytest.mark.parametrize("claim", [acknowledged(), answered(), declined()])
def test_nobody_answers_for_who_was_asked(claim: Any) -> None:
    other = said("2026-09-08 10:00", "nh-khac", "HOLDER")
    assert codes(after(asked()), claim, other) == ("refused", ["NOT_ADDRESSEE"])
    assert codes(after(asked()), claim, BY_BANK) == ("recorded", [])


def test_other_kinds_than_asked_are_noted_and_a_refusal_needs_its_paper() -> None:
    known = after(asked())
    assert codes(known, acknowledged("LAND"), BY_BANK) == ("recorded", ["KINDS_DIFFER"])
    assert codes(known, declined(Doc(" ", "ab")), BY_BANK) == ("refused", ["REASON_MISSING"])


def test_an_answer_to_a_request_withdrawn_is_recorded_and_noted() -> None:
    known = after(asked(), WITHDRAWN)
    assert codes(known, answered(), BY_BANK) == ("recorded", ["WRONG_STATE"])


def test_an_answer_older_than_the_question_is_noted() -> None:
    late = officer("2026-09-09 09:00")
    known = evolve(after(), asked(), late)
    assert codes(known, answered(), BY_BANK) == ("recorded", ["DATE_BEFORE_CAUSE"])
