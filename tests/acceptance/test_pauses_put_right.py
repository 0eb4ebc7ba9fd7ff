"""A complaint's resolution halts and goes on; what was said of that is late, or put right.

It was accepted on 2 December, thirty days, so until 4 January (1 January is a holiday, and a
weekend follows). Halted on the 10th and going on from the 15th, its last day is 6 January.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

import pytest

from services.core.contracts.days import VIET_NAM
from services.core.contracts.events import deadline
from services.core.law.counting import end_of
from services.deadlines.domain.clocks import Clock
from services.simulator.play import Became
from tests.acceptance.putting_right import Told
from tests.acceptance.test_clocks_put_right import clocks, holds, lines, since

RULE = "L-102-4"
OFFICE, HEAD = "thads-da-nang", {"role": "HEAD", "officer": "le-van-an"}


class Act(NamedTuple):
    """What was submitted, and the fact that was recorded."""

    fact: str
    submission: dict[str, Any]


class Resolution:
    """A complaint about an act of the story, made after its end."""

    def __init__(self) -> None:
        self.told = Told()
        filed, accepted = self.told.row(80).submission, self.told.row(93).submission
        self._part = filed["data"]["complaint_id"].replace("x1", "x9")
        data = {**filed["data"], "complaint_id": self._part}
        data |= {"received_on": "2026-12-01", "known_on": "2026-12-01"}
        self._submit("cong-thads", {**filed, "data": data}, "2026-12-01 09:00")
        self.accepted = self.say("accepted", "2026-12-02", **accepted["data"])
        self.paused = self.say("paused", "2026-12-10", ground="a", paused_on="2026-12-10")
        self.resumed = self.say("resumed", "2026-12-15", resumed_on="2026-12-15")
        assert self.due == end_of(date(2027, 1, 6))
        since(self.told)

    def say(self, what: str, day: str, *, told: str | None = None, **data: Any) -> Act:
        """Say what was done on a day, at ten, then or on a later day."""
        data = {**data, "complaint_id": self._part}
        if "accepted_on" in data:
            data["accepted_on"] = day
        submission = {"type": f"thads.complaint.{what}", "data": data, **HEAD}
        then = None if told is None else _at(f"{told} 10:00")
        return self._submit(OFFICE, submission, f"{day} 10:00", then)

    def decide(self, day: str) -> Act:
        return self.say("decided", day, **self.told.row(101).submission["data"])

    def extend(self, day: str, until: str) -> Act:
        """Let the head extend the time on a day, until another has passed."""
        data = {
            "watched": self._part,
            "clock_id": next(
                id_ for id_, clock in clocks(self.told).items() if clock == self.clock
            ),
            "rule_id": RULE,
            "cause_event_id": self.accepted.fact,
            "due": self.due and self.due.isoformat(),
            "new_due": end_of(date.fromisoformat(until)).isoformat(),
            "ground": "COMPLEX",
        }
        submission = {"type": "thads.deadline.extended", "data": data, **HEAD}
        return self._submit(OFFICE, submission, f"{day} 10:00")

    def correct(self, act: Act, day: str, **data: Any) -> list[Any]:
        """Correct when something was done, and return what was said of clocks."""
        return self.correct_again(act, day, **data)[0]

    def withdraw(self, act: Act) -> tuple[list[Any], Act]:
        """Take back what was said; return what was said of clocks, and the withdrawal."""
        became = self.told.house.submit(OFFICE, {**act.submission, "withdraws": act.fact})
        assert became.status == "recorded"
        return self._said(), Act(became.facts[0], act.submission)

    def correct_again(self, act: Act, day: str, **data: Any) -> tuple[list[Any], Act]:
        """Correct when something was done; return what was said of clocks, and the correction."""
        changed = {**act.submission["data"], **data}
        submission = {**act.submission, "data": changed, "corrects": act.fact}
        corrected = self._submit(OFFICE, submission, f"{day} 10:00", self.told.house.clock.now())
        return self._said(), corrected._replace(submission=act.submission)

    def pass_to(self, day: str) -> list[Any]:
        """Let it be a day, at ten; return what was said of clocks meanwhile."""
        list(self.told.house.move(_at(f"{day} 10:00")))
        return self._said()

    def _said(self) -> list[Any]:
        """What was said of the resolution's clocks since last asked."""
        facts = since(self.told)
        return [
            each
            for each in facts
            if each.watched == self._part and each.rule_id.startswith("L-102")
        ]

    @property
    def clock(self) -> Clock:
        return self.clock_of(RULE)

    def clock_of(self, rule: str) -> Clock:
        (found,) = [
            each
            for each in clocks(self.told).values()
            if (each.watched, each.rule) == (self._part, rule)
        ]
        return found

    @property
    def pauses(self) -> list[str]:
        """The pauses that are counted, from day to day."""
        return [
            f"{_day(each.since)} to {_day(each.until) if each.until else 'now'}"
            for each in self.clock.pauses
        ]

    @property
    def due(self) -> datetime | None:
        return self.clock.due

    def _submit(
        self, agency: str, submission: dict[str, Any], at: str, told_at: datetime | None = None
    ) -> Act:
        moment = _at(at)
        list(self.told.house.move(told_at or moment))
        submission = {**submission, "occurred_at": moment.isoformat()}
        became: Became = self.told.house.submit(agency, submission)
        assert became.status == "recorded", became
        return Act(became.facts[0], submission)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(VIET_NAM):%d.%m.}"


