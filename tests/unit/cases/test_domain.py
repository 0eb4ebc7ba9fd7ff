"""The docket: what opens a case, what halts and ends it, and that each move is said as a fact."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.cases.domain import Known, react
from services.cases.service import FAMILY
from services.core.contracts.events import case, coercion, deadline, judgment, payment
from services.core.contracts.events.records import Doc, Item, Party
from services.core.contracts.family import Context, Refusal
from tests.unit.cast import became, cashier, head, officer, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

J = "01890000-0000-7000-8000-00000000000a"
C = f"{J}.c1"
P1, P2 = f"{J}.p1", f"{J}.p2"
PAPER = Doc("d1", "ab")
COURT = said("2026-08-03 09:00", "toa-da-nang", "COURT")
PORTAL = said("2026-08-19 09:30", "cong-thads", "PARTY")
HEAD = head("2026-08-24 09:30")
SIGNED: dict[str, Any] = {
    "decision_no": "702/QĐ-THADS",
    "decided_on": date(2026, 8, 24),
    "signed_by": "le-van-an",
    "capacity": "HEAD",
    "document": PAPER,
}

ISSUED = (
    judgment.Issued(
        J, "toa-da-nang", "41/2026/DS-PT", "CIVIL", date(2026, 8, 3), "ON_EFFECT",
        [Party(P1, "PERSON"), Party(P2, "ORGANISATION")],
        [
            Item(1, "MONEY", "ON_REQUEST", P2, P1, amount=100),
            Item(2, "MONEY", "EX_OFFICIO", P2, P1, amount=40),
        ],
    ),
    COURT,
)  # fmt: skip
EFFECTIVE = (judgment.MadeEffective(J, date(2026, 8, 3), [1, 2]), COURT)
TRANSFERRED = (judgment.Transferred(J, "thads-da-nang", HEAD.occurred_at, []), COURT)
RECEIVED = (judgment.Received(J, date(2026, 8, 18), []), HEAD)
JUDGED: Any = (ISSUED, EFFECTIVE, TRANSFERRED, RECEIVED)
REQUESTED = case.Requested(C, [1], P2, "DIGITAL", date(2026, 8, 19))


def decided(**change: Any) -> case.Decided:
    told = {
        "items": [1],
        "initiative": "ON_REQUEST",
        "debtor": P1,
        "provisional": False,
        "amount": 100,
        **SIGNED,
    }
    return case.Decided(C, **{**told, **change})


ASSIGNED = case.OfficerAssigned(
    C, "tran-thi-binh", HEAD.occurred_at, no_conflict=True, provisional=False
)


def after(*steps: Any) -> Known:
    """Decide or hear each step in turn; what is recorded and what follows is folded."""
    known = Known()
    for step in steps:
        event, context = step if isinstance(step, tuple) else (step, HEAD)
        if isinstance(event, case.Claim):
            answer = decide(known, event, context)
            assert not isinstance(answer[0], Refusal), answer
        else:
            known = evolve(known, event, context)
            answer = list(react(known, event, context))
        for fact in answer:
            known = evolve(known, fact, context)
    return known


def state(known: Known) -> str | None:
    return known.case.cases[C].state


def codes(known: Known, claim: Any, context: Context = HEAD) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    return became(decide(known, claim, context))


OPEN: Any = (*JUDGED, (REQUESTED, PORTAL), decided(), ASSIGNED)
OFFICER = officer("2026-09-15 10:00")


def in_state(wanted: str) -> Any:
    """The steps that lead a case to a state."""
    decision = next(step for step in [decided()])
    notice = case.Notified(
        C, "x", "ENFORCEMENT_DECISION", P1, "DEBTOR", "IN_PERSON", date(2026, 8, 27)
    )
    expired = deadline.Expired(C, "c", "L-36-1", "x", datetime(2026, 9, 7, 17, tzinfo=UTC))
    means = case.Verified(C, date(2026, 9, 15), "CONDITIONS_FOUND", PAPER)
    way = {
        "DECIDED": (),
        "VOLUNTARY": ((notice, OFFICER),),
        "VERIFYING": ((notice, OFFICER), (expired, HEAD)),
        "ENFORCEABLE": ((notice, OFFICER), (expired, HEAD), (means, OFFICER)),
    }
    assert decision.case_id == C
    return (*OPEN, *way[wanted])


@pytest.mark.parametrize("wanted", ["DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE"])
def test_the_way_of_a_case(wanted: str) -> None:
    assert state(after(*in_state(wanted))) == wanted


def test_each_move_is_said_as_a_fact_beside_its_cause() -> None:
    fact, move = decide(after(*JUDGED), REQUESTED, PORTAL)
    assert fact == REQUESTED
    assert isinstance(move, case.Moved)
    assert (move.from_state, move.to_state) == ("-", "REQUESTED")


@pytest.mark.parametrize(
    ("steps", "claim", "became"),
    [
        (JUDGED, case.Requested(C, [], P2, "ORAL", date(2026, 8, 19)), ["ITEMS_EMPTY"]),
        (JUDGED, case.Requested(C, [9], P2, "ORAL", date(2026, 8, 19)), ["UNKNOWN_STREAM"]),
        (JUDGED, case.Requested(C, [1], "x", "ORAL", date(2026, 8, 19)), ["PARTY_NOT_DECLARED"]),
        ((), REQUESTED, ["OUT_OF_TERRITORY"]),
    ],
)
def test_a_request_is_refused_for(steps: Any, claim: Any, became: list[str]) -> None:
    assert codes(after(*steps), claim, PORTAL) == ("refused", became)


@pytest.mark.parametrize(
    ("claim", "noted"),
    [
        (REQUESTED, []),
        (case.Requested(C, [2], P2, "ORAL", date(2026, 8, 19)), ["ITEM_EX_OFFICIO"]),
        (case.Requested(C, [1], P2, "ORAL", date(2031, 8, 4)), []),
        (case.Requested(C, [1], P2, "ORAL", date(2031, 8, 5)), ["LIMITATION_PASSED"]),
        (case.Requested(C, [1], P2, "ORAL", date(2026, 8, 2)), ["DATE_BEFORE_CAUSE"]),
    ],
)
def test_a_request_is_recorded_with(claim: Any, noted: list[str]) -> None:
    assert codes(after(*JUDGED), claim, PORTAL) == ("recorded", noted)


@pytest.mark.parametrize(
    ("steps", "change", "refused"),
    [
        ((*JUDGED, (REQUESTED, PORTAL)), {}, []),
        (JUDGED, {}, ["NOT_REQUESTED"]),
        (JUDGED, {"items": [2], "initiative": "EX_OFFICIO"}, []),
        ((ISSUED, EFFECTIVE, TRANSFERRED, (REQUESTED, PORTAL)), {}, ["JUDGMENT_NOT_RECEIVED"]),
        ((ISSUED, TRANSFERRED, RECEIVED, (REQUESTED, PORTAL)), {}, ["NOT_EFFECTIVE"]),
        ((*JUDGED, (REQUESTED, PORTAL)), {"debtor": "x"}, ["PARTY_NOT_DECLARED"]),
        ((*JUDGED, (REQUESTED, PORTAL)), {"items": []}, ["ITEMS_EMPTY"]),
        ((*JUDGED, (REQUESTED, PORTAL)), {"signed_by": "pham-thi-cuc"}, ["SIGNER_NOT_COMPETENT"]),
        ((*JUDGED, (REQUESTED, PORTAL)), {"decided_on": date(2026, 8, 18)}, ["DATE_BEFORE_CAUSE"]),
        (OPEN, {}, ["DUPLICATE", "WRONG_STATE"]),
    ],
)
def test_a_decision_needs(steps: Any, change: Any, refused: list[str]) -> None:
    became = ("refused", refused) if refused else ("recorded", [])
    assert codes(after(*steps), decided(**change)) == became


def test_an_item_has_one_live_case() -> None:
    again = case.Requested(f"{J}.c2", [1], P2, "ORAL", date(2026, 9, 1))
    known = after(*OPEN, (again, PORTAL))
    second = case.Decided(
        f"{J}.c2", [1], "ON_REQUEST", P1, provisional=False,
        **{**SIGNED, "decision_no": "9/QĐ", "decided_on": date(2026, 9, 2)},
    )  # fmt: skip
    assert codes(known, second, head("2026-09-02 09:00")) == ("refused", ["ALREADY_DECIDED"])


def test_the_head_of_an_office_that_never_got_the_judgment_decides_nothing() -> None:
    other = said("2026-08-24 09:30", "thads-hue", "HEAD", "truong-hue")
    known = after(*JUDGED, (REQUESTED, PORTAL))
    claim = decided(signed_by="truong-hue")
    assert codes(known, claim, other) == ("refused", ["OUT_OF_TERRITORY"])


def test_a_private_office_never_acts_ex_officio() -> None:
    private = said("2026-08-24 09:30", "vp-son-tra", "VP_HEAD", "truong-vp-son-tra")
    claim = decided(
        items=[2], initiative="EX_OFFICIO", signed_by="truong-vp-son-tra", capacity="VP_HEAD"
    )
    asked = case.Requested(C, [1], P2, "ORAL", date(2026, 8, 19), to_agency="vp-son-tra")
    known = after(*JUDGED, (asked, PORTAL))
    assert codes(known, claim, private) == ("refused", ["VP_NOT_COMPETENT"])


def test_an_officer_who_was_replaced_speaks_of_the_case_no_more() -> None:
    replaced = case.OfficerAssigned(
        C, "vo-van-dung", HEAD.occurred_at, no_conflict=True, provisional=False
    )
    verified = case.Verified(C, date(2026, 9, 15), "NO_CONDITIONS", PAPER)
    known = after(*OPEN, replaced)
    assert codes(known, verified, OFFICER) == ("refused", ["OUT_OF_TERRITORY"])


# ---- halting and going on


def halted(type_: Any, **change: Any) -> Any:
    signed = {**SIGNED, "decision_no": "8/QĐ", "decided_on": date(2026, 9, 16)}
    return type_(C, **{**signed, **change})


LATER = head("2026-09-16 09:00")


def postponed(**change: Any) -> Any:
    return halted(case.Postponed, **{"ground": "a", "items": [1], **change})


@pytest.mark.parametrize("before", ["DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE"])
def test_a_case_goes_on_from_where_it_was_halted_however_often(before: str) -> None:
    known = after(*in_state(before), (postponed(), LATER))
    assert state(known) == "POSTPONED"
    suspended = halted(case.Suspended, basis="OWN", ground="a")
    known = evolve_all(known, suspended, LATER)
    assert state(known) == "SUSPENDED"
    resumed = halted(case.Resumed, cause_event_id=LATER.id, decision_no="10/QĐ")
    assert state(evolve_all(known, resumed, LATER)) == before


def evolve_all(known: Known, claim: Any, context: Context) -> Known:
    for fact in decide(known, claim, context):
        assert not isinstance(fact, Refusal), fact
        known = evolve(known, fact, context)
    return known


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (postponed(ground="i"), "TWO_NOTICES_MISSING"),
        (postponed(ground="c"), "HARMS_STATE"),
        (
            postponed(ground="DEMAND", demanded_on=date(2026, 9, 16), until=date(2026, 12, 17)),
            "UNTIL_TOO_LATE",
        ),
        (halted(case.Suspended, basis="OWN", ground="PROTEST"), "BASIS_NOT_OWN"),
        (halted(case.Suspended, basis="ORDER", ground="a"), "BASIS_NOT_OWN"),
    ],
)
def test_halting_is_refused_for(claim: Any, code: str) -> None:
    assert codes(after(*in_state("ENFORCEABLE")), claim, LATER) == ("refused", [code])


@pytest.mark.parametrize(
    "claim",
    [
        postponed(ground="c", agreement_harmless=True),
        postponed(ground="DEMAND", demanded_on=date(2026, 9, 16), until=date(2026, 12, 16)),
        halted(case.Suspended, basis="ORDER", ground="PROTEST"),
    ],
)
def test_halting_just_stands_with(claim: Any) -> None:
    assert codes(after(*in_state("ENFORCEABLE")), claim, LATER) == ("recorded", [])


def test_what_would_justify_going_on_must_be_recorded() -> None:
    known = after(*OPEN, (postponed(), LATER))
    claim = halted(case.Resumed, cause_event_id="nothing", decision_no="10/QĐ")
    assert codes(known, claim, LATER) == ("refused", ["CAUSE_MISSING"])


def test_a_period_that_ran_out_too_late_moves_nothing() -> None:
    expired = deadline.Expired(C, "c", "L-36-1", "x", datetime(2026, 9, 7, 17, tzinfo=UTC))
    known = after(*in_state("ENFORCEABLE"))
    assert list(react(evolve(known, expired, LATER), expired, LATER)) == []


def performed(amount: int | None, *items: int) -> Any:
    return case.Performed(C, list(items) or [1], date(2026, 9, 1), PAPER, amount), OFFICER


def test_an_item_performed_in_part_stays_with_its_case_until_the_rest_is_performed() -> None:
    known = after(*in_state("VOLUNTARY"), performed(10))
    other = replace(decided(decision_no="703/QĐ-THADS"), case_id=f"{J}.c2")
    assert "ALREADY_DECIDED" in codes(known, other)[1]
    assert known.open_items(C) == {1}
    assert after(*in_state("VOLUNTARY"), performed(10), performed(90)).open_items(C) == set()


def test_a_case_of_which_a_part_was_performed_is_verified_when_the_period_has_run_out() -> None:
    known = after(*in_state("VOLUNTARY"), performed(10))
    expired = deadline.Expired(C, "c", "L-36-1", "x", datetime(2026, 9, 7, 17, tzinfo=UTC))
    (move,) = react(evolve(known, expired, LATER), expired, LATER)
    assert isinstance(move, case.Moved)
    assert (move.from_state, move.to_state) == ("VOLUNTARY", "VERIFYING")


# ---- ending


def paid(collected: int, out: int, costs: int = 0) -> Any:
    money = payment.Collected(
        C, "PT-1", collected, costs, costs_advanced=False, source="OTHER",
        collected_on=date(2026, 9, 16),
    )  # fmt: skip
    voucher = payment.PaidOut(C, "PC-1", P2, out, 0, "CREDITOR", date(2026, 9, 16))
    at_till = cashier("2026-09-16 10:00")
    return (money, at_till), (voucher, at_till)


@pytest.mark.parametrize(
    ("money", "refused"),
    [
        (paid(100, 100), []),
        (paid(99, 99), ["OBLIGATION_OPEN"]),
        (paid(100, 99), ["MONEY_UNPAID"]),
        (paid(100, 100, costs=1), ["OBLIGATION_OPEN"]),
        (paid(101, 101, costs=1), []),
    ],
)
def test_a_case_is_done_when_all_is_collected_and_paid_out(money: Any, refused: list[str]) -> None:
    known = after(*in_state("ENFORCEABLE"), *money)
    became = ("refused", refused) if refused else ("recorded", [])
    assert codes(known, case.Completed(C, date(2026, 9, 16)), officer("2026-09-16 11:00")) == became


def test_an_entrusted_case_is_no_longer_of_the_office_that_handed_it_over() -> None:
    entrusted = halted(
        case.Entrusted, to_agency="thads-hue", kind="CASE", items=[1], documents=[PAPER]
    )
    known = after(*OPEN, (entrusted, LATER))
    assert state(known) == "ENTRUSTED"
    refusals = codes(known, postponed(decision_no="11/QĐ"), LATER)
    assert refusals == ("refused", ["OUT_OF_TERRITORY"])
    received = case.EntrustmentReceived(C, date(2026, 9, 17), "CASE", provisional=False)
    there = said("2026-09-17 09:00", "thads-hue", "HEAD", "truong-hue")
    assert codes(known, received, there) == ("recorded", [])


def test_a_case_with_a_coercion_that_stands_is_not_entrusted() -> None:
    stands = coercion.Decided(
        f"{C}.k1", "SEIZURE", [1], False, True, False, "732/QĐ-CC", date(2026, 9, 15),  # noqa: FBT003
        "tran-thi-binh", "OFFICER", PAPER,
    )  # fmt: skip
    claim = halted(case.Entrusted, to_agency="thads-hue", kind="CASE", items=[1], documents=[PAPER])
    known = after(*in_state("ENFORCEABLE"), (stands, OFFICER))
    assert codes(known, claim, LATER) == ("refused", ["ASSETS_NOT_PROCESSED"])


def test_a_termination_that_leaves_items_open_moves_nothing() -> None:
    both = (*JUDGED, (case.Requested(C, [1, 2], P2, "ORAL", date(2026, 8, 19)), PORTAL))
    known = after(*both, decided(items=[1, 2]))
    some = halted(case.Terminated, ground="1", items=[1])
    known = evolve_all(known, some, LATER)
    assert state(known) == "DECIDED"
    rest = halted(case.Terminated, ground="1", items=[2], decision_no="12/QĐ")
    assert state(evolve_all(known, rest, LATER)) == "TERMINATED"
