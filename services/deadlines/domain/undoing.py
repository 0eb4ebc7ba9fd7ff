"""Clocks after a correction: what an undone fact had started, ended or halted is put right openly.

What is corrected goes on under the id by which it was said first, so a clock that it starts again
is the same clock: it is said to start once more, with what holds now. A clock whose end is undone
starts once more as it stood. What had been said of it too early is withdrawn first.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from services.core.access.docket import ENDED
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock, begun
from services.deadlines.domain.ending import End, ended_before, following, reached_by
from services.deadlines.domain.facts import again, begun_again, cancelled, stopped, withdrawn
from services.deadlines.domain.heard import Deed
from services.deadlines.domain.known import Known, deed
from services.deadlines.domain.pausing import standing
from services.deadlines.domain.starting import started

_NAMED = frozenset({"HOLDER", "POLICE", "AUCTIONEER"})  #: who must act because a fact names him
_CLOSED = frozenset({"STOPPED", "WITHDRAWN"})
_SAID = frozenset({"OVERDUE", "EXPIRED", "STOPPED"})  #: where what was said stands until withdrawn


def taken_back(known: Known, gone: str, context: Context) -> Iterator[deadline.Fact]:
    """Say what becomes of clocks where a fact is undone and nothing takes its place here."""
    for id_, clock in known.deadline.items():
        if clock.cause == gone:
            yield from _dropped(known, id_, clock, context.id)
        elif _is_reopened(known, clock, gone):
            open_ = _open(known, clock)
            yield from _ends(known, id_, clock, open_, ended_before(known, id_, open_), context)
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
    for start in starts.values():
        yield from begun_as_told(known, start, context)


def begun_as_told(
    known: Known, start: deadline.Started, context: Context
) -> Iterator[deadline.Fact]:
    """Let a clock start, with the pauses and the end that were told before its start."""
    clock = standing(known, begun(start, context.occurred_at))
    yield from begun_and_ended(known, start.clock_id, clock)


def begun_and_ended(known: Known, id_: str, clock: Clock) -> Iterator[deadline.Fact]:
    """Let a clock start as it stands, and end by what had ended it, or was done meanwhile."""
    yield from begun_again(id_, clock)
    yield from _ended_again(known, id_, clock)


def _start_put_right(
    known: Known, id_: str, clock: Clock, start: deadline.Started | None, context: Context
) -> Iterator[deadline.Fact]:
    if start is None:
        yield from _dropped(known, id_, clock, context.id)
        return
    anew = _kept(known, start, clock, context)
    if clock.state == "CANCELLED":
        stands = known.case.of(clock.watched).view.state not in ENDED
        if stands or clock.ended_by or entries.entry(clock.rule).outlives:
            yield from begun_and_ended(known, id_, anew)
    elif _says(again(id_, anew)) != _says(again(id_, clock)):
        yield from unsaid(known, id_, clock, context.id)
        yield from begun_again(id_, anew)
        if clock.state in _CLOSED:
            yield from _ended_again(known, id_, anew)


def _says(start: deadline.Started) -> deadline.Started:
    """Return a start without what may differ though nothing has changed."""
    return replace(start, calendar_version="", verified=False)


def _ended_again(known: Known, id_: str, anew: Clock) -> Iterator[End]:
    """Say how a clock that starts once more ends by what had ended it, or was done meanwhile."""
    if anew.ended_by and anew.ended_at:
        yield stopped(id_, anew, anew.ended_at, anew.ended_by)
    elif end := ended_before(known, id_, anew):
        yield end


def _end_put_right(
    known: Known, id_: str, clock: Clock, done: Deed, event: Event, context: Context
) -> Iterator[deadline.Fact]:
    """Say how a clock ends by what stands now in the place of what had ended it."""
    open_ = _open(known, clock)
    end = reached_by(known, id_, open_, done, event, context) or ended_before(known, id_, open_)
    match clock.state, end:
        case "CANCELLED", deadline.Cancelled():
            return
        case _ if clock.pauses != open_.pauses:
            yield from _ends(known, id_, clock, open_, end, context)
        case (("STOPPED" | "WITHDRAWN"), deadline.Stopped(late=late, done_at=at)) if (
            late == clock.late and at == clock.ended_at
        ):
            return
        case "STOPPED", deadline.Stopped() | deadline.Withdrawn():
            yield from _with_following(known, end, context.id)
        case _:
            yield from _ends(known, id_, clock, open_, end, context)


def _ends(
    known: Known, id_: str, clock: Clock, open_: Clock, end: End | None, context: Context
) -> Iterator[deadline.Fact]:
    """Let a clock start once more, and end where it does.

    What was said of it will be said again where it holds; if it was done in time it is withdrawn.
    """
    if isinstance(end, deadline.Withdrawn):
        yield from unsaid(known, id_, clock, context.id)
    elif clock.said:
        yield from following(known, clock.said, context.id).values()
    yield from begun_again(id_, open_)
    if isinstance(end, deadline.Withdrawn):
        yield stopped(id_, open_, end.done_at or context.occurred_at, end.by_event_id)
    elif end is not None:
        yield end


def _in_time_after_all(
    known: Known, id_: str, clock: Clock, done: Deed, event: Event, context: Context
) -> Iterator[deadline.Fact]:
    """Say that a clock which another fact stopped too late was ended in time before that."""
    if done.at <= clock.since:
        return
    match reached_by(known, id_, _open(known, clock), done, event, context):
        case (deadline.Stopped(late=False) | deadline.Withdrawn()) as end:
            yield from _with_following(known, end, context.id)
        case _:
            return


def _with_following(known: Known, end: End, by: str) -> Iterator[End]:
    """Yield an end; with what it takes back fall the clocks that ran because of that."""
    yield end
    if isinstance(end, deadline.Withdrawn):
        yield from following(known, end.withdrawn_event_id, by).values()


def _dropped(known: Known, id_: str, clock: Clock, by: str) -> Iterator[End]:
    """Yield what is said of a clock that should never have started; what had ended it is kept."""
    yield from unsaid(known, id_, clock, by)
    if clock.state != "CANCELLED":
        yield cancelled(id_, clock, by)


def unsaid(known: Known, id_: str, clock: Clock, by: str) -> Iterator[End]:
    """Withdraw what was said of a clock, and cancel the clocks that were started because of it."""
    if clock.state in _SAID and clock.said and clock.due:
        yield withdrawn(id_, clock, clock.said, clock.due, by)
    if clock.said:
        yield from following(known, clock.said, by).values()


def _open(known: Known, clock: Clock) -> Clock:
    """Return a clock as it stood before its end; what was withdrawn of it holds no more."""
    open_ = standing(known, replace(clock, ended_by=None, ended_at=None, late=False))
    return replace(open_, said=clock.said if clock.state == "STOPPED" else None)


def _kept(known: Known, start: deadline.Started, clock: Clock, context: Context) -> Clock:
    """Return a clock put right, with what holds on: who must act, unless the fact says so, its end.

    Who carries a case out may have changed since; whoever had to act then is who was asked.
    """
    if entries.entry(clock.rule).who not in _NAMED:
        start = replace(start, responsible=clock.responsible)
    since = clock.since if start.start == clock.start else context.occurred_at
    anew = replace(
        begun(start, since),
        longer=clock.longer,
        ended_by=clock.ended_by,
        ended_at=clock.ended_at,
    )
    if anew.longer is not None:
        anew = replace(anew, due=anew.counted)
    return standing(known, anew)
