"""What the bus takes of this service: one family, which hears whatever starts or ends a clock."""

from typing import Final, get_args

from services.core.contracts.events import deadline
from services.core.contracts.family import Family
from services.deadlines.domain import Known, decide, evolve, react, stream
from services.deadlines.domain.heard import Heard

FAMILY: Final = Family(
    name="deadline",
    start=Known(),
    claims=get_args(deadline.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=2,
)
