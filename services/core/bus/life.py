"""One ownership of a lane: everything that is kept in memory between a claim and the next doubt.

`lane` makes a life, works it and drops it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import msgspec
import structlog

from services.core.bus.blocks import Blocks
from services.core.bus.chain import Chunk, Heard, Tail, Target, Verdict, number
from services.core.bus.deciding import Moments
from services.core.bus.errors import (
    BadDeploy,
    BusError,
    Doubt,
    Gap,
    HistoryIncomplete,
    described,
)
from services.core.bus.health import LaneHealth
from services.core.bus.house import House
from services.core.bus.intake import Batch
from services.core.bus.items import Item
from services.core.bus.letters import (
    Letter,
    Result,
    decide_batch,
    held,
    letter_of,
)
from services.core.bus.past import Past
from services.core.bus.postgres import Culprit, blaming
from services.core.bus.recalling import recalled
from services.core.bus.record import Numbered, Outgoing, Record
from services.core.bus.recovery import lost_tails
from services.core.bus.sending import Outbox
from services.core.bus.service import Statement
from services.core.bus.store import Commit, LaneRow, Sending, Store
from services.core.bus.streams import Streams
from services.core.contracts.envelope import place_of
from services.core.telemetry.metrics import COMMIT_SECONDS

log = structlog.get_logger()


class Life:
    """One ownership of a lane: claimed, worked, and dropped whole on any doubt."""

    def __init__(self, house: House, partition: int, store: Store, health: LaneHealth) -> None:
        self._house, self._partition = house, partition
        self._name = house.lane_name(partition)
        self._store, self._health = store, health
        self._encode = msgspec.msgpack.Encoder().encode
        self.streams = Streams(house.service)
        self._blocks = Blocks()
        self._sent_up_to: dict[str, int] = {}  #: of own topics, the offset after what was noted

    async def begin(
        self,
        row: LaneRow,
        targets: dict[Target, Sending],
        outbox: Outbox,
        found: dict[tuple[str, str], int],
    ) -> None:
        """Take up the lane where the database says it stands.

        `found` says where missing numbers stand: topic, lane → offset.
        """
        self.outbox = outbox
        self._epoch, self._position = row.epoch, row.position
        self._recorded_at = row.recorded_at
        self.heard = Heard(row.heard)
        self._tails: dict[Target, Tail] = {each: state.given for each, state in targets.items()}
        topics = (*self._house.claim_topics, *self._house.heard_topics)
        self.positions = await self._standing({each: row.positions.get(each, 0) for each in topics})
        for (topic, lane), offset in found.items():
            self.heard.found_at(topic, lane, offset)
            self.positions[topic] = min(self.positions[topic], offset)
        resent = {topic for topic, _ in found}
        for topic, offset in self.positions.items():
            # Where the lane reads again what it has heard, a block would lack what is a repeat now.
            if topic not in resent and offset == row.positions.get(topic, 0):
                self._blocks.begin(topic, offset, row.heard.get(topic, {}))
        outbox.on_sent = self._note_sent
        self.parked = await self._store.parked_keys()
        self._health.owned(self._epoch)

    async def _standing(self, positions: dict[str, int]) -> dict[str, int]:
        """Return where to read on. Where Kafka lost what we have read, that is the beginning.

        What was appended since may stand before our position; numbers absorb what was read.
        """
        lost = await lost_tails(
            self._house.clients,
            self.heard,
            {(topic, self._partition): offset for topic, offset in positions.items()},
        )
        for topic, _ in sorted(lost):
            log.warning("tail_lost", lane=self._name, topic=topic, position=positions[topic])
        if lost:
            await self._store.forget_blocks(topic for topic, _ in lost)
        return positions | {topic: 0 for topic, _ in lost}

    async def finish(self) -> None:
        """Send what is committed, write the marks, hand the lane over.

        Raises Doubt where that takes longer than a lease.
        """
        try:
            async with asyncio.timeout(self._house.settings.lease_seconds):
                await self.outbox.drained()
                await self.commit(self.positions)
                self._house.reached("before_hand_over")
                await self._store.hand_over(self._epoch)
        except TimeoutError as error:
            raise Doubt(f"{self._name}: could not finish in time") from error
        self._house.reached("after_hand_over")
        self._health.handed_over()

    @property
    def standing(self) -> tuple[int, int]:
        """Epoch and position, as this process knows them."""
        return self._epoch, self._position

    # -- deciding

    async def take(self, batch: Batch, most: int) -> None:
        """Decide a batch, at most so many records in one transaction.

        Where a number is missing, what stands before the gap and no more.
        """
        foreign = batch.foreign
        for first in range(0, max(1, len(batch.items)), most):
            items = batch.items[first : first + most]
            is_last = first + most >= len(batch.items)
            positions = batch.positions if is_last else self._positions_after(items)
            await self._take(items, foreign, positions)
            foreign = []

    async def _take(
        self, items: Sequence[Item], foreign: Sequence[Record], positions: dict[str, int]
    ) -> None:
        await self.recall(item for item in items if item.record.key not in self.parked)
        try:
            await self._decide(items, foreign, positions)
        except Gap as gap:
            before = _before(items, gap)
            await self._decide(before, foreign, self._positions_after(before))
            await self.outbox.drained()
            raise
        finally:
            self.streams.pasts.clear()
        self._health.progressed(len(items))

    async def recall(self, items: Iterable[Item], line: Iterable[Letter] = ()) -> None:
        """Have the past of each key at hand in which something is undone by what is to be decided.

        What waits in a line has been heard, and was not taken in.
        """
        undoing = [item for item in items if item.undoes and self._is_new(item)]
        if not undoing:
            return
        families = self._house.deciding.families
        tails: dict[str, dict[str, Tail]] = {
            topic: lanes
            for topic, lanes in self.heard.snapshot().items()
            if topic in families.claim_topics | families.heard_topics
        }
        for topic in families.own_topics:
            given = self._tails.get((topic, self._partition), Tail())
            if given.number:
                tails.setdefault(topic, {})[self._name] = given
        begun, keys = time.monotonic(), {item.record.key for item in undoing}
        blocks = Blocks()
        found = await recalled(
            self._house.settings,
            self._partition,
            tails,
            keys,
            await self._store.blocks(tails, keys),
            blocks,
            self._renewing(),
        )
        self._blocks.complete += blocks.complete
        log.info(
            "past_recalled",
            lane=self._name,
            keys=len(found),
            records=sum(len(each) for each in found.values()),
            seconds=round(time.monotonic() - begun, 3),
        )
        self._house.reached("after_recall")
        parked = {(letter.record.topic, letter.record.place()) for letter in line}
        for key, records in found.items():
            counted = [each for each in records if (each.topic, each.place()) not in parked]
            try:
                with blaming("the past"):
                    self.streams.pasts[key] = Past.of(families, records, counted)
            except (HistoryIncomplete, Culprit) as error:  # what was to undo something is parked
                log.warning("past_incomplete", lane=self._name, key=key, why=str(error))

    def _note_heard(self, items: Iterable[Item]) -> None:
        """Take note of what was read and counts, for whoever is to find it again."""
        for item in items:
            record, place = item.record, item.record.place()
            self._blocks.note(
                record.topic, record.offset, record.key, place.lane, place.number, record
            )
        for topic, offset in self.positions.items():
            self._blocks.reached(topic, offset)

    def _note_sent(
        self, target: Target, number: int, offset: int, records: Sequence[Numbered]
    ) -> None:
        """Take note of facts of our own that Kafka has taken."""
        topic, partition = target
        if topic not in self._house.deciding.families.own_topics or partition != self._partition:
            return
        if self._sent_up_to.get(topic) != offset:
            chain = place_of(records[0].head).chain
            before = {self._name: Tail(number - 1, chain)} if number > 1 else {}
            self._blocks.begin(topic, offset, before)
        for index, record in enumerate(records):
            self._blocks.note(topic, offset + index, record.key, self._name, number + index, record)
        self._sent_up_to[topic] = offset + len(records)
        self._blocks.reached(topic, offset + len(records))

    def _is_new(self, item: Item) -> bool:
        """Whether a record is to be decided, now or once it leaves its line."""
        place = item.record.place()
        read = self.heard.tail(item.record.topic, place.lane).number
        return place.number > read or item.record.key in self.parked

    def _renewing(self) -> Callable[[], Awaitable[None]]:
        """Return what renews the lease as often as it must while something long is done."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()

        async def renew() -> None:
            nonlocal renewed
            if loop.time() - renewed > self._house.settings.lease_seconds / 3:
                await self.commit(self.positions)
                renewed = loop.time()

        return renew

    async def _decide(
        self, items: Sequence[Item], foreign: Sequence[Record], positions: dict[str, int]
    ) -> None:
        """Decide what is next in its chain, drop repeats, commit and send.

        Raises Gap before anything was done. Where anything but a server fails, as where a value is
        refused or a state cannot be encoded, the batch is halved until the record to blame stands
        alone, and that one becomes a dead letter.
        """
        try:
            fresh = [item for item in items if self.heard.read(item.record) is Verdict.NEXT]
        except Gap:
            self.heard.rollback()
            raise
        try:
            await self.load(fresh)
            moments = self.moments()
            with blaming("the decision"):
                result = decide_batch(
                    self._house.deciding, fresh, self.streams, self.parked, moments
                )
            self._house.reached("after_decide")
            marks = self._house.guard.check(fresh, result.letters)
            result.statements = self._shown(fresh)
            await self.commit(positions, result, foreign=foreign)
            self._house.guard.keep(marks)
            self._note_heard(fresh)
        except Exception as error:
            if isinstance(error, BusError) and not isinstance(error, Culprit):
                raise
            # Had the commit come about before the failure, the fence would stop the next one.
            culprit = error if isinstance(error, Culprit) else Culprit(described(error))
            self.forget()
            if len(fresh) > 1:
                middle = fresh[len(fresh) // 2]
                half = next(index for index, item in enumerate(items) if item is middle)
                await self._decide(items[:half], foreign, self._positions_after(items[:half]))
                await self._decide(items[half:], [], positions)
            else:
                await self._blame(fresh, culprit, positions, foreign)

    def _shown(self, items: Sequence[Item]) -> Sequence[Statement]:
        """Return the rows that a service shows of what it has heard (B7)."""
        view = self._house.service.view
        heard = [
            (item.record, item.envelope)
            for item in items
            if not item.is_claim and item.record.key not in self.parked
        ]
        if view is None or not heard:
            return []
        with blaming("the view"):
            return list(view.rows(heard))

    async def _blame(
        self,
        alone: Sequence[Item],
        culprit: Culprit,
        positions: dict[str, int],
        foreign: Sequence[Record],
    ) -> None:
        if not alone:
            raise BadDeploy(f"{self._name}: {culprit}") from culprit
        self.heard.read(alone[0].record)
        letter = letter_of(alone[0], culprit)
        try:
            with blaming("the parking"):
                outgoing = held(self._house.deciding, letter, self.moments().now)
            parked = Result(outgoing, [letter])
            marks = self._house.guard.check(alone, parked.letters)
            await self.commit(positions, parked, foreign=foreign)
        except Culprit as again:
            raise BadDeploy(
                f"{self._name}: {letter.record.topic}@{letter.record.offset} can neither be "
                f"recorded nor parked: {again}"
            ) from again
        self._house.guard.keep(marks)

    async def load(self, items: Iterable[Item]) -> None:
        """Have the streams of items at hand, those that are to be told again included."""
        names: list[str] = []
        with blaming("the choice of streams"):
            for item in items:
                names += item.streams
                past = self.streams.past(item.record.key) if item.undoes else None
                if past is not None:
                    names += past.told_again_by(item.envelope)
        missing = self.streams.missing(names)
        if missing:
            rows = await self._store.states(missing)
            with blaming("the decoding of a stored state"):
                self.streams.learn(rows)

    async def commit(
        self,
        positions: dict[str, int],
        result: Result | None = None,
        *,
        foreign: Sequence[Record] = (),
        **requested: Any,
    ) -> None:
        """Write everything that follows from a batch; then, and only then, send it (B2)."""
        result = result or Result([], [])
        with blaming("the numbering of what is to be sent"):
            chunks = self._numbered(result.outgoing)
        commit = Commit(
            epoch=self._epoch,
            position=self._position,
            recorded_at=self._recorded_at,
            positions=positions,
            heard=self.heard.snapshot(),
            states=self.streams.ahead,
            chunks=chunks,
            marks=self.outbox.marks(),
            statements=result.statements,
            letters=result.letters,
            foreign=foreign,
            blocks=self._blocks.complete,
            **requested,
        )
        self._blocks.complete = []
        try:
            with COMMIT_SECONDS.labels(self._house.service.name).time():
                returned = await self._store.commit(commit, self._encode)
        except Exception:
            self.outbox.restore(commit.marks)
            raise
        self._house.reached("after_commit")
        self._position += 1
        self.positions = positions
        self.heard.commit()
        self.streams.commit()
        self.parked |= {letter.record.key for letter in result.letters}
        for chunk in chunks:
            self._tails[chunk.topic, chunk.partition] = chunk.tail
        self.outbox.offer(chunks)
        self._health.committed(result)
        view = self._house.service.view
        if returned and view is not None and view.notice is not None:
            try:
                view.notice(returned)
            except Exception as error:  # noqa: BLE001  it is for the log alone, and all is committed
                log.warning("notice_failed", lane=self._name, why=described(error))

    def forget(self) -> None:
        """Drop what was read and decided since the last commit."""
        self.heard.rollback()
        self.streams.rollback()

    def _numbered(self, outgoing: Iterable[Outgoing]) -> list[Chunk]:
        by_target: dict[Target, list[Outgoing]] = {}
        for each in outgoing:
            by_target.setdefault((each.topic, each.partition), []).append(each)
        return [
            number(self._name, target, self._tails.get(target, Tail()), records)
            for target, records in sorted(by_target.items())
        ]

    def moments(self) -> Moments:
        """The time of the batch: the clock's, but never before what the lane recorded last.

        Raises Doubt where clock or directory cannot be read, for which no record is to blame.
        """
        try:
            now, directory = self._house.clock.now(), self._house.directory()
        except Exception as error:
            raise Doubt(f"clock or directory cannot be read: {described(error)}") from error
        self._recorded_at = max(self._recorded_at, now)
        return Moments(
            self._recorded_at,
            directory,
            {topic: self.positions[topic] for topic in self._house.heard_topics},
        )

    def _positions_after(self, items: Iterable[Item]) -> dict[str, int]:
        positions = dict(self.positions)
        for item in items:
            positions[item.record.topic] = item.record.offset + 1
        return positions


def _before(items: Sequence[Item], gap: Gap) -> Sequence[Item]:
    for index, item in enumerate(items):
        if item.record.topic == gap.topic and item.record.offset == gap.offset:
            return items[:index]
    return items
