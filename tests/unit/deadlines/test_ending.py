"""How clocks end: in time, late, by the right paper and person, or because their case ends."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.events import (
    case,
    coercion,
    complaint,
    deadline,
    information,
    judgment,
    measure,
    payment,
    sale,
)
from services.core.contracts.events.records import Item
from services.core.contracts.family import Context
from services.core.contracts.identifiers import clock_id_of
from tests.unit.cast import cashier, head, officer, said
from tests.unit.deadlines.sentences import (
    BANK,
    C2,
    COMMUNE,
    CREDITOR,
    DEBTOR,
    K2,
    POLICE,
    PROCURACY,
    STATE,
    C,
    Clocks,
    J,
    K,
    M,
    R,
    S,
    X,
    at,
    coerced,
    court,
    decided,
    issued,
    made,
    moved,
    notified,
    on,
    opened,
    platform,
    priced,
    stopped,
)


def decision_of(clocks: Clocks) -> str:
    return next(iter(clocks.known.case.papers))


def bank(local: str) -> Context:
    return said(local, BANK, "HOLDER", "can-bo-nh")


def asked() -> Clocks:
    """A registry acknowledged a request about land: three working days, to 11 September."""
    clocks = opened()
    clocks.hear(made(information.Requested, R, holder_id=BANK), officer("2026-09-08 09:00"))
    acknowledged = made(
        information.Acknowledged, R, kinds=["LAND"], received_at=at("2026-09-08 10:05")
    )
    clocks.hear(acknowledged, bank("2026-09-08 10:05"))
    return clocks


ANSWERED = made(information.Answered, R, completeness="FULL")


def voluntary() -> Clocks:
    """The debtor was told of the decision: ten days, to 7 September."""
    clocks = opened()
    told = notified(decision_of(clocks), "DEBTOR", notice="ENFORCEMENT_DECISION")
    clocks.hear(told, officer("2026-08-27 09:40"))
    return clocks


# ---- in time and late


def test_what_was_done_in_time_stops_a_clock() -> None:
    clocks = asked()
    (fact,) = clocks.hear(ANSWERED, bank("2026-09-11 23:59"))
    assert isinstance(fact, deadline.Stopped)
    assert (fact.rule_id, fact.late, fact.due) == ("L-37-6", False, at("2026-09-12 00:00"))


def test_what_was_done_late_stops_it_and_says_so() -> None:
    clocks = asked()
    (fact,) = clocks.hear(ANSWERED, bank("2026-09-12 00:00"))
    assert isinstance(fact, deadline.Stopped)
    assert fact.late


def test_half_an_answer_stops_nothing() -> None:
    half = made(information.Answered, R, completeness="PARTIAL")
    assert asked().hear(half, bank("2026-09-09 09:00")) == []


def test_what_was_done_on_time_but_told_late_is_on_time() -> None:
    clocks = asked()
    context = replace(bank("2026-09-11 15:00"), accepted_at=at("2026-09-20 09:00"))
    (fact,) = clocks.hear(ANSWERED, context)
    assert isinstance(fact, deadline.Stopped)
    assert not fact.late


@pytest.mark.parametrize(
    ("answered", "late"), [("2026-09-10 11:00", False), ("2026-09-12 09:00", True)]
)
def test_what_was_done_before_it_was_told_that_a_clock_had_started_ends_it(
    answered: str,
    late: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The registry answers, and only then says when it had received the request."""
    clocks = opened()
    clocks.hear(made(information.Requested, R, holder_id=BANK), officer("2026-09-08 09:00"))
    clocks.hear(ANSWERED, bank(answered))
    received = at("2026-09-08 10:05")
    acknowledged = made(information.Acknowledged, R, kinds=["LAND"], received_at=received)
    context = replace(bank("2026-09-08 10:05"), accepted_at=at("2026-09-14 09:00"))
    begun, end = clocks.hear(acknowledged, context)
    assert isinstance(begun, deadline.Started)
    assert isinstance(end, deadline.Stopped)
    assert (begun.rule_id, end.clock_id, end.late) == ("L-37-6", begun.clock_id, late)


def test_a_ground_told_after_the_decision_it_calls_for_calls_for_nothing_more() -> None:
    clocks = opened()
    clocks.hear(made(case.Suspended, C, basis="OWN"), head("2026-09-10 09:00"))
    ground = made(case.GroundFound, C, calls_for=["SUSPEND"], arose_on=on("2026-09-08"))
    context = replace(officer("2026-09-08 09:00"), accepted_at=at("2026-09-21 09:00"))
    assert stopped(clocks.hear(ground, context)) == ["L-47-1"]


