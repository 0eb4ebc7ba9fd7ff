"""States told again from the facts alone, and decisions made again on the state before them.

Everything here is pure, and the fold is the lanes' own (`core.bus.past`). All that counts is which
records a stream had taken in: its own facts by their sequence, what it heard by how far its lane
had heard.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from services.core.bus.deciding import Deciding, Moment
from services.core.bus.errors import FamilyError, HistoryIncomplete
from services.core.bus.items import Item, Stored
from services.core.bus.past import Past, Taken
from services.core.bus.record import Outgoing
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.corrections import Slot
from services.core.contracts.family import Directory, Family
from services.ledger.archive import Entry

Streams = dict[str, Stored]


class FoldError(Exception):
    """The entries do not make a whole history; the message names what is missing."""


class Decision(Struct, frozen=True):
    """A decision made again: on which state, what came of it, and how that differs."""

    item: Item
    cause: Entry
    before: Mapping[str, Stored]  #: the streams concerned, as they stood just before; of one that
    #: a correction was put to, as it stood before what is corrected
    recorded: Sequence[Entry]  #: what the lane recorded of it
    again: Sequence[Outgoing]
    differences: Sequence[str]  #: none: the same, byte for byte


class Folding:
    """Folds what one service's families have recorded and heard."""

    def __init__(
        self,
        service: Service,
        topics: Topics,
        codec: Codec,
        catalogue: Catalogue,
        directory: Directory,
    ) -> None:
        self.service, self.topics = service, topics
        self._deciding = Deciding(service, topics, codec, catalogue)
        self._families = self._deciding.families
        self._directory = directory

    @property
    def reads(self) -> frozenset[str]:
        """The topics from which states and decisions are told."""
        families = self._families
        return families.heard_topics | families.own_topics | families.claim_topics

    def fold(self, entries: Iterable[Entry], takes: Callable[[Entry], bool]) -> Streams:
        """Return every stream of one key after the entries that count.

        Raises FoldError where a fact of a stream, or what caused it, is missing.
        """
        past = self._past(entries, takes)
        return {stream: self._folded(past, family, stream) for family, stream in past.streams()}

    def _past(self, entries: Iterable[Entry], takes: Callable[[Entry], bool]) -> Past:
        entries = list(entries)
        counted = [entry.record for entry in entries if takes(entry)]
        try:
            return Past.of(self._families, [entry.record for entry in entries], counted)
        except HistoryIncomplete as error:
            raise FoldError(f"{error} from the archive") from error

    def _folded(
        self, past: Past, family: Family[Any], stream: str, before: Slot[Taken] | None = None
    ) -> Stored:
        try:
            return past.fold(family, stream, self._directory, before=before)
        except FamilyError as error:
            raise FoldError(str(error)) from error

    def is_own(self, entry: Entry) -> bool:
        """Say whether an entry is a fact of one of the service's families."""
        return entry.kind == "fact" and entry.family in self._families.named

    def again(
        self, entry: Entry, cause: Entry, key: Sequence[Entry], followed: Iterable[Entry]
    ) -> Decision:
        """Make the decision again that an entry came of.

        `cause` is what was decided, `key` everything under its key, `followed` everything of its
        correlation. Raises FoldError.
        """
        item = self._item(cause)
        lane = entry.record.place().lane
        recorded = [
            each
            for each in followed
            if each.envelope.causation == cause.id
            and each.record.place().lane == lane
            and each.kind not in {"held", "released"}
        ]
        whole = self._past(key, lambda each: each.stands_in_events)
        concerns = whole.concerned(cause.id)
        streams = {stream for _, stream in concerns}
        past = self._past(key, self._before(item, cause, entry, recorded, key, streams, whole))
        stood = {stream: self._folded(past, family, stream) for family, stream in concerns}
        known = {stream for _, stream in past.streams()}
        states = _States({name: each for name, each in stood.items() if name in known}, past)
        before = states.before | self._before_correction(item, past, states.before)
        moment = Moment(entry.envelope.recorded_at, entry.envelope.heard, self._directory)
        try:
            answer = self._deciding.decide(item, states, moment)
        except Exception as error:  # noqa: BLE001  whatever a family raises is what is told
            return Decision(item, cause, before, recorded, [], [f"it raises {error!r} instead"])
        return Decision(item, cause, before, recorded, answer, list(_differences(recorded, answer)))

    def _before_correction(
        self, item: Item, past: Past, before: Mapping[str, Stored]
    ) -> dict[str, Stored]:
        """Return the streams as they stood before what a claim corrects: there it was decided."""
        if not (item.is_claim and item.undoes):
            return {}
        return {
            stream: self._folded(past, family, stream, slot)
            for family, stream in item.concerns
            if stream in before
            and (slot := past.slot(family.name, item.envelope.undoes)) is not None
        }

    def _before(
        self,
        item: Item,
        cause: Entry,
        entry: Entry,
        recorded: Sequence[Entry],
        key: Sequence[Entry],
        streams: AbstractSet[str],
        whole: Past,
    ) -> Callable[[Entry], bool]:
        """Return what tells which entries the streams had taken in when they decided.

        A refusal bears no sequence; there the claim's place in its topic decides.
        """
        heard = {
            self.topics.events(family): int(offset)
            for family, _, offset in (
                each.partition(":") for each in entry.envelope.heard.split(",") if each
            )
        }
        if not item.is_claim:
            heard[cause.record.topic] = cause.record.offset
        own = [each.envelope.sequence for each in recorded if self.is_own(each)]
        first = min(own, default=None)
        causes = {each.id: each for each in key}

        def takes(each: Entry) -> bool:
            if not each.stands_in_events:
                return False
            if not self.is_own(each):
                return each.record.offset < heard.get(each.record.topic, 0)
            if whole.stream_of(each.id) not in streams:
                return False
            if first is not None:
                return each.envelope.sequence < first
            theirs = causes[each.envelope.causation].record
            if theirs.topic == cause.record.topic:
                return theirs.offset < cause.record.offset
            return theirs.offset < heard.get(theirs.topic, 0)

        return takes

    def _item(self, cause: Entry) -> Item:
        is_claim = cause.record.topic in self._families.claim_topics
        item = self._deciding.ready(cause.record, is_claim=is_claim)
        if item.failure is not None:
            raise FoldError(f"{cause.id}: it cannot be read: {item.failure!r}")
        return item


