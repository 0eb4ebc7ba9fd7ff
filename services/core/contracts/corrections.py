"""What stands of a history once its corrections and withdrawals are taken in.

What one decision recorded stands in one slot: the fact that is its outcome, and what was recorded
beside it. A correction puts its own decision into the slot of the fact that it names, a withdrawal
leaves the slot empty. Slots keep the order of history, so what came later stands on what stands
there now. Lanes, rebuilds and those who only tell a case fold by this one rule.
"""

from typing import Generic, Protocol, TypeVar

from services.core.contracts.envelope import Envelope


class Recorded(Protocol):
    """Whatever holds a fact with its envelope."""

    @property
    def envelope(self) -> Envelope:
        """The fact's envelope."""


Entry = TypeVar("Entry", bound=Recorded)


class Slot(Generic[Entry]):
    """One place in history, and what stands there."""

    def __init__(self, first: Entry) -> None:
        self.first = first  #: gives the place: it was recorded here
        self.word = first  #: the outcome of the decision that stands here now
        self.facts: list[Entry] = []  #: what counts; nothing once it is withdrawn


class Slots(Generic[Entry]):
    """The facts of one family under one key, added in the order in which they were recorded."""

    def __init__(self) -> None:
        self.all: list[Slot[Entry]] = []
        self._of_fact: dict[str, Slot[Entry]] = {}
        self._of_decision: dict[str, Slot[Entry]] = {}

    def add(self, entry: Entry) -> list[Entry]:
        """Take in the next fact and return those that do not count any more because of it.

        A correction of what is not among the facts stands for itself.
        """
        envelope = entry.envelope
        undone: list[Entry] = []
        slot = self._of_decision.get(envelope.causation)
        if slot is None:
            slot = self._of_fact.get(envelope.undoes) if envelope.undoes else None
            if slot is None:
                slot = Slot(entry)
                self.all.append(slot)
            undone, slot.facts, slot.word = slot.facts, [], entry
            self._of_decision[envelope.causation] = slot
        if not envelope.withdraws:
            slot.facts.append(entry)
        self._of_fact[envelope.id] = slot
        return undone

    def of(self, fact: str) -> Slot[Entry] | None:
        """Return where a fact was recorded or took the place of another, or None."""
        return self._of_fact.get(fact)
