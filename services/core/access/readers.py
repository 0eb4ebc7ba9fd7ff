"""Who may read a fact: the one truth of it, for whoever shows facts to agencies.

A fact names some of its readers itself: its sender and those it is addressed to. Others read it for
what they are in the case, and what they are was recorded too: `relations_of` says what a fact makes
of whom. The rule looks at the set of what is recorded, never at the order in which it was heard.

Seats (who carries the case out, which procuracy watches) pass from one holder to the next: the next
reads what stood before as well, the former what was recorded until then. Whatever else an agency
is, an addressee or the court of origin, it remains.

What an agency is that has ended, its successor is as well, from the next fact of the judgment on:
it reads then what stood before, save what was addressed to the ended agency by name alone.

Parties have no feed. What a party may read is read by its channel: whoever filed something for it,
or the channel named for it last. A channel reads what stood before as well, and once another one is
named, no more than was recorded until then.

Whoever was let read a fact is told of what corrects or withdraws it. What the fact itself had made
of agencies ends there: who was addressed by mistake reads nothing that is said after that. What a
correction makes of them takes the turn of what it corrects: a seat that has passed on stays there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.access.involvement import agencies_above, office_asked, office_of
from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.days import day_of
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import case, coercion, complaint, delivery, judgment, sale
from services.core.contracts.identifiers import key_of

EVERYBODY: Final = "*"

OFFICE: Final = "handler"  #: the office that carries the case out
ROOM: Final = "handler_room"  #: the room of the officer assigned, before that the office
ASSET: Final = "handler_asset"  #: an office to which the processing of an asset is entrusted
MANAGING: Final = "managing"  #: the body above an office that carries the case out
BELOW: Final = "handler_below"  #: whoever carries out some case of the judgment
PROCURACY: Final = "procuracy"
PARTY: Final = "debtor_or_creditor"  #: every party of the judgment
CHANNEL: Final = "channel"  #: of a party, whoever filed something for it
NAMED: Final = "channel_named"  #: of a party, the channel that the case was told of
SEATS: Final = frozenset({OFFICE, ROOM, PROCURACY})

_HELD_AS: Final = {"handler": (OFFICE, ROOM, ASSET)}
"""As what a reader of the catalogue is known, where that is not one name."""

_NAMED: Final = (
    *("addressee", "addressees", "holder_id", "police_id", "commune_id", "resolver_id", "unit_id"),
    *("unit_ids", "to_agency", "valuer_id", "auctioneer_id", "court_id"),
)
"""The fields in which a fact says whom it is for."""

_MAKES: Final = {
    "addressee": "addressee",
    "addressees": "addressee",
    "holder_id": "addressee",
    "valuer_id": "addressee",
    "auctioneer_id": "addressee",
    "police_id": "police",
    "commune_id": "commune",
    "resolver_id": "resolver",
}
"""What such a field makes of an agency for all that is said of the same part."""


class Reading(Struct, frozen=True):
    """Who may read one fact."""

    scopes: tuple[str, ...]  #: the part, its case and its judgment, each once
    relations: tuple[str, ...]  #: what one must be at one of the scopes
    agencies: frozenset[str]  #: whom the fact itself lets read; `*` for everybody
    same_as: str | None = None  #: the fact whose readers may read this one too


class Relation(Struct, frozen=True):
    """What an agency is, of a judgment, a case or something inside it, and since which fact."""

    scope: str
    relation: str
    agency: str  #: or the party, whose channel reads for it
    since: datetime
    sequence: int = 0  #: the place of the fact in its stream, where times are equal
    until: datetime | None = None  #: when the fact was undone, if it was

    @property
    def turn(self) -> tuple[int, datetime, int]:
        """Its place among the holders of a seat: those of a case follow on its judgment's."""
        return self.scope.count("."), self.since, self.sequence


Entry: TypeAlias = tuple[Envelope, Event]


def visible_to(
    agency: str, entries: Sequence[Entry], catalogue: Catalogue, directory: Directory
) -> set[str]:
    """Return the ids of the facts that an agency may read. `entries` is all that one key holds."""
    readings = {
        envelope.id: (envelope.recorded_at, reading_of(event, envelope, catalogue, directory))
        for envelope, event in entries
    }
    undone = {
        undoes: envelope.recorded_at for envelope, _ in entries if (undoes := undone_by(envelope))
    }
    places = _places(entries)
    relations = [
        replace(
            relation,
            since=places[envelope.id].recorded_at,
            sequence=places[envelope.id].sequence,
            until=undone.get(envelope.id),
        )
        for envelope, event in entries
        for relation in relations_of(event, envelope, directory)
    ]
    day = max((day_of(envelope.recorded_at) for envelope, _ in entries), default=date.min)
    ended = successions(directory, day)
    relations += [
        replace(each, agency=heir) for each in relations if (heir := ended.get(each.agency))
    ]
    found = {
        id_
        for id_, (recorded_at, reading) in readings.items()
        if may_read(agency, reading, recorded_at, relations)
    }
    while more := {
        id_
        for id_, (_, reading) in readings.items()
        if id_ not in found and reading.same_as in found
    }:
        found |= more
    return found


