"""What the bus takes of this service: one family, the docket, which hears all that moves a case."""

from typing import Final, get_args

from services.cases.domain import Known, decide, evolve, react, stream
from services.cases.domain.heard import Heard
from services.core.contracts.events import case
from services.core.contracts.family import Family

FAMILY: Final = Family(
    name="case",
    start=Known(),
    claims=get_args(case.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=3,
)