class _States:
    """The streams concerned; what a decision puts is kept apart."""

    def __init__(self, before: dict[str, Stored], past: Past) -> None:
        self.before = before
        self._past = past

    def get(self, stream: str) -> Stored | None:
        return self.before.get(stream)

    def put(self, stream: str, stored: Stored) -> None:
        """Nothing is stored: the answer is all that is wanted."""

    def past(self, _key: str) -> Past:
        return self._past


def _differences(recorded: Sequence[Entry], again: Sequence[Outgoing]) -> Iterator[str]:
    known = {entry.id: entry for entry in recorded}
    for outgoing in again:
        entry = known.pop(outgoing.envelope.id, None)
        if entry is None:
            yield f"it now gives {outgoing.envelope.type}, which was not recorded"
            continue
        record = entry.record
        if (record.topic, record.partition, record.key) != (
            outgoing.topic,
            outgoing.partition,
            outgoing.key,
        ):
            yield f"{entry.id}: it now goes to {outgoing.topic} under the key {outgoing.key}"
        if record.value != outgoing.value:
            yield f"{entry.id}: {entry.envelope.type} now says something else"
        before, after = asdict(entry.envelope), asdict(outgoing.envelope)
        for name in before:
            if before[name] != after[name]:
                yield f"{entry.id}: {name} was {before[name]}, now {after[name]}"
    for entry in known.values():
        yield f"{entry.id}: {entry.envelope.type} was recorded, and does not follow any more"