def test_a_complaint_told_to_be_accepted_after_it_was_decided_is_decided() -> None:
    clocks = opened()
    clocks.hear(made(complaint.Decided, X, level="1", act_kind="a"), head("2026-09-22 09:00"))
    accepted = made(complaint.Accepted, X, level="1", act_kind="a", accepted_on=on("2026-09-14"))
    context = replace(head("2026-09-14 09:00"), accepted_at=at("2026-10-21 09:00"))
    assert stopped(clocks.hear(accepted, context)) == ["L-102-1"]


def test_a_court_told_to_be_asked_after_it_explained_has_explained() -> None:
    clocks = opened()
    part = f"{J}.q1"
    clocks.hear(made(judgment.Clarified, part), court("2026-09-22 09:00"))
    asked_for = made(judgment.ClarificationRequested, part, received_on=on("2026-09-14"))
    context = replace(head("2026-09-14 09:00"), accepted_at=at("2026-10-21 09:00"))
    assert stopped(clocks.hear(asked_for, context)) == ["L-13-1"]


def test_what_lapses_by_law_lapses_when_the_case_does_however_late_that_is_told() -> None:
    clocks = opened()
    clocks.hear(made(measure.Ordered, M, kind="BLOCK"), officer("2026-09-08 09:00"))
    told = replace(head("2026-09-14 09:00"), accepted_at=at("2026-09-21 09:00"))
    clocks.hear(made(case.Terminated, C, items=[1]), told)
    facts = clocks.hear(made(measure.Lifted, M, ground="BY_LAW"), told)
    late = {fact.rule_id: fact.late for fact in facts if isinstance(fact, deadline.Stopped)}
    assert late["L-95-4"] is False


def test_the_decision_of_the_office_entrusted_ends_its_time_though_it_opens_a_case_of_its_own() -> (
    None
):
    clocks = opened()
    received = made(
        case.EntrustmentReceived, C, kind="CASE", received_on=on("2026-09-08"), provisional=False
    )
    clocks.hear(received, head("2026-09-08 09:00"))
    assert stopped(clocks.hear(decided(f"{J}.c9"), head("2026-09-09 09:00"))) == []
    carried_on = decided(f"{J}.c10", previous_case_id=C)
    assert stopped(clocks.hear(carried_on, head("2026-09-10 09:00"))) == ["L-49-3"]


def test_a_second_complaint_ends_the_time_for_it_though_it_has_an_id_of_its_own() -> None:
    clocks = opened()
    told = made(complaint.Notified, X, notice="DECISION", level="1", valid_on=on("2026-09-08"))
    clocks.hear(told, head("2026-09-08 09:00"))
    other = made(complaint.Filed, f"{C}.x8", level="2", first_complaint_id=f"{C}.x7")
    assert stopped(clocks.hear(other, head("2026-09-09 09:00"))) == []
    second = made(complaint.Filed, f"{C}.x9", level="2", first_complaint_id=X)
    assert stopped(clocks.hear(second, head("2026-09-10 09:00"))) == ["L-96-4"]


def test_an_act_counts_when_it_was_accepted_unless_its_paper_proves_it_was_done() -> None:
    def found(**fields: Any) -> bool:
        clocks = opened()
        clocks.hear(
            made(case.GroundFound, C, calls_for=["SUSPEND"], arose_on=on("2026-09-08")),
            officer("2026-09-08 09:00"),
        )
        context = replace(head("2026-09-14 09:00"), accepted_at=at("2026-09-20 09:00"))
        fact = clocks.hear(made(case.Suspended, C, **fields), context)[0]
        assert isinstance(fact, deadline.Stopped)
        return fact.late

    assert found()
    assert not found(already_done=True)


def test_at_once_is_late_after_the_alarm_and_not_after_the_moment() -> None:
    for hour, late in (("16:59", False), ("17:00", True)):
        clocks = opened()
        clocks.hear(made(measure.Ordered, M, kind="BLOCK"), officer("2026-09-08 16:10"))
        told = made(measure.Notified, M, as_="HOLDER", document_event_id="x")
        facts = clocks.hear(told, officer(f"2026-09-08 {hour}"))
        assert [fact.late for fact in facts if isinstance(fact, deadline.Stopped)] == [late]


