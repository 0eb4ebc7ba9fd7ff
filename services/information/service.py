"""What the bus takes of this service: one family, the requests for data of each case."""

from typing import Final, get_args

from services.core.contracts.events import information
from services.core.contracts.family import Family
from services.information.domain import Heard, Known, decide, evolve, react, stream

FAMILY: Final = Family(
    name="information",
    start=Known(),
    claims=get_args(information.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=2,
)
