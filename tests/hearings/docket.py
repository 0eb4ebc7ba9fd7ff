"""A family that hears another: a docket opens by itself when a hearing was asked for.

It may be closed only when it was opened, so it proves that nobody is refused for want of a fact
which he was already shown.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from services.core.bus.service import Service
from services.core.contracts.family import Context, Family, Refusal
from tests.hearings.events import docket, hearing


class Docket(Struct, frozen=True):
    is_open: bool = False


class Heard(Struct, frozen=True):
    requests: int = 0


class Known(Struct, frozen=True):
    docket: Docket = Docket()
    hearing: Heard = Heard()


def decide(known: Known, claim: docket.Closed, context: Context) -> Sequence[docket.Fact | Refusal]:
    return [claim] if known.docket.is_open else [Refusal("UNKNOWN_STREAM")]


def evolve(known: Known, event: docket.Fact | hearing.Requested, context: Context) -> Known:
    match event:
        case hearing.Requested():
            return replace(known, hearing=Heard(known.hearing.requests + 1))
        case docket.Opened():
            return replace(known, docket=Docket(is_open=True))
        case docket.Closed():
            return replace(known, docket=Docket(is_open=False))


def react(known: Known, heard: hearing.Requested, context: Context) -> Iterator[docket.Opened]:
    if not known.docket.is_open:
        yield docket.Opened(hearing_id=heard.hearing_id)


DOCKET = Family(
    name="docket",
    start=Known(),
    claims=(docket.Closed,),
    hears=(hearing.Requested,),
    stream=lambda event: str(event.hearing_id),
    decide=decide,
    evolve=evolve,
    react=react,
)

SERVICE = Service(name="dockets", families=(DOCKET,))
