"""What the bus takes of this service: one family, the complaints about each case."""

from typing import Final, get_args

from services.complaints.domain import Heard, Known, decide, evolve, react, stream
from services.core.contracts.events import complaint
from services.core.contracts.family import Family

FAMILY: Final = Family(
    name="complaint",
    start=Known(),
    claims=get_args(complaint.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=3,
)
