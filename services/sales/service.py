"""What the bus takes of this service: one family, the sales of seized assets of each case."""

from typing import Final, get_args

from services.core.contracts.events import sale
from services.core.contracts.family import Family
from services.sales.domain import Heard, Known, decide, evolve, react, stream

FAMILY: Final = Family(
    name="sale",
    start=Known(),
    claims=get_args(sale.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=4,
)
