"""Whose records this process has put into the outbox, for as long as Kafka may not have them.

The outbox is shared by all agencies; so is the limit beyond which nothing more is accepted. What
other gateways have put there is counted by them.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from services.core.bus.chain import Chunk, Target


class Unsent:
    """Counts unsent records by agency. It may count what was sent, until it hears of it."""

    def __init__(self) -> None:
        self._by_target: dict[Target, deque[tuple[int, str]]] = {}
        self._by_agency: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._by_agency.total()

    def count(self, agency: str) -> int:
        """How many records of an agency are not known to be sent."""
        return self._by_agency[agency]

    def put(self, chunk: Chunk, agencies: Sequence[str]) -> None:
        """Add the committed records of a chunk, whose agencies are given in the same order."""
        records = self._by_target.setdefault((chunk.topic, chunk.partition), deque())
        records.extend(enumerate(agencies, chunk.first))
        self._by_agency.update(agencies)

    def sent(self, last: Mapping[Target, int]) -> None:
        """Forget what is sent: of each target, everything up to a number."""
        for target, number in last.items():
            records = self._by_target.get(target)
            while records and records[0][0] <= number:
                _, agency = records.popleft()
                self._by_agency[agency] -= 1
        self._by_agency += Counter()  # without those that have nothing left
