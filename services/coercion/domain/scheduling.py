"""When an hour may be fixed: allowed by the law, told in time, protected, booked (Đ72, Đ80)."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from services.coercion.domain.common import exists, halted, in_order, theirs
from services.coercion.domain.known import Coercion, Known
from services.core.contracts.days import day_of
from services.core.contracts.events import coercion
from services.core.contracts.family import Context, Refusal
from services.core.law.forbidden_times import forbids
from services.core.law.working_days import calendar

Claim: TypeAlias = (
    coercion.ProtectionRequested
    | coercion.ProtectionPlanned
    | coercion.Scheduled
    | coercion.PlanSent
    | coercion.PlanAcknowledged
    | coercion.Postponed
)

NOTICE_OF_LAND: Final = (3, "L-80-1", "Đ80.2.a")  #: working days before a seizure of real estate
NOTICE_OF_COSTS: Final = (2, "L-72-5", "Đ72.7")


def objections(known: Known, this: Coercion, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    yield from exists(this)
    yield from in_order(known, this, claim)
    match claim:
        case coercion.Scheduled():
            yield from theirs(known, context)
            yield from of_hours(claim, context)
            yield from halted(known, this)
            yield from of_bookings(known, this, claim)
            if claim.force_mobilised:
                yield from of_force(this, claim, context)
        case coercion.ProtectionPlanned():
            if context.agency not in this.police_asked:
                yield Refusal("NOT_ADDRESSEE", {"asked": sorted(this.police_asked)})
        case coercion.PlanAcknowledged():
            if this.hour is None or context.agency not in this.hour.addressees:
                yield Refusal("NOT_ADDRESSEE")
        case coercion.PlanSent(addressees=told):
            yield from theirs(known, context)
            if this.hour is not None and not set(this.hour.addressees) <= set(told):
                yield Refusal("ADDRESSEE_MISSING", field="/addressees")
        case coercion.ProtectionRequested() | coercion.Postponed():
            yield from theirs(known, context)


def of_hours(claim: coercion.Scheduled, context: Context) -> Iterator[Refusal]:
    """The hours must be allowed by the law of the planned day, and far enough for the notices."""
    if claim.ends_at <= claim.starts_at:
        yield Refusal("HOURS_REVERSED", field="/ends_at")
    for each in forbids(
        claim.starts_at,
        claim.ends_at,
        force=claim.force_mobilised,
        policy_day=bool(claim.policy_day),
    ):
        yield Refusal(each.code, field="/starts_at", next_allowed=each.next_allowed)
    if not claim.immediate:
        days, rule, article = NOTICE_OF_LAND if claim.real_estate else NOTICE_OF_COSTS
        latest = calendar().working_days_before(day_of(claim.starts_at), days)
        if day_of(context.occurred_at) > latest:
            yield Refusal(
                "LEAD_TIME_TOO_SHORT",
                {"latest_notice": latest.isoformat()},
                field="/starts_at",
                rule_id=rule,
                article=article,
            )


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
    """Force needs a request to the police, the head's approval, and all who must know (Đ72.6)."""
    if claim.police_id not in this.police_asked:
        yield Refusal("PROTECTION_NOT_REQUESTED", field="/police_id")
    if context.role != "HEAD":
        yield Refusal("NOT_APPROVED_BY_HEAD", {"role": context.role})
    kinds = {agency.kind for slug in claim.addressees if (agency := context.directory.agency(slug))}
    if "procuracy" not in kinds or not {claim.commune_id, claim.police_id} <= set(claim.addressees):
        yield Refusal("ADDRESSEE_MISSING", field="/addressees")
