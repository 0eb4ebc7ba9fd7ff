"""What is carried out is recorded, with every breach beside it; and how a coercion ends (Đ95)."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from services.coercion.domain.common import exists, in_order, not_before
from services.coercion.domain.known import Coercion, Known
from services.coercion.domain.scheduling import NOTICE_OF_LAND, of_time
from services.core.contracts.days import day_of
from services.core.contracts.events import coercion
from services.core.contracts.family import Refusal
from services.core.law.limits import latest_day
from services.core.law.versions import version_at

Claim: TypeAlias = coercion.Executed | coercion.Failed | coercion.Lifted

BY_TRANSFER: Final = frozenset({"ACCOUNT", "INCOME"})
"""Kinds that a holder carries out by transferring money: nobody comes to a house."""

ALL_PAID: Final = "3a"  #: nothing is owed any more (Đ95.3.a)


def objections(known: Known, this: Coercion, claim: Claim) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase."""
    yield from exists(this)
    yield from in_order(known, this, claim)
    match claim:
        case coercion.Executed():
            yield from of_execution(known, this, claim)
        case coercion.Lifted(ground=ground, decided_on=day):
            if ground == ALL_PAID and known.owed:
                yield Refusal("OBLIGATION_OPEN", {"owed": known.owed}, field="/ground")
            if day is not None:
                yield from not_before(day, this.decided_on, "/decided_on")


def of_execution(known: Known, this: Coercion, claim: coercion.Executed) -> Iterator[Refusal]:
    """What inspectors look for: at a forbidden time, without plan, notice or an hour fixed."""
    if claim.ended_at < claim.started_at:
        yield Refusal("HOURS_REVERSED", field="/ended_at")
    if claim.kind != this.kind:
        yield Refusal("KINDS_DIFFER", {"decided": this.kind}, field="/kind")
    yield from not_before(day_of(claim.started_at), this.decided_on, "/started_at")
    if claim.kind in BY_TRANSFER:
        return
    hour = this.hour
    if hour is None:
        yield Refusal("NOT_SCHEDULED")
    yield from of_time(
        claim.started_at,
        claim.ended_at,
        "/started_at",
        force=hour is not None and hour.with_force,
        policy_day=hour is not None and hour.on_policy_day,
    )
    if hour is not None and hour.with_force and not this.is_planned:
        yield Refusal("POLICE_PLAN_MISSING")
    if this.real_estate and not _is_told_in_time(known, this, claim):
        yield Refusal("NOTICE_MISSING")


def _is_told_in_time(known: Known, this: Coercion, claim: coercion.Executed) -> bool:
    papers = {this.decision, this.hour.plan if this.hour else ""}
    told = [day for paper, day in known.case.notices.items() if paper in papers]
    version = version_at(claim.started_at)
    latest = latest_day(NOTICE_OF_LAND, version, day_of(claim.started_at))
    return any(latest is None or day <= latest for day in told)
