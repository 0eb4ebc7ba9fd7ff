"""What the bus takes of this service: one family, which hears nobody."""

from typing import Final, get_args

from services.core.contracts.events import judgment
from services.core.contracts.family import Family
from services.judgments.domain import Known, decide, evolve, react, stream

FAMILY: Final = Family(
    name="judgment",
    start=Known(),
    claims=get_args(judgment.Claim),
    hears=(),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=2,
)
