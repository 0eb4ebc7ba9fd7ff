"""When an hour may be fixed: allowed by the law, told in time, protected, booked (Đ72, Đ80)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeAlias

from services.coercion.domain.common import exists, halted, in_order
from services.coercion.domain.known import Coercion, Known
from services.core.contracts.clock_entries import BEFORE_2026
from services.core.contracts.days import day_of
from services.core.contracts.events import coercion
from services.core.contracts.family import Context, Refusal
from services.core.law.forbidden_times import doubtful_days, forbids
from services.core.law.limits import latest_day
from services.core.law.versions import version_at

Claim: TypeAlias = (
    coercion.ProtectionRequested
    | coercion.ProtectionPlanned
    | coercion.Scheduled
    | coercion.PlanSent
    | coercion.PlanAcknowledged
    | coercion.Postponed
)

NOTICE_OF_LAND: Final = "L-80-1"  #: before a seizure of real estate
NOTICE_OF_COSTS: Final = "L-72-5"
MUST_KNOW: Final = frozenset({"procuracy", "commune", "police"})
"""The kinds of agency to which a plan with force is sent (Đ72.6.c)."""


def objections(known: Known, this: Coercion, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    yield from exists(this)
    yield from in_order(known, this, claim)
    match claim:
        case coercion.Scheduled():
            yield from of_hours(claim, context)
            yield from halted(known, this)
            yield from of_bookings(known, this, claim)
            if claim.force_mobilised:
                yield from of_force(this, claim, context)
        case coercion.PlanAcknowledged():
            if this.hour is None or context.agency not in this.hour.addressees:
                yield Refusal("NOT_ADDRESSEE")
        case coercion.PlanSent(addressees=told):
            if this.hour is not None and not set(this.hour.addressees) <= set(told):
                yield Refusal("ADDRESSEE_MISSING", field="/addressees")


def of_hours(claim: coercion.Scheduled, context: Context) -> Iterator[Refusal]:
    """The hours must be allowed by the law of the planned day, and far enough for the notices."""
    if claim.ends_at <= claim.starts_at:
        yield Refusal("HOURS_REVERSED", field="/ends_at")
    yield from of_time(
        claim.starts_at,
        claim.ends_at,
        "/starts_at",
        force=claim.force_mobilised,
        policy_day=bool(claim.policy_day),
    )
    if not claim.immediate:
        planned = version_at(claim.starts_at)
        rule = NOTICE_OF_LAND if claim.real_estate else NOTICE_OF_COSTS
        latest = latest_day(rule, planned, day_of(claim.starts_at))
        if latest is not None and day_of(context.occurred_at) > latest:
            yield Refusal(
                "LEAD_TIME_TOO_SHORT",
                {"latest_notice": latest.isoformat()},
                field="/starts_at",
                rule_id=rule,
                law=planned,
            )


def of_time(
    start: datetime, end: datetime, field: str, *, force: bool, policy_day: bool
) -> Iterator[Refusal]:
    """Yield why coercion may not be held in these hours, by the law of their day."""
    found = forbids(start, end, force=force, policy_day=policy_day)
    for each in found:
        yield Refusal(
            each.code,
            field=field,
            rule_id=each.rule.id,
            next_allowed=each.next_allowed,
            law=each.rule.version,
            is_certain=each.is_certain,
        )
    if end > start and not any(each.code == "FORBIDDEN_DAY" for each in found):
        for day in doubtful_days(start, end)[:1]:
            planned, doubt = version_at(start), {"perhaps_off": day.isoformat()}
            yield Refusal("FORBIDDEN_DAY", doubt, field=field, law=planned, is_certain=False)


def of_bookings(known: Known, this: Coercion, claim: coercion.Scheduled) -> Iterator[Refusal]:
    """The officer, and the police where force is mobilised, must keep these very hours."""

    def is_kept(unit: str | None) -> bool:
        bookings = this.bookings.values()
        return any(each.covers(unit, claim.starts_at, claim.ends_at) for each in bookings)

    if claim.force_mobilised and not is_kept(claim.police_id):
        yield Refusal("POLICE_NOT_BOOKED", field="/starts_at")
    if not is_kept(known.case.view.officer):
        yield Refusal("OFFICER_NOT_BOOKED", field="/starts_at")


def of_force(this: Coercion, claim: coercion.Scheduled, context: Context) -> Iterator[Refusal]:
    """Force needs a request to the police, the head's approval, and all who must know (Đ72.6).

    Before July 2026 the officer signed the plan, and its sending was the request to the police.
    """
    if context.law not in BEFORE_2026:
        if claim.police_id not in this.police_asked:
            yield Refusal("PROTECTION_NOT_REQUESTED", field="/police_id")
        if context.role != "HEAD":
            yield Refusal("NOT_APPROVED_BY_HEAD", {"role": context.role})
    kinds = {agency.kind for slug in claim.addressees if (agency := context.directory.agency(slug))}
    of_place = {claim.commune_id, claim.police_id}
    if not kinds >= MUST_KNOW or not of_place <= set(claim.addressees):
        yield Refusal("ADDRESSEE_MISSING", field="/addressees")
