"""The load under which the hearings house is tried, and how it is accounted for.

Every submission is of a kind whose end is known beforehand, whatever the order of events: recorded,
refused or held. What came of it is held against the memory log, which knows of no fault.
"""

import asyncio
import contextlib
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Final

from services.core.bus import accepting, postgres
from services.core.bus.errors import Doubt
from services.core.bus.postgres import FAILURES
from services.core.bus.record import Outgoing, Record
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.gateway.counting import Counts
from tests.faults.onlooker import Onlooker
from tests.hearings import domain
from tests.hearings.events import room
from tests.hearings.house import House, seen
from tests.patience import PATIENCE

BATCH, MOST_PENDING, AFTER = 10, 300, 100
DAY = date(2026, 8, 1)
BROKEN: Final = new_id()  #: the domain trips over this part: what is submitted about it is held


class Clerk:
    """Submits without pause and has each batch accepted exactly once, as gateways do by keys."""

    def __init__(self, house: House, onlooker: Onlooker) -> None:
        self.house, self._onlooker = house, onlooker
        self._rounds = itertools.count()
        self._foretold: Counter[str] = Counter()
        self._ended = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def sit(cls, settings: Settings) -> AsyncIterator["Clerk"]:
        """Open a house with a clerk in it, who has not begun yet."""
        async with House.open(settings) as house:
            await house.gateway.execute("create table batches (first uuid primary key)")
            events = [house.topics.events("hearing"), house.topics.events("room")]
            domain.BROKEN.add(BROKEN)
            try:
                async with Onlooker.look(settings, [*events, house.topics.outcomes]) as onlooker:
                    yield cls(house, onlooker)
            finally:
                domain.BROKEN.clear()

    # -- the load

    def begin(self) -> None:
        """Submit from now on, for as long as `accounted` does not ask for the end."""
        self._working = asyncio.create_task(self.submit(self._ended))

    async def submit(self, ended: asyncio.Event) -> None:
        """Submit until something has ended, and a while longer."""
        left = AFTER
        while left:
            await self._accept(self._claims())
            left -= BATCH if ended.is_set() else 0
            while not ended.is_set() and self._pending > MOST_PENDING:
                await asyncio.sleep(0.005)

    @property
    def done(self) -> int:
        """How many submissions have an outcome."""
        return len(self._onlooker.outcomes)

    async def progresses(self, outcomes: int = 50) -> None:
        """Wait until so many more submissions have an outcome, while others come."""
        wanted = self.done + outcomes
        async with asyncio.timeout(PATIENCE):
            while self.done < wanted:
                if self._working and self._working.done():
                    self._working.result()
                self._onlooker.must_read()
                await asyncio.sleep(0.005)

    @property
    def _pending(self) -> int:
        return len(self.house.submitted) - self.done

    def _claims(self) -> list[Outgoing]:
        """Word a batch: hearings, one of them asked for twice, a hall booked twice, what trips."""
        house, parts = self.house, [new_id() for _ in range(BATCH - 4)]
        hall = room.Booked(room_id=f"hall-{next(self._rounds)}", hearing_id=parts[0], held_on=DAY)
        self._foretold += Counter(recorded=BATCH - 2, refused=1, held=1)
        return [
            *(house.requested(part, f"room-of-{part}") for part in [*parts, parts[0]]),
            house.requested(BROKEN, f"room-of-{BROKEN}"),
            house.claim(hall),
            house.claim(hall),
        ]

    async def _accept(self, claims: Sequence[Outgoing]) -> None:
        """Have a batch accepted; whether a lost answer meant yes is told by the batch's row."""
        house = self.house
        while True:
            try:
                async with house.gateway.transaction():
                    is_new = await house.gateway.fetchval(
                        "insert into batches values ($1) on conflict do nothing returning true",
                        claims[0].envelope.id,
                    )
                    if is_new:
                        await accepting.put(house.gateway, "gateway", list(claims))
            except FAILURES:
                await self._connect_again()
            else:
                house.submitted += claims
                return

    async def _connect_again(self) -> None:
        self.house.gateway.terminate()
        while True:
            try:
                self.house.gateway = await postgres.connect(self.house.settings, "gateway")
            except Doubt:
                await asyncio.sleep(0.05)
            else:
                return

    # -- the account

    async def settled(self) -> Counts:
        """Count what became of everything accepted so far, once nothing is pending."""
        return await self._onlooker.settled(each.envelope.id for each in self.house.submitted)

    async def accounted(self) -> None:
        """End the load and demand that all that should have come of it did, once, and no more."""
        self._ended.set()
        if self._working:
            await asyncio.wait_for(self._working, PATIENCE)
        await self.settled()
        expected = seen(self.house.expected())  # rooms are still asked and answered
        facts = await self.house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        told = self._onlooker.outcomes
        assert told.keys() == {claim.envelope.id for claim in self.house.submitted}
        assert {len(each) for each in told.values()} == {1}
        assert Counter(became for [became] in told.values()) == self._foretold
        _assert_no_gap_within_a_stream(facts)


def _assert_no_gap_within_a_stream(facts: Sequence[Record]) -> None:
    sequences = defaultdict(list)
    for fact in facts:
        if not fact.topic.endswith("submission.events"):
            sequences[fact.topic, fact.key].append(fact.envelope().sequence)
    for stream, found in sequences.items():
        assert found == list(range(1, len(found) + 1)), stream
