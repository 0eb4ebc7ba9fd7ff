"""One record, purely: from a record and the states of its key to what is recorded.

It is the only caller of families. `lane` runs it against Kafka and PostgreSQL, `memory` against
nothing at all, and both therefore decide alike. What raises here becomes a dead letter (`letters`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from services.core.bus.errors import FamilyError
from services.core.bus.record import MAX_RECORD_BYTES, Outgoing, Record
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import submission
from services.core.contracts.events.records import Reason
from services.core.contracts.family import Ask, Context, Directory, Family, Refusal
from services.core.contracts.identifiers import derived_id, key_of
from services.core.contracts.partitions import partition_of

_MAX_PART: Final = 500  #: characters of a part's id, for the database indexes keys and streams
PLATFORM: Final = "platform"  #: the agency and, in capitals, the role under which families ask


class Stored(Struct, frozen=True):
    """A stream: its state, how often it changed, and how many facts it holds."""

    state: Any
    version: int = 0  #: 0: not stored yet
    sequence: int = 0


class States(Protocol):
    """The streams at hand while a batch is decided."""

    def get(self, stream: str) -> Stored | None:
        """Return the stream as it stands now, or None where nothing was recorded in it."""

    def put(self, stream: str, stored: Stored) -> None:
        """Take the stream's next state; it stands once the batch is committed."""


class Item(Struct, frozen=True):
    """A record made ready: decoded, with the streams it concerns; or why it cannot be decoded."""

    record: Record
    envelope: Envelope
    event: Any = None  #: None where no family of the service takes notice
    families: tuple[Family[Any], ...] = ()
    streams: tuple[str, ...] = ()  #: of those families, in the same order
    is_claim: bool = False
    failure: Exception | None = None


class Moment(Struct, frozen=True):
    """When a batch is recorded, how far its lane has heard, and the directory in force."""

    recorded_at: datetime
    heard: str
    directory: Directory


class Moments:
    """The moments of one batch: how far the lane has heard moves with each heard record."""

    def __init__(
        self, recorded_at: datetime, directory: Directory, positions: Mapping[str, int]
    ) -> None:
        """`positions` are the next offsets of the topics heard, before the batch."""
        self._positions = dict(positions)
        self.now = Moment(recorded_at, self._spelled(), directory)

    def at(self, item: "Item") -> Moment:
        """Return the moment of an item; items come in the order in which they are decided."""
        topic = item.record.topic
        if topic in self._positions:
            self._positions[topic] = item.record.offset + 1
            self.now = replace(self.now, heard=self._spelled())
        return self.now

    def _spelled(self) -> str:
        return ",".join(
            f"{topic.split('.')[-2]}:{offset}" for topic, offset in sorted(self._positions.items())
        )