def test_a_late_proof_withdraws_openly_what_was_said_of_a_duty() -> None:
    clocks = asked()
    (overdue,) = clocks.say(clocks.overdue("L-37-6"), platform("2026-09-12 00:00"))
    assert isinstance(overdue, deadline.Overdue)
    said_id = clocks.clock("L-37-6").said
    (fact,) = clocks.hear(ANSWERED, bank("2026-09-11 15:00"))
    assert isinstance(fact, deadline.Withdrawn)
    assert fact.withdrawn_event_id == said_id
    assert clocks.clock("L-37-6").state == "WITHDRAWN"


def test_what_is_done_after_it_was_said_to_be_overdue_stops_it_late() -> None:
    clocks = asked()
    clocks.say(clocks.overdue("L-37-6"), platform("2026-09-12 00:00"))
    (fact,) = clocks.hear(ANSWERED, bank("2026-09-14 09:00"))
    assert isinstance(fact, deadline.Stopped)
    assert fact.late
    assert clocks.hear(ANSWERED, bank("2026-09-14 10:00")) == []


def test_with_the_end_of_a_period_fall_the_clocks_that_followed_on_it() -> None:
    clocks = voluntary()
    clocks.say(clocks.expired("L-36-1"), platform("2026-09-08 00:00"))
    assert clocks.clock("L-37-1").state == "RUNNING"
    paid = made(payment.Collected, C, amount=100, costs=0, source="VOLUNTARY")
    facts = clocks.hear(paid, cashier("2026-09-07 15:00"))
    assert [type(fact) for fact in facts[:2]] == [deadline.Withdrawn, deadline.Cancelled]
    assert clocks.clock("L-36-1").state == "WITHDRAWN"
    assert clocks.clock("L-37-1").state == "CANCELLED"


def test_a_chain_of_clocks_falls_as_a_whole() -> None:
    clocks = opened()
    clocks.hear(
        notified(priced(clocks), "DEBTOR", notice="PRICE", valid_on=on("2026-10-28")),
        officer("2026-10-28 09:00"),
    )
    clocks.say(clocks.expired("L-82-2"), platform("2026-11-05 00:00"))
    clocks.say(clocks.overdue("L-83-5"), platform("2026-11-12 00:00"))
    assert clocks.clock("L-83-7").state == "RUNNING"
    asked = made(sale.RevaluationRequested, S, received_on=on("2026-11-04"))
    clocks.hear(asked, said("2026-11-04 16:00", "cong-thads", "PARTY"))
    states = {rule: clocks.clock(rule).state for rule in ("L-82-2", "L-83-5", "L-83-7")}
    assert states == {"L-82-2": "WITHDRAWN", "L-83-5": "CANCELLED", "L-83-7": "CANCELLED"}


def test_a_period_that_is_over_is_not_ended_by_what_comes_later() -> None:
    clocks = voluntary()
    done = made(case.Performed, C)
    assert stopped(clocks.hear(done, officer("2026-09-08 09:00"))) == []
    assert clocks.hear(moved("COMPLETED"), officer("2026-09-08 09:30")) == []
    clocks.say(clocks.expired("L-36-1"), platform("2026-09-08 10:00"))
    assert clocks.clock("L-36-1").state == "EXPIRED"
    assert stopped(clocks.hear(done, officer("2026-09-09 09:00"))) == []


# ---- the right part, paper and person


def test_what_is_done_in_another_case_ends_nothing_here() -> None:
    clocks = opened()
    context = officer("2026-09-08 09:00")
    clocks.hear(made(case.GroundFound, C, calls_for=["SUSPEND"]), context)
    assert clocks.hear(made(case.Suspended, C2), head("2026-09-09 09:00"))[0].TYPE.endswith(
        "started"
    )
    assert clocks.clock("L-47-1").state == "RUNNING"


def test_what_is_done_to_a_part_of_the_case_ends_a_clock_of_the_case_and_the_reverse() -> None:
    clocks = opened()
    clocks.hear(made(case.GroundFound, C, calls_for=["LIFT_SEIZURE"]), officer("2026-09-08 09:00"))
    assert "L-95-2" in stopped(clocks.hear(made(coercion.Lifted, K), officer("2026-09-09 09:00")))
    clocks.hear(made(information.Requested, R), officer("2026-09-10 09:00"))
    clocks.hear(moved("COMPLETED"), officer("2026-09-10 10:00"))
    assert clocks.clock("K-SILENCE").state == "CANCELLED"


