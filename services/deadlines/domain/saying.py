"""What may be said of a clock: that it is nearly over, overdue or over, and that it is extended."""

from collections.abc import Iterator
from datetime import UTC

from msgspec.structs import replace

from services.core.contracts.events import deadline, records
from services.core.contracts.events.machines import DEADLINE
from services.core.contracts.family import Context, Refusal
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock, longer, rule_of
from services.deadlines.domain.known import Known
from services.deadlines.escalation import steps

_SAYS = {"OVERDUE": deadline.Overdue, "EXPIRED": deadline.Expired}


def objections(known: Known, claim: deadline.Claim, context: Context) -> Iterator[Refusal]:
    """Yield every reason why this may not be said of that clock, or not yet."""
    clock = known.deadline.get(claim.clock_id)
    if clock is None:
        yield _wrong(claim, {"known": False})
    elif is_repeated(clock, claim):
        yield Refusal("DUPLICATE", {"clock": claim.clock_id}, field="/clock_id")
    elif DEADLINE.follows(clock.state, claim) is None:
        yield _wrong(claim, {"state": clock.state})
    else:
        yield from _of_identity(clock, claim)
        if isinstance(claim, deadline.Extended):
            yield from of_extension(clock, claim, context)
        else:
            yield from of_time(clock, claim, context)


def with_escalations(known: Known, claim: deadline.Overdue, context: Context) -> deadline.Overdue:
    """Return an alarm that names whom it reaches while nothing is done, and when."""
    clock = known.deadline[claim.clock_id]
    if clock.responsible is None or clock.limit is None:
        return replace(claim, escalations=[])
    climbs = steps(clock.responsible, clock.limit, context.occurred_at, context.directory)
    return replace(
        claim, escalations=[records.Escalation(agency, at.astimezone(UTC)) for agency, at in climbs]
    )


def is_repeated(clock: Clock, claim: deadline.Claim) -> bool:
    """Say whether the clock said so already."""
    if isinstance(claim, deadline.DueSoon):
        return clock.is_warned
    return isinstance(claim, _SAYS.get(clock.state, ()))


def _wrong(claim: deadline.Claim, details: dict[str, object], field: str = "clock_id") -> Refusal:
    return Refusal("WRONG_STATE", {"clock": claim.clock_id, **details}, field=f"/{field}")


def _of_identity(clock: Clock, claim: deadline.Claim) -> Iterator[Refusal]:
    """Whoever speaks of a clock must know it as it stands."""
    stands = {
        "watched": clock.watched,
        "rule_id": clock.rule,
        "cause_event_id": clock.cause,
        "due": clock.due,
    }
    for field, value in stands.items():
        if getattr(claim, field) != value:
            yield _wrong(claim, {field: str(value)}, field)


def of_time(
    clock: Clock,
    claim: deadline.DueSoon | deadline.Overdue | deadline.Expired,
    context: Context,
) -> Iterator[Refusal]:
    """A duty is overdue, a period is over; and neither before its time."""
    if isinstance(claim, deadline.DueSoon):
        return
    expires = entries.entry(clock.rule).expires
    if expires is not isinstance(claim, deadline.Expired):
        yield _wrong(claim, {"ends by itself": expires})
    if clock.limit is not None and context.occurred_at < clock.limit:
        yield _wrong(claim, {"not before": clock.limit.isoformat()})


def of_extension(clock: Clock, claim: deadline.Extended, context: Context) -> Iterator[Refusal]:
    """The law says whether, how long and by whom; the calendar moves clocks by the platform."""
    is_platform = context.role == "PLATFORM"
    if is_platform is not (claim.ground == "CALENDAR"):
        yield Refusal("ROLE_NOT_ALLOWED", {"role": context.role}, field="/ground")
    if claim.ground == "CALENDAR":
        return
    allowed = clock.term.rule.extension
    if allowed is None:
        yield _by_law("EXTENSION_NOT_PROVIDED", clock, rule=clock.term.rule.id)
    elif clock.longer is not None:
        yield _by_law("ALREADY_EXTENDED", clock, extended=claim.clock_id)
    elif longer(clock, claim.new_due) is None:
        latest = replace(clock.term, longer=allowed.amount).count().due
        refusal = _by_law("EXTENSION_TOO_LONG", clock, latest=latest and latest.isoformat())
        yield replace(refusal, field="/new_due")
    elif clock.due is not None and claim.new_due <= clock.due:
        yield _wrong(claim, {"due": clock.due.isoformat()}, "new_due")


def _by_law(code: str, clock: Clock, **details: object) -> Refusal:
    """Return a refusal that cites the rule of the extension, or that of the term itself."""
    rule = clock.term.rule
    by = rule.extension and rule.extension.rule and rule_of(rule.extension.rule, clock.version)
    cited = by or rule
    return Refusal(code, details, rule_id=cited.id, article=cited.article)
