"""What the bus takes of this service: one family, the ledger of each case."""

from typing import Final, get_args

from services.core.contracts.events import payment
from services.core.contracts.family import Family
from services.payments.domain import Heard, Known, decide, evolve, react, stream

FAMILY: Final = Family(
    name="payment",
    start=Known(),
    claims=get_args(payment.Claim),
    hears=get_args(Heard),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=2,
)
