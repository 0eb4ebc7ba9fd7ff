"""Clocks start: which, of what part, from when, and when they are due."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

from services.core.access.docket import ENDED, stream_of
from services.core.contracts.clock_entries import ClockEntry, Start
from services.core.contracts.days import day_of
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline, measure
from services.core.contracts.family import Context
from services.core.contracts.identifiers import clock_id_of
from services.core.law.clocks import alarm_at_once
from services.core.law.counting import count, end_of, first_day
from services.core.law.errors import NoTerm
from services.core.law.rules import Rule
from services.core.law.versions import version_of
from services.core.law.working_days import calendar
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import rule_of
from services.deadlines.domain.conditions import LATER, STARTS, Asked
from services.deadlines.domain.known import Known
from services.deadlines.domain.responsible import responsible

AT_ONCE: Final = "K-AT-ONCE"  #: the rule that says at which hour what is due at once is alarmed
_TICK: Final = timedelta(microseconds=1)


def started(
    known: Known,
    event: Event,
    context: Context,
    cause: str,
    again: Collection[str] = (),
) -> Iterator[deadline.Started]:
    """Yield every clock that an event starts; `cause` is the id of its fact.

    The event is folded in already, unless it is a fact of a clock. `again` are the clocks that the
    fact had started before it was corrected: what they ask was met then.
    """
    version = _version(known, event, context)
    begun: set[str] = set()
    for entry, start in entries.starts(event.TYPE, version):
        rule = rule_of(entry.id, version)
        if rule is None or not entries.starts_by(start, event):
            continue
        if _is_told_again(known, entry, start, event, context):
            continue
        for watched, whose, addressee in _places(known, entry, start, event):
            id_ = clock_id_of(cause, entry.id, whose)
            if id_ in begun or (id_ in known.deadline and id_ not in again):
                continue
            if (
                start.when
                and id_ not in again
                and not _is_met(start.when, known, watched, event, context)
            ):
                continue
            begun.add(id_)
            moment = _moment(known, start, watched, event, context)
            agency = addressee or responsible(known, entry.who, watched, event, context)
            agency = agency and context.directory.heir(agency, day_of(context.occurred_at))
            yield _started(entry, rule, version, moment, (id_, watched, cause), agency, addressee)


def _is_met(when: str, known: Known, part: str, event: Event, context: Context) -> bool:
    """Say whether a condition is met; what was asked before the case moved on cannot be told."""
    moved_on = known.case.of(part).view.since
    if context.corrects and moved_on is not None and moved_on > day_of(context.occurred_at):
        return False
    return STARTS[when](Asked(known, part, event, context))


def _version(known: Known, event: Event, context: Context) -> str:
    view = known.case.of(event.part).view
    ended_on = view.since if view.state in ENDED else None
    return version_of(context.occurred_at, case_ended_on=ended_on)


def _places(
    known: Known, entry: ClockEntry, start: Start, event: Any
) -> list[tuple[str, str | None, str | None]]:
    """Return the part of each clock to start, what tells it from its sisters, and whose it is."""
    if start.each == "case":
        return [(id_, id_, None) for id_ in known.case.cases]
    part = stream_of(event.part) if start.watches == "case" else known.about(event)
    if entry.per == "addressee":
        return [(part, slug, slug) for slug in dict.fromkeys(event.addressees)]
    return [(part, None, None)]


def _is_told_again(
    known: Known, entry: ClockEntry, start: Start, event: Event, context: Context
) -> bool:
    """Say whether a notice of this paper came before, to anybody or to this recipient."""
    if not isinstance(event, case.Notified | measure.Notified):
        return False
    wanted = start.if_.get("as")
    roles = wanted if isinstance(wanted, list) else [wanted]
    notice = start.if_.get("notice", "")
    told = known.told(event.document_event_id)
    fit = [each for each in told if each.notice == notice and each.as_ in roles]
    if entry.per == "recipient":
        fit = [each for each in fit if each.addressee == event.addressee]
    first = (event.addressee, context.occurred_at)
    return bool(fit) and (fit[0].addressee, fit[0].at) != first


def _moment(known: Known, start: Start, watched: str, event: Event, context: Context) -> datetime:
    """Return from when the clock counts: the moment, or one within the day, that is not counted."""
    said = getattr(event, start.from_, None) if start.from_ else None
    moment = _within(said or context.occurred_at, event, context)
    later = LATER[start.later_of](known, watched) if start.later_of else None
    if later is not None and first_day(later) > first_day(moment):
        return later if isinstance(later, datetime) else _within(later, event, context)
    return moment


def _within(said: date | datetime, event: Event, context: Context) -> datetime:
    """Return a moment that stands for a day or a time in counting.

    A day is that of the act, at the hour of the act, or its last moment: its hour is not known. An
    act at midnight belongs to the day that begins; only the end of a clock to the day that ends.
    """
    if not isinstance(said, datetime):
        same = day_of(context.occurred_at) == said
        said = context.occurred_at if same else end_of(said) - _TICK
    is_midnight = first_day(said) != day_of(said)
    return said + _TICK if is_midnight and not isinstance(event, deadline.Fact) else said


def _started(
    entry: ClockEntry,
    rule: Rule,
    version: str,
    start: datetime,
    ids: tuple[str, str, str],
    agency: str | None,
    addressee: str | None,
) -> deadline.Started:
    id_, watched, cause = ids
    due, is_certain = _due(rule, start)
    alarm_at = alarm_at_once(due, _hour(version)) if due and rule.unit == "NGAY" else None
    return deadline.Started(
        watched,
        clock_id=id_,
        rule_id=entry.id,
        cause_event_id=cause,
        start=start.astimezone(UTC),
        kind=entry.kind,
        rule_version=cast("deadline.StartedRuleVersion", version),
        calendar_version=calendar().version,
        verified=rule.verified and is_certain,
        pauses=[],
        due=due,
        responsible=agency,
        alarm_at=alarm_at and alarm_at.astimezone(UTC),
        addressee=addressee,
    )


def _due(rule: Rule, start: datetime) -> tuple[datetime | None, bool]:
    """Return when it is due, and whether that is certain; never where the law sets no number."""
    try:
        counted = count(rule, start)
    except NoTerm:
        return None, True
    return counted.due and counted.due.astimezone(UTC), counted.verified


def _hour(version: str) -> int:
    rule = rule_of(AT_ONCE, version)
    return (rule and rule.amount) or 0