def _at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=VIET_NAM)


@pytest.fixture
def complaint() -> Resolution:
    return Resolution()


def test_the_day_of_a_pause_is_put_right_after_the_clock_went_on(complaint: Resolution) -> None:
    (again,) = complaint.correct(complaint.paused, "2026-12-08", paused_on="2026-12-08")
    assert isinstance(again, deadline.Started)
    assert again.due == end_of(date(2027, 1, 8)) == complaint.due
    assert [(each.since.day, each.until and each.until.day) for each in again.pauses] == [(8, 15)]
    holds(complaint.told)


def test_the_day_on_which_a_clock_went_on_is_put_right(complaint: Resolution) -> None:
    (again,) = complaint.correct(complaint.resumed, "2026-12-11", resumed_on="2026-12-11")
    assert again.due == end_of(date(2027, 1, 4)) == complaint.due
    holds(complaint.told)


def test_what_is_said_again_of_a_pause_moves_nothing(complaint: Resolution) -> None:
    assert complaint.correct(complaint.paused, "2026-12-10", ground="b") == []
    holds(complaint.told)


def test_a_pause_that_never_was_is_not_counted_and_is_counted_again_if_it_was(
    complaint: Resolution,
) -> None:
    (again,), withdrawal = complaint.withdraw(complaint.paused)
    assert (again.due, again.pauses) == (end_of(date(2027, 1, 4)), [])
    (back,) = complaint.correct(withdrawal, "2026-12-10")
    assert back.due == end_of(date(2027, 1, 6)) == complaint.due
    holds(complaint.told)


def test_a_clock_that_never_went_on_stands_halted(complaint: Resolution) -> None:
    said, _ = complaint.withdraw(complaint.resumed)
    assert lines(said) == [("started", RULE), ("paused", RULE)]
    assert complaint.clock.state == "PAUSED"
    assert complaint.pass_to("2027-02-02") == []
    complaint.say("resumed", "2027-02-02", resumed_on="2027-02-02")
    assert complaint.due == end_of(date(2027, 2, 24)), "24 days were left"
    holds(complaint.told)


def test_what_was_decided_in_time_was_late_without_the_pause(complaint: Resolution) -> None:
    complaint.decide("2027-01-05")
    assert complaint.clock.late is False
    since(complaint.told)
    said, _ = complaint.withdraw(complaint.paused)
    assert lines(said) == [("started", RULE), ("stopped", RULE)]
    assert (complaint.clock.state, complaint.clock.late) == ("STOPPED", True)
    holds(complaint.told)


def test_what_was_said_too_early_is_withdrawn_with_a_longer_pause(complaint: Resolution) -> None:
    assert lines(complaint.pass_to("2027-01-07"))[-1] == ("overdue", RULE)
    said = complaint.correct(complaint.paused, "2026-12-03", paused_on="2026-12-03")
    assert lines(said) == [("withdrawn", RULE), ("started", RULE)]
    assert (complaint.clock.state, complaint.due) == ("RUNNING", end_of(date(2027, 1, 13)))
    assert lines(complaint.pass_to("2027-01-15"))[-1] == ("overdue", RULE)
    holds(complaint.told)


def decided_while_halted(complaint: Resolution) -> Act:
    complaint.say("paused", "2026-12-28", ground="a", paused_on="2026-12-28")
    decided = complaint.decide("2027-01-12")
    assert complaint.clock.late is False
    since(complaint.told)
    return decided


def test_what_was_decided_while_it_was_halted_is_in_time_on_any_day(complaint: Resolution) -> None:
    decided = decided_while_halted(complaint)
    (stopped,) = complaint.correct(decided, "2027-01-11")
    assert (stopped.TYPE, stopped.late) == ("thads.deadline.stopped", False)
    holds(complaint.told)


