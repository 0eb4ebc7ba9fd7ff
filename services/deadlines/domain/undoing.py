"""Clocks after a correction: what an undone fact had started, ended or halted is put right openly.

What is corrected goes on under the id by which it was said first, so a clock that it starts again
is the same clock: it is said to start once more, with what holds now. A clock whose end is undone
starts once more as it stood. What had been said of it too early is withdrawn first.
"""

from collections.abc import Iterator
from datetime import UTC

from msgspec.structs import replace

from services.core.access.docket import ENDED
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock, begun
from services.deadlines.domain.ending import End, ended_before, following, reached_by
from services.deadlines.domain.facts import again, cancelled, paused, stopped, withdrawn
from services.deadlines.domain.heard import Deed
from services.deadlines.domain.known import Known, deed
from services.deadlines.domain.starting import started

_NAMED = frozenset({"HOLDER", "POLICE", "AUCTIONEER"})  #: who must act because a fact names him
_CLOSED = frozenset({"STOPPED", "WITHDRAWN"})


def is_in_place(context: Context) -> bool:
    """Say whether a correction stands in the place of the very fact that is undone."""
    return context.corrects == context.id


def taken_back(known: Known, context: Context) -> Iterator[deadline.Fact]:
    """Say what becomes of clocks where a fact is undone and nothing takes its place here.

    A correction in the place of the fact itself is heard next, and `put_right` answers it.
    """
    gone = context.withdraws or context.corrects
    if gone is None or is_in_place(context):
        return
    for id_, clock in known.deadline.items():
        if clock.cause == gone:
            yield from _dropped(known, id_, clock, context.id)
        elif _is_reopened(known, clock, gone):
            yield from _reopened(known, id_, clock, context.id)
            end = ended_before(known, id_, _running(clock))
            if end is not None:
                yield end
        elif clock.state == "CANCELLED" and clock.ended_by == gone and clock.cancelled_by:
            yield again(id_, clock)
            yield cancelled(id_, clock, clock.cancelled_by)


def _is_reopened(known: Known, clock: Clock, gone: str) -> bool:
    """Say whether a clock is not over any more without a fact.

    What had started because of something that is said no more does not start again.
    """
    by = clock.cancelled_by if clock.state == "CANCELLED" else clock.ended_by
    return (
        clock.state in _CLOSED | {"CANCELLED"}
        and by == gone
        and not any(clock.cause in each.unsaid for each in known.deadline.values())
    )


def put_right(known: Known, event: Event, context: Context) -> Iterator[deadline.Fact]:
    """Say what becomes of the clocks that the fact in whose place an event stands had moved."""
    done = deed(event, context, entries.ends(event.TYPE))
    for id_, clock in known.deadline.items():
        if clock.cause != context.id and _is_reopened(known, clock, context.id):
            yield from _end_put_right(known, id_, clock, done, event, context)
        elif clock.state == "STOPPED" and clock.late and clock.cause != context.id:
            yield from _in_time_after_all(known, id_, clock, done, event, context)
    own = {id_: clock for id_, clock in known.deadline.items() if clock.cause == context.id}
    fresh = started(known, event, context, context.id, own.keys())
    starts = {fact.clock_id: fact for fact in fresh}
    for id_, clock in own.items():
        yield from _start_put_right(known, id_, clock, starts.pop(id_, None), context)
    yield from starts.values()


def _start_put_right(
    known: Known, id_: str, clock: Clock, start: deadline.Started | None, context: Context
) -> Iterator[deadline.Fact]:
    if start is None:
        yield from _dropped(known, id_, clock, context.id)
        return
    start = _kept(start, clock)
    if clock.state == "CANCELLED":
        stands = known.case.of(clock.watched).view.state not in ENDED
        if stands or clock.ended_by or entries.entry(clock.rule).outlives:
            yield from _begun_again(id_, clock, start)
            yield from _end_again(known, id_, clock, start, context)
    elif _says(start) != _says(again(id_, clock)):
        yield from _restarted(known, id_, clock, start, context)


def _says(start: deadline.Started) -> deadline.Started:
    """Return a start without what may differ though nothing has changed."""
    return replace(start, calendar_version="", verified=False)


def _restarted(
    known: Known, id_: str, clock: Clock, start: deadline.Started, context: Context
) -> Iterator[deadline.Fact]:
    yield from unsaid(known, id_, clock, context.id)
    yield from _begun_again(id_, clock, start)
    if clock.state in _CLOSED:
        yield from _end_again(known, id_, clock, start, context)