def test_a_notice_ends_the_clock_of_the_paper_it_names() -> None:
    clocks = opened()
    other = coerced(clocks)
    to_procuracy = notified(other, "PROCURACY", notice="COERCION_DECISION")
    assert stopped(clocks.hear(to_procuracy, officer("2026-09-17 14:00"))) == ["L-35-2"]
    assert clocks.clock("L-35-2", C).state == "RUNNING"
    assert clocks.clock("L-35-2", K).state == "STOPPED"


def test_the_notice_of_one_plan_ends_nothing_of_another() -> None:
    clocks = opened()
    plan = head("2026-09-29 09:00")
    for part, context in ((K, head("2026-09-28 09:00")), (K2, plan)):
        coerced(clocks, part)
        clocks.hear(made(coercion.Scheduled, part, starts_at=at("2026-10-14 08:00")), context)
    told = notified(plan.id, "DEBTOR", notice="COST_NOTICE")
    assert stopped(clocks.hear(told, officer("2026-10-06 09:10"))) == ["L-72-5"]
    assert clocks.clock("L-72-5", K).state == "RUNNING"


def test_only_an_addressee_himself_acknowledges_for_himself() -> None:
    clocks = opened()
    sent = officer("2026-09-29 09:05")
    clocks.hear(made(coercion.PlanSent, K, addressees=[POLICE, COMMUNE]), sent)
    got = made(coercion.PlanAcknowledged, K)
    (fact,) = clocks.hear(got, said("2026-09-29 10:10", POLICE, "POLICE", "dao-van-em"))
    assert fact.clock_id == clock_id_of(sent.id, "K-ACK", POLICE)
    (other,) = clocks.hear(made(coercion.Postponed, K), officer("2026-09-29 11:00"))
    assert other.clock_id == clock_id_of(sent.id, "K-ACK", COMMUNE)


# ---- the last who must be told


def test_a_decision_is_notified_when_the_last_party_has_it() -> None:
    clocks = opened()
    paper = decision_of(clocks)
    told = notified(paper, "DEBTOR", notice="ENFORCEMENT_DECISION")
    assert "L-35-1" not in stopped(clocks.hear(told, officer("2026-08-25 09:40")))
    assert "L-35-1" not in stopped(clocks.hear(told, officer("2026-08-25 15:00")))
    last = notified(paper, "CREDITOR", notice="ENFORCEMENT_DECISION")
    assert stopped(clocks.hear(last, officer("2026-08-26 15:00"))) == ["L-35-1"]


def test_the_state_need_not_be_told_what_it_is_owed() -> None:
    clocks = Clocks()
    clocks.hear(issued(), court("2026-08-03 09:00"))
    context = head("2026-08-24 09:00")
    clocks.hear(decided(items=[2], initiative="EX_OFFICIO"), context)
    told = notified(context.id, "DEBTOR", notice="ENFORCEMENT_DECISION")
    assert STATE not in {each.creditor for each in clocks.known.judgment.items.values()}
    assert "L-35-1" in stopped(clocks.hear(told, officer("2026-08-27 09:40")))


def test_the_last_notice_is_late_even_if_an_earlier_one_is_told_after_it() -> None:
    clocks = opened()
    paper = decision_of(clocks)
    clocks.hear(notified(paper, "CREDITOR"), officer("2026-08-28 09:00"))
    facts = clocks.hear(notified(paper, "DEBTOR"), officer("2026-08-25 09:00"))
    assert [fact.late for fact in facts if isinstance(fact, deadline.Stopped)] == [True]


def test_of_a_seizure_debtor_commune_and_procuracy_must_be_told() -> None:
    clocks = opened()
    coerced(clocks)
    plan = head("2026-09-29 09:00")
    hour = made(
        coercion.Scheduled,
        K,
        starts_at=at("2026-10-14 08:00"),
        real_estate=True,
        commune_id=COMMUNE,
        addressees=[PROCURACY, COMMUNE, POLICE],
    )
    clocks.hear(hour, plan)
    for as_ in ("PROCURACY", "COMMUNE"):
        told = notified(plan.id, as_, notice="SEIZURE_NOTICE")
        assert stopped(clocks.hear(told, officer("2026-10-06 08:40"))) == []
    costs = notified(plan.id, "DEBTOR", notice="COST_NOTICE")
    assert stopped(clocks.hear(costs, officer("2026-10-06 08:50"))) == ["L-72-5"]
    last = notified(plan.id, "DEBTOR", notice="SEIZURE_NOTICE")
    assert stopped(clocks.hear(last, officer("2026-10-06 09:00"))) == ["L-80-1"]


