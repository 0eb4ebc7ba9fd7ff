"""The house's contracts with those of the two families beside them."""

from pathlib import Path

from services.core.contracts.catalogue_file import SCHEMAS, load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.events import EVENTS
from services.core.contracts.schemas import load_schemas
from tests.hearings.events import docket, hearing, room

CATALOGUE = load_catalogue()
CODEC = Codec(
    CATALOGUE,
    load_schemas(SCHEMAS, Path(__file__).parent / "schemas"),
    [
        *EVENTS,
        hearing.Requested,
        hearing.RoomBooked,
        hearing.RoomDenied,
        room.Booked,
        docket.Opened,
        docket.Closed,
    ],
)
