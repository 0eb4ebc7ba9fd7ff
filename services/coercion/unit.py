"""The diary of a police unit or an officer: hours are kept for one booking at a time.

It is asked and answers by Asks, and never refuses: hours that are taken are an answer, too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

from services.core.contracts.events import coercion
from services.core.contracts.events import submission as returned
from services.core.contracts.events.unit import (
    Booked,
    BookingRefused,
    Fact,
    IrregularityNoted,
    Released,
)
from services.core.contracts.family import Ask, Context, Refusal
from services.core.contracts.identifiers import derived_id, key_of
from services.core.law.objections import noted, settle

Claim: TypeAlias = Booked | Released | returned.Refused | returned.Released

NAME: Final = "unit"


class Hours(Struct, frozen=True):
    """Hours kept for a coercion, from the start up to, and without, the end."""

    starts_at: datetime
    ends_at: datetime
    coercion_id: str


class Known(Struct, frozen=True):
    """What stands in one diary: the hours kept, by booking."""

    unit: dict[str, Hours] = {}


def stream(claim: Claim) -> str:
    """One diary a unit."""
    return claim.part


def decide(known: Known, claim: Claim, context: Context) -> Sequence[Fact | Ask | Refusal]:
    """Return what is written into the diary, with the answer to who asked."""
    match claim:
        case Booked():
            return booked(known, claim, context)
        case Released(booking_id=booking):
            found = [] if booking in known.unit else [Refusal("BOOKING_UNKNOWN")]
            return settle(claim, found, context, IrregularityNoted, about=claim.unit_id)
        case returned.Refused(about=unit) | returned.Released(about=unit):
            return [noted(IrregularityNoted, unit, context.id, Refusal("BOOKING_UNKNOWN"))]
        case _:
            assert_never(claim)


def booked(known: Known, claim: Booked, context: Context) -> list[Fact | Ask]:
    """Keep the hours if they are free, and say so; else say when as many are."""
    others = {id_: hours for id_, hours in known.unit.items() if id_ != claim.booking_id}
    free = next_free(others, claim.starts_at, claim.ends_at)
    fact, asker = derived_id(context.id, NAME, 0), key_of(claim.coercion_id)
    if free == claim.starts_at:
        kept = coercion.UnitBooked(
            claim.coercion_id,
            booking_id=claim.booking_id,
            unit_id=claim.unit_id,
            starts_at=claim.starts_at,
            ends_at=claim.ends_at,
            cause_event_id=fact,
        )
        return [claim, Ask(asker, kept)]
    taken = BookingRefused(
        claim.unit_id,
        booking_id=claim.booking_id,
        coercion_id=claim.coercion_id,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        next_free=free,
    )
    denied = coercion.UnitUnavailable(
        claim.coercion_id,
        booking_id=claim.booking_id,
        unit_id=claim.unit_id,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        cause_event_id=fact,
        next_free=free,
    )
    return [taken, Ask(asker, denied)]


def next_free(kept: Mapping[str, Hours], start: datetime, end: datetime) -> datetime:
    """Return the earliest moment from `start` on at which as many hours are free."""
    length = end - start
    for hours in sorted(kept.values(), key=lambda each: each.starts_at):
        if hours.starts_at < start + length and start < hours.ends_at:
            start = hours.ends_at
    return start


def evolve(known: Known, fact: Fact, _context: Context) -> Known:
    """Fold one fact in."""
    match fact:
        case Booked(booking_id=booking):
            hours = Hours(fact.starts_at, fact.ends_at, fact.coercion_id)
            return Known({**known.unit, booking: hours})
        case Released(booking_id=booking):
            return Known({id_: hours for id_, hours in known.unit.items() if id_ != booking})
        case BookingRefused() | IrregularityNoted():
            return known
        case _:
            assert_never(fact)


def react(_known: Known, _heard: object, _context: Context) -> tuple[()]:
    """Nothing follows by itself: a diary hears nobody."""
    return ()
