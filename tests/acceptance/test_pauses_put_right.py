"""A complaint's resolution halts and goes on; what was said of that is put right afterwards.

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
        self._filed, self._accepted = self.told.row(80), self.told.row(93)
        self._part = self._filed.submission["data"]["complaint_id"].replace("x1", "x9")
        filed = {**self._filed.submission["data"], "complaint_id": self._part}
        filed |= {"received_on": "2026-12-01", "known_on": "2026-12-01"}
        self._submit("cong-thads", {**self._filed.submission, "data": filed}, "2026-12-01 09:00")
        self.say("accepted", "2026-12-02", **self._accepted.submission["data"])
        self.paused = self.say("paused", "2026-12-10", ground="a", paused_on="2026-12-10")
        self.resumed = self.say("resumed", "2026-12-15", resumed_on="2026-12-15")
        assert self.due == end_of(date(2027, 1, 6))
        since(self.told)

    def say(self, what: str, day: str, **data: Any) -> Act:
        data = {**data, "complaint_id": self._part}
        if "accepted_on" in data:
            data["accepted_on"] = day
        submission = {"type": f"thads.complaint.{what}", "data": data, **HEAD}
        return self._submit(OFFICE, submission, f"{day} 10:00")

    def correct(self, act: Act, day: str, **data: Any) -> list[Any]:
        """Correct when something was done, and return what was said of clocks."""
        changed = {**act.submission["data"], **data}
        submission = {**act.submission, "data": changed, "corrects": act.fact}
        self._submit(OFFICE, submission, f"{day} 10:00", self.told.house.clock.now())
        return since(self.told)

    def withdraw(self, act: Act) -> tuple[list[Any], Act]:
        """Take back what was said; return what was said of clocks, and the withdrawal."""
        became = self.told.house.submit(OFFICE, {**act.submission, "withdraws": act.fact})
        assert became.status == "recorded"
        return since(self.told), Act(became.facts[0], act.submission)

    def pass_to(self, day: str) -> list[Any]:
        """Let it be a day, at ten; return what was said of clocks meanwhile, of this complaint."""
        list(self.told.house.move(_at(f"{day} 10:00")))
        return [each for each in since(self.told) if each.watched == self._part]

    @property
    def clock(self) -> Clock:
        (found,) = [
            each
            for each in clocks(self.told).values()
            if (each.watched, each.rule) == (self._part, RULE)
        ]
        return found

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
    decided = complaint.told.row(101).submission["data"]
    complaint.say("decided", "2027-01-05", **decided)
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
    decided = complaint.say("decided", "2027-01-12", **complaint.told.row(101).submission["data"])
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
