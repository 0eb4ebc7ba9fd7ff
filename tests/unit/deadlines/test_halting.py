"""The time of a pause is not counted."""

from msgspec.structs import replace

from services.core.contracts.days import day_of
from services.core.contracts.events import complaint, deadline, sale
from tests.unit.cast import head, officer
from tests.unit.deadlines.sentences import Clocks, S, X, at, codes, made, on, opened, platform

PAUSED, RESUMED = made(complaint.Paused, X), made(complaint.Resumed, X)


def resolving() -> Clocks:
    """A complaint was accepted on 1 October: thirty days, to Monday 2 November."""
    clocks = opened()
    accepted = made(complaint.Accepted, X, level="1", act_kind="c", accepted_on=on("2026-10-01"))
    clocks.hear(accepted, head("2026-10-01 10:00"))
    return clocks


def auctioned() -> Clocks:
    """An auction of real estate was contracted on 5 November: 45 days, to Monday 21 December."""
    clocks = opened()
    signed = made(sale.AuctionContracted, S, movable=False, signed_on=on("2026-11-05"))
    clocks.hear(signed, officer("2026-11-05 10:00"))
    return clocks


def test_a_pause_moves_the_end_by_as_many_days() -> None:
    clocks = resolving()
    (paused,) = clocks.hear(PAUSED, head("2026-10-12 09:00"))
    assert isinstance(paused, deadline.Paused)
    assert clocks.clock("L-102-4").state == "PAUSED"
    (resumed,) = clocks.hear(RESUMED, head("2026-10-22 09:00"))
    assert isinstance(resumed, deadline.Resumed)
    assert (resumed.due, resumed.new_due) == (at("2026-11-03 00:00"), at("2026-11-11 00:00"))
    assert clocks.clock("L-102-4").due == resumed.new_due  # thirty days and ten: 10 November
    assert day_of(clocks.clock("L-102-4").start) == on("2026-10-01")


def test_two_pauses_add_up() -> None:
    clocks = resolving()
    for since, until in (("10-12", "10-14"), ("10-20", "10-23")):
        clocks.hear(PAUSED, head(f"2026-{since} 09:00"))
        clocks.hear(RESUMED, head(f"2026-{until} 09:00"))
    assert clocks.clock("L-102-4").due == at("2026-11-06 00:00")  # 31 October and five days


def test_what_runs_is_not_resumed_and_what_is_paused_not_paused_again() -> None:
    clocks = resolving()
    assert clocks.hear(RESUMED, head("2026-10-12 09:00")) == []
    clocks.hear(PAUSED, head("2026-10-12 09:00"))
    assert clocks.hear(PAUSED, head("2026-10-13 09:00")) == []


def test_what_is_done_in_a_pause_is_never_late() -> None:
    clocks = resolving()
    clocks.hear(PAUSED, head("2026-10-30 09:00"))
    stop = clocks.hear(made(complaint.Decided, X), head("2026-12-09 09:00"))[0]
    assert isinstance(stop, deadline.Stopped)
    assert not stop.late


def test_nobody_is_late_while_the_clock_is_paused() -> None:
    clocks = resolving()
    claim = clocks.overdue("L-102-4")
    clocks.hear(PAUSED, head("2026-10-30 09:00"))
    (refusal,) = clocks.say(claim, platform("2026-11-03 00:00"))
    assert (refusal.code, refusal.details["state"]) == ("WRONG_STATE", "PAUSED")


def test_an_extended_clock_may_be_paused_too() -> None:
    clocks = resolving()
    clocks.say(clocks.extended("L-102-4", "2026-11-13 00:00"), head("2026-10-15 09:00"))
    clocks.hear(PAUSED, head("2026-11-05 09:00"))
    clocks.hear(RESUMED, head("2026-11-09 09:00"))
    assert clocks.clock("L-102-4").due == at("2026-11-17 00:00")  # the 12th, and four days


def test_a_clock_that_goes_on_to_a_new_end_warns_of_it_again() -> None:
    clocks = resolving()
    clocks.say(clocks.due_soon("L-102-4"), platform("2026-11-02 00:00"))
    clocks.hear(PAUSED, head("2026-11-02 09:00"))
    clocks.hear(RESUMED, head("2026-11-10 09:00"))
    assert not codes(clocks.say(clocks.due_soon("L-102-4"), platform("2026-11-10 10:00")))


