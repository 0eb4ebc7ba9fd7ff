"""A clock as its facts tell it, and the machine that says which fact may follow which.

A part has many clocks, each with a machine of its own. A clock starts once more where what it
started, ended or halted by is put right.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final, TypeAlias, assert_never, cast

from msgspec import Struct
from msgspec.structs import replace

from services.core.contracts.events import deadline
from services.core.contracts.events.machines import DEADLINE, DeadlineState
from services.core.contracts.family import Context
from services.core.law import clocks as terms
from services.core.law.counting import Pause
from services.core.law.errors import LawError
from services.core.law.rule_files import law
from services.core.law.rules import Rule

LIVE: Final = frozenset({"RUNNING", "PAUSED", "OVERDUE"})
"""The states of a clock that still waits for something."""


class Clock(Struct, frozen=True):
    """One clock, with all that was said of it."""

    rule: str  #: the id under which the catalogue declares it
    version: str  #: of the law that counts it
    watched: str  #: the part whose clock it is
    cause: str  #: the fact that started it
    since: datetime  #: when the act happened that started it
    start: datetime  #: from when it counts
    due: datetime | None  #: None: the law sets no number
    verified: bool = True  #: whether its rule and days were verified as it started
    alarm_at: datetime | None = None
    addressee: str | None = None
    responsible: str | None = None
    state: DeadlineState = "RUNNING"
    pauses: tuple[Pause, ...] = ()
    longer: int | None = None  #: by, or to, how much it was extended
    is_warned: bool = False
    said: str | None = None  #: the fact that said it was overdue or over
    paused_by: str | None = None  #: the fact that halted it last, since it started
    unsaid: tuple[str, ...] = ()  #: what was said of it and holds no more
    ended_by: str | None = None  #: the fact by which it stopped or was withdrawn
    ended_at: datetime | None = None  #: when that was done, as it counts
    late: bool = False  #: whether what stopped it came too late
    cancelled_by: str | None = None  #: the fact by which it fell away; what had ended it is kept

    @property
    def limit(self) -> datetime | None:
        """The first moment that is too late: at once means until the alarm."""
        return self.alarm_at or self.due

    @property
    def is_halted(self) -> bool:
        """Whether its last pause lasts, or lasted when it ended."""
        return self.term.is_paused

    @property
    def counted(self) -> datetime | None:
        """When its time is over as it is counted now, in UTC; None while it is halted."""
        due = self.term.count().due
        return due and due.astimezone(UTC)

    def is_late(self, at: datetime) -> bool:
        """Say whether its time was over at a moment."""
        return self.state != "PAUSED" and self.limit is not None and at >= self.limit

    def halts_at(self, at: datetime) -> datetime:
        """Return from when an act halts it: not before it began, nor in a pause that is over."""
        at = max(at, min(self.start, self.since))
        for pause in self.pauses:
            if pause.until and pause.since <= at < pause.until:
                at = pause.until
        return at

    def goes_on_at(self, at: datetime) -> datetime:
        """Return when an act lets it go on: at the earliest when its last pause began."""
        return max(at, self.pauses[-1].since)

    @property
    def term(self) -> terms.Clock:
        """The term that it counts. Its rule must hold, as it did when it started."""
        rule = rule_of(self.rule, self.version)
        if rule is None:
            raise LookupError(f"no rule {self.rule} in {self.version}, by which a clock started")
        return terms.Clock(rule, self.start, self.pauses, self.longer)


@cache
def rule_of(rule: str, version: str) -> Rule | None:
    """Return what holds of a rule in a version, None where nothing does."""
    try:
        return law().rule(rule, version)
    except LawError:
        return None


def folded(
    clocks: Mapping[str, Clock], fact: deadline.Fact, context: Context
) -> Mapping[str, Clock]:
    """Fold one fact in. Where the machine has no arrow for it, nothing moves."""
    before = clocks.get(fact.clock_id)
    state = cast("DeadlineState | None", DEADLINE.follows(before.state if before else None, fact))
    if state is None:
        return clocks
    if isinstance(fact, deadline.Started):
        fresh = begun(fact, context.occurred_at)
        return {**clocks, fact.clock_id: _once_more(fresh, before) if before else fresh}
    if before is None:
        return clocks
    return {**clocks, fact.clock_id: replace(_with(before, fact, context), state=state)}


def begun(fact: deadline.Started, since: datetime) -> Clock:
    """Return the clock that a fact starts."""
    return Clock(
        rule=fact.rule_id,
        version=fact.rule_version,
        watched=fact.watched,
        cause=fact.cause_event_id,
        since=since,
        start=fact.start,
        due=fact.due,
        verified=fact.verified,
        pauses=tuple([Pause(each.since, each.until) for each in fact.pauses]),
        alarm_at=fact.alarm_at,
        addressee=fact.addressee,
        responsible=fact.responsible,
    )


def _once_more(fresh: Clock, before: Clock) -> Clock:
    """Return a clock that starts once more: its extension holds on."""
    return replace(
        fresh,
        since=before.since if fresh.start == before.start else fresh.since,
        longer=before.longer,
        unsaid=_unsaid(before),
    )


def _unsaid(clock: Clock) -> tuple[str, ...]:
    return (*clock.unsaid, clock.said) if clock.said else clock.unsaid


Later: TypeAlias = (
    deadline.Claim
    | deadline.Stopped
    | deadline.Paused
    | deadline.Resumed
    | deadline.Cancelled
    | deadline.Withdrawn
)


def _with(clock: Clock, fact: Later, context: Context) -> Clock:
    match fact:
        case deadline.DueSoon():
            return replace(clock, is_warned=True)
        case deadline.Overdue() | deadline.Expired():
            return replace(clock, said=context.id)
        case deadline.Extended(ground="CALENDAR", new_due=due):
            return replace(clock, due=due, is_warned=False)
        case deadline.Extended(new_due=due):
            return replace(clock, due=due, longer=longer(clock, due), is_warned=False)
        case deadline.Paused():
            halted = clock.term.pause(clock.halts_at(context.occurred_at)).pauses
            return replace(clock, pauses=halted, paused_by=fact.by_event_id)
        case deadline.Resumed(new_due=due):
            pauses = clock.term.resume(clock.goes_on_at(context.occurred_at)).pauses
            return replace(clock, due=due, pauses=pauses, is_warned=False)
        case deadline.Stopped(late=late):
            return replace(_ended(clock, fact, context), late=late)
        case deadline.Withdrawn():
            return replace(_ended(clock, fact, context), said=None, unsaid=_unsaid(clock))
        case deadline.Cancelled(by_event_id=by):
            return _cancelled(clock, by)
        case _:
            assert_never(fact)


def _ended(clock: Clock, fact: deadline.Stopped | deadline.Withdrawn, context: Context) -> Clock:
    at = fact.done_at or context.occurred_at
    return replace(clock, ended_by=fact.by_event_id, ended_at=at, late=False)


def _cancelled(clock: Clock, by: str) -> Clock:
    """Return a clock that fell away; of one that was withdrawn for that alone, no end is kept."""
    if clock.ended_by == by:
        clock = replace(clock, ended_by=None, ended_at=None, late=False)
    return replace(clock, cancelled_by=by, said=None, unsaid=_unsaid(clock))


def longer(clock: Clock, due: datetime) -> int | None:
    """Return the least extension that reaches a moment, None where none so long is provided."""
    for amount in clock.term.extensions:
        reached = replace(clock.term, longer=amount).count().due
        if reached is not None and due <= reached:
            return amount
    return None