def _begun_again(
    id_: str, clock: Clock, start: deadline.Started
) -> Iterator[deadline.Started | deadline.Paused]:
    """Let a clock start once more; if it was halted, it stands halted still."""
    yield start
    if clock.is_halted and start.due and clock.paused_by:
        yield paused(id_, clock, start.due, clock.paused_by)


def _end_again(
    known: Known, id_: str, clock: Clock, start: deadline.Started, context: Context
) -> Iterator[deadline.Fact]:
    """Say how a clock that starts once more ends by what had ended it, or was done meanwhile."""
    anew = _open(begun(start, context.occurred_at))
    if clock.ended_by and clock.ended_at:
        yield stopped(id_, anew, clock.ended_at, clock.ended_by)
    elif end := ended_before(known, id_, anew):
        yield end


def _end_put_right(
    known: Known, id_: str, clock: Clock, done: Deed, event: Event, context: Context
) -> Iterator[deadline.Fact]:
    """Say how a clock ends by what stands now in the place of what had ended it."""
    open_ = _running(clock)
    end = reached_by(known, id_, open_, done, event, context) or ended_before(known, id_, open_)
    match clock.state, end:
        case "CANCELLED", deadline.Cancelled():
            return
        case (("STOPPED" | "WITHDRAWN"), deadline.Stopped(late=late, done_at=at)) if (
            late == clock.late and at == clock.ended_at
        ):
            return
        case "STOPPED", deadline.Stopped() | deadline.Withdrawn():
            yield from _with_following(known, end, context.id)
        case _, None:
            yield from _reopened(known, id_, clock, context.id)
        case _:
            yield from _reopened(known, id_, clock, context.id)
            yield end


def _in_time_after_all(
    known: Known, id_: str, clock: Clock, done: Deed, event: Event, context: Context
) -> Iterator[deadline.Fact]:
    """Say that a clock which another fact stopped too late was ended in time before that."""
    if done.at <= clock.since:
        return
    match reached_by(known, id_, _running(clock), done, event, context):
        case (deadline.Stopped(late=False) | deadline.Withdrawn()) as end:
            yield from _with_following(known, end, context.id)
        case _:
            return


def _with_following(known: Known, end: End, by: str) -> Iterator[End]:
    """Yield an end; with what it takes back fall the clocks that ran because of that."""
    yield end
    if isinstance(end, deadline.Withdrawn):
        yield from following(known, end.withdrawn_event_id, by).values()


def _reopened(known: Known, id_: str, clock: Clock, by: str) -> Iterator[deadline.Fact]:
    """Let a clock start once more; what was said of it will be said again where it holds."""
    if clock.said:
        yield from following(known, clock.said, by).values()
    yield from _begun_again(id_, clock, again(id_, clock))


def _dropped(known: Known, id_: str, clock: Clock, by: str) -> Iterator[End]:
    """Yield what is said of a clock that should never have started; what had ended it is kept."""
    yield from unsaid(known, id_, clock, by)
    if clock.state != "CANCELLED":
        yield cancelled(id_, clock, by)


def unsaid(known: Known, id_: str, clock: Clock, by: str) -> Iterator[End]:
    """Withdraw what was said of a clock, and cancel the clocks that were started because of it."""
    if clock.state in {"OVERDUE", "EXPIRED"} and clock.said and clock.due:
        yield withdrawn(id_, clock, clock.said, clock.due, by)
    if clock.said:
        yield from following(known, clock.said, by).values()


def _running(clock: Clock) -> Clock:
    """Return a clock as it stood before its end; what was withdrawn of it holds no more."""
    return replace(_open(clock), said=clock.said if clock.state == "STOPPED" else None)


def _open(clock: Clock) -> Clock:
    return replace(clock, state="PAUSED" if clock.is_halted else "RUNNING")


def _kept(start: deadline.Started, clock: Clock) -> deadline.Started:
    """Return a start with what holds on: who must act, unless the fact says so, pauses, extension.

    Who carries a case out may have changed since; whoever had to act then is who was asked.
    """
    if entries.entry(clock.rule).who not in _NAMED:
        start = replace(start, responsible=clock.responsible)
    if start.due is None or not (clock.pauses or clock.longer):
        return start
    due = replace(clock, start=start.start, version=start.rule_version).term.count().due
    return replace(start, due=due and due.astimezone(UTC), pauses=again("", clock).pauses)
