"""No unit keeps hours that nobody needs: once a booking is over, its units are told.

A unit that answers after its booking was given up is told so then, by the same rule.
"""

from collections.abc import Iterator

from services.coercion.domain.known import Coercion
from services.core.contracts.events import coercion, unit
from services.core.contracts.family import Ask


def releases(this: Coercion, fact: coercion.Fact) -> Iterator[Ask]:
    """Yield what units must be told because of a fact; `this` is the coercion before it."""
    match fact:
        case coercion.BookingCancelled(booking_id=id_):
            kept = [each for each in this.keeping() if each[0] == id_]
        case coercion.UnitBooked(booking_id=id_, unit_id=unit_id):
            booking = this.bookings.get(id_)
            kept = [(id_, unit_id)] if booking is None or booking.is_over else []
        case coercion.Postponed() | coercion.Executed() | coercion.Failed() | coercion.Lifted():
            kept = this.keeping()
        case _:
            kept = []
    for id_, unit_id in kept:
        yield Ask(unit_id, unit.Released(unit_id, booking_id=id_, coercion_id=fact.coercion_id))
