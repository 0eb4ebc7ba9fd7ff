"""Each reason that refuses or is noted of a case, and the claim that just escapes it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.bounds import MAX_TOTAL
from services.core.contracts.events import case, coercion, measure, sale
from services.core.contracts.identifiers import new_id
from tests.unit.cases.test_domain import (
    ASSIGNED,
    HEAD,
    JUDGED,
    LATER,
    OFFICER,
    OPEN,
    P1,
    P2,
    PAPER,
    PORTAL,
    REQUESTED,
    C,
    J,
    after,
    codes,
    decided,
    evolve,
    halted,
    in_state,
    postponed,
)
from tests.unit.cast import head, officer, said

DECISION = replace(HEAD, id=new_id())
MEASURE = replace(OFFICER, id=new_id())
PROCURACY = said("2026-09-16 09:00", "vks-khu-vuc-3", "PROCURACY", "ho-van-khanh")
THERE = said("2026-09-17 09:00", "thads-hue", "HEAD", "truong-hue")


def day(text: str) -> date:
    return date.fromisoformat(text)


# ---- opening


def test_an_officer_with_a_conflict_of_interest_is_not_assigned() -> None:
    known = after(*JUDGED, (REQUESTED, PORTAL), decided())
    assert codes(known, ASSIGNED)[1] == []
    assert codes(known, replace(ASSIGNED, no_conflict=False))[1] == ["CONFLICT_OF_INTEREST"]


@pytest.mark.parametrize("who", ["chv-hue", "pham-thi-cuc", "nobody"])
def test_who_is_no_officer_of_the_house_is_not_assigned(who: str) -> None:
    known = after(*JUDGED, (REQUESTED, PORTAL), decided())
    assert "OUT_OF_TERRITORY" in codes(known, replace(ASSIGNED, officer_id=who))[1]


def test_an_officer_who_left_is_not_assigned_any_more() -> None:
    known = after(*JUDGED, (REQUESTED, PORTAL), decided())
    last_day = replace(ASSIGNED, officer_id="chv-cu")
    assert codes(known, last_day)[1] == []
    gone = replace(last_day, assigned_at=datetime(2026, 9, 1, 2, tzinfo=UTC))
    assert codes(known, gone)[1] == ["OUT_OF_TERRITORY"]


# ---- working


def notice(paper: str, to: str = "DEBTOR", kind: str = "OTHER_DECISION") -> case.Notified:
    return case.Notified(
        C,
        paper,
        kind,  # type: ignore[arg-type]
        P1,
        to,  # type: ignore[arg-type]
        "IN_PERSON",
        day("2026-09-16"),
    )


def test_one_is_told_of_papers_of_the_case_only() -> None:
    known = after(*JUDGED, (REQUESTED, PORTAL), (decided(), DECISION), ASSIGNED)
    assert codes(known, notice(DECISION.id), OFFICER)[1] == []
    assert "DOCUMENT_UNKNOWN" in codes(known, notice("e-nothing"), OFFICER)[1]
    assert codes(known, notice("e-nothing", kind="PRICE"), OFFICER)[1] == []


def test_a_party_learns_of_a_measure_once_it_was_carried_out() -> None:
    ordered = measure.Ordered(
        f"{C}.m1",
        "BLOCK",
        "nh-song-cam",
        P1,
        "71/QĐ-THADS",
        day("2026-09-15"),
        "tran-thi-binh",
        "OFFICER",
        PAPER,
        amount=100,
    )
    done = measure.Executed(f"{C}.m1", datetime(2026, 9, 15, 9, tzinfo=UTC), "DONE")
    pending = after(*OPEN, (ordered, MEASURE))
    for party in ("DEBTOR", "CREDITOR"):
        assert "MEASURE_PENDING" in codes(pending, notice(MEASURE.id, party), OFFICER)[1]
        executed = after(*OPEN, (ordered, MEASURE), (done, MEASURE))
        assert codes(executed, notice(MEASURE.id, party), OFFICER)[1] == []
    assert codes(pending, notice(MEASURE.id, "PROCURACY"), OFFICER)[1] == []


def verified(on: str, finding: str = "NO_CONDITIONS") -> case.Verified:
    return case.Verified(C, day(on), finding, PAPER)  # type: ignore[arg-type]


VERIFICATION = new_id()
FIRST = (verified("2026-09-15"), replace(OFFICER, id=VERIFICATION))
FOUND = (verified("2026-09-15", "CONDITIONS_FOUND"), replace(OFFICER, id=new_id()))


def declared(**change: Any) -> Any:
    told = {"ground": "a", "ground_on": day("2026-09-15"), "verification_id": VERIFICATION}
    return halted(case.DeclaredUnenforceable, **{**told, "cycle": "YEAR", **change})


def test_a_case_is_without_conditions_where_the_latest_verification_says_so() -> None:
    before = in_state("VERIFYING")
    assert codes(after(*before, FIRST), declared(), LATER)[1] == []
    assert "NO_VERIFICATION" in codes(after(*before), declared(), LATER)[1]
    named = declared(verification_id="e-nothing")
    assert "NO_VERIFICATION" in codes(after(*before, FIRST), named, LATER)[1]
    assert "FINDING_CONTRADICTS" in codes(after(*before, FIRST, FOUND), declared(), LATER)[1]


def returned(on: str) -> Any:
    return halted(case.RequestReturned, requester=P2, decision_no="9/QĐ", decided_on=day(on))


UNENFORCEABLE: Any = (*in_state("VERIFYING"), FIRST, (declared(), LATER))
EACH_YEAR = (
    (verified("2027-09-01"), officer("2027-09-01 09:00")),
    (verified("2028-09-01"), officer("2028-09-01 09:00")),
)
NEWS = (
    case.NewInformationReceived(C, day("2028-09-10"), "CONDITIONS"),
    officer("2028-09-10 09:00"),
)


def test_a_request_is_returned_after_two_years_in_vain() -> None:
    in_time = head("2028-09-16 09:00")
    known = after(*UNENFORCEABLE, *EACH_YEAR)
    assert codes(known, returned("2028-09-16"), in_time)[1] == []
    assert codes(known, returned("2028-09-15"), in_time)[1] == ["TWO_YEARS_NOT_PASSED"]
    lazy = after(*UNENFORCEABLE, EACH_YEAR[0])
    assert codes(lazy, returned("2028-09-16"), in_time)[1] == ["REVERIFICATION_MISSING"]
    told = after(*UNENFORCEABLE, *EACH_YEAR, NEWS)
    assert codes(told, returned("2028-09-16"), in_time)[1] == ["NEW_INFORMATION_OPEN"]


RETURNED: Any = (*UNENFORCEABLE, *EACH_YEAR, (returned("2028-09-16"), head("2028-09-16 09:00")))


@pytest.mark.parametrize("previous", [C, None])
def test_what_was_returned_may_be_asked_for_again_however_late(previous: str | None) -> None:
    late = said("2033-08-05 09:30", "cong-thads", "PARTY")
    again = case.Requested(f"{J}.c2", [1], P2, "ORAL", day("2033-08-05"), previous_case_id=previous)
    assert codes(after(*RETURNED), again, late) == ("recorded", [])
    never = codes(after(*UNENFORCEABLE), again, late)[1]
    assert "LIMITATION_PASSED" in never, "what was not returned has its limitation"
    declined = (case.Moved(C, "UNENFORCEABLE", "TERMINATED", cause_event_id=new_id()), LATER)
    assert "LIMITATION_PASSED" in codes(after(*UNENFORCEABLE, declined), again, late)[1]


# ---- halting

SEIZED: Any = (
    (
        coercion.Decided(
            f"{C}.x1",
            kind="SEIZURE",
            items=[1],
            real_estate=False,
            seizable=True,
            only_home=False,
            decision_no="81/QĐ-THADS",
            decided_on=day("2026-09-15"),
            signed_by="tran-thi-binh",
            capacity="OFFICER",
            document=PAPER,
        ),
        OFFICER,
    ),
)
CARRIED_OUT: Any = (
    *SEIZED,
    (
        coercion.Executed(
            f"{C}.x1",
            kind="SEIZURE",
            started_at=datetime(2026, 9, 15, 2, tzinfo=UTC),
            ended_at=datetime(2026, 9, 15, 4, tzinfo=UTC),
            result="DONE",
            resistance="NONE",
            minutes=PAPER,
        ),
        OFFICER,
    ),
)


@pytest.mark.parametrize(
    "claim",
    [
        halted(case.Suspended, basis="ORDER", ground="PROTEST"),
        postponed(ground="DEMAND", demanded_on=day("2026-09-16"), until=day("2026-10-16")),
    ],
)
def test_what_was_carried_out_is_not_halted_any_more(claim: Any) -> None:
    before = in_state("ENFORCEABLE")
    assert "ALREADY_EXECUTED" in codes(after(*before, *CARRIED_OUT), claim, LATER)[1]
    assert codes(after(*before, *SEIZED), claim, LATER)[1] == []


def test_a_postponement_is_demanded_once() -> None:
    demand = case.PostponementDemanded(
        C, day("2026-09-16"), datetime(2026, 9, 16, 2, tzinfo=UTC), day("2026-10-16")
    )
    before = in_state("ENFORCEABLE")
    assert codes(after(*before), demand, PROCURACY)[1] == []
    assert codes(after(*before, (demand, PROCURACY)), demand, PROCURACY)[1] == ["SECOND_DEMAND"]


# ---- ending


def test_what_was_sold_is_handed_over_before_a_case_is_terminated() -> None:
    sold = sale.Sold(f"{C}.x1.s1", "p5", "AUCTION", 100, datetime(2026, 9, 15, 2, tzinfo=UTC))
    handed = sale.HandedOver(
        f"{C}.x1.s1", day("2026-09-16"), "95/QĐ", day("2026-09-16"), "tran-thi-binh", "OFFICER",
        PAPER,
    )  # fmt: skip
    claim = halted(case.Terminated, ground="1", items=[1])
    before = (*in_state("ENFORCEABLE"), *CARRIED_OUT)
    assert "HANDOVER_FIRST" in codes(after(*before, (sold, OFFICER)), claim, LATER)[1]
    done = after(*before, (sold, OFFICER), (handed, OFFICER))
    assert codes(done, claim, LATER)[1] == []


def recalled(fact: str) -> Any:
    return halted(case.DecisionRecalled, recalled_event_id=fact, action="RECALL")


def test_a_decision_is_recalled_by_who_issued_it_or_his_head() -> None:
    ordered = measure.Ordered(
        f"{C}.m1",
        "STOP_TRANSFER",
        "dat-dai-da-nang",
        P1,
        "71/QĐ-THADS",
        day("2026-09-15"),
        "tran-thi-binh",
        "OFFICER",
        PAPER,
    )
    known = after(*JUDGED, (REQUESTED, PORTAL), (decided(), DECISION), ASSIGNED, (ordered, MEASURE))
    assert codes(known, recalled(DECISION.id), LATER)[1] == []
    assert codes(known, recalled(MEASURE.id), LATER)[1] == []
    assert codes(known, recalled("e-nothing"), LATER)[1] == ["DOCUMENT_UNKNOWN"]
    assert "NOT_ORIGINATOR" in codes(known, recalled(DECISION.id), OFFICER)[1]


def entrusted(to: str, kind: str = "CASE") -> Any:
    return halted(case.Entrusted, to_agency=to, kind=kind, items=[1], documents=[PAPER])


@pytest.mark.parametrize(
    "to", ["toa-hue", "thads-da-nang", "chi-cuc-thads-hai-chau", "vp-son-tra", "nobody"]
)
def test_a_case_is_entrusted_to_another_office_in_being_only(to: str) -> None:
    assert "RECEIVER_NOT_COMPETENT" in codes(after(*OPEN), entrusted(to), LATER)[1]
    assert codes(after(*OPEN), entrusted("thads-hue"), LATER)[1] == []


def test_what_was_not_entrusted_is_not_received() -> None:
    claim = case.EntrustmentReceived(C, day("2026-09-17"), "ASSET", provisional=False)
    whole = after(*OPEN, (entrusted("thads-hue"), LATER))
    assert "ENTRUSTMENT_UNKNOWN" in codes(whole, claim, THERE)[1]
    assert codes(whole, replace(claim, kind="CASE"), THERE)[1] == []


def test_of_an_asset_decides_only_to_whom_it_was_entrusted() -> None:
    claim = halted(
        case.EntrustedAssetDecided, asset="house", signed_by="truong-hue", decision_no="5/QĐ"
    )
    asset = after(*OPEN, (entrusted("thads-hue", "ASSET"), LATER))
    assert codes(asset, claim, THERE)[1] == []
    assert codes(after(*OPEN), claim, THERE)[1] == ["NOT_ADDRESSEE"]


@pytest.mark.parametrize("amount", [0, -5])
def test_what_the_court_remits_is_more_than_nothing(amount: int) -> None:
    court = said("2026-09-16 09:00", "toa-da-nang", "COURT", "thu-ky-hoa")
    remitted = case.Exempted(
        C,
        amount=5,
        effective_on=day("2026-09-16"),
        whole=False,
        decision_no="12/QĐ-TA",
        decided_on=day("2026-09-16"),
        signed_by="thu-ky-hoa",
        capacity="JUDGE",
        document=PAPER,
    )
    assert codes(after(*OPEN), remitted, court)[1] == []
    assert codes(after(*OPEN), replace(remitted, amount=amount), court) == (
        "refused",
        ["AMOUNT_NOT_POSITIVE"],
    )
    too_large = after(*OPEN, (replace(remitted, amount=MAX_TOTAL), court))
    assert codes(too_large, replace(remitted, decision_no="13/QĐ-TA"), court) == (
        "refused",
        ["TOTAL_TOO_LARGE"],
    )


# ---- the law of a case that has ended


@pytest.mark.parametrize(("ended_on", "old"), [("2026-06-30", True), ("2026-07-01", False)])
def test_a_case_that_ended_before_july_2026_stays_under_the_old_law(
    ended_on: str, *, old: bool
) -> None:
    ended = case.Moved(C, "UNENFORCEABLE", "COMPLETED", cause_event_id=new_id())
    known = evolve(after(*OPEN), ended, head(f"{ended_on} 09:00"))
    found = codes(known, returned("2026-09-15"), head("2026-09-15 09:00"))[1]
    assert ("RULE_VERSION_MISMATCH" in found) is old
    goes_on = case.Moved(C, "TERMINATED", "UNENFORCEABLE", cause_event_id=new_id())
    again = evolve(known, goes_on, head("2026-07-02 09:00"))
    found = codes(again, returned("2026-09-15"), head("2026-09-15 09:00"))[1]
    assert "RULE_VERSION_MISMATCH" not in found