# ---- money


def test_the_voluntary_period_ends_when_all_is_paid_costs_apart() -> None:
    clocks = voluntary()
    part = made(payment.Collected, C, amount=60, costs=10, source="VOLUNTARY")
    assert "L-36-1" not in stopped(clocks.hear(part, cashier("2026-09-01 14:00")))
    rest = made(payment.Collected, C, amount=50, costs=0, source="VOLUNTARY")
    assert "L-36-1" in stopped(clocks.hear(rest, cashier("2026-09-02 14:00")))


def performed(amount: int | None, items: tuple[int, ...] = (1,)) -> case.Performed:
    return made(case.Performed, C, items=list(items), amount=amount, performed_on=on("2026-09-01"))


def test_the_voluntary_period_goes_on_after_a_part_is_performed_and_runs_out() -> None:
    clocks = voluntary()
    assert "L-36-1" not in stopped(clocks.hear(performed(10), officer("2026-09-01 14:00")))
    clocks.say(clocks.expired("L-36-1"), platform("2026-09-08 00:00"))
    assert clocks.clock("L-36-1").state == "EXPIRED"
    assert clocks.clock("L-37-1").state == "RUNNING"


def test_the_voluntary_period_ends_when_the_last_part_is_performed() -> None:
    clocks = voluntary()
    clocks.hear(performed(10), officer("2026-09-01 14:00"))
    paid = made(payment.Collected, C, amount=60, costs=0, source="VOLUNTARY")
    assert "L-36-1" not in stopped(clocks.hear(paid, cashier("2026-09-02 09:00")))
    assert "L-36-1" in stopped(clocks.hear(performed(30), officer("2026-09-02 14:00")))


def test_the_voluntary_period_goes_on_while_an_act_of_the_same_case_is_not_done() -> None:
    clocks = opened(Item(3, "ACT", "ON_REQUEST", CREDITOR, DEBTOR))
    told = notified(decision_of(clocks), "DEBTOR", notice="ENFORCEMENT_DECISION")
    clocks.hear(told, officer("2026-08-27 09:40"))
    assert "L-36-1" not in stopped(clocks.hear(performed(100), officer("2026-09-01 14:00")))
    assert "L-36-1" in stopped(clocks.hear(performed(None, (3,)), officer("2026-09-02 14:00")))


def test_a_collection_is_paid_out_when_nothing_of_it_is_left() -> None:
    clocks = opened()
    first, second = cashier("2026-09-01 14:00"), cashier("2026-09-02 14:00")
    clocks.hear(made(payment.Collected, C, amount=60, costs=0), first)
    clocks.hear(made(payment.Collected, C, amount=45, costs=5), second)

    def paid(amount: int, fee: int, purpose: payment.PaidOutPurpose) -> set[str]:
        out = made(payment.PaidOut, C, amount=amount, fee=fee, purpose=purpose)
        facts = clocks.hear(out, cashier("2026-09-03 14:00"))
        return {fact.cause_event_id for fact in facts if isinstance(fact, deadline.Stopped)}

    assert paid(50, 0, "CREDITOR") == set()
    assert paid(10, 0, "ADVANCED_COSTS") == set()
    assert paid(8, 2, "CREDITOR") == {first.id}
    assert paid(39, 0, "CREDITOR") == set()
    assert paid(1, 0, "REFUND") == {second.id}


def test_what_was_collected_for_a_thing_handed_over_must_be_paid_out() -> None:
    clocks = opened()
    clocks.hear(made(payment.Collected, C, amount=60, costs=0), cashier("2026-11-20 14:00"))
    handed = officer("2026-11-25 14:00")
    clocks.hear(made(sale.HandedOver, S), handed)
    out = made(payment.PaidOut, C, amount=60, fee=0, purpose="CREDITOR")
    assert stopped(clocks.hear(out, cashier("2026-11-26 09:00"))) == ["L-54-1", "L-54-1"]