def test_a_decision_while_it_was_halted_that_never_was_leaves_it_halted(
    complaint: Resolution,
) -> None:
    said, _ = complaint.withdraw(decided_while_halted(complaint))
    assert ("started", RULE) in lines(said)
    assert ("paused", RULE) in lines(said)
    assert complaint.clock.state == "PAUSED"
    holds(complaint.told)


# ---- the start is put right while it is halted, or was


def test_an_acceptance_that_is_said_again_moves_no_halted_clock(complaint: Resolution) -> None:
    complaint.say("paused", "2026-12-28", ground="a", paused_on="2026-12-28")
    since(complaint.told)
    assert complaint.correct(complaint.accepted, "2026-12-02") == []
    complaint.say("resumed", "2027-01-04", resumed_on="2027-01-04")
    assert complaint.due == end_of(date(2027, 1, 13))
    holds(complaint.told)


def test_an_acceptance_that_is_restored_finds_its_clock_halted(complaint: Resolution) -> None:
    complaint.say("paused", "2026-12-28", ground="a", paused_on="2026-12-28")
    _, withdrawal = complaint.withdraw(complaint.accepted)
    said = complaint.correct(withdrawal, "2026-12-02", **complaint.accepted.submission["data"])
    assert lines(said) == [("started", RULE), ("paused", RULE)]
    assert (complaint.clock.state, complaint.due) == ("PAUSED", end_of(date(2027, 1, 6)))
    holds(complaint.told)


def test_a_pause_that_is_undone_while_there_is_no_clock_is_not_counted_later(
    complaint: Resolution,
) -> None:
    _, withdrawal = complaint.withdraw(complaint.accepted)
    complaint.withdraw(complaint.paused)
    complaint.correct(withdrawal, "2026-12-02", **complaint.accepted.submission["data"])
    assert (complaint.pauses, complaint.due) == ([], end_of(date(2027, 1, 4)))
    holds(complaint.told)


def test_a_pause_counts_where_the_right_start_lets_it_come_in_time(complaint: Resolution) -> None:
    complaint.say("paused", "2027-01-08", ground="a", paused_on="2027-01-08")
    assert complaint.clock.state == "OVERDUE"
    since(complaint.told)
    said = complaint.correct(complaint.accepted, "2026-12-09", accepted_on="2026-12-09")
    assert lines(said) == [("withdrawn", RULE), ("started", RULE), ("paused", RULE)]
    assert complaint.pauses == ["10.12. to 15.12.", "08.01. to now"]
    holds(complaint.told)


def test_a_pause_does_not_count_where_the_right_start_has_it_come_too_late(
    complaint: Resolution,
) -> None:
    complaint.say("paused", "2027-01-05", ground="a", paused_on="2027-01-05")
    since(complaint.told)
    complaint.correct(complaint.accepted, "2026-11-20", accepted_on="2026-11-20")
    assert (complaint.clock.state, complaint.pauses) == ("RUNNING", ["10.12. to 15.12."])
    assert ("overdue", RULE) in lines(complaint.pass_to("2027-01-06"))
    holds(complaint.told)


def test_another_clock_that_should_have_run_was_halted_and_ended_as_the_first(
    complaint: Resolution,
) -> None:
    """The act complained of is of another kind: fifteen days, and not thirty."""
    complaint.decide("2026-12-20")
    since(complaint.told)
    said = complaint.correct(complaint.accepted, "2026-12-02", act_kind="a")
    assert lines(said) == [("cancelled", RULE), ("started", "L-102-1"), ("stopped", "L-102-1")]
    clock = complaint.clock_of("L-102-1")
    assert (clock.due, clock.late) == (end_of(date(2026, 12, 22)), False)
    holds(complaint.told)


# ---- the end is put right, and with it what halted the clock before


def test_what_had_ended_a_clock_before_it_went_on_is_undone(complaint: Resolution) -> None:
    _, decided = complaint.correct_again(complaint.decide("2026-12-20"), "2026-12-12")
    complaint.correct(complaint.paused, "2026-12-09", paused_on="2026-12-09")
    assert complaint.pauses == ["09.12. to now"], "it was halted as it ended"
    complaint.withdraw(decided)
    assert (complaint.clock.state, complaint.pauses) == ("RUNNING", ["09.12. to 15.12."])
    holds(complaint.told)


