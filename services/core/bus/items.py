"""A record made ready for the families of a service: decoded, with the streams that it concerns."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import competence, involvement
from services.core.bus.errors import FamilyError, is_exit
from services.core.bus.record import Record
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.family import Context, Directory, Family

Concern: TypeAlias = tuple[Family[Any], str]  #: a family, and one of its streams


class Stored(Struct, frozen=True):
    """A stream: its state, how often it changed, and how many facts it holds."""

    state: Any
    version: int = 0  #: 0: not stored yet
    sequence: int = 0


class Item(Struct, frozen=True):
    """A record made ready; or why it cannot be decoded."""

    record: Record
    envelope: Envelope
    event: Any = None  #: None where no family of the service takes notice
    families: tuple[Family[Any], ...] = ()
    streams: tuple[str, ...] = ()  #: of those families, in the same order
    is_claim: bool = False
    failure: BaseException | None = None
    undoes: bool = False  #: corrects or withdraws what a family of the service has taken in

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """The families that take notice, each with its stream."""
        return tuple(zip(self.families, self.streams, strict=True))


class Families:
    """What the families of a service take: claims, facts of others, and facts of their own."""

    def __init__(
        self, service: Service, topics: Topics, codec: Codec, catalogue: Catalogue
    ) -> None:
        self.codec = codec
        self.named: Mapping[str, Family[Any]] = {each.name: each for each in service.families}
        self._claims: Mapping[type, Family[Any]] = {
            claim: family for family in service.families for claim in family.claims
        }
        self._hears: dict[str, tuple[Family[Any], ...]] = {}
        #: from which facts a family knows who is involved; it may hear them for nothing else
        self._involving = {
            name: competence.facts_needed(name, catalogue, family.involves)
            if name in catalogue.families
            else frozenset()
            for name, family in self.named.items()
        }
        for family in service.families:
            own = f".{family.name}."
            foreign = {each for each in self._involving[family.name] if own not in each.TYPE}
            for heard in sorted({*family.hears, *foreign}, key=lambda each: each.TYPE):
                type_ = heard.TYPE
                self._hears[type_] = (*self._hears.get(type_, ()), family)
        self.claim_topics = frozenset(topics.submissions(name) for name in self.named)
        self.own_topics = frozenset(topics.events(name) for name in self.named)
        #: where the facts stand that families of the service hear
        self.heard_topics = frozenset(topics.events(type_.split(".")[1]) for type_ in self._hears)

    def ready(self, record: Record, *, is_claim: bool) -> Item:
        """Decode a record. A failure is kept in the item, for a letter needs its envelope."""
        envelope = record.envelope()
        undoes = bool(envelope.undoes) and (is_claim or record.topic in self.heard_topics)
        event: Event | None = None
        try:
            if is_claim:
                event = record.event(self.codec)
                families: tuple[Family[Any], ...] = (self._taker(event),)
            else:
                families = self._hears.get(envelope.type, ())
                if families:
                    event = record.event(self.codec)
            streams = tuple([stream_in(family, event) for family in families])
        except BaseException as error:
            if is_exit(error):
                raise
            return Item(record, envelope, is_claim=is_claim, failure=error, undoes=undoes)
        return Item(record, envelope, event, families, streams, is_claim, undoes=undoes)

    def folded(self, family: Family[Any], state: Any, event: Event, context: Context) -> Any:
        """Return a state with a fact folded in: by its family, and into who is involved.

        Raises FamilyError where the family changes more than it may.
        """
        own = event.TYPE.split(".")[1]
        after = state
        if own == family.name or type(event) in family.hears:
            after = family.evolve(state, event, context)
            check_fields(family.name, state, after, own)
        if type(event) in self._involving[family.name]:
            made = involvement.made_by(event, context.agency, context.directory)
            involved = after.involved.after(made)
            if involved is not after.involved:
                after = replace(after, involved=involved)
        return after

    def _taker(self, event: Event) -> Family[Any]:
        try:
            return self._claims[type(event)]
        except KeyError:
            raise FamilyError(f"{event.TYPE}: no family of this service takes it") from None


def stream_in(family: Family[Any], event: Any) -> str:
    """Return the name of the stream that a claim or fact goes to in a family."""
    return f"{family.name}/{family.stream(event)}"


def context_of(envelope: Envelope, directory: Directory) -> Context:
    """Return the context in which a family sees an event."""
    return Context(
        id=envelope.id,
        cause=envelope.causation,
        agency=envelope.agency,
        officer=envelope.officer or None,
        role=envelope.role,
        occurred_at=envelope.occurred_at,
        accepted_at=envelope.accepted_at,
        law=envelope.law,
        directory=directory,
        corrects=envelope.corrects or None,
        withdraws=envelope.withdraws or None,
    )


def check_fields(family: str, before: Struct, after: Struct, own: str) -> None:
    """Raise FamilyError where a fact changed more than the field of its own family."""
    if type(after) is not type(before):
        raise FamilyError(
            f"{family}: evolve returned {type(after).__name__}, expected {type(before).__name__}"
        )
    for name in before.__struct_fields__:
        if name != own and getattr(before, name) is not getattr(after, name):
            raise FamilyError(f"{family}: a fact of {own} changed the field {name} of the state")
