"""Clocks of the story after agencies put right what they said: each moves openly, once."""

from datetime import date, datetime
from typing import Any

import pytest

from services.core.contracts.days import VIET_NAM
from services.core.contracts.events import deadline
from services.core.law.counting import end_of
from services.simulator.play import Became
from tests.acceptance.putting_right import Said, Told
from tests.acceptance.test_corrections_in_memory import agrees_with_its_archive, explains_itself


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
