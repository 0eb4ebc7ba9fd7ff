"""The facts of a clock, each of which names it as it stands."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from services.core.contracts.events import deadline, records
from services.core.law.working_days import calendar
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock

Said = TypeVar("Said", bound=deadline.Fact)


def again(id_: str, clock: Clock) -> deadline.Started:
    """Let a clock start as it stands: once more, or with what was told before its start."""
    return _of(
        deadline.Started,
        id_,
        clock,
        start=clock.start,
        kind=entries.entry(clock.rule).kind,
        rule_version=clock.version,
        calendar_version=calendar().version,
        verified=clock.verified,
        pauses=[records.Pause(each.since, each.until) for each in clock.pauses],
        due=clock.due,
        responsible=clock.responsible,
        alarm_at=clock.alarm_at,
        addressee=clock.addressee,
    )


def begun_again(id_: str, clock: Clock) -> Iterator[deadline.Started | deadline.Paused]:
    """Let a clock start as it stands, and halt where it is halted."""
    yield again(id_, clock)
    if clock.paused_by and clock.due and clock.is_halted:
        yield paused(id_, clock, clock.due, clock.paused_by)


def stopped(id_: str, clock: Clock, at: datetime, by: str) -> deadline.Stopped:
    """Stop a clock by what was done at a moment, in time or late."""
    return _of(
        deadline.Stopped,
        id_,
        clock,
        by_event_id=by,
        late=clock.is_late(at),
        due=clock.due,
        done_at=at,
    )


def paused(id_: str, clock: Clock, due: datetime, by: str) -> deadline.Paused:
    """Halt a clock. What has no end cannot be halted."""
    return _of(
        deadline.Paused,
        id_,
        clock,
        due=due,
        by_event_id=by,
    )


def resumed(id_: str, clock: Clock, due: datetime, new_due: datetime, by: str) -> deadline.Resumed:
    """Let a clock go on that was due at one moment, until another."""
    return _of(
        deadline.Resumed,
        id_,
        clock,
        due=due,
        by_event_id=by,
        new_due=new_due,
    )


def withdrawn(id_: str, clock: Clock, said: str, due: datetime, by: str) -> deadline.Withdrawn:
    """Take back what was said of a clock too early."""
    return _of(
        deadline.Withdrawn,
        id_,
        clock,
        due=due,
        withdrawn_event_id=said,
        by_event_id=by,
    )


def cancelled(id_: str, clock: Clock, by: str) -> deadline.Cancelled:
    """Let a clock fall away with what it watched."""
    return _of(
        deadline.Cancelled,
        id_,
        clock,
        by_event_id=by,
        due=clock.due,
    )


def _of(type_: type[Said], id_: str, clock: Clock, **more: Any) -> Said:
    """Return a fact that names a clock, and says more of it."""
    return type_(
        clock.watched, clock_id=id_, rule_id=clock.rule, cause_event_id=clock.cause, **more
    )
