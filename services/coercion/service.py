"""What the bus takes of this service: coercion, and the diaries of the units that it books."""

from typing import Final, get_args

from services.coercion import domain, unit
from services.coercion.domain.known import Heard, Known
from services.core.contracts.events import coercion
from services.core.contracts.events import submission as returned
from services.core.contracts.events import unit as units
from services.core.contracts.family import Family

COERCION: Final = Family(
    name="coercion",
    start=Known(),
    claims=(*get_args(coercion.Claim), returned.Refused, returned.Released),
    hears=get_args(Heard),
    stream=domain.stream,
    decide=domain.decide,
    evolve=domain.evolve,
    react=domain.react,
    state_version=3,
)

UNIT: Final = Family(
    name="unit",
    start=unit.Known(),
    claims=(*get_args(units.Claim), returned.Refused, returned.Released),
    hears=(),
    stream=unit.stream,
    decide=unit.decide,
    evolve=unit.evolve,
    react=unit.react,
)

FAMILIES: Final = (COERCION, UNIT)