def successions(directory: Directory, day: date) -> dict[str, str]:
    """Return the agencies that have ended by a day, each with who has its rights then."""
    heirs = {slug: directory.heir(slug, day) for slug in directory.agencies}
    return {slug: heir for slug, heir in heirs.items() if slug != heir}


def _places(entries: Sequence[Entry]) -> dict[str, Envelope]:
    """Return of each fact the one said first in whose place it stands: itself, or what it mends."""
    said = {envelope.id: envelope for envelope, _ in entries}
    places = {}
    for envelope in said.values():
        first = envelope
        while (before := said.get(first.undoes)) is not None:
            first = before
        places[envelope.id] = first
    return places


def may_read(
    agency: str, reading: Reading, recorded_at: datetime, relations: Sequence[Relation]
) -> bool:
    """Say whether an agency may read a fact for its own sake, its cause left aside."""
    if EVERYBODY in reading.agencies or agency in reading.agencies:
        return True
    held: dict[str, list[Relation]] = {}
    for each in relations:
        if each.scope in reading.scopes and each.relation in reading.relations:
            held.setdefault(each.relation, []).append(each)
    if any(_holds(agency, holders, recorded_at) for holders in held.values()):
        return True
    parties = {
        each.agency
        for holders in held.values()
        for each in holders
        if is_party(each.agency) and (each.until is None or recorded_at < each.until)
    }
    of_parties = [each for each in relations if each.scope in parties]
    return any(
        _is_channel(each, of_parties, recorded_at) for each in of_parties if each.agency == agency
    )


def is_party(holder: str) -> bool:
    """Say whether a holder is a party, whose id lies in a judgment, and no agency."""
    return "." in holder


def _is_channel(this: Relation, of_parties: Iterable[Relation], recorded_at: datetime) -> bool:
    """Say whether somebody is a party's channel for a fact of that moment: none was named since."""
    if this.relation not in {CHANNEL, NAMED} or not (
        this.until is None or recorded_at < this.until
    ):
        return False
    return not any(
        each.relation == NAMED
        and each.scope == this.scope
        and each.turn > this.turn
        and each.until is None
        and recorded_at > each.since
        for each in of_parties
    )


def _holds(agency: str, held: Sequence[Relation], recorded_at: datetime) -> bool:
    """Say whether an agency is among the holders of one relation, for a fact of that moment."""
    mine = [each for each in held if each.agency == agency]
    last = max(
        (each.turn for each in mine if each.until is None or recorded_at < each.until),
        default=None,
    )
    if last is None:
        return False
    if held[0].relation not in SEATS:
        return True
    following = [each for each in held if each.turn > last and each.until is None]
    return not following or recorded_at <= min(following, key=attrgetter("turn")).since


def reading_of(
    event: Event, envelope: Envelope, catalogue: Catalogue, directory: Directory
) -> Reading:
    """Return who may read a fact.

    A receipt is for nobody: it would be delivered in its turn, and so for ever.
    """
    scopes = tuple(dict.fromkeys((event.part, stream_of(event.part), key_of(event.part))))
    if isinstance(event, delivery.Delivered):
        return Reading(scopes, (), frozenset())
    readers = catalogue.event(event.TYPE).readers
    return Reading(
        scopes,
        tuple(_relations(event, readers)),
        frozenset(_agencies(event, envelope, readers, directory)),
        undone_by(envelope) or (_cause(event) if "same_as_cause" in readers else None),
    )


def undone_by(envelope: Envelope) -> str | None:
    """Return the fact that a fact undoes; what is recorded beside that one does not repeat it."""
    return envelope.undoes or None if envelope.index == 0 else None


def _relations(event: Event, readers: Iterable[str]) -> Iterator[str]:
    for reader in readers:
        yield from _HELD_AS.get(reader, (reader,))
        if reader == "handler" and event.TYPE.startswith(f"{PREFIX}.judgment."):
            yield BELOW
        if reader == "debtor" and event.TYPE.startswith(f"{PREFIX}.judgment."):
            yield PARTY
    match event:
        # The office takes a complaint up before anybody is known as its resolver.
        case complaint.Filed(level="1") | complaint.Withdrawn():
            yield OFFICE
        case complaint.Filed():
            yield MANAGING