class Deciding:
    """Decides records of one service by its families."""

    def __init__(
        self,
        service: Service,
        topics: Topics,
        codec: Codec,
        catalogue: Catalogue,
    ) -> None:
        self._topics = topics
        self.codec = codec
        self._catalogue = catalogue
        self._claims: Mapping[type, Family[Any]] = {
            claim: family for family in service.families for claim in family.claims
        }
        self._hears: dict[str, tuple[Family[Any], ...]] = {}
        for family in service.families:
            for heard in family.hears:
                type_ = heard.TYPE
                self._hears[type_] = (*self._hears.get(type_, ()), family)
        self._foreign = {
            family.name: tuple(
                name for name in family.start.__struct_fields__ if name != family.name
            )
            for family in service.families
        }

    @property
    def heard_topics(self) -> frozenset[str]:
        """Where the facts stand that families of the service hear."""
        return frozenset(self._topics.events(type_.split(".")[1]) for type_ in self._hears)

    def ready(self, record: Record, *, is_claim: bool) -> Item:
        """Decode a record. A failure is kept in the item, for a letter needs its envelope."""
        envelope = record.envelope()
        event: Event | None = None
        try:
            if is_claim:
                event = self.codec.decode(record.value)
                families: tuple[Family[Any], ...] = (self._taker(event),)
            else:
                families = self._hears.get(envelope.type, ())
                if families:
                    event = self.codec.decode(record.value)
            streams = tuple([f"{family.name}/{family.stream(event)}" for family in families])
        except Exception as error:  # noqa: BLE001  whatever a family raises becomes a dead letter
            return Item(record, envelope, is_claim=is_claim, failure=error)
        return Item(record, envelope, event, families, streams, is_claim)

    def _taker(self, event: Event) -> Family[Any]:
        try:
            return self._claims[type(event)]
        except KeyError:
            raise FamilyError(f"{event.TYPE}: no family of this service takes it") from None

    def fold(
        self,
        family: Family[Any],
        before: Stored,
        envelope: Envelope,
        event: Event,
        directory: Directory,
    ) -> Stored:
        """Return a stream after one more recorded fact, its family's own or one that it hears.

        Nothing is decided: so states are told again from the facts alone. Raises FamilyError.
        """
        own = envelope.type.split(".")[1]
        context = _context(envelope, Moment(envelope.recorded_at, envelope.heard, directory))
        state = family.evolve(before.state, event, context)
        _check_fields(family.name, before.state, state, own)
        sequence = envelope.sequence if own == family.name else before.sequence
        return Stored(state, before.version + 1, sequence)

    def decide(self, item: Item, states: States, moment: Moment) -> list[Outgoing]:
        """Return what follows from an item, and put the new states.

        Puts nothing where it raises. Raises whatever the family raises, and FamilyError.
        """
        if item.failure is not None:
            raise item.failure
        outgoing: list[Outgoing] = []
        changed: list[tuple[str, Stored]] = []
        for family, stream in zip(item.families, item.streams, strict=True):
            before = states.get(stream) or Stored(family.start)
            if item.is_claim:
                after, records = self._claim(family, item, before, moment)
            else:
                after, records = self._heard(family, item, before, moment)
            if after is not before:
                changed.append((stream, replace(after, version=before.version + 1)))
            outgoing += records
        for stream, after in changed:
            states.put(stream, after)
        return outgoing

    def _claim(
        self, family: Family[Any], item: Item, before: Stored, moment: Moment
    ) -> tuple[Stored, list[Outgoing]]:
        answer = family.decide(before.state, item.event, _context(item.envelope, moment))
        if not answer:
            raise FamilyError(f"{family.name}: decide answered nothing to {item.envelope.type}")
        if type(answer[0]) is Refusal:
            return before, [self._refused(item, answer, moment)]
        if type(answer[0]) is Ask:
            raise FamilyError(
                f"{family.name}: the first answer to {item.envelope.type} must be the fact which "
                f"is its outcome, found an Ask"
            )
        return self._record(family, item, before, answer, moment)

    def _heard(
        self, family: Family[Any], item: Item, before: Stored, moment: Moment
    ) -> tuple[Stored, list[Outgoing]]:
        context = _context(item.envelope, moment)
        own = item.envelope.type.split(".")[1]
        state = family.evolve(before.state, item.event, context)
        _check_fields(family.name, before.state, state, own)
        folded = before if state is before.state else replace(before, state=state)
        reaction = list(family.react(state, item.event, context))
        if any(isinstance(answer, Refusal) for answer in reaction):
            raise FamilyError(f"{family.name}: what was heard cannot be refused")
        return self._record(family, item, folded, reaction, moment)

    def _record(
        self,
        family: Family[Any],
        item: Item,
        before: Stored,
        answer: Sequence[Any],
        moment: Moment,
    ) -> tuple[Stored, list[Outgoing]]:
        state, sequence = before.state, before.sequence
        count = sum([type(each) is not Ask for each in answer])
        outgoing = []
        for index, each in enumerate(answer):
            id_ = derived_id(item.envelope.id, family.name, index)
            if type(each) is Ask:
                outgoing.append(self._asked(family, item, each, id_, moment))
                continue
            if type(each) is Refusal or key_of(each.part) != item.record.key:
                raise FamilyError(
                    f"{family.name}: among the answers to {item.envelope.type} stands "
                    f"{type(each).__name__}; expected facts of the key {item.record.key} alone"
                )
            _check_part(family.name, each)
            sequence += 1
            value = (
                item.record.value
                if each is item.event and item.is_claim
                else self.codec.encode(each)
            )
            envelope = _caused(
                item.envelope,
                id_,
                each.TYPE,
                each.part,
                moment,
                sequence=sequence,
                index=index,
                count=count,
            )
            after = family.evolve(state, each, _context(envelope, moment))
            self._check_own(family.name, state, after)
            state = after
            outgoing.append(
                _sendable(
                    Outgoing(
                        self._topics.events(family.name),
                        item.record.partition,
                        item.record.key,
                        value,
                        envelope,
                    )
                )
            )
        if state is before.state and sequence == before.sequence and before.version:
            return before, outgoing
        return Stored(state, before.version, sequence), outgoing

    def _asked(
        self, family: Family[Any], item: Item, ask: Ask, id_: str, moment: Moment
    ) -> Outgoing:
        part = ask.claim.part
        if key_of(part) != ask.key:
            raise FamilyError(f"{family.name}: asks {part} under the foreign key {ask.key}")
        _check_part(family.name, ask.claim)
        type_ = ask.claim.TYPE
        envelope = _caused(item.envelope, id_, type_, part, moment)
        envelope = replace(
            envelope,
            agency=PLATFORM,
            officer="",
            role=PLATFORM.upper(),
            asker=f"{family.name}:{item.envelope.subject}",
        )
        return _sendable(
            Outgoing(
                self._topics.submissions(type_.split(".")[1]),
                partition_of(ask.key, self._topics.partitions),
                ask.key,
                self.codec.encode(ask.claim),
                envelope,
            )
        )

    def _refused(self, item: Item, refusals: Sequence[Any], moment: Moment) -> Outgoing:
        reasons = []
        for refusal in refusals:
            if not isinstance(refusal, Refusal):
                raise FamilyError(f"{item.envelope.type}: a fact stands among the refusals")
            code = self._catalogue.codes[refusal.code]
            reasons.append(
                Reason(
                    code=refusal.code,
                    vi=code.vi,
                    en=code.en,
                    rule_id=refusal.rule_id,
                    article=refusal.article,
                    field=refusal.field,
                    next_allowed=refusal.next_allowed,
                )
            )
        refused = self.outcome(
            item,
            moment,
            lambda about: submission.Refused(
                about=about,
                submission_id=item.envelope.id,
                claim_type=item.envelope.type,
                reasons=reasons,
            ),
            index=0,
        )
        return replace(refused, codes=tuple([reason.code for reason in reasons]))

    def outcome(
        self, item: Item, moment: Moment, fact: Callable[[str], Event], *, index: int
    ) -> Outgoing:
        """Return a fact of family submission about a claim.

        It goes to those who wait for outcomes; about an Ask, back to the family and part of who
        asked.
        """
        cause = item.envelope
        if cause.asker:
            family, about = cause.asker.split(":", 1)
            topic, key = self._topics.submissions(family), key_of(about)
            partition = partition_of(key, self._topics.partitions)
        else:
            about, key, partition = cause.subject, item.record.key, item.record.partition
            topic = self._topics.outcomes
        event = fact(about)
        envelope = _caused(
            cause,
            derived_id(cause.id, "submission", index),
            event.TYPE,
            about,
            moment,
            sequence=index + 1,
            count=1,
        )
        return _sendable(Outgoing(topic, partition, key, self.codec.encode(event), envelope))

    def _check_own(self, family: str, before: Struct, after: Struct) -> None:
        for name in self._foreign[family]:
            if getattr(before, name) is not getattr(after, name):
                raise FamilyError(f"{family}: its fact changed the field {name} of the state")


