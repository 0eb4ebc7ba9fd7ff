"""What the bus takes of this service: one family, which hears nobody."""

from typing import Final, get_args

from services.core.contracts.events import deadline
from services.core.contracts.family import Family
from services.deadlines.domain import Known, decide, evolve, react, stream

FAMILY: Final = Family(
    name="deadline",
    start=Known(),
    claims=get_args(deadline.Claim),
    hears=(),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
)
