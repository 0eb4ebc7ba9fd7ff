"""One record, purely: from a record and the states of its key to what is recorded.

It is the only caller of families. `lane` runs it against Kafka and PostgreSQL, `memory` against
nothing at all, and both therefore decide alike. What raises here becomes a dead letter (`letters`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import competence, involvement
from services.core.bus.errors import FamilyError, HistoryIncomplete
from services.core.bus.items import Families, Item, Stored, context_of
from services.core.bus.past import Past, Taken
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


class States(Protocol):
    """The streams at hand while a batch is decided."""

    def get(self, stream: str) -> Stored | None:
        """Return the stream as it stands now, or None where nothing was recorded in it."""

    def put(self, stream: str, stored: Stored) -> None:
        """Take the stream's next state; it stands once the batch is committed."""

    def past(self, key: str) -> Past | None:
        """Return what was taken in under a key; it is at hand where something is undone there."""


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

    def at(self, item: Item) -> Moment:
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
        self.families = Families(service, topics, codec, catalogue)

    @property
    def heard_topics(self) -> frozenset[str]:
        """Where the facts stand that families of the service hear."""
        return self.families.heard_topics

    def ready(self, record: Record, *, is_claim: bool) -> Item:
        """Decode a record. A failure is kept in the item, for a letter needs its envelope."""
        return self.families.ready(record, is_claim=is_claim)

    def decide(self, item: Item, states: States, moment: Moment) -> list[Outgoing]:
        """Return what follows from an item, and put the new states.

        Puts nothing where it raises. Raises whatever the family raises, and FamilyError.
        """
        if item.failure is not None:
            raise item.failure
        past = states.past(item.record.key)
        mark = 0 if past is None else past.mark
        try:
            outgoing, changed = self._decided(item, states, past, moment)
        except BaseException:
            if past is not None:
                past.back(mark)
            raise
        for stream, after in changed:
            states.put(stream, after)
        return outgoing

    def _decided(
        self, item: Item, states: States, past: Past | None, moment: Moment
    ) -> tuple[list[Outgoing], list[tuple[str, Stored]]]:
        concerns = item.concerns
        if past is None and item.undoes:
            raise HistoryIncomplete(
                f"{item.record.key}: what stands under this key is no whole history, so nothing "
                f"can be undone there; the lane's log says what is missing (past_incomplete)"
            )
        if past is not None:
            past.note(item)
            concerns = past.concerned(item.envelope.id)
        outgoing: list[Outgoing] = []
        changed: list[tuple[str, Stored]] = []
        answered: Counter[str] = Counter()
        for family, stream in concerns:
            before = states.get(stream) or Stored(family.start)
            if past is not None and item.undoes:
                if item.is_claim:
                    after, records = self._undoing(family, stream, item, before, past, moment)
                else:
                    first = answered[family.name]
                    again = self._again(family, stream, item, before, past, moment)
                    after, records = self._reacted(family, item, *again, moment, first)
            elif item.is_claim:
                after, records = self._claim(family, item, before, moment)
            else:
                after, records = self._heard(family, item, before, moment)
            answered[family.name] += len(records)
            if past is not None and not (item.undoes and item.is_claim):
                past.recorded(records)
            if after is not before:
                changed.append((stream, replace(after, version=before.version + 1)))
            outgoing += records
        return outgoing, changed

    def _claim(
        self, family: Family[Any], item: Item, before: Stored, moment: Moment
    ) -> tuple[Stored, list[Outgoing]]:
        context = context_of(item.envelope, moment.directory)
        answer = self._answer(family, item, before.state, context)
        if type(answer[0]) is Refusal:
            return before, [self._refused(item, answer, moment)]
        return self._record(family, item, before, answer, moment)

    def _answer(
        self, family: Family[Any], item: Item, state: Any, context: Context
    ) -> Sequence[Any]:
        """Have the family decide a claim on a state, once its sender may submit it at all.

        Raises FamilyError for what is no answer.
        """
        if refusal := competence.objection(item.event, context, _involved(state)):
            return [refusal]
        answer = family.decide(state, item.event, context)
        if not answer:
            raise FamilyError(f"{family.name}: decide answered nothing to {item.envelope.type}")
        if type(answer[0]) is Ask:
            raise FamilyError(
                f"{family.name}: the first answer to {item.envelope.type} must be the fact which "
                f"is its outcome, found an Ask"
            )
        return answer

    def _undoing(
        self,
        family: Family[Any],
        stream: str,
        item: Item,
        before: Stored,
        past: Past,
        moment: Moment,
    ) -> tuple[Stored, list[Outgoing]]:
        """Decide a correction on the state before what it corrects; a withdrawal just stands.

        An office undoes nothing in a case that has passed to another by other facts than this one.
        Then the stream is told again, for what came later stands on what stands there now.
        """
        envelope = item.envelope
        slot = past.slot(family.name, envelope.undoes)
        if slot is None or not _may_undo(envelope, slot.word, stream):
            field = "/corrects" if envelope.corrects else "/withdraws"
            refusal = Refusal("CORRECTS_UNKNOWN", field=field)
            return before, [self._refused(item, [refusal], moment)]
        stands = past.fold(family, stream, moment.directory, without=slot)
        now = context_of(envelope, moment.directory)
        involved = _involved(stands.state)
        if objection := competence.objection_to_undoing(item.event, now, involved):
            return before, [self._refused(item, [objection], moment)]
        answer: Sequence[Any] = [item.event]
        if envelope.corrects:
            stood = past.fold(family, stream, moment.directory, before=slot)
            context = past.context(envelope, moment.directory)
            answer = self._answer(family, item, stood.state, context)
        if type(answer[0]) is Refusal:
            return before, [self._refused(item, answer, moment)]
        worded = self._worded(family, item, answer, before.sequence, moment)
        outgoing = [record for _, record in worded]
        past.recorded(outgoing)
        return past.fold(family, stream, moment.directory), outgoing

    def _heard(
        self, family: Family[Any], item: Item, before: Stored, moment: Moment
    ) -> tuple[Stored, list[Outgoing]]:
        context = context_of(item.envelope, moment.directory)
        state = self.families.folded(family, before.state, item.event, context)
        folded = before if state is before.state else replace(before, state=state)
        reaction: Sequence[Any] = ()
        if type(item.event) in family.hears:
            reaction = list(family.react(state, item.event, context))
        return self._reacted(family, item, folded, reaction, moment)

    def _again(
        self,
        family: Family[Any],
        stream: str,
        item: Item,
        before: Stored,
        past: Past,
        moment: Moment,
    ) -> tuple[Stored, list[Any]]:
        """Tell a stream again that had heard what does not count any more, and let it answer."""
        envelope, directory = item.envelope, moment.directory
        context = past.context(envelope, directory)
        state = past.fold(family, stream, directory).state
        folded = before if state == before.state else replace(before, state=state)
        reaction: list[Any] = []
        for taken in past.undone_by(envelope.id):
            if taken.is_in(stream) and type(taken.event) in family.hears:
                named = "corrects" if envelope.corrects else "withdraws"
                about = replace(context, **{named: past.known_as(taken.envelope)})
                reaction += family.retract(folded.state, taken.event, about)
        if envelope.corrects and stream in item.streams and type(item.event) in family.hears:
            reaction += family.react(folded.state, item.event, context)
        return folded, reaction

    def _reacted(
        self,
        family: Family[Any],
        item: Item,
        folded: Stored,
        reaction: Sequence[Any],
        moment: Moment,
        first: int = 0,
    ) -> tuple[Stored, list[Outgoing]]:
        if any(isinstance(answer, Refusal) for answer in reaction):
            raise FamilyError(f"{family.name}: what was heard cannot be refused")
        return self._record(family, item, folded, reaction, moment, first)

    def _record(
        self,
        family: Family[Any],
        item: Item,
        before: Stored,
        answer: Sequence[Any],
        moment: Moment,
        first: int = 0,
    ) -> tuple[Stored, list[Outgoing]]:
        state, sequence = before.state, before.sequence
        worded = self._worded(family, item, answer, sequence, moment, first)
        for fact, outgoing in worded:
            if fact is None:
                continue
            sequence += 1
            about = context_of(outgoing.envelope, moment.directory)
            state = self.families.folded(family, state, fact, about)
        records = [outgoing for _, outgoing in worded]
        if state is before.state and sequence == before.sequence and before.version:
            return before, records
        return Stored(state, before.version, sequence), records

    def _worded(
        self,
        family: Family[Any],
        item: Item,
        answer: Sequence[Any],
        sequence: int,
        moment: Moment,
        first: int = 0,
    ) -> list[tuple[Any, Outgoing]]:
        """Return what a family answers as records, each fact with what it says, an Ask without.

        `first` is the place of the first one among all that the family answers to the item.
        """
        count = sum([type(each) is not Ask for each in answer])
        worded: list[tuple[Any, Outgoing]] = []
        for index, each in enumerate(answer, first):
            id_ = derived_id(item.envelope.id, family.name, index)
            if type(each) is Ask:
                worded.append((None, self._asked(family, item, each, id_, moment)))
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
            if item.is_claim:
                envelope = replace(
                    envelope, corrects=item.envelope.corrects, withdraws=item.envelope.withdraws
                )
            fact = Outgoing(
                self._topics.events(family.name),
                item.record.partition,
                item.record.key,
                value,
                envelope,
            )
            worded.append((each, _sendable(fact)))
        return worded

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


def _involved(state: Any) -> involvement.Involved:
    """Return who is involved, as a state says it; families of no agency's claims need not."""
    involved: involvement.Involved = getattr(state, "involved", involvement.Involved())
    return involved


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


def _may_undo(claim: Envelope, word: Taken, stream: str) -> bool:
    """Say whether a claim may take the place of what stands in a slot.

    Only what its agency said itself of the same part, and what has the last word there. A
    withdrawal may be corrected, not withdrawn.
    """
    said = word.envelope
    return (
        said.id == claim.undoes
        and (said.type, said.subject, said.agency) == (claim.type, claim.subject, claim.agency)
        and said.causation == said.correlation
        and said.index == 0
        and word.is_in(stream)
        and not (said.withdraws and claim.withdraws)
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