def _sendable(outgoing: Outgoing) -> Outgoing:
    """Refuse before the commit what Kafka would refuse after it (B4)."""
    if len(outgoing.value) > MAX_RECORD_BYTES:
        raise FamilyError(
            f"{outgoing.envelope.type}: {len(outgoing.value)} bytes, allowed {MAX_RECORD_BYTES}"
        )
    return outgoing


def _check_part(family: str, event: Event) -> None:
    if len(event.part) > _MAX_PART:
        raise FamilyError(
            f"{family}: the part of {event.TYPE} has an id of {len(event.part)} characters, "
            f"allowed {_MAX_PART}"
        )


def _check_fields(family: str, before: Struct, after: Struct, own: str) -> None:
    for name in before.__struct_fields__:
        if name != own and getattr(before, name) is not getattr(after, name):
            raise FamilyError(f"{family}: a fact of {own} changed the field {name} of the state")


def _context(envelope: Envelope, moment: Moment) -> Context:
    return Context(
        id=envelope.id,
        cause=envelope.causation,
        agency=envelope.agency,
        officer=envelope.officer or None,
        role=envelope.role,
        occurred_at=envelope.occurred_at,
        accepted_at=envelope.accepted_at,
        law=envelope.law,
        directory=moment.directory,
    )


def _caused(
    cause: Envelope,
    id_: str,
    type_: str,
    subject: str,
    moment: Moment,
    *,
    sequence: int = 0,
    index: int = 0,
    count: int = 0,
) -> Envelope:
    return Envelope(
        id=id_,
        type=type_,
        agency=cause.agency,
        officer=cause.officer,
        subject=subject,
        occurred_at=cause.occurred_at,
        traceparent=cause.traceparent,
        sequence=sequence,
        recorded_at=moment.recorded_at,
        law=cause.law,
        heard=moment.heard,
        causation=cause.id,
        correlation=cause.correlation,
        index=index,
        count=count,
        accepted_at=cause.accepted_at,
        role=cause.role,
        asker="",
    )