# ---- the case ends


@pytest.mark.parametrize("state", ["DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"])
def test_clocks_fall_with_their_case_save_those_that_outlive_it(state: str) -> None:
    clocks = opened()
    clocks.hear(made(information.Requested, R), officer("2026-09-08 09:00"))
    clocks.hear(
        made(complaint.Filed, X, level="1"), said("2026-09-08 10:00", "cong-thads", "PARTY")
    )
    facts = clocks.hear(moved(state, cause="the decision"), head("2026-09-08 11:00"))
    assert [(type(fact), fact.rule_id) for fact in facts] == [(deadline.Cancelled, "K-SILENCE")]
    assert [fact.by_event_id for fact in facts if isinstance(fact, deadline.Cancelled)] == [
        "the decision"
    ]
    states = {clock.rule: clock.state for clock in clocks.known.deadline.values()}
    assert states == {
        "L-35-1": "RUNNING",
        "L-35-2": "RUNNING",
        "K-SILENCE": "CANCELLED",
        "L-104-1": "RUNNING",
    }


def test_a_case_that_goes_on_and_clocks_of_others_are_left_alone() -> None:
    clocks = opened()
    clocks.hear(made(information.Requested, R), officer("2026-09-08 09:00"))
    assert clocks.hear(moved("POSTPONED"), head("2026-09-08 11:00")) == []
    assert clocks.hear(moved("COMPLETED", C2), head("2026-09-08 11:00")) == []


# ---- topics keep no order between them


def test_a_clock_whose_end_was_heard_before_its_start_starts_and_stops_at_once() -> None:
    clocks = opened()
    decision = officer("2026-09-17 09:00")
    last = officer("2026-09-17 15:00")
    for as_, hour in (("DEBTOR", "14:00"), ("CREDITOR", ""), ("PROCURACY", "16:00")):
        told = notified(decision.id, as_, notice="COERCION_DECISION")  # type: ignore[arg-type]
        clocks.hear(told, officer(f"2026-09-17 {hour}") if hour else last)
    facts = clocks.hear(made(coercion.Decided, K), decision)
    assert [(type(fact).__name__, fact.rule_id) for fact in facts] == [
        ("Started", "L-35-1"),
        ("Stopped", "L-35-1"),
        ("Started", "L-35-2"),
        ("Stopped", "L-35-2"),
    ]
    assert isinstance(facts[1], deadline.Stopped)
    assert facts[1].by_event_id == last.id, "the notice to the last of them"


def test_what_was_done_before_a_clock_started_does_not_end_it() -> None:
    clocks = opened()
    clocks.hear(made(coercion.Decided, K2), officer("2026-09-10 09:00"))
    clocks.hear(made(measure.Ordered, M), officer("2026-09-11 09:00"))
    found = made(case.Verified, C, finding="CONDITIONS_FOUND")
    facts = clocks.hear(found, officer("2026-09-15 09:00"))
    assert [(type(fact).__name__, fact.rule_id) for fact in facts] == [("Started", "L-66-2")]


def test_a_notice_heard_before_its_paper_starts_its_clock_when_the_paper_is_known() -> None:
    clocks = opened()
    decision, notice = officer("2026-09-17 09:00"), officer("2026-09-18 08:30")
    told = notified(decision.id, "HOLDER", notice="COERCION_DECISION")
    assert clocks.hear(told, notice) == []
    clocks.hear(made(coercion.Decided, K, kind="ACCOUNT"), decision)
    clock = clocks.clock("L-73-1")
    assert (clock.cause, clock.watched, clock.due) == (notice.id, K, at("2026-09-18 08:30"))


def test_who_must_be_told_is_asked_again_when_the_judgment_is_known() -> None:
    clocks = Clocks()
    context = head("2026-08-24 09:30")
    clocks.hear(decided(), context)
    for as_ in ("DEBTOR", "CREDITOR"):
        told = notified(context.id, as_, notice="OTHER_DECISION")
        assert stopped(clocks.hear(told, officer("2026-08-25 09:40"))) == []
    assert stopped(clocks.hear(issued(), court("2026-08-03 09:00"))) == ["L-35-1"]


def test_parties_are_the_debtor_and_whom_he_owes() -> None:
    assert opened().known.parties(K) == {DEBTOR, CREDITOR}
    assert opened().known.parties(J) == set()
