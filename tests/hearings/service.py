"""What the two families say of themselves to the bus."""

from services.core.bus.service import Service
from services.core.contracts.events import submission
from services.core.contracts.family import Family
from tests.hearings import domain
from tests.hearings.events import hearing, room

HEARING = Family(
    name="hearing",
    start=domain.KnownOfHearing(),
    claims=(hearing.Requested, hearing.RoomBooked, submission.Refused, submission.Released),
    hears=(),
    stream=lambda claim: str(claim.part),
    decide=domain.decide_hearing,
    evolve=domain.evolve_hearing,
    react=domain.hears_nothing,
)

ROOM = Family(
    name="room",
    start=domain.KnownOfRoom(),
    claims=(room.Booked,),
    hears=(),
    stream=lambda claim: str(claim.part),
    decide=domain.decide_room,
    evolve=domain.evolve_room,
    react=domain.hears_nothing,
)

SERVICE = Service(name="hearings", families=(HEARING, ROOM))
