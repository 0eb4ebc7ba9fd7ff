"""What the streams of one key have taken in, and their states told from it again.

A lane needs its past only where a fact is corrected or withdrawn; `lienthong rebuild` and `why` are
made of nothing else. Everything here is pure. A family's facts change its own field of a state
alone, and each says how far its lane had heard, so that every fact keeps its place.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from services.core.bus.errors import FamilyError, HistoryIncomplete
from services.core.bus.items import (
    Concern,
    Families,
    Item,
    Stored,
    context_of,
    stream_in,
)
from services.core.bus.record import Outgoing, Record
from services.core.contracts.corrections import Slot, Slots
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.family import Context, Directory, Family


class Taken(Struct, frozen=True):
    """A fact as a service has taken it in: one of its own, or one that it hears."""

    envelope: Envelope
    event: Any  #: None where nobody takes notice, or where it cannot be read
    concerns: tuple[Concern, ...]
    offset: int  #: where it stands in its topic; of the service's own it does not matter
    failure: str = ""

    @property
    def family(self) -> str:
        """The family whose fact it is."""
        return self.envelope.type.split(".")[1]

    def is_in(self, stream: str) -> bool:
        """Whether a stream takes it in."""
        return any(name == stream for _, name in self.concerns)


class Past:
    """All that was taken in under one key, in the order in which it was."""

    def __init__(self, families: Families) -> None:
        self._families = families
        self._taken: list[Taken] = []
        self._kept = 0
        self._causes: dict[str, tuple[Concern, ...]] = {}
        self._begin()

    def _begin(self) -> None:
        self._slots: dict[str, Slots[Taken]] = {}
        self._undone: dict[str, Sequence[Taken]] = {}
        self._lasts: dict[str, int] = {}
        self._own: dict[str, str] = {}

    # -- taking in

    @classmethod
    def of(
        cls, families: Families, records: Iterable[Record], counted: Iterable[Record] | None = None
    ) -> "Past":
        """Return the past of a key from all that stands under it, each record once.

        Of facts only those `counted` are taken in, else all; the others may still be causes.
        Raises HistoryIncomplete.
        """
        records = list(records)
        counts = {id(record) for record in (records if counted is None else counted)}
        past = cls(families)
        for record in records:
            if record.topic in families.claim_topics:
                past.note(families.ready(record, is_claim=True))
        own: list[Record] = []
        for record in records:
            if record.topic in families.own_topics:
                own.append(record)
            elif record.topic in families.heard_topics:
                item = families.ready(record, is_claim=False)
                past.note(item) if id(record) in counts else past.remember(item)
        for record in own:
            if id(record) in counts:
                past.record(record.envelope(), record.value)
        past.keep()
        return past

    def note(self, item: Item) -> None:
        """Take in what is about to be decided: a claim as the cause of facts, a fact as heard."""
        self.remember(item)
        if not item.is_claim:
            failure = "" if item.failure is None else repr(item.failure)
            self._take(Taken(item.envelope, item.event, item.concerns, item.record.offset, failure))

    def remember(self, item: Item) -> None:
        """Take note of the streams of what may have caused facts."""
        self._causes.setdefault(item.envelope.id, item.concerns)

    def record(self, envelope: Envelope, value: bytes) -> None:
        """Take in a fact of the service's own. Raises HistoryIncomplete where one is missing."""
        event: Event | None = None
        failure = ""
        try:
            event = self._families.codec.decode(value)
        except Exception as error:  # noqa: BLE001  it is told where it is to be folded
            failure = repr(error)
        concern = self._concern_of(envelope, event)
        last = self._lasts.get(concern[1], 0)
        if envelope.sequence != last + 1:
            raise HistoryIncomplete(
                f"{concern[1]}: fact {envelope.sequence} ({envelope.id}) follows fact {last}; what "
                f"stands between is missing"
            )
        self._take(Taken(envelope, event, (concern,), 0, failure))

    def recorded(self, outgoing: Iterable[Outgoing]) -> None:
        """Take in the facts among what a decision has brought forth."""
        for each in outgoing:
            if each.topic in self._families.own_topics:
                self.record(each.envelope, each.value)

    def _concern_of(self, envelope: Envelope, event: Event | None) -> Concern:
        """Return the stream of a fact: the one that its cause was put to.

        A note beside a fact names another part than the claim did, so the fact itself does not say.
        Only where streams were told again may one cause concern several.
        """
        name = envelope.type.split(".")[1]
        if envelope.causation not in self._causes:
            raise HistoryIncomplete(
                f"{envelope.id}: what it was decided on, {envelope.causation}, is missing"
            )
        concerns = self.concerned(envelope.causation)
        found = [each for each in concerns if each[0].name == name]
        if len(found) > 1 and event is not None:
            stream = stream_in(self._families.named[name], event)
            found = [each for each in found if each[1] == stream]
        if len(found) != 1:
            raise HistoryIncomplete(
                f"{envelope.id}: {envelope.type} follows from {envelope.causation}, which concerns "
                f"{len(found)} streams of its family, expected one"
            )
        return found[0]

    def _take(self, taken: Taken) -> None:
        self._taken.append(taken)
        self._place(taken)

    def _place(self, taken: Taken) -> None:
        undone = self._slots.setdefault(taken.family, Slots()).add(taken)
        if undone:
            self._undone[taken.envelope.id] = undone
        if taken.family in self._families.named:
            stream = self._own[taken.envelope.id] = taken.concerns[0][1]
            self._lasts[stream] = taken.envelope.sequence

    # -- going back

    @property
    def mark(self) -> int:
        """How much was taken in so far."""
        return len(self._taken)

    def back(self, mark: int) -> None:
        """Forget what was taken in since a mark."""
        if mark < len(self._taken):
            del self._taken[mark:]
            self._begin()
            for taken in self._taken:
                self._place(taken)

    def keep(self) -> None:
        """Keep what was taken in: it is committed."""
        self._kept = len(self._taken)

    def forget(self) -> None:
        """Forget what was taken in since it was kept."""
        self.back(self._kept)

    # -- asking

    def concerned(self, cause: str) -> tuple[Concern, ...]:
        """Return the streams that a claim or heard fact concerns, those told again included."""
        concerns = dict.fromkeys(stream for _, stream in self._causes.get(cause, ()))
        of = {stream: family for family, stream in self._causes.get(cause, ())}
        for taken in self._undone.get(cause, ()):
            for family, stream in taken.concerns:
                concerns[stream] = None
                of[stream] = family
        return tuple((of[stream], stream) for stream in concerns)

    def told_again_by(self, envelope: Envelope) -> list[str]:
        """Return the streams that are to be told again where this fact undoes another."""
        slot = self.slot(envelope.type.split(".")[1], envelope.undoes)
        return [stream for taken in slot.facts for _, stream in taken.concerns] if slot else []

    def undone_by(self, fact: str) -> Sequence[Taken]:
        """Return what does not count any more because of a fact."""
        return self._undone.get(fact, ())

    def slot(self, family: str, fact: str) -> Slot[Taken] | None:
        """Return where a family's fact stands, or None."""
        slots = self._slots.get(family)
        return slots.of(fact) if slots else None

    def stream_of(self, fact: str) -> str | None:
        """Return the stream in which a fact of the service's own stands, or None."""
        return self._own.get(fact)

    def streams(self) -> list[Concern]:
        """Return every stream that has taken something in."""
        found = {stream: family for each in self._taken for family, stream in each.concerns}
        return [(family, stream) for stream, family in found.items()]

    # -- telling again

    def fold(
        self,
        family: Family[Any],
        stream: str,
        directory: Directory,
        before: Slot[Taken] | None = None,
        without: Slot[Taken] | None = None,
    ) -> Stored:
        """Return a stream as it stands, or as it stood before a slot of its own, or without one.

        Raises FamilyError where a family cannot fold what stands there now.
        """
        state = family.start
        gone = [] if without is None else without.facts
        for taken in self._in_order(family, stream, before):
            if taken in gone:
                continue
            if taken.failure:
                raise FamilyError(
                    f"{stream}: {taken.envelope.id}: {taken.envelope.type} cannot be read: "
                    f"{taken.failure}"
                )
            context = self.context(taken.envelope, directory)
            state = self._families.folded(family, state, taken.event, context)
        last = self._lasts.get(stream, 0)
        return Stored(
            state, sequence=last if before is None else before.first.envelope.sequence - 1
        )

    def known_as(self, envelope: Envelope) -> str:
        """Return the id by which others cite a fact.

        What is corrected goes on under the id by which it was said first, for what came later has
        cited it so.
        """
        slot = self.slot(envelope.type.split(".")[1], envelope.id)
        return slot.first.envelope.id if slot and envelope.index == 0 else envelope.id

    def context(self, envelope: Envelope, directory: Directory) -> Context:
        """Return the context in which families see a fact."""
        context = context_of(envelope, directory)
        slot = self.slot(envelope.type.split(".")[1], envelope.corrects)
        if slot is None:
            return context
        first = slot.first.envelope
        return replace(
            context,
            id=self.known_as(envelope),
            corrects=first.id,
            accepted_at=first.accepted_at,
        )

    def _in_order(
        self, family: Family[Any], stream: str, before: Slot[Taken] | None
    ) -> Iterator[Taken]:
        """Yield what counts: each own fact after all that its lane had heard when it decided."""
        heard = {
            name: deque(slots.all)
            for name, slots in sorted(self._slots.items())
            if name not in self._families.named
        }

        def up_to(reached: dict[str, int] | None) -> Iterator[Taken]:
            for name, waiting in heard.items():
                end = None if reached is None else reached.get(name, 0)
                while waiting and (end is None or waiting[0].first.offset < end):
                    yield from _in(stream, waiting.popleft())

        own = self._slots.get(family.name)
        for slot in own.all if own else ():
            if any(each.is_in(stream) for each in (slot.first, *slot.facts)):
                yield from up_to(_reached(slot.first.envelope))
                if slot is before:
                    return
                yield from _in(stream, slot)
        yield from up_to(None)


def _in(stream: str, slot: Slot[Taken]) -> Iterator[Taken]:
    return (each for each in slot.facts if each.is_in(stream))


def _reached(envelope: Envelope) -> dict[str, int]:
    """Say how far a lane had heard the topic of each family when it decided."""
    heard = (each.partition(":") for each in envelope.heard.split(",") if each)
    return {family: int(offset) for family, _, offset in heard}
