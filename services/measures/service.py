"""What the bus takes of this service: one family, the security measures of each case."""

from typing import Final, get_args

from services.core.contracts.events import measure
from services.core.contracts.family import Family
from services.measures.domain import Heard, Known, decide, evolve, react, stream

FAMILY: Final = Family(
    name="measure",
    start=Known(),
    claims=get_args(measure.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=2,
)