def _agencies(
    event: Event, envelope: Envelope, readers: Iterable[str], directory: Directory
) -> Iterator[str]:
    if envelope.causation == envelope.correlation:  # else it follows from what somebody else said
        yield envelope.agency
    day = day_of(envelope.recorded_at)
    for field in _NAMED:
        for slug in _slugs(event, field):
            yield from (directory.heir(each, day) for each in _of(slug, directory))
    if "public" in readers:
        yield EVERYBODY


def _cause(event: Event) -> str | None:
    return getattr(event, "cause_event_id", None) or getattr(event, "event_id", None)


def relations_of(event: Event, envelope: Envelope, directory: Directory) -> list[Relation]:
    """Return what a fact makes of agencies; a withdrawal makes nothing of anybody."""
    if envelope.withdraws:
        return []
    return [
        Relation(scope, relation, agency, envelope.recorded_at, envelope.sequence)
        for scope, relation, agency in dict.fromkeys(_made(event, envelope, directory))
    ]


def _made(event: Event, envelope: Envelope, directory: Directory) -> Iterator[tuple[str, str, str]]:
    part, sender = event.part, envelope.agency
    match event:
        case judgment.Issued(parties=parties):
            yield part, "origin", sender
            yield from ((part, PARTY, party.ref) for party in parties)
            yield from _watched(part, sender, envelope, directory)
        case judgment.Transferred(to_agency=office):
            yield from _seated(part, office, envelope, directory)
        case judgment.Received():
            yield from _seated(part, office_of(directory, sender), envelope, directory)
        case case.Requested(requester=party):
            yield part, "creditor", party
            yield party, CHANNEL, sender
            if asked := office_asked(event, sender, directory):
                yield from _seated(part, asked, envelope, directory)
        case case.Decided(debtor=debtor):
            yield part, "debtor", debtor
            yield from _seated(part, office_of(directory, sender), envelope, directory)
        case case.Entrusted(to_agency=office, kind="CASE"):
            yield from _seated(part, office, envelope, directory)
        case case.Entrusted(to_agency=office):
            yield part, ASSET, office
            yield key_of(part), BELOW, office
        case case.OfficerAssigned(officer_id=officer):
            for room in _of(officer, directory):
                yield part, ROOM, room
                yield key_of(part), BELOW, room
                yield from _watched(part, room, envelope, directory)
        case case.Notified(addressee=party, as_="DEBTOR"):
            yield part, "debtor", party
        case case.Notified(addressee=party, as_="CREDITOR"):
            yield part, "creditor", party
        case case.ChannelChanged(party=party, channel_id=channel):
            yield party, NAMED, channel
        case sale.RevaluationRequested(party=party):
            yield party, CHANNEL, sender
        case complaint.Filed(complainant=party):
            yield part, "complainant", party
            yield party, CHANNEL, sender
        case complaint.Accepted():
            yield part, "resolver", sender
        case coercion.BookingRequested(unit_ids=units):
            for unit in units:
                if (agency := directory.agency(unit)) and agency.kind == "police":
                    yield part, "police", unit
    if stream_of(part) != part:  # inside a case: of the case itself such names say nothing more
        for field, relation in _MAKES.items():
            for slug in _slugs(event, field):
                for agency_ in _of(slug, directory):
                    yield part, relation, agency_


def _seated(
    scope: str, office: str, envelope: Envelope, directory: Directory
) -> Iterator[tuple[str, str, str]]:
    """Whoever is given a case takes every seat: the room's too, until an officer is assigned."""
    yield scope, OFFICE, office
    yield scope, ROOM, office
    yield key_of(scope), BELOW, office
    for above in agencies_above(directory, office):
        if (agency := directory.agency(above)) and agency.kind == "central_body":
            yield scope, MANAGING, above
    yield from _watched(scope, office, envelope, directory)


def _watched(
    scope: str, by_whom: str, envelope: Envelope, directory: Directory
) -> Iterator[tuple[str, str, str]]:
    """Yield the procuracies that share territory with whoever acts, as they may then act too."""
    for slug in _of_kind("procuracy", envelope, directory):
        if directory.meet(slug, by_whom):
            yield scope, PROCURACY, slug


def _of_kind(kind: str, envelope: Envelope, directory: Directory) -> Iterator[str]:
    day: date = day_of(envelope.recorded_at)
    for agency in directory.agencies.values():
        if agency.kind == kind and agency.existed_on(day):
            yield agency.slug


def _of(slug: str, directory: Directory) -> Iterator[str]:
    """Yield the agency of that name or of that officer; parties are no agencies."""
    if directory.agency(slug):
        yield slug
    elif officer := directory.officer(slug):
        yield officer.agency


def _slugs(event: Event, field: str) -> Sequence[str]:
    value = getattr(event, field, None)
    return (value,) if isinstance(value, str) else value or ()
