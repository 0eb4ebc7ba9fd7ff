"""Clocks of the story after agencies put right what they said: each moves openly, once."""

from datetime import date, datetime
from random import Random
from typing import Any

import pytest

from services.core.contracts.days import VIET_NAM
from services.core.contracts.events import deadline
from services.core.law.counting import end_of
from services.deadlines.domain import Known
from services.deadlines.domain.clocks import Clock
from services.simulator.play import Became
from tests.acceptance.putting_right import Said, Told
from tests.acceptance.test_corrections_in_memory import agrees_with_its_archive, explains_itself

OVER = frozenset({"STOPPED", "CANCELLED", "WITHDRAWN"})


@pytest.fixture
def told() -> Told:
    told = Told()
    since(told)
    return told


def since(told: Told) -> list[Any]:
    """What was said of clocks since last asked."""
    return [event for _, event, _ in told.house.facts() if event.TYPE.startswith("thads.deadline.")]


def lines(facts: list[Any]) -> list[tuple[str, str]]:
    return [(each.TYPE.removeprefix("thads.deadline."), each.rule_id) for each in facts]


def test_saying_again_what_was_said_moves_no_clock(told: Told) -> None:
    for said in reversed(list(told.said())):
        assert told.say_again(said).status == "recorded"
        assert since(told) == [], (said.row.n, said.row.type)


def moved(told: Told, said: Said, at: str, **changes: Any) -> Became:
    """Correct when something happened, a moment in Viet Nam, and what was said of it."""
    moment = datetime.fromisoformat(at).replace(tzinfo=VIET_NAM).isoformat()
    data = {**said.submission["data"], **changes}
    submission = {**said.submission, "occurred_at": moment, "data": data, "corrects": said.fact}
    return told.house.submit(said.row.agency, submission)


def taken_back_again(told: Told, said: Said, withdrawal: Became) -> Became:
    """Correct a withdrawal by what was said first."""
    return told.house.submit(said.row.agency, {**said.submission, "corrects": withdrawal.facts[0]})


def clocks(told: Told) -> dict[str, Clock]:
    """Every clock of the house as it stands, by its id."""
    kept = (stored for lane in told.house.log._lanes for stored in lane._streams._kept.values())
    known = (stored.state for stored in kept if isinstance(stored.state, Known))
    return {id_: clock for each in known for id_, clock in each.deadline.items()}


def holds(told: Told) -> None:
    """Hold the states against their archive, and every decision against what was recorded."""
    explains_itself(agrees_with_its_archive(told.house))
    list(told.house.move(told.house.clock.now()))
    assert told.house.log.lines() == {}


def test_a_clock_whose_end_is_withdrawn_runs_on_and_is_overdue_as_if_nothing_had_ended_it(
    told: Told,
) -> None:
    """The insurance answered in time; the answer is withdrawn two months later."""
    assert told.take_back(told.row(44)).status == "recorded"
    (again,) = since(told)
    assert lines([again]) == [("started", "L-37-4")]
    assert isinstance(again, deadline.Started)
    assert again.due == end_of(date(2026, 9, 11))
    (word,) = told.house.move(told.house.clock.now())
    assert word.word.what == "overdue"
    assert lines(since(told)) == [("overdue", "L-37-4")]
    holds(told)


def test_an_answer_that_really_came_in_time_withdraws_the_alarm_and_all_that_followed(
    told: Told,
) -> None:
    """The land office was overdue and answered late; its answer had come earlier."""
    assert (
        moved(
            told, told.row(47), "2026-09-10 15:00", answered_at="2026-09-10T15:00:00+07:00"
        ).status
        == "recorded"
    )
    facts = since(told)
    assert ("withdrawn", "L-37-6") in lines(facts)
    assert {what for what, _ in lines(facts)} <= {"withdrawn", "cancelled", "started"}
    holds(told)


def test_an_answer_that_really_came_late_stops_its_clock_late(told: Told) -> None:
    assert moved(told, told.row(44), "2026-09-14 09:00").status == "recorded"
    (stopped,) = since(told)
    assert isinstance(stopped, deadline.Stopped)
    assert (stopped.rule_id, stopped.late) == ("L-37-4", True)
    assert moved(told, told.row(44), "2026-09-11 09:00").status == "refused", "it was corrected"
    holds(told)


def test_what_should_never_have_run_is_withdrawn_where_it_was_overdue(told: Told) -> None:
    assert told.take_back(told.row(135)).status == "recorded"
    assert sorted(lines(since(told))) == [
        ("cancelled", "L-35-1"),
        ("cancelled", "L-35-2"),
        ("started", "L-34-2"),
        ("started", "L-34-4"),
        ("withdrawn", "L-35-1"),
        ("withdrawn", "L-35-2"),
    ]
    holds(told)


def test_a_clock_that_runs_is_cancelled_with_the_fact_that_started_it(told: Told) -> None:
    assert told.take_back(told.row(109)).status == "recorded"
    found = lines(since(told))
    assert ("cancelled", "L-38-5") in found
    assert ("cancelled", "L-38-7") in found
    holds(told)


