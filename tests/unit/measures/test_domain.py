"""Security measures: ordered by who may, carried out by who holds the asset, lifted for a cause."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.events import case, measure
from services.core.contracts.family import Context
from services.measures.domain import Known, react
from services.measures.service import FAMILY
from tests.unit.cast import CASE, PAPER, became, case_decided, case_opened, head, officer, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

C = CASE
M, OTHER = f"{C}.m1", f"{C}.m2"
NOW = officer("2026-09-10 09:00")
BANK = said("2026-09-10 10:00", "nh-song-cam", "HOLDER", "can-bo-nh")


def _case(state: str = "VERIFYING") -> list[tuple[Any, Context]]:
    assigned = case.OfficerAssigned(
        C,
        "tran-thi-binh",
        assigned_at=datetime(2026, 8, 24, 3, tzinfo=UTC),
        no_conflict=True,
        provisional=False,
    )
    moved = case.Moved(C, from_state="DECIDED", to_state=state, cause_event_id="e1")
    by = head("2026-08-24 09:30")
    return [case_opened(), case_decided(), (assigned, by), (moved, by)]


def ordered(kind: str = "BLOCK", measure_id: str = M, **change: Any) -> measure.Ordered:
    told: dict[str, Any] = {
        "holder_id": "nh-song-cam",
        "subject": "p1",
        "decision_no": f"7{measure_id[-1]}/QĐ-THADS",
        "decided_on": date(2026, 9, 10),
        "signed_by": "tran-thi-binh",
        "capacity": "OFFICER",
        "document": PAPER,
        "amount": 100 if kind == "BLOCK" else None,
    }
    return measure.Ordered(measure_id, kind, **{**told, **change})  # type: ignore[arg-type]


def banned(**change: Any) -> measure.Ordered:
    by = {"signed_by": "le-van-an", "capacity": "HEAD", "exit_ban_excluded": False}
    return ordered("EXIT_BAN", **{"holder_id": "xnc", **by, **change})


def minuted(holder: str = "nh-song-cam") -> measure.Minuted:
    return measure.Minuted(M, "BLOCK", holder, datetime(2026, 9, 10, 1, tzinfo=UTC))


def executed(local: datetime | None = None) -> measure.Executed:
    return measure.Executed(M, local or datetime(2026, 9, 10, 3, tzinfo=UTC), "DONE")


def notified(role: str) -> measure.Notified:
    at = datetime(2026, 9, 10, 4, tzinfo=UTC)
    return measure.Notified(M, "e2", "p1", role, "IN_PERSON", at)  # type: ignore[arg-type]


def lifted(**change: Any) -> measure.Lifted:
    told = {"decision_no": "90/QĐ-THADS", "decided_on": date(2026, 9, 20), "signed_by": "x"}
    return measure.Lifted(M, "b", **{**told, **change})


PAID = case.GroundFound(
    C, calls_for=["END_SECURITY"], ground="b", arose_on=date(2026, 9, 19), provisional=False
)
OTHERWISE = case.GroundFound(
    C, calls_for=["POSTPONE"], ground="a", arose_on=date(2026, 9, 19), provisional=False
)


def after(*facts: Any, state: str = "VERIFYING") -> Known:
    known = Known()
    for fact, by in _case(state):
        known = evolve(known, fact, by)
    for fact in facts:
        known = evolve(known, fact, NOW)
    return known


def codes(known: Known, claim: Any, context: Context = NOW) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    return became(decide(known, claim, context))


def test_an_account_is_blocked_told_of_carried_out_and_freed() -> None:
    known = after()
    for claim, by in (
        (ordered(), NOW),
        (notified("HOLDER"), NOW),
        (executed(), BANK),
        (notified("DEBTOR"), NOW),
    ):
        assert codes(known, claim, by) == ("recorded", [])
        known = evolve(known, claim, by)
    known = evolve(known, PAID, NOW)
    assert codes(known, lifted()) == ("recorded", [])


@pytest.mark.parametrize(
    ("known", "claim", "code"),
    [
        (Known(), ordered(), "OUT_OF_TERRITORY"),
        (after(), executed(), "UNKNOWN_STREAM"),
        (after(ordered(), executed()), executed(), "WRONG_STATE"),
        (after(ordered()), notified("DEBTOR"), "MEASURE_PENDING"),
        (after(ordered()), notified("CREDITOR"), "MEASURE_PENDING"),
        (after(state="COMPLETED"), ordered(), "CASE_NOT_LIVE"),
        (after(), ordered(subject="p2"), "SUBJECT_NOT_IN_CASE"),
        (after(), ordered(amount=None), "AMOUNT_MISSING"),
        (after(), ordered(amount=0), "AMOUNT_MISSING"),
        (after(), ordered(signed_by="chv-cu"), "SIGNER_NOT_COMPETENT"),
        (after(), ordered(signed_by="le-van-an", capacity="HEAD"), "SIGNER_NOT_COMPETENT"),
        (after(ordered()), ordered(measure_id=OTHER, decision_no="71/QĐ-THADS"), "DUPLICATE"),
        (after(), ordered(decided_on=date(2026, 8, 23)), "DATE_BEFORE_CAUSE"),
        (after(minuted()), ordered(holder_id="nh-khac"), "NOT_ADDRESSEE"),
        (after(ordered()), executed(datetime(2026, 9, 9, 3, tzinfo=UTC)), "DATE_BEFORE_CAUSE"),
        (after(ordered()), lifted(), "CAUSE_MISSING"),
        (after(ordered(), OTHERWISE), lifted(), "CAUSE_MISSING"),
        (after(ordered(), PAID), lifted(decided_on=date(2026, 9, 9)), "DATE_BEFORE_CAUSE"),
    ],
)
def test_what_is_wrong_with_a_measure_is_said(known: Known, claim: Any, code: str) -> None:
    assert code in codes(known, claim)[1]


@pytest.mark.parametrize(
    ("known", "claim"),
    [
        (after(), ordered(measure_id=OTHER)),
        (after(), ordered(amount=1)),
        (after(), ordered("STOP_TRANSFER")),
        (after(), ordered(decided_on=date(2026, 8, 24))),
        (after(minuted()), ordered()),
        (after(ordered(), executed()), notified("DEBTOR")),
        (after(ordered()), executed(datetime(2026, 9, 9, 17, tzinfo=UTC))),
        (after(ordered(), PAID), lifted(decided_on=date(2026, 9, 10))),
    ],
)
def test_what_is_just_in_order_is_recorded_without_a_word(known: Known, claim: Any) -> None:
    assert codes(known, claim) == ("recorded", [])


def test_only_the_head_bans_from_leaving_and_only_whom_the_law_does_not_except() -> None:
    chief = head("2026-09-10 09:00")
    assert codes(after(), banned(), chief) == ("recorded", [])
    assert (
        "SIGNER_NOT_COMPETENT"
        in codes(after(), banned(signed_by="tran-thi-binh", capacity="OFFICER"), chief)[1]
    )
    for excluded in (True, None):
        wrong = codes(after(), banned(exit_ban_excluded=excluded), chief)
        assert "EXIT_BAN_EXCLUDED" in wrong[1]


def test_an_officer_orders_in_his_own_cases_only() -> None:
    other = officer("2026-09-10 09:00", "vo-van-dung")
    assert "OFFICER_NOT_ASSIGNED" in codes(after(), ordered(signed_by="vo-van-dung"), other)[1]
    assert "OUT_OF_TERRITORY" in codes(after(), minuted(), other)[1]
    hue = said("2026-09-10 09:00", "thads-hue", "OFFICER", "chv-hue")
    assert "OUT_OF_TERRITORY" in codes(after(), minuted(), hue)[1]


def test_only_who_holds_the_asset_carries_a_measure_out() -> None:
    other = said("2026-09-10 10:00", "nh-khac", "HOLDER")
    assert codes(after(ordered()), executed(), other)[1] == ["NOT_ADDRESSEE"]
    assert codes(after(ordered()), executed(), BANK) == ("recorded", [])


def test_only_who_ordered_a_measure_lifts_it_or_his_head() -> None:
    known = after(ordered(), PAID)
    assert codes(known, lifted(), head("2026-09-20 09:00")) == ("recorded", [])
    other = officer("2026-09-20 09:00", "vo-van-dung")
    assert "NOT_ORIGINATOR" in codes(known, lifted(), other)[1]


def test_security_lapses_once_the_case_is_terminated() -> None:
    ended = case.Moved(C, from_state="VERIFYING", to_state="TERMINATED", cause_event_id="e9")
    known = after(ordered(), ordered(measure_id=OTHER))
    assert [each.measure_id for each in react(known, ended, NOW)] == [M, OTHER]
    freed = evolve(known, measure.Lifted(M, "BY_LAW"), NOW)
    assert [each.measure_id for each in react(freed, ended, NOW)] == [OTHER]
    moved = case.Moved(C, from_state="VERIFYING", to_state="ENFORCEABLE", cause_event_id="e9")
    assert not list(react(known, moved, NOW))


@pytest.mark.parametrize(
    ("day", "codes"), [("2026-03-10", ["RULE_VERSION_MISMATCH"]), ("2026-09-10", [])]
)
def test_a_ban_on_leaving_the_country_is_noted_as_no_measure_of_the_law_before_july_2026(
    day: str, codes: list[str]
) -> None:
    claim = banned(decided_on=date(2026, 9, 10))
    fact, *notes = decide(after(), claim, head(f"{day} 09:00"))
    assert fact == claim
    assert [note.code for note in notes] == codes
    unattested = replace(claim, exit_ban_excluded=None)
    answer = decide(after(), unattested, head(f"{day} 09:00"))
    assert (answer[0] == unattested) is (day < "2026-07-01")
