"""Hours are booked before they are fixed: each unit asked answers by itself, from its own diary."""

from collections.abc import Iterator
from typing import TypeAlias

from services.coercion.domain.common import exists, in_order
from services.coercion.domain.known import Coercion, Known
from services.core.contracts.days import day_of
from services.core.contracts.events import coercion, submission, unit
from services.core.contracts.family import Ask, Context, Refusal
from services.core.law.objections import noted

Claim: TypeAlias = (
    coercion.BookingRequested
    | coercion.UnitBooked
    | coercion.UnitUnavailable
    | coercion.BookingCancelled
)


def objections(known: Known, this: Coercion, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim of this phase. Units' answers are theirs."""
    yield from exists(this)
    yield from in_order(known, this, claim)
    match claim:
        case coercion.BookingRequested():
            yield from of_request(this, claim, context)
        case coercion.BookingCancelled(booking_id=id_):
            if id_ not in this.bookings:
                yield Refusal("BOOKING_UNKNOWN", field="/booking_id")


def of_request(
    this: Coercion, claim: coercion.BookingRequested, context: Context
) -> Iterator[Refusal]:
    """Hours that run forward, of units that keep a diary, under a new name."""
    if claim.ends_at <= claim.starts_at:
        yield Refusal("HOURS_REVERSED", field="/ends_at")
    if claim.booking_id in this.bookings:
        yield Refusal("DUPLICATE", field="/booking_id")
    if not claim.unit_ids or not all(_is_unit(each, context) for each in claim.unit_ids):
        yield Refusal("UNIT_UNKNOWN", field="/unit_ids")


def _is_unit(slug: str, context: Context) -> bool:
    day, directory = day_of(context.occurred_at), context.directory
    if officer := directory.officer(slug):
        return officer.is_unit and officer.served_on(day)
    agency = directory.agency(slug)
    return agency is not None and agency.is_unit and agency.existed_on(day)


def asks(this: Coercion, claim: coercion.Claim) -> Iterator[Ask]:
    """Put the question to each unit's diary, once."""
    if isinstance(claim, coercion.BookingRequested) and claim.booking_id not in this.bookings:
        for slug in dict.fromkeys(claim.unit_ids):
            yield Ask(
                slug,
                unit.Booked(
                    slug,
                    booking_id=claim.booking_id,
                    coercion_id=claim.coercion_id,
                    starts_at=claim.starts_at,
                    ends_at=claim.ends_at,
                ),
            )


def given_back(
    known: Known, claim: submission.Refused | submission.Released
) -> Iterator[coercion.Fact]:
    """A question that was refused or discarded is answered by no: those hours are not kept.

    The unit's diary never refuses; so an operator discarded it, and who asked must know.
    """
    this = known.coercion.of(claim.about)
    open_ = [(id_, unit) for id_, each in this.bookings.items() for unit in each.unanswered]
    for id_, slug in open_:
        booking = this.bookings[id_]
        yield coercion.UnitUnavailable(
            claim.about,
            booking_id=id_,
            unit_id=slug,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            cause_event_id=claim.submission_id,
        )
    if not open_:
        reason = Refusal("BOOKING_UNKNOWN")
        yield noted(coercion.IrregularityNoted, claim.about, claim.submission_id, reason)