def test_a_clock_starts_once_more_from_the_day_that_is_right(told: Told) -> None:
    before = told.row(109)
    assert moved(told, before, "2026-10-23 09:00", decided_on="2026-10-23").status == "recorded"
    starts = [each for each in since(told) if isinstance(each, deadline.Started)]
    dues = {each.rule_id: each.due for each in starts}
    assert dues["L-38-5"] == end_of(date(2027, 4, 23))
    assert {each.cause_event_id for each in starts} == {before.fact}
    holds(told)


def test_a_period_that_expired_too_early_is_withdrawn_and_runs_from_the_right_day(
    told: Told,
) -> None:
    """The voluntary period of row 137 was told ten days later than was said."""
    notice = told.row(137)
    assert moved(told, notice, "2026-09-24 09:00", valid_on="2026-09-24").status == "recorded"
    facts = since(told)
    assert ("withdrawn", "L-36-1") in lines(facts)
    (again,) = [each for each in facts if isinstance(each, deadline.Started)]
    assert again.due == end_of(date(2026, 10, 5)), "the tenth day is a Sunday"
    first, *_ = told.house.move(told.house.clock.now())
    assert (first.word.what, first.rule_id) == ("expired", "L-36-1")
    holds(told)


def test_a_withdrawal_that_is_taken_back_gives_the_alarm_again(told: Told) -> None:
    """The decision of row 135 was notified to nobody; it was withdrawn, wrongly."""
    decided = told.row(135)
    withdrawal = told.take_back(decided)
    since(told)
    assert taken_back_again(told, decided, withdrawal).status == "recorded"
    assert ("started", "L-35-1") in lines(since(told))
    list(told.house.move(told.house.clock.now()))
    assert sorted(lines(since(told))) == [("overdue", "L-35-1"), ("overdue", "L-35-2")]
    holds(told)


def test_a_clock_whose_cause_is_withdrawn_stays_over_when_its_end_is_withdrawn_too(
    told: Told,
) -> None:
    """A payment and its paying out were entered for the wrong case: nobody owes anything of it."""
    collected, paid_out = told.row(59), told.row(68)
    assert told.take_back(collected).status == "recorded"
    assert ("cancelled", "L-54-1") in lines(since(told))
    assert told.take_back(paid_out).status == "recorded"
    list(told.house.move(told.house.clock.now()))
    states = [each.state for each in clocks(told).values() if each.cause == collected.fact]
    assert states == ["CANCELLED"]
    holds(told)


def test_a_clock_whose_cause_stands_again_ends_as_it_had_ended(told: Told) -> None:
    collected = told.row(59)
    withdrawal = told.take_back(collected)
    since(told)
    assert taken_back_again(told, collected, withdrawal).status == "recorded"
    assert lines(since(told)) == [("started", "L-54-1"), ("stopped", "L-54-1")]
    list(told.house.move(told.house.clock.now()))
    assert since(told) == []
    holds(told)


def test_what_was_done_in_time_after_all_is_late_no_more_though_another_had_ended_the_clock(
    told: Told,
) -> None:
    """Withdrawn, the paying out of row 68 leaves the clock to a later one, which came too late."""
    paid_out = told.row(68)
    withdrawal = told.take_back(paid_out)
    started, stopped = since(told)
    assert isinstance(started, deadline.Started)
    assert isinstance(stopped, deadline.Stopped)
    assert stopped.late
    assert taken_back_again(told, paid_out, withdrawal).status == "recorded"
    (again,) = since(told)
    assert isinstance(again, deadline.Stopped)
    assert (again.clock_id, again.late) == (stopped.clock_id, False)
    holds(told)


def test_nothing_runs_once_all_that_agencies_said_is_withdrawn(told: Told) -> None:
    """In whatever order; what the house said itself of what it had found in the docket stands."""
    said = list(told.said())
    Random(7).shuffle(said)  # noqa: S311  any order will do
    for each in said:
        assert told.take_back(each).status == "recorded"
    list(told.house.move(told.house.clock.now()))
    found = {told.played.symbols._facts["122"]}
    alive = {each.cause for each in clocks(told).values() if each.state not in OVER}
    assert alive <= found
    holds(told)


def test_a_clock_that_was_restored_still_knows_when_it_had_ended(told: Told) -> None:
    """The last notice of row 69 came on 1 October; one of 25 September makes it late."""
    decided = told.row(69)
    withdrawal = told.take_back(decided)
    restored = taken_back_again(told, decided, withdrawal)
    since(told)
    again = Said(decided.row, restored.facts[0], decided.submission)
    assert moved(told, again, "2026-09-25 09:15", decided_on="2026-09-25").status == "recorded"
    stopped = [each for each in since(told) if isinstance(each, deadline.Stopped)]
    assert {each.rule_id: each.late for each in stopped} == {"L-35-1": True, "L-35-2": False}
    holds(told)


def test_saying_again_what_ended_a_clock_in_time_after_its_alarm_moves_nothing(told: Told) -> None:
    answered = told.row(44)
    withdrawal = told.take_back(answered)
    list(told.house.move(told.house.clock.now()))
    restored = taken_back_again(told, answered, withdrawal)
    assert ("withdrawn", "L-37-4") in lines(since(told))
    again = Said(answered.row, restored.facts[0], answered.submission)
    assert told.say_again(again).status == "recorded"
    assert since(told) == []
    holds(told)
