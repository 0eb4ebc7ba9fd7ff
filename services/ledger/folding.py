"""States told again from the facts alone, and decisions made again on the state before them.

Everything here is pure. A family's facts change its own field of a state alone, so all that counts
is which records a stream had taken in: its own facts by their sequence, what it heard by how far
its lane had heard.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from services.core.bus.deciding import Deciding, Item, Moment, Stored
from services.core.bus.record import Outgoing
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.family import Directory, Family
from services.ledger.archive import Entry

Streams = dict[str, Stored]


class FoldError(Exception):
    """The entries do not make a whole history; the message names what is missing."""


class Decision(Struct, frozen=True):
    """A decision made again: on which state, what came of it, and how that differs."""

    item: Item
    cause: Entry
    before: Mapping[str, Stored]  #: the streams concerned, as they stood just before
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
        self._directory = directory
        self._families = {family.name: family for family in service.families}
        self._claims = {topics.submissions(name) for name in self._families}

    @property
    def reads(self) -> frozenset[str]:
        """The topics from which states and decisions are told."""
        own = {self.topics.events(name) for name in self._families}
        return self._deciding.heard_topics | own | self._claims

    def fold(self, entries: Iterable[Entry], takes: Callable[[Entry], bool]) -> Streams:
        """Return every stream of one key after the entries that count.

        Raises FoldError where a fact of a stream, or what caused it, is missing.
        """
        entries = list(entries)
        causes = {entry.id: entry for entry in entries}
        streams: Streams = {}
        for entry in entries:
            if not takes(entry):
                continue
            for family, stream in self._concerned(entry, causes):
                if entry.event is None:
                    raise FoldError(f"{entry.id}: {entry.envelope.type} cannot be read")
                before = streams.get(stream) or Stored(family.start)
                after = self._deciding.fold(
                    family, before, entry.envelope, entry.event, self._directory
                )
                if self.is_own(entry) and after.sequence != before.sequence + 1:
                    raise FoldError(
                        f"{stream}: fact {after.sequence} ({entry.id}) follows fact "
                        f"{before.sequence}; the archive lacks what stands between"
                    )
                streams[stream] = after
        return streams

    def is_own(self, entry: Entry) -> bool:
        """Say whether an entry is a fact of one of the service's families."""
        return entry.kind == "fact" and entry.family in self._families

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
        before = self.fold(key, self._before(item, cause, entry, recorded, key))
        states = _States({name: before[name] for name in item.streams if name in before})
        moment = Moment(entry.envelope.recorded_at, entry.envelope.heard, self._directory)
        try:
            answer = self._deciding.decide(item, states, moment)
        except Exception as error:  # noqa: BLE001  whatever a family raises is what is told
            return Decision(
                item, cause, states.before, recorded, [], [f"it raises {error!r} instead"]
            )
        return Decision(
            item, cause, states.before, recorded, answer, list(_differences(recorded, answer))
        )

    def _before(
        self,
        item: Item,
        cause: Entry,
        entry: Entry,
        recorded: Sequence[Entry],
        key: Sequence[Entry],
    ) -> Callable[[Entry], bool]:
        """Return what tells which entries the stream had taken in when it decided.

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
        streams = set(item.streams)

        def takes(each: Entry) -> bool:
            if not each.stands_in_events:
                return False
            if not self.is_own(each):
                return each.record.offset < heard.get(each.record.topic, 0)
            if not {stream for _, stream in self._concerned(each, causes)} & streams:
                return False
            if first is not None:
                return each.envelope.sequence < first
            theirs = causes[each.envelope.causation].record
            if theirs.topic == cause.record.topic:
                return theirs.offset < cause.record.offset
            return theirs.offset < heard.get(theirs.topic, 0)

        return takes

    def _item(self, cause: Entry) -> Item:
        item = self._deciding.ready(cause.record, is_claim=cause.record.topic in self._claims)
        if item.failure is not None:
            raise FoldError(f"{cause.id}: it cannot be read: {item.failure!r}")
        return item

    def _concerned(
        self, entry: Entry, causes: Mapping[str, Entry]
    ) -> Iterator[tuple[Family[Any], str]]:
        """Yield the streams that take an entry in: its own, or those that hear it.

        A fact stands in the stream that its cause was put to.
        """
        if not entry.stands_in_events:
            return
        if not self.is_own(entry):
            item = self._item(entry)
            yield from zip(item.families, item.streams, strict=True)
            return
        cause = causes.get(entry.envelope.causation)
        if cause is None:
            raise FoldError(
                f"{entry.id}: what it was decided on, {entry.envelope.causation}, is not archived "
                f"under its key"
            )
        item = self._item(cause)
        for family, stream in zip(item.families, item.streams, strict=True):
            if family.name == entry.family:
                yield family, stream


class _States:
    """The streams concerned; what a decision puts is kept apart."""

    def __init__(self, before: Mapping[str, Stored]) -> None:
        self.before = before

    def get(self, stream: str) -> Stored | None:
        return self.before.get(stream)

    def put(self, stream: str, stored: Stored) -> None:
        """Nothing is stored: the answer is all that is wanted."""


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
