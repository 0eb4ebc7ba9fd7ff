"""When clocks start, of what, from when they count, and by which law."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.days import VIET_NAM, day_of
from services.core.contracts.events import (
    case,
    coercion,
    complaint,
    deadline,
    judgment,
    measure,
    payment,
    sale,
)
from services.core.contracts.identifiers import clock_id_of
from tests.unit.cast import cashier, head, officer, said
from tests.unit.deadlines.sentences import (
    BANK,
    C2,
    COMMUNE,
    POLICE,
    PROCURACY,
    C,
    Clocks,
    J,
    K,
    M,
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
    started,
    stopped,
)


def voluntary(valid_on: str, local: str) -> Clocks:
    """Let the debtor be told of the decision to enforce."""
    clocks = opened()
    decision = next(iter(clocks.known.case.papers))
    clocks.hear(
        notified(decision, "DEBTOR", notice="ENFORCEMENT_DECISION", valid_on=on(valid_on)),
        officer(local),
    )
    return clocks


def test_a_clock_is_named_by_its_cause_and_its_rule() -> None:
    clocks = opened()
    decision = next(iter(clocks.known.case.papers))
    assert clocks.id_of("L-35-1") == clock_id_of(decision, "L-35-1")
    assert clocks.clock("L-35-1").cause == decision


def test_a_clock_counts_from_the_day_named_and_not_from_the_day_it_is_told() -> None:
    told_late = voluntary("2026-08-27", "2026-09-01 09:00").clock("L-36-1")
    assert day_of(told_late.start) == on("2026-08-27")
    assert told_late.due == voluntary("2026-08-27", "2026-08-27 09:40").clock("L-36-1").due
    assert told_late.due == at("2026-09-08 00:00")  # ten days end on Sunday, so on Monday


def test_an_act_at_midnight_belongs_to_the_day_that_begins() -> None:
    clock = voluntary("2026-08-27", "2026-08-27 00:00").clock("L-36-1")
    assert clock.due == at("2026-09-08 00:00")
    clocks = opened()
    facts = clocks.hear(
        made(case.PostponementDemanded, C, received_at=at("2026-09-08 00:00")),
        court("2026-09-08 00:00"),
    )
    assert started(facts) == ["L-46-2"]
    assert day_of(clocks.clock("L-46-2").start) == on("2026-09-08")


def test_what_follows_on_the_end_of_a_clock_counts_from_the_day_that_ended_with_it() -> None:
    clocks = voluntary("2026-08-27", "2026-08-27 09:40")
    clocks.say(clocks.expired("L-36-1"), said("2026-09-08 00:00", "platform", "PLATFORM"))
    assert clocks.clock("L-37-1").start == at("2026-09-08 00:00")
    assert clocks.clock("L-37-1").due == at("2026-09-17 00:00")  # nine days after the 7th


def test_at_once_is_due_at_its_start_and_alarmed_when_the_day_of_work_ends() -> None:
    clocks = opened()
    clocks.hear(made(measure.Ordered, M, kind="BLOCK"), officer("2026-09-08 16:10"))
    clock = clocks.clock("L-67-1")
    assert (clock.due, clock.alarm_at) == (at("2026-09-08 16:10"), at("2026-09-08 17:00"))
    clocks = opened()
    clocks.hear(made(measure.Ordered, M, kind="BLOCK"), officer("2026-09-11 17:30"))
    assert clocks.clock("L-67-1").alarm_at == at("2026-09-14 17:00")  # Friday evening


def test_at_once_after_a_day_without_hour_means_after_that_day() -> None:
    clocks = opened()
    money = made(payment.Collected, C, costs_advanced=True, costs=0, collected_on=on("2026-09-09"))
    clocks.hear(money, cashier("2026-09-10 09:00"))
    clock = clocks.clock("L-53-1")
    assert clock.due is not None
    assert day_of(clock.due) == on("2026-09-09")
    assert clock.alarm_at == at("2026-09-10 17:00")


def test_a_clock_without_a_number_is_never_due() -> None:
    clocks = opened()
    clocks.hear(made(case.DeclaredUnenforceable, C), head("2026-10-26 09:00"))
    clock = clocks.clock("L-38-2")
    assert (clock.due, clock.alarm_at, clock.state) == (None, None, "RUNNING")


def test_a_lead_is_due_so_many_working_days_before_the_hour() -> None:
    clocks = opened()
    coerced(clocks, kind="SEIZURE")
    clocks.hear(
        made(coercion.Scheduled, K, starts_at=at("2026-10-14 08:00"), real_estate=True),
        head("2026-09-29 09:00"),
    )
    assert clocks.clock("L-72-5").due == at("2026-10-10 00:00")
    assert clocks.clock("L-80-1").due == at("2026-10-09 00:00")


def test_a_clock_keeps_the_law_of_the_day_on_which_it_started() -> None:
    old = voluntary("2026-06-29", "2026-06-29 09:00").clock("L-36-1")
    assert (old.version, old.due) == ("R2015", at("2026-07-10 00:00"))
    clocks = opened()
    clocks.hear(
        made(judgment.ClarificationRequested, f"{J}.q1", received_on=on("2026-06-29")),
        head("2026-06-29 09:00"),
    )
    assert clocks.clock("L-13-1").due == at("2026-07-15 00:00")  # 15 days under the old law
    clocks.hear(
        made(judgment.ClarificationRequested, f"{J}.q2", received_on=on("2026-07-01")),
        head("2026-07-01 09:00"),
    )
    new = clocks.clock("L-13-1", f"{J}.q2")
    assert (new.version, new.due) == ("R2026", at("2026-08-01 00:00"))  # and 30 under the new


def test_a_case_that_ended_under_the_old_law_stays_under_it() -> None:
    clocks = opened()
    clocks.hear(moved("TERMINATED"), head("2026-06-30 09:00"))
    clocks.hear(
        made(complaint.Accepted, X, level="1", act_kind="c", accepted_on=on("2026-07-06")),
        head("2026-07-06 09:00"),
    )
    assert clocks.clock("L-102-4").version == "R2015"


def test_some_clocks_start_by_another_fact_under_the_old_law() -> None:
    clocks = opened()
    coerced(clocks)
    asked = made(coercion.ProtectionRequested, K, police_id=POLICE)
    hour = made(
        coercion.Scheduled,
        K,
        starts_at=at("2026-12-14 08:00"),
        police_id=POLICE,
        force_mobilised=True,
    )
    unarmed = replace(hour, force_mobilised=False)
    assert "L-72-3" not in started(clocks.hear(asked, officer("2026-06-10 09:00")))
    assert "L-72-3" not in started(clocks.hear(unarmed, head("2026-06-10 10:00")))
    assert "L-72-3" in started(clocks.hear(hour, head("2026-06-11 09:00")))
    clocks = opened()
    coerced(clocks)
    assert "L-72-3" in started(clocks.hear(asked, officer("2026-09-18 09:00")))
    assert "L-72-3" not in started(clocks.hear(hour, head("2026-09-29 09:00")))


def test_a_complaint_after_coercion_is_resolved_in_a_time_of_its_own_under_the_old_law() -> None:
    for day, rules in (("2026-06-10", ["O-146-1/d-first"]), ("2026-09-10", [])):
        clocks = opened()
        accepted = made(complaint.Accepted, X, level="1", act_kind="d", accepted_on=on(day))
        assert started(clocks.hear(accepted, head(f"{day} 09:00"))) == rules


def test_a_clock_that_the_law_of_the_day_does_not_know_does_not_start() -> None:
    declared = made(case.DeclaredUnenforceable, C, cycle="YEAR")
    assert "L-38-7" in started(opened().hear(declared, head("2026-10-26 09:00")))
    assert "L-38-7" not in started(opened().hear(declared, head("2026-06-26 09:00")))


def test_each_addressee_has_a_clock_of_his_own() -> None:
    clocks = opened()
    coerced(clocks)
    sent = officer("2026-09-29 09:05")
    whom = [PROCURACY, COMMUNE, POLICE, POLICE]
    facts = clocks.hear(made(coercion.PlanSent, K, addressees=whom), sent)
    assert started(facts) == ["K-ACK"] * 3
    mine = clocks.known.deadline[clock_id_of(sent.id, "K-ACK", POLICE)]
    assert (mine.addressee, mine.responsible) == (POLICE, POLICE)


def test_a_clock_about_a_paper_watches_what_the_paper_is_about() -> None:
    clocks = opened()
    clocks.hear(notified(priced(clocks), "DEBTOR", notice="PRICE"), officer("2026-10-28 09:00"))
    assert clocks.clock("L-82-2").watched == S


def test_of_a_decision_told_twice_the_first_notice_counts() -> None:
    clocks = opened()
    paper = coerced(clocks, kind="ACCOUNT", holder_id=BANK)
    told = notified(paper, "HOLDER", notice="COERCION_DECISION")
    assert started(clocks.hear(told, officer("2026-09-18 08:30"))) == ["L-73-1"]
    assert started(clocks.hear(told, officer("2026-09-21 08:30"))) == []


def test_each_party_may_ask_for_a_new_valuation_from_the_first_notice_to_himself() -> None:
    clocks = opened()
    price = priced(clocks)
    parties: tuple[tuple[case.NotifiedAs, str, str], ...] = (
        ("DEBTOR", "2026-10-28", "2026-11-05 00:00"),
        ("CREDITOR", "2026-10-30", "2026-11-07 00:00"),
    )
    for whom, day, due in parties:
        told = notified(price, whom, notice="PRICE", valid_on=on(day))
        (start,) = clocks.hear(told, officer(f"{day} 09:00"))
        assert isinstance(start, deadline.Started)
        assert (start.rule_id, start.due) == ("L-82-2", at(due))
        assert clocks.hear(told, officer(f"{day} 11:00")) == []


@pytest.mark.parametrize(("rule", "movable"), [("L-83-1", None), ("L-83-2", True)])
def test_each_buyer_with_priority_counts_from_his_own_notice(
    rule: str,
    movable: bool | None,  # noqa: FBT001  a value of the payload
) -> None:
    clocks = opened()
    price = priced(clocks)
    dues = set()
    for buyer, day in (("b1", "2026-10-28"), ("b2", "2026-10-30")):
        told = notified(
            price,
            "PRIORITY",
            addressee=buyer,
            notice="PRIORITY_RIGHT",
            valid_on=on(day),
            movable=movable,
        )
        facts = clocks.hear(told, officer(f"{day} 09:00"))
        assert started(facts) == [rule]
        dues |= {each.due for each in facts if isinstance(each, deadline.Started)}
    assert len(dues) == 2


def told_of_the_price(*notices: tuple[case.NotifiedAs, str]) -> tuple[Clocks, list[str]]:
    """Let parties be told of a price; return the clocks by the order of the notices."""
    clocks = opened()
    price = priced(clocks)
    ids = []
    for whom, day in notices:
        told = notified(price, whom, notice="PRICE", valid_on=on(day))
        (start,) = clocks.hear(told, officer(f"{day} 09:00"))
        assert isinstance(start, deadline.Started)
        ids.append(start.clock_id)
    return clocks, ids


def over(clocks: Clocks, id_: str) -> list[str]:
    """Say that a clock ran out, and return the rules of the clocks that this starts."""
    clock = clocks.known.deadline[id_]
    assert clock.due
    claim = deadline.Expired(S, id_, clock.rule, clock.cause, clock.due)
    local = clock.due.astimezone(VIET_NAM).strftime("%Y-%m-%d %H:%M")
    return started(clocks.say(claim, platform(local)))


def test_an_auction_is_to_be_contracted_once_the_last_party_may_ask_no_more() -> None:
    clocks, (debtor, creditor) = told_of_the_price(
        ("DEBTOR", "2026-10-28"), ("CREDITOR", "2026-10-30")
    )
    assert over(clocks, debtor) == []
    assert over(clocks, creditor) == ["L-83-5"]
    assert clocks.clock("L-83-5").due == at("2026-11-14 00:00")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_periods_that_end_at_one_moment_the_first_begun_is_what_an_auction_follows(
    order: tuple[int, int],
) -> None:
    clocks, ids = told_of_the_price(("DEBTOR", "2026-10-30"), ("CREDITOR", "2026-10-31"))
    assert len({clocks.known.deadline[id_].due for id_ in ids}) == 1, "a Saturday"
    found = [over(clocks, ids[place]) for place in order]
    assert sorted(found) == [[], ["L-83-5"]]
    assert found[order.index(0)] == ["L-83-5"]


def test_an_auction_contracted_before_the_ends_of_two_periods_are_heard_was_to_be_once() -> None:
    clocks, ids = told_of_the_price(("DEBTOR", "2026-10-30"), ("CREDITOR", "2026-10-31"))
    contracted = made(sale.AuctionContracted, S, signed_on=on("2026-11-09"))
    clocks.hear(contracted, officer("2026-11-09 09:00"))
    assert [over(clocks, id_) for id_ in ids] == [["L-83-5"], []]
    assert clocks.clock("L-83-5").state == "STOPPED"


def test_a_party_told_after_an_auction_was_to_be_contracted_may_still_ask_first() -> None:
    clocks, (debtor,) = told_of_the_price(("DEBTOR", "2026-10-28"))
    (price,) = clocks.known.sale.prices
    assert over(clocks, debtor) == ["L-83-5"]
    again = notified(price, "DEBTOR", notice="PRICE", valid_on=on("2026-11-09"))
    assert clocks.hear(again, officer("2026-11-09 09:00")) == [], "he was told before"
    told = notified(price, "CREDITOR", notice="PRICE", valid_on=on("2026-11-09"))
    facts = clocks.hear(told, officer("2026-11-09 10:00"))
    assert (stopped(facts), started(facts)) == (["L-83-5"], ["L-82-2"])
    (creditor,) = [each.clock_id for each in facts if isinstance(each, deadline.Started)]
    assert over(clocks, creditor) == ["L-83-5"]


def test_a_fact_of_the_judgment_starts_a_clock_for_each_case_it_concerns() -> None:
    clocks = Clocks()
    clocks.hear(issued(), court("2026-08-03 09:00"))
    for id_ in (C, C2):
        asked = made(case.Requested, id_, items=[1])
        assert started(clocks.hear(asked, head("2026-08-10 09:00"))) == ["L-34-4"]
    clocks.hear(moved("REQUESTED", C), head("2026-08-10 09:00"))
    clocks.hear(moved("DECIDED", C2), head("2026-08-11 09:00"))
    received = head("2026-08-18 10:00")
    fact = made(judgment.Received, J, received_on=on("2026-08-18"))
    clocks.hear(fact, received)
    clock = clocks.clock("L-34-2")
    assert (clock.watched, clock.cause) == (C, received.id)
    assert clocks.id_of("L-34-2") == clock_id_of(received.id, "L-34-2", C)
    clocks.hear(decided(), head("2026-08-24 09:00"))
    assert clocks.clock("L-34-2").state == "STOPPED"


def test_a_clock_that_needs_two_things_counts_from_the_later() -> None:
    clocks = Clocks()
    clocks.hear(issued(), court("2026-08-03 09:00"))
    clocks.hear(made(judgment.Received, J, received_on=on("2026-08-18")), head("2026-08-18 10:00"))
    early = made(case.Requested, C, received_on=on("2026-08-14"))
    clocks.hear(early, head("2026-08-19 09:00"))
    assert day_of(clocks.clock("L-34-2").start) == on("2026-08-18")
    assert day_of(clocks.clock("L-34-4").start) == on("2026-08-14")
    late = made(case.Requested, C2, received_on=on("2026-08-20"))
    clocks.hear(late, head("2026-08-20 09:00"))
    assert day_of(clocks.clock("L-34-2", C2).start) == on("2026-08-20")


def test_coercion_after_security_is_due_after_the_voluntary_period_at_the_earliest() -> None:
    clocks = voluntary("2026-09-10", "2026-09-10 09:00")  # it ends on 21 September, a Monday
    clocks.hear(made(measure.Ordered, M), officer("2026-09-11 09:00"))
    found = made(case.Verified, C, finding="CONDITIONS_FOUND", verified_on=on("2026-09-14"))
    clocks.hear(found, officer("2026-09-14 10:00"))
    assert clocks.clock("L-66-2").start == clocks.clock("L-36-1").due == at("2026-09-22 00:00")
    assert clocks.clock("L-66-2").due == at("2026-10-02 00:00")


@pytest.mark.parametrize(
    ("event", "rule", "agency"),
    [
        (made(judgment.ClarificationRequested, f"{J}.q1"), "L-13-1", "toa-da-nang"),
        (made(case.GroundFound, C, calls_for=["SUSPEND"]), "L-47-1", "thads-da-nang"),
        (made(case.NewInformationReceived, C, about="CONDITIONS"), "L-38-3", "thads-khu-vuc-3"),
        (made(payment.Collected, C, costs=0), "L-54-1", "thads-da-nang"),
        (made(coercion.ProtectionRequested, K, police_id=POLICE), "L-72-3", POLICE),
        (made(complaint.Filed, X, level="2"), "L-104-2", "cuc-quan-ly-thads"),
    ],
)
def test_a_clock_names_the_agency_that_must_act(event: Any, rule: str, agency: str) -> None:
    clocks = opened()
    clocks.hear(event, officer("2026-09-18 10:00"))
    assert clocks.clock(rule).responsible == agency


def test_a_holder_who_is_told_must_act() -> None:
    clocks = opened()
    paper = coerced(clocks, kind="ACCOUNT", holder_id=BANK)
    told = notified(paper, "HOLDER", notice="COERCION_DECISION")
    clocks.hear(told, officer("2026-09-18 08:30"))
    assert (clocks.clock("L-73-1").responsible, clocks.clock("L-73-1").watched) == (BANK, K)