def test_a_pause_that_is_told_late_takes_back_what_was_said_of_the_time_meanwhile() -> None:
    """Paused on 30 October, which is told when thirty days are over and it was said so."""
    clocks = resolving()
    clocks.say(clocks.overdue("L-102-4"), platform("2026-11-03 00:00"))
    late = replace(head("2026-10-30 09:00"), accepted_at=at("2026-11-04 09:00"))
    withdrawn, begun, paused = clocks.hear(PAUSED, late)
    assert isinstance(withdrawn, deadline.Withdrawn)
    assert isinstance(begun, deadline.Started)
    assert isinstance(paused, deadline.Paused)
    assert begun.due == at("2026-11-03 00:00")
    clocks.hear(RESUMED, head("2026-11-09 09:00"))
    clock = clocks.clock("L-102-4")
    assert (clock.state, clock.due) == ("RUNNING", at("2026-11-11 00:00"))  # 31 October and ten


def test_a_pause_after_its_time_halts_no_clock_though_nothing_was_said_yet() -> None:
    clocks = resolving()
    assert clocks.hear(PAUSED, head("2026-11-03 00:00")) == []
    assert clocks.clock("L-102-4").state == "RUNNING"


def test_a_pause_counts_from_the_day_the_clock_counts_from() -> None:
    """Accepted on the first, which was entered on the fifth: the second was in between."""
    clocks = opened()
    accepted = made(complaint.Accepted, X, level="1", act_kind="c", accepted_on=on("2026-10-01"))
    clocks.hear(accepted, head("2026-10-05 10:00"))
    late = replace(head("2026-10-02 09:00"), accepted_at=at("2026-10-06 09:00"))
    (paused,) = clocks.hear(PAUSED, late)
    assert isinstance(paused, deadline.Paused)


def test_what_was_overdue_before_the_pause_stays_so() -> None:
    clocks = resolving()
    clocks.say(clocks.overdue("L-102-4"), platform("2026-11-03 00:00"))
    assert clocks.hear(PAUSED, head("2026-11-03 00:00")) == []
    assert clocks.clock("L-102-4").state == "OVERDUE"


def test_a_sale_that_is_stopped_is_not_paused() -> None:
    clocks = auctioned()
    (paused,) = clocks.hear(made(sale.Halted, S, kind="PAUSE"), officer("2026-11-16 09:00"))
    assert isinstance(paused, deadline.Paused)
    (resumed,) = clocks.hear(made(sale.Unhalted, S), officer("2026-11-20 09:00"))
    assert isinstance(resumed, deadline.Resumed)
    assert resumed.new_due == at("2026-12-25 00:00")
    (stopped,) = clocks.hear(made(sale.Halted, S, kind="STOP"), officer("2026-11-23 09:00"))
    assert isinstance(stopped, deadline.Stopped)


def test_what_was_a_stop_and_no_pause_ends_the_clock_on_its_day() -> None:
    clocks = auctioned()
    halted = officer("2026-11-16 09:00")
    clocks.hear(made(sale.Halted, S, kind="PAUSE"), halted)
    clocks.hear(made(sale.Unhalted, S), officer("2026-11-20 09:00"))
    stop = made(sale.Halted, S, kind="STOP")
    begun, stopped = clocks.hear_instead(halted.id, stop, halted)
    assert isinstance(begun, deadline.Started)
    assert (begun.due, begun.pauses) == (at("2026-12-22 00:00"), [])
    assert isinstance(stopped, deadline.Stopped)
    assert (stopped.done_at, stopped.due) == (halted.occurred_at, begun.due)
    assert clocks.clock("L-83-9").state == "STOPPED"


def test_what_was_a_pause_and_no_stop_halts_the_clock_until_it_goes_on() -> None:
    clocks = auctioned()
    halted = officer("2026-11-16 09:00")
    clocks.hear(made(sale.Halted, S, kind="STOP"), halted)
    clocks.hear_instead(halted.id, made(sale.Halted, S, kind="PAUSE"), halted)
    assert clocks.clock("L-83-9").state == "PAUSED"
    clocks.hear(made(sale.Unhalted, S), officer("2026-11-20 09:00"))
    clock = clocks.clock("L-83-9")
    assert (clock.state, clock.due) == ("RUNNING", at("2026-12-25 00:00"))


def test_of_two_pauses_told_one_after_the_other_the_second_counts_where_the_first_never_was() -> (
    None
):
    clocks = resolving()
    first = head("2026-10-12 09:00")
    clocks.hear(PAUSED, first)
    clocks.hear(PAUSED, head("2026-10-14 09:00"))
    clocks.hear(RESUMED, head("2026-10-22 09:00"))
    (begun,) = clocks.hear_instead(first.id, PAUSED, head("2026-10-21 09:00"))
    assert isinstance(begun, deadline.Started)
    assert [day_of(each.since) for each in begun.pauses] == [on("2026-10-14")]
    assert clocks.clock("L-102-4").due == at("2026-11-10 00:00")
