"""What may be said of clocks, when, and by whom."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.events import case, coercion, complaint, deadline, judgment
from services.core.contracts.events.records import Escalation
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id, key_of
from services.deadlines.domain import stream
from tests.unit.cast import head, officer, said
from tests.unit.deadlines.sentences import (
    C,
    Clocks,
    J,
    K,
    X,
    at,
    codes,
    coerced,
    court,
    decided,
    made,
    notified,
    on,
    opened,
    platform,
    started,
)

NOON = at("2026-08-28 12:00")


def voluntary() -> Clocks:
    """The debtor was told of the decision: ten days, to 7 September."""
    clocks = opened()
    paper = next(iter(clocks.known.case.papers))
    told = notified(paper, "DEBTOR", notice="ENFORCEMENT_DECISION")
    clocks.hear(told, officer("2026-08-27 09:40"))
    return clocks


def resolving() -> Clocks:
    """A complaint was accepted on 1 October: thirty days, to 2 November."""
    clocks = opened()
    accepted = made(complaint.Accepted, X, level="1", act_kind="c", accepted_on=on("2026-10-01"))
    clocks.hear(accepted, head("2026-10-01 10:00"))
    return clocks


def test_a_period_is_over_when_its_time_has_come_and_what_follows_starts_then() -> None:
    clocks = voluntary()
    context = platform("2026-09-08 00:00")
    facts = clocks.say(clocks.expired("L-36-1"), context)
    assert isinstance(facts[0], deadline.Expired)
    assert started(facts) == ["L-37-1"]
    fact = derived_id(context.id, "deadline", 0)
    assert (clocks.clock("L-36-1").said, clocks.clock("L-37-1").cause) == (fact, fact)


def test_no_clock_is_over_before_its_time() -> None:
    clocks = voluntary()
    answer = clocks.say(clocks.expired("L-36-1"), platform("2026-09-07 23:59"))
    assert codes(answer) == ["WRONG_STATE"]
    assert answer[0].details["not before"] == "2026-09-07T17:00:00+00:00"


def informed() -> Clocks:
    """New means were told of: room 3 must verify them until 18 September."""
    clocks = opened()
    news = made(case.NewInformationReceived, C, about="CONDITIONS")
    clocks.hear(news, officer("2026-09-18 10:00"))
    assert clocks.clock("L-38-3").responsible == "thads-khu-vuc-3"
    return clocks


def test_an_alarm_records_whom_it_reaches_and_when_while_nothing_is_done() -> None:
    clocks = informed()
    (overdue, *_) = clocks.say(clocks.overdue("L-38-3"), platform("2026-09-19 00:00"))
    assert isinstance(overdue, deadline.Overdue)
    assert overdue.escalations == [
        Escalation("thads-da-nang", at("2026-09-26 00:00")),
        Escalation("cuc-quan-ly-thads", at("2026-10-03 00:00")),
    ]


def test_an_alarm_names_its_steps_itself_whatever_the_claim_says_of_them() -> None:
    clocks = informed()
    claim = replace(clocks.overdue("L-38-3"), escalations=[Escalation("vks-toi-cao", NOON)])
    (overdue, *_) = clocks.say(claim, platform("2026-09-19 00:00"))
    assert isinstance(overdue, deadline.Overdue)
    assert [each.agency for each in overdue.escalations or []] == [
        "thads-da-nang",
        "cuc-quan-ly-thads",
    ]


def test_an_alarm_about_an_agency_above_which_nobody_stands_reaches_nobody() -> None:
    clocks = Clocks()
    filed = made(complaint.Filed, X, level="2", received_on=on("2026-10-01"))
    clocks.hear(decided(), head("2026-08-24 09:30"))
    clocks.hear(filed, head("2026-10-01 10:00"))
    assert clocks.clock("L-104-2").responsible == "cuc-quan-ly-thads"
    (overdue, *_) = clocks.say(clocks.overdue("L-104-2"), platform("2026-11-03 00:00"))
    assert isinstance(overdue, deadline.Overdue)
    assert overdue.escalations == []


def test_what_is_due_at_once_is_overdue_after_its_alarm() -> None:
    clocks = opened()
    coerced(clocks)
    hour = made(coercion.Scheduled, K, starts_at=at("2026-10-14 08:00"), force_mobilised=True)
    clocks.hear(hour, head("2026-09-29 09:00"))
    assert codes(clocks.say(clocks.overdue("L-72-4"), platform("2026-09-29 16:59")))
    assert not codes(clocks.say(clocks.overdue("L-72-4"), platform("2026-09-29 17:00")))


def test_a_thing_is_said_once() -> None:
    clocks = voluntary()
    claim = clocks.expired("L-36-1")
    assert not codes(clocks.say(clocks.due_soon("L-36-1"), platform("2026-09-04 08:00")))
    assert codes(clocks.say(clocks.due_soon("L-36-1"), platform("2026-09-04 09:00"))) == [
        "DUPLICATE"
    ]
    assert not codes(clocks.say(claim, platform("2026-09-08 00:00")))
    assert codes(clocks.say(claim, platform("2026-09-08 00:01"))) == ["DUPLICATE"]


def test_a_period_is_never_overdue_and_a_duty_never_over() -> None:
    clocks = voluntary()
    assert codes(clocks.say(clocks.overdue("L-36-1"), platform("2026-09-09 00:00"))) == [
        "WRONG_STATE"
    ]
    assert codes(clocks.say(clocks.expired("L-35-1"), platform("2026-09-09 00:00"))) == [
        "WRONG_STATE"
    ]


def test_of_a_clock_that_stopped_or_never_was_nothing_is_said() -> None:
    clocks = voluntary()
    claim = clocks.expired("L-36-1")
    clocks.hear(made(case.Performed, C, items=[1], amount=100), officer("2026-09-01 09:00"))
    (refusal,) = clocks.say(claim, platform("2026-09-08 00:00"))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.details["state"]) == ("WRONG_STATE", "STOPPED")
    assert refusal.details["clock"] == claim.clock_id
    unknown = replace(claim, clock_id="nobody's")
    (refusal,) = clocks.say(unknown, platform("2026-09-08 00:00"))
    assert (refusal.code, refusal.details["clock"]) == ("WRONG_STATE", "nobody's")


@pytest.mark.parametrize(
    "wrong",
    [
        {"due": at("2026-09-07 00:00")},
        {"watched": f"{J}.c2"},
        {"rule_id": "L-37-1"},
        {"cause_event_id": "another"},
    ],
)
def test_who_speaks_of_a_clock_must_know_it_as_it_stands(wrong: dict[str, Any]) -> None:
    clocks = voluntary()
    (refusal,) = clocks.say(
        replace(clocks.expired("L-36-1"), **wrong), platform("2026-09-08 00:00")
    )
    assert (refusal.code, refusal.field) == ("WRONG_STATE", f"/{next(iter(wrong))}")


def test_a_clock_without_a_number_is_never_overdue() -> None:
    clocks = opened()
    clocks.hear(made(case.DeclaredUnenforceable, C), head("2026-10-26 09:00"))
    answer = clocks.say(clocks.overdue("L-38-2"), platform("2027-10-26 09:00"))
    assert codes(answer) == ["WRONG_STATE"]


def test_all_clocks_of_a_judgment_are_one_stream() -> None:
    clocks = voluntary()
    assert stream(clocks.expired("L-36-1")) == stream(made(case.Performed, C)) == key_of(C)


# ---- extensions


def test_the_resolver_may_extend_by_thirty_days_after_the_normal_end() -> None:
    clocks = resolving()
    facts = clocks.say(clocks.extended("L-102-4", "2026-12-03 00:00"), head("2026-10-20 09:00"))
    assert not codes(facts)
    assert clocks.clock("L-102-4").due == at("2026-12-03 00:00")
    assert clocks.clock("L-102-4").longer == 30
    assert not codes(clocks.say(clocks.overdue("L-102-4"), platform("2026-12-03 00:00")))


def test_an_extension_in_all_is_counted_from_the_start() -> None:
    clocks = opened()
    asked = made(judgment.ClarificationRequested, f"{J}.q1", received_on=on("2026-10-01"))
    clocks.hear(asked, head("2026-10-01 09:00"))
    longest = clocks.extended("L-13-1", "2026-11-17 00:00")
    too_long = clocks.extended("L-13-1", "2026-11-18 00:00")
    assert codes(clocks.say(too_long, court("2026-10-20 09:00"))) == ["EXTENSION_TOO_LONG"]
    assert not codes(clocks.say(longest, court("2026-10-20 09:00")))
    assert clocks.clock("L-13-1").due == longest.new_due  # the 45th day is a Sunday


def test_a_refused_extension_cites_the_rule() -> None:
    clocks = resolving()
    claim = clocks.extended("L-102-4", "2026-12-04 00:00")
    (refusal,) = clocks.say(claim, head("2026-10-20 09:00"))
    assert (refusal.code, refusal.rule_id, refusal.article) == (
        "EXTENSION_TOO_LONG",
        "L-102-6",
        "Đ102.4",
    )
    assert refusal.details["latest"] == "2026-12-03T00:00:00+07:00"


def test_a_clock_is_extended_once_and_never_shortened() -> None:
    clocks = resolving()
    shorter = clocks.extended("L-102-4", "2026-11-02 00:00")
    assert codes(clocks.say(shorter, head("2026-10-20 09:00"))) == ["WRONG_STATE"]
    clocks.say(clocks.extended("L-102-4", "2026-11-10 00:00"), head("2026-10-20 09:00"))
    again = clocks.extended("L-102-4", "2026-11-12 00:00")
    assert codes(clocks.say(again, head("2026-10-21 09:00"))) == ["ALREADY_EXTENDED"]


def test_no_extension_but_the_law_s() -> None:
    clocks = voluntary()
    clocks.hear(made(case.GroundFound, C, calls_for=["SUSPEND"]), head("2026-09-01 08:00"))
    claim = clocks.extended("L-47-1", "2026-09-20 00:00")
    assert codes(clocks.say(claim, head("2026-09-01 09:00"))) == ["EXTENSION_NOT_PROVIDED"]


def test_a_clock_of_which_no_agency_must_act_is_extended_by_none() -> None:
    clocks = voluntary()
    claim = clocks.extended("L-36-1", "2026-09-20 00:00")
    assert codes(clocks.say(claim, head("2026-09-01 09:00"))) == ["NOT_ADDRESSEE"]


def test_what_is_overdue_is_not_extended_any_more() -> None:
    clocks = resolving()
    claim = clocks.extended("L-102-4", "2026-11-10 00:00")
    clocks.say(clocks.overdue("L-102-4"), platform("2026-11-03 00:00"))
    assert codes(clocks.say(claim, head("2026-11-03 09:00"))) == ["WRONG_STATE"]


@pytest.mark.parametrize(
    ("ground", "context", "refused"),
    [
        ("COMPLEX", head("2026-10-20 09:00"), []),
        ("REMOTE", said("2026-10-20 09:00", "thads-hue", "HEAD"), ["NOT_ADDRESSEE"]),
        ("CALENDAR", head("2026-10-20 09:00"), ["ROLE_NOT_ALLOWED"]),
        ("CALENDAR", platform("2026-10-20 09:00"), []),
    ],
)
def test_who_must_act_extends_and_the_platform_alone_for_the_calendar(
    ground: deadline.ExtendedGround, context: Context, refused: list[str]
) -> None:
    clocks = resolving()
    claim = clocks.extended("L-102-4", "2026-11-04 00:00", ground)
    assert codes(clocks.say(claim, context)) == refused


def test_the_calendar_moves_any_clock_and_uses_no_extension_up() -> None:
    clocks = resolving()
    moved = clocks.extended("L-102-4", "2026-11-04 00:00", "CALENDAR")
    clocks.say(moved, platform("2026-10-20 09:00"))
    assert (clocks.clock("L-102-4").due, clocks.clock("L-102-4").longer) == (moved.new_due, None)
    assert not codes(
        clocks.say(clocks.extended("L-102-4", "2026-11-10 00:00"), head("2026-10-21 09:00"))
    )


def test_an_extended_clock_warns_again() -> None:
    clocks = resolving()
    clocks.say(clocks.due_soon("L-102-4"), platform("2026-10-29 09:00"))
    clocks.say(clocks.extended("L-102-4", "2026-11-10 00:00"), head("2026-10-30 09:00"))
    assert not codes(clocks.say(clocks.due_soon("L-102-4"), platform("2026-11-05 09:00")))
