"""Who is involved in a judgment and all inside it, and as what, folded from facts.

One table, `made_by`, says what a fact makes of whom; the bus folds it into the field `involved` of
a family's state, so all families agree on who handles a case. `readers` has a table of its own, for
it also counts since when somebody holds what; it takes from here which office is meant. A holder is
an agency, of `officer` an officer, of `party` and `filed_for` a party, of `level` the level of a
complaint. Of a seat the fact recorded last counts; whatever else somebody is, he remains. The facts
of one seat all belong to one family, so the order in which families hear each other does not
matter. Corrections fold the state again.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from services.core.contracts.event import Event
from services.core.contracts.events import (
    case,
    coercion,
    complaint,
    deadline,
    delivery,
    information,
    judgment,
    measure,
    sale,
)
from services.core.contracts.family import Directory

SEATS: Final = frozenset(
    {"handler", "officer", "holder", "valuer", "auctioneer", "channel_changed", "resolver"}
)
"""What only one can be at a time, of one scope."""

MADE_BY: Final[dict[str, tuple[type[Event], ...]]] = {
    "origin": (judgment.Issued,),
    "party": (judgment.Issued, case.Moved, case.Decided),
    "receiver": (judgment.Transferred, case.Requested),
    "handler": (case.Decided, case.Entrusted),
    "entrusted": (case.Entrusted,),
    "officer": (case.OfficerAssigned,),
    "named": (case.Notified, case.Published, coercion.Scheduled),
    "channel": (case.Requested, complaint.Filed, sale.RevaluationRequested),
    "channel_changed": (case.ChannelChanged,),
    "filed_for": (case.Requested, complaint.Filed),
    "level": (complaint.Filed,),
    "resolver": (complaint.Accepted,),
    "holder": (information.Requested, measure.Minuted, measure.Ordered, coercion.Decided),
    "asked": (
        *(information.Requested, measure.Minuted, measure.Ordered),
        *(coercion.Decided, coercion.ProtectionRequested),
    ),
    "addressed": (coercion.Scheduled, coercion.PlanSent),
    "valuer": (sale.ValuationContracted,),
    "auctioneer": (sale.AuctionContracted,),
    "responsible": (deadline.Started,),
    "delivered": (delivery.Delivered,),
}
"""Which facts make somebody what."""

OFFICES: Final = frozenset({"thads", "thads_room", "vp"})
"""The kinds of agency that enforce."""


class Made(Struct, frozen=True):
    """What a fact makes of somebody, within a scope: a part, a case, a judgment, or a party."""

    relation: str
    scope: str
    holder: str


def scopes_of(part: str) -> list[str]:
    """Return a part and all that it lies in, the innermost first."""
    steps = part.split(".")
    return [".".join(steps[:length]) for length in range(len(steps), 0, -1)]


class Involved(Struct, frozen=True):
    """Everybody who is involved, as far as the facts of one stream say."""

    held: dict[str, dict[str, tuple[str, ...]]] = {}  #: relation → scope → holders

    def holders(self, relation: str, scopes: Iterable[str]) -> tuple[str, ...]:
        """Return the holders at the first of the scopes that has any."""
        held = self.held.get(relation, {})
        return next((held[scope] for scope in scopes if scope in held), ())

    def inside(self, relation: str, scope: str) -> set[str]:
        """Return the holders at every scope that lies within one."""
        held = self.held.get(relation, {}).items()
        return {each for at, holders in held if at.startswith(f"{scope}.") for each in holders}

    def handlers_of(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """Return who carries out the first of the scopes that somebody does, or was asked for."""
        for scope in scopes:
            if held := self.holders("handler", [scope]) or self.holders("receiver", [scope]):
                return held
        return ()

    def handler_of(self, part: str) -> str | None:
        """Return the office that carries a case out; `part` is the case or lies in it."""
        return next(iter(self.holders("handler", scopes_of(part))), None)

    def after(self, made: Iterable[Made]) -> "Involved":
        """Return the same with what a fact makes of somebody."""
        held = self.held
        for each in made:
            of_relation = held.get(each.relation, {})
            before = of_relation.get(each.scope, ())
            if each.relation in SEATS:
                now: tuple[str, ...] = (each.holder,)
            else:
                now = tuple(sorted({*before, each.holder}))
            if now != before:
                held = {**held, each.relation: {**of_relation, each.scope: now}}
        return self if held is self.held else Involved(held)


def kind_of(directory: Directory, slug: str) -> str | None:
    """Return the kind of an agency; None where the directory does not know the name."""
    found = directory.agency(slug)
    return found.kind if found else None


def office_of(directory: Directory, agency: str) -> str:
    """Return the office that an agency belongs to: of a room, the one above it."""
    found = directory.agency(agency)
    return found.parent if found and found.kind == "thads_room" and found.parent else agency


def agencies_above(directory: Directory, slug: str) -> Iterator[str]:
    """Yield the agencies above one, the nearest first."""
    found = directory.agency(slug)
    seen = {slug}
    while found and found.parent and found.parent not in seen:
        seen.add(found.parent)
        yield found.parent
        found = directory.agency(found.parent)


def made_by(event: Event, agency: str, directory: Directory) -> Iterator[Made]:
    """Yield what a fact makes of whom; `agency` submitted it."""
    part = event.part
    match event:
        case judgment.Issued(parties=parties):
            yield Made("origin", part, agency)
            yield from (Made("party", part, party.ref) for party in parties)
        case judgment.Transferred(to_agency=office):
            yield Made("receiver", part, office)
        case case.Requested(requester=party):
            if (asked := office_asked(event, agency, directory)) is not None:
                yield Made("receiver", part, asked)
            yield Made("filed_for", part, party)
            yield Made("channel", part, agency)
            yield Made("channel", party, agency)
        case case.Moved(parties=parties):
            yield from (Made("party", part, ref) for ref in parties or ())
        case case.Decided(debtor=debtor):
            yield Made("handler", part, office_of(directory, agency))
            yield Made("party", part, debtor)
        case case.Entrusted(to_agency=office, kind=kind):
            yield Made("entrusted", part, office)
            if kind == "CASE":
                yield Made("handler", part, office)
        case case.OfficerAssigned(officer_id=officer):
            yield Made("officer", part, officer)
        case case.ChannelChanged(party=party, channel_id=channel):
            yield Made("channel_changed", party, channel)
        case case.Notified(addressee=addressee):
            if directory.agency(addressee) and kind_of(directory, agency) in OFFICES:
                yield Made("named", part, addressee)
        case case.Published(commune_id=commune):
            yield Made("named", part, commune)
        case _:
            yield from _inside_a_case(event, agency)


def _inside_a_case(event: Event, agency: str) -> Iterator[Made]:
    part = event.part
    around = ".".join(part.split(".")[:2])
    match event:
        case (
            information.Requested(holder_id=str(holder))
            | measure.Minuted(holder_id=str(holder))
            | measure.Ordered(holder_id=str(holder))
            | coercion.Decided(holder_id=str(holder))
        ):
            yield Made("holder", part, holder)
            yield Made("asked", around, holder)
        case coercion.ProtectionRequested(police_id=police):
            yield Made("asked", part, police)
            yield Made("asked", around, police)
        case coercion.Scheduled(addressees=addressees, commune_id=commune):
            yield from (Made("addressed", part, each) for each in addressees)
            yield Made("named", around, commune)
        case coercion.PlanSent(addressees=addressees):
            yield from (Made("addressed", part, each) for each in addressees)
        case sale.ValuationContracted(valuer_id=valuer):
            yield Made("valuer", part, valuer)
        case sale.AuctionContracted(auctioneer_id=auctioneer):
            yield Made("auctioneer", part, auctioneer)
        case sale.RevaluationRequested(party=party):
            yield Made("channel", party, agency)
        case complaint.Filed(complainant=party, level=level):
            yield Made("filed_for", part, party)
            yield Made("channel", part, agency)
            yield Made("channel", party, agency)
            yield Made("level", part, level)
        case complaint.Accepted():
            yield Made("resolver", part, agency)
        case deadline.Started(clock_id=clock, responsible=str(responsible)):
            yield Made("responsible", clock, responsible)
        case delivery.Delivered(event_id=fact, to_agency=receiver):
            yield Made("delivered", fact, receiver)


def office_asked(request: case.Requested, agency: str, directory: Directory) -> str | None:
    """Return the office that a party asks to enforce, where it is not the judgment's receiver.

    A private office that files the request is the one that is asked.
    """
    is_private = kind_of(directory, agency) == "vp"
    return request.to_agency or (agency if is_private else None)
