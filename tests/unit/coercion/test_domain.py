"""Coercion, case by case: when it may be decided and fixed, and what is noted when it is done."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from services.coercion.service import COERCION
from services.core.contracts.events import case, coercion, complaint, payment
from tests.unit.cast import cashier, head, officer, said
from tests.unit.coercion.sentences import (
    BOOKED,
    CASE,
    DECIDED,
    MORNING,
    OFFICER,
    PAPER,
    PERSUADED,
    POLICE,
    PROCURACY,
    PROTECTED,
    READY,
    SCHEDULED,
    VERIFIED,
    C,
    K,
    Step,
    after,
    at,
    booked,
    decided,
    follows,
    moved,
    noted,
    refused,
    scheduled,
    told_to,
)
from tests.unit.through_bus import through_bus

decide, _ = through_bus(COERCION)

NOW = officer("2026-09-17 09:30")
BY_HEAD = head("2026-09-29 09:00")
PLANNED = (*READY, DECIDED, PROTECTED)


# ---- deciding


def test_what_is_ready_is_decided_without_a_word() -> None:
    assert noted(after(*READY), decided(), NOW) == []


@pytest.mark.parametrize(
    ("steps", "change", "code"),
    [
        ((*CASE, PERSUADED, moved("VOLUNTARY")), {}, "VOLUNTARY_RUNNING"),
        ((*CASE, PERSUADED, moved("VERIFYING")), {}, "NO_CONDITIONS"),
        ((*READY, moved("POSTPONED")), {}, "CASE_POSTPONED"),
        ((*READY, moved("SUSPENDED")), {}, "CASE_SUSPENDED"),
        ((*READY, moved("COMPLETED")), {}, "CASE_ENDED"),
        (READY, {"value": 1_000_000_001}, "DISPROPORTIONATE"),
        (READY, {"only_home": True}, "ONLY_HOME"),
        (READY, {"seizable": False}, "NOT_SEIZABLE"),
        (READY, {"signed_by": "le-van-an"}, "SIGNER_NOT_COMPETENT"),
        (READY, {"decided_on": date(2026, 8, 23)}, "DATE_BEFORE_CAUSE"),
        (READY, {"items": [2]}, "UNKNOWN_STREAM"),
        ((*CASE, VERIFIED, moved("ENFORCEABLE")), {"person": True}, "PERSUASION_MISSING"),
        ((*READY, DECIDED), {"coercion_id": f"{C}.k2"}, "DUPLICATE"),
        ((*READY, DECIDED), {"decision_no": "other"}, "WRONG_STATE"),
    ],
)
def test_a_decision_is_refused_for(steps: Any, change: dict[str, Any], code: str) -> None:
    assert refused(after(*steps), decided(**change), NOW) == [code]


@pytest.mark.parametrize(
    ("steps", "change"),
    [
        ((*CASE, PERSUADED, moved("VOLUNTARY")), {"immediate": "DISSIPATION"}),
        (READY, {"value": 1_000_000_000}),
        (READY, {"value": 1_000_000_001, "exception": "a"}),
        (READY, {"only_home": True, "home_exception": "COLLATERAL"}),
    ],
)
def test_a_decision_just_stands_with(steps: Any, change: dict[str, Any]) -> None:
    assert refused(after(*steps), decided(**change), NOW) == []


def test_without_persuasion_it_is_decided_and_noted() -> None:
    known = after(*CASE, VERIFIED, moved("ENFORCEABLE"))
    assert noted(known, decided(), NOW) == ["PERSUASION_MISSING"]


def test_money_collected_makes_the_measure_smaller() -> None:
    paid = payment.Collected(
        C,
        "PT-1",
        200_000_000,
        0,
        costs_advanced=False,
        source="DEDUCTION",
        collected_on=date(2026, 9, 16),
    )
    known = after(*READY, (paid, cashier("2026-09-16 10:00")))
    assert refused(known, decided(), NOW) == ["DISPROPORTIONATE"]


def performed(amount: int) -> Step:
    """What the parties settled between themselves, in đồng."""
    return (
        case.Performed(C, [1], date(2026, 9, 16), PAPER, amount),
        officer("2026-09-16 10:00"),
    )


def remitted(amount: int) -> Step:
    """What the court remitted of the debt, in đồng."""
    return (
        case.Exempted(
            C,
            amount=amount,
            effective_on=date(2026, 9, 16),
            whole=False,
            decision_no="12/QĐ-TA",
            decided_on=date(2026, 9, 16),
            signed_by="thu-ky-hoa",
            capacity="JUDGE",
            document=PAPER,
        ),
        said("2026-09-16 09:00", "toa-da-nang", "COURT", "thu-ky-hoa"),
    )


@pytest.mark.parametrize("settled", [performed, remitted])
def test_what_is_performed_outside_or_remitted_makes_the_measure_smaller(
    settled: Callable[[int], Step],
) -> None:
    known = after(*READY, settled(200_000_000))
    assert refused(known, decided(), NOW) == ["DISPROPORTIONATE"]
    assert refused(known, decided(value=800_000_000), NOW) == []


def test_an_officer_who_is_not_assigned_decides_nothing() -> None:
    other = officer("2026-09-17 09:30", "vo-van-dung")
    claim = decided(signed_by="vo-van-dung")
    assert refused(after(*READY), claim, other) == ["OFFICER_NOT_ASSIGNED"]


def test_an_office_elsewhere_decides_nothing() -> None:
    other = said("2026-09-17 09:30", "thads-hue", "OFFICER", "chv-hue")
    found = refused(after(*READY), decided(signed_by="chv-hue"), other)
    assert found == ["OUT_OF_TERRITORY"]


def test_in_a_case_that_nobody_knows_nothing_is_decided() -> None:
    assert refused(after(), decided(), NOW) == ["OUT_OF_TERRITORY"]


# ---- fixing the hour


def test_a_booked_protected_hour_is_fixed_by_the_head() -> None:
    assert noted(after(*PLANNED, *BOOKED), scheduled(*MORNING), BY_HEAD) == []


@pytest.mark.parametrize(
    ("steps", "change", "codes"),
    [
        (PLANNED, {}, ["POLICE_NOT_BOOKED", "OFFICER_NOT_BOOKED"]),
        ((*PLANNED, *booked(*MORNING, "b1", POLICE)), {}, ["OFFICER_NOT_BOOKED"]),
        ((*PLANNED, *booked(*MORNING, "b1", OFFICER)), {}, ["POLICE_NOT_BOOKED"]),
        ((*READY, DECIDED, *BOOKED), {}, ["PROTECTION_NOT_REQUESTED"]),
        ((*PLANNED, *BOOKED), {"addressees": [PROCURACY, POLICE]}, ["ADDRESSEE_MISSING"]),
        ((*PLANNED, *BOOKED, moved("POSTPONED")), {}, ["CASE_POSTPONED"]),
        ((*PLANNED, *BOOKED, moved("SUSPENDED")), {}, ["CASE_SUSPENDED"]),
        ((*PLANNED, *BOOKED, moved("TERMINATED")), {}, ["CASE_ENDED"]),
        ((*PLANNED, *BOOKED), {"ends_at": at("2026-10-14 08:00")}, ["HOURS_REVERSED"]),
        ((*PLANNED, *BOOKED, SCHEDULED), {}, ["WRONG_STATE"]),
    ],
)
def test_an_hour_is_refused_for(steps: Any, change: dict[str, Any], codes: list[str]) -> None:
    assert refused(after(*steps), scheduled(*MORNING, **change), BY_HEAD) == codes


def test_before_dawn_on_a_saturday_is_refused_with_both_reasons_and_the_next_hour() -> None:
    dawn = ("2026-10-10 05:30", "2026-10-10 09:00")
    known = after(*PLANNED, *booked(*dawn))
    assert refused(known, scheduled(*dawn), BY_HEAD) == ["FORBIDDEN_HOURS", "FORBIDDEN_DAY"]


def test_an_officer_does_not_fix_an_hour_with_force() -> None:
    known = after(*PLANNED, *BOOKED)
    by_officer = officer("2026-09-29 09:00")
    assert refused(known, scheduled(*MORNING), by_officer) == ["NOT_APPROVED_BY_HEAD"]
    quiet = scheduled(*MORNING, force_mobilised=False)
    assert refused(known, quiet, by_officer) == []


@pytest.mark.parametrize(("day", "codes"), [(8, []), (9, []), (12, ["LEAD_TIME_TOO_SHORT"])])
def test_land_is_seized_three_working_days_after_the_plan_at_the_earliest(
    day: int, codes: list[str]
) -> None:
    known = after(*PLANNED, *BOOKED)
    assert refused(known, scheduled(*MORNING), head(f"2026-10-{day:02} 09:00")) == codes


def test_while_the_act_is_paused_no_hour_is_fixed() -> None:
    decision = DECIDED[1].id
    pause = complaint.ActPaused(f"{C}.x1", act_event_id=decision, from_at=at("2026-09-28 09:00"))
    known = after(*PLANNED, *BOOKED, (pause, head("2026-09-28 09:00")))
    assert refused(known, scheduled(*MORNING), BY_HEAD) == ["ACT_PAUSED"]
    unpause = complaint.ActUnpaused(f"{C}.x1", decision, at("2026-09-28 10:00"))
    known = after(*PLANNED, *BOOKED, (pause, BY_HEAD), (unpause, BY_HEAD))
    assert refused(known, scheduled(*MORNING), BY_HEAD) == []


def test_only_the_police_that_was_asked_plans_its_protection() -> None:
    plan = coercion.ProtectionPlanned(K, ready_at=at("2026-09-22 10:00"), document=PAPER)
    asked = said("2026-09-22 10:00", POLICE, "POLICE", "dao-van-em")
    assert noted(after(*PLANNED), plan, asked) == []
    assert refused(after(*PLANNED), plan, said("2026-09-22 10:00", "ca-hue", "POLICE")) == [
        "NOT_ADDRESSEE"
    ]


# ---- what follows by itself


@pytest.mark.parametrize(
    ("state", "reason"), [("POSTPONED", "CASE_POSTPONED"), ("SUSPENDED", "CASE_SUSPENDED")]
)
def test_a_day_already_set_falls_when_its_case_is_halted(state: str, reason: str) -> None:
    known = after(*PLANNED, *BOOKED, SCHEDULED)
    heard, context = moved(state, "2026-10-01 09:00")
    fact, *asks = follows(known, heard, context)
    assert (fact.reason, fact.cause_event_id) == (reason, context.id)
    assert told_to(asks) == [(POLICE, "unit.released"), (OFFICER, "unit.released")]


def test_nothing_falls_where_no_hour_was_set() -> None:
    assert follows(after(*PLANNED, *BOOKED), *moved("POSTPONED")) == []


def test_coercion_ends_by_law_with_its_case_and_gives_the_hours_back() -> None:
    fact, *asks = follows(after(*PLANNED, *BOOKED, SCHEDULED), *moved("TERMINATED"))
    assert isinstance(fact, coercion.Lifted)
    assert fact.ground == "BY_LAW"
    assert len(told_to(asks)) == 2


@pytest.mark.parametrize("action", ["RECALL", "ANNUL", "AMEND"])
def test_coercion_ends_when_its_decision_is_recalled_or_annulled(action: Any) -> None:
    recall = case.DecisionRecalled(
        C, DECIDED[1].id, action, "9/QĐ", date(2026, 9, 20), OFFICER, "OFFICER", PAPER
    )
    found = follows(after(*PLANNED), recall, officer("2026-09-20 09:00"))
    assert [type(each) for each in found] == ([] if action == "AMEND" else [coercion.Lifted])


# ---- booking


def test_each_unit_is_asked_once_and_strangers_are_refused() -> None:
    claim = coercion.BookingRequested(
        K, "b1", [POLICE, OFFICER, POLICE], at(MORNING[0]), at(MORNING[1])
    )
    known = after(*PLANNED)
    answer = told_to(_decide(known, claim))
    assert answer == [(POLICE, "unit.booked"), (OFFICER, "unit.booked")]
    stranger = replace(claim, unit_ids=["nobody"])
    assert refused(known, stranger, officer("2026-09-28 15:30")) == ["UNIT_UNKNOWN"]
    again = after(*PLANNED, *BOOKED)
    assert refused(again, claim, officer("2026-09-28 15:30")) == ["DUPLICATE"]


def test_a_unit_that_answers_after_the_booking_was_given_up_is_freed_at_once() -> None:
    asked, answer, _ = booked(*MORNING)
    cancelled = (coercion.BookingCancelled(K, "b1"), officer("2026-09-28 16:30"))
    known = after(*PLANNED, asked, cancelled)
    assert told_to(_decide(known, answer[0])) == [(POLICE, "unit.released")]


def test_giving_up_a_booking_frees_who_had_answered() -> None:
    asked, answer, _ = booked(*MORNING)
    known = after(*PLANNED, asked, answer)
    assert told_to(_decide(known, coercion.BookingCancelled(K, "b1"))) == [
        (POLICE, "unit.released")
    ]


def test_giving_up_what_was_never_booked_is_noted() -> None:
    claim = coercion.BookingCancelled(K, "b7")
    assert noted(after(*PLANNED), claim, officer("2026-09-28 16:30")) == ["BOOKING_UNKNOWN"]


# ---- carrying out


def executed(start: str, end: str, kind: Any = "SEIZURE") -> coercion.Executed:
    return coercion.Executed(K, kind, at(start), at(end), "DONE", "NONE", PAPER)


DONE_BY = officer("2026-10-14 12:00")


def test_what_is_done_before_dawn_is_recorded_with_every_breach() -> None:
    known = after(*READY, (decided(real_estate=False), NOW))
    claim = executed("2026-10-08 04:40", "2026-10-08 05:30")
    found = noted(known, claim, officer("2026-10-08 08:00"))
    assert found == ["WRONG_STATE", "NOT_SCHEDULED", "FORBIDDEN_HOURS"]


def test_force_without_a_police_plan_and_land_without_notice_are_noted() -> None:
    known = after(*PLANNED, *BOOKED, SCHEDULED)
    found = noted(known, executed("2026-10-14 08:15", "2026-10-14 11:05"), DONE_BY)
    assert found == ["POLICE_PLAN_MISSING", "NOTICE_MISSING"]


@pytest.mark.parametrize(("day", "codes"), [(9, []), (12, ["NOTICE_MISSING"])])
def test_notice_of_land_counts_three_working_days_before(day: int, codes: list[str]) -> None:
    plan = coercion.ProtectionPlanned(K, ready_at=at("2026-09-22 10:00"), document=PAPER)
    told = case.Notified(
        C,
        SCHEDULED[1].id,
        "SEIZURE_NOTICE",
        PROCURACY,
        "PROCURACY",
        "DIGITAL",
        date(2026, 10, day),
    )
    known = after(*PLANNED, (plan, NOW), *BOOKED, SCHEDULED, (told, DONE_BY))
    claim = executed("2026-10-14 08:15", "2026-10-14 11:05")
    assert noted(known, claim, DONE_BY) == codes


def test_another_kind_than_decided_is_noted_and_reversed_hours_are_refused() -> None:
    known = after(*PLANNED, *BOOKED, SCHEDULED)
    other = executed("2026-10-14 08:15", "2026-10-14 11:05", "HANDOVER")
    assert "KINDS_DIFFER" in noted(known, other, DONE_BY)
    reversed_ = executed("2026-10-14 11:05", "2026-10-14 08:15")
    assert refused(known, reversed_, DONE_BY) == ["HOURS_REVERSED"]


def test_a_debt_that_is_open_keeps_the_seizure() -> None:
    known = after(*PLANNED)
    assert refused(known, coercion.Lifted(K, "3a"), DONE_BY) == ["OBLIGATION_OPEN"]
    paid = payment.Collected(
        C,
        "PT-1",
        1_000_000_000,
        0,
        costs_advanced=False,
        source="REDEMPTION",
        collected_on=date(2026, 10, 1),
    )
    known = after(*PLANNED, (paid, cashier("2026-10-01 10:00")))
    assert refused(known, coercion.Lifted(K, "3a"), DONE_BY) == []


@pytest.mark.parametrize(
    "settled",
    [
        (performed(1_000_000_000),),
        (remitted(1_000_000_000),),
        (performed(400_000_000), remitted(600_000_000)),
    ],
)
def test_a_debt_that_is_performed_outside_or_remitted_keeps_no_seizure(
    settled: tuple[Step, ...],
) -> None:
    assert refused(after(*PLANNED, *settled), coercion.Lifted(K, "3a"), DONE_BY) == []
    some = after(*PLANNED, performed(999_999_999))
    assert refused(some, coercion.Lifted(K, "3a"), DONE_BY) == ["OBLIGATION_OPEN"]


def _decide(known: Any, claim: Any) -> Any:
    by = officer("2026-09-28 15:30")
    if by.role not in claim.BY:
        by = said("2026-09-28 15:30", "platform", "PLATFORM")
    return decide(known, claim, by)