def test_what_had_ended_a_clock_while_it_was_halted_came_too_late(complaint: Resolution) -> None:
    _, decided = complaint.correct_again(complaint.decide("2026-12-20"), "2026-12-12")
    complaint.correct(complaint.paused, "2026-12-09", paused_on="2026-12-09")
    complaint.pass_to("2027-02-01")
    said, _ = complaint.correct_again(decided, "2027-01-20")
    assert lines(said) == [("started", RULE), ("stopped", RULE)]
    assert (complaint.clock.late, complaint.due) == (True, end_of(date(2027, 1, 7)))
    holds(complaint.told)


def test_what_was_late_is_in_time_with_a_longer_pause_and_the_alarm_is_withdrawn(
    complaint: Resolution,
) -> None:
    complaint.pass_to("2027-01-07")
    complaint.decide("2027-01-08")
    assert complaint.clock.late
    since(complaint.told)
    said = complaint.correct(complaint.paused, "2026-12-03", paused_on="2026-12-03")
    assert lines(said) == [("withdrawn", RULE), ("started", RULE), ("stopped", RULE)]
    assert not complaint.clock.late
    holds(complaint.told)


def test_an_extension_that_is_withdrawn_leaves_the_alarm_where_it_was(
    complaint: Resolution,
) -> None:
    extension = complaint.extend("2026-12-16", "2027-01-11")
    assert complaint.due == end_of(date(2027, 1, 11))
    complaint.withdraw(extension)
    assert complaint.due == end_of(date(2027, 1, 6))
    assert ("overdue", RULE) in lines(complaint.pass_to("2027-01-07"))
    holds(complaint.told)


# ---- told late, and out of order


def test_a_pause_that_is_told_after_its_end_counts_from_day_to_day(complaint: Resolution) -> None:
    complaint.say("resumed", "2026-12-22", told="2026-12-30", resumed_on="2026-12-22")
    complaint.say("paused", "2026-12-20", told="2026-12-30", ground="a", paused_on="2026-12-20")
    assert complaint.pauses == ["10.12. to 15.12.", "20.12. to 22.12."]
    assert (complaint.clock.state, complaint.due) == ("RUNNING", end_of(date(2027, 1, 8)))
    holds(complaint.told)


def test_a_pause_within_a_pause_counts_no_day_twice(complaint: Resolution) -> None:
    complaint.say("paused", "2026-12-12", told="2026-12-28", ground="a", paused_on="2026-12-12")
    complaint.say("resumed", "2026-12-13", told="2026-12-28", resumed_on="2026-12-13")
    assert complaint.pauses == ["10.12. to 15.12.", "15.12. to 15.12."]
    assert (complaint.clock.state, complaint.due) == ("RUNNING", end_of(date(2027, 1, 6)))
    holds(complaint.told)


def test_a_pause_dated_within_another_halts_until_its_own_resumption(complaint: Resolution) -> None:
    complaint.say("paused", "2026-12-12", told="2026-12-16", ground="a", paused_on="2026-12-12")
    assert (complaint.clock.state, complaint.due) == ("PAUSED", end_of(date(2027, 1, 6)))
    complaint.say("resumed", "2026-12-20", resumed_on="2026-12-20")
    assert complaint.pauses == ["10.12. to 15.12.", "15.12. to 20.12."]
    assert (complaint.clock.state, complaint.due) == ("RUNNING", end_of(date(2027, 1, 11)))
    holds(complaint.told)


def test_a_resumption_dated_before_its_pause_does_not_halt_for_ever(complaint: Resolution) -> None:
    complaint.say("paused", "2026-12-20", ground="a", paused_on="2026-12-20")
    complaint.say("resumed", "2026-12-18", told="2026-12-21", resumed_on="2026-12-18")
    assert complaint.pauses == ["10.12. to 15.12.", "20.12. to 20.12."]
    assert (complaint.clock.state, complaint.due) == ("RUNNING", end_of(date(2027, 1, 6)))
    holds(complaint.told)


def test_a_pause_dated_before_the_acceptance_halts_from_that_on(complaint: Resolution) -> None:
    complaint.correct(complaint.paused, "2026-12-01", paused_on="2026-12-01")
    assert complaint.pauses == ["02.12. to 15.12."]
    holds(complaint.told)


def test_what_was_late_is_in_time_by_a_pause_that_is_told_late(complaint: Resolution) -> None:
    complaint.pass_to("2027-01-07")
    complaint.decide("2027-01-08")
    told = "2027-01-09"
    complaint.say("paused", "2026-12-20", told=told, ground="a", paused_on="2026-12-20")
    complaint.say("resumed", "2026-12-28", told=told, resumed_on="2026-12-28")
    assert complaint.pauses == ["10.12. to 15.12.", "20.12. to 28.12."]
    assert (complaint.clock.state, complaint.clock.late) == ("STOPPED", False)
    holds(complaint.told)
