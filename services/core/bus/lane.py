"""A lane: the one place where the streams of one partition of a service are decided.

`Lane.run` owns, works and recovers until it is told to stop; `_Life` is one ownership: everything
that is kept in memory between a claim and the next doubt. The rules are told in `docs/bus.md`.
"""

import asyncio
from asyncio import TaskGroup
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct

from services.core.bus.chain import Chunk, Heard, Tail, Target, Verdict, number
from services.core.bus.crashpoints import Reached
from services.core.bus.deciding import Deciding, Item, Moments
from services.core.bus.deploy_guard import DeployGuard
from services.core.bus.errors import BadDeploy, BusError, Doubt, Gap, Halt
from services.core.bus.health import LaneHealth
from services.core.bus.kafka import Reader, Sender
from services.core.bus.letters import (
    Letter,
    Result,
    decide_batch,
    ended,
    held,
    letter_of,
    retry,
)
from services.core.bus.postgres import Culprit
from services.core.bus.record import Outgoing, Record
from services.core.bus.recovery import claimed, find_number, lost_tails
from services.core.bus.sending import Outbox
from services.core.bus.service import Service, Statement, Topics
from services.core.bus.store import Commit, LaneRow, Parked, Request, Sending, Store
from services.core.bus.streams import Streams
from services.core.clock import Clock
from services.core.contracts.envelope import NotAnEnvelope
from services.core.contracts.family import Directory
from services.core.settings import Settings

BATCH: Final = 500  #: records decided in one transaction, at most
_BACKOFF: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_LOOK_SECONDS: Final = 0.1
_PRUNE_SECONDS: Final = 5.0

log = structlog.get_logger()


class House(Struct, frozen=True, kw_only=True):
    """What all lanes of a service in a process share."""

    settings: Settings
    service: Service
    topics: Topics
    deciding: Deciding
    clock: Clock
    directory: Callable[[], Directory]
    guard: DeployGuard
    frontier: Reader  #: asks for the ends of partitions; fetches nothing, so it answers at once
    owner: str
    reached: Reached

    def lane_name(self, partition: int) -> str:
        """How the lane signs its records."""
        return f"{self.service.name}/{partition}"

    @property
    def claim_topics(self) -> frozenset[str]:
        """Where claims for this service arrive."""
        return frozenset(self.topics.submissions(each.name) for each in self.service.families)

    @property
    def heard_topics(self) -> tuple[str, ...]:
        """Where the facts stand that its families and its view hear."""
        families = {str(type_).split(".")[1] for type_ in self.deciding.heard_types} | set(
            self.service.view.families if self.service.view else ()
        )
        return tuple(sorted(self.topics.events(family) for family in families))


class Lane:
    """One lane in this process, from its first claim to hand-over."""

    def __init__(self, house: House, partition: int) -> None:
        self._house = house
        self.partition = partition
        self.health = LaneHealth()
        self._stopping = asyncio.Event()
        self._found: dict[tuple[str, str], int] = {}  #: where missing numbers stand: topic, lane
        self._life: _Life | None = None

    def stop(self) -> None:
        """Finish the batch in hand, send what is committed, hand the lane over."""
        self._stopping.set()

    def look(self) -> None:
        """Something was put into the lane's outbox or requests: see to it now."""
        if self._life is not None:
            self._life.look()

    def offer(self, chunk: Chunk) -> None:
        """A chunk was put into the lane's outbox and committed: send it, if the lane is ours."""
        if self._life is not None:
            self._life.outbox.offer([chunk])

    async def run(self) -> None:
        """Own the lane until stopped, or until it turns out to be another's.

        Doubts are recovered from by claiming again; a Halt leaves the lane red until stopped.
        """
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._live()
            except Gap as gap:
                await self._wait_for(gap)
            except Doubt as doubt:
                self.health.recovering(str(doubt))
                log.warning("lane_in_doubt", lane=self._name, doubt=str(doubt))
                if self.health.take_progress():
                    failures = 0
                delay = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
                failures += 1
                await self._pause(delay)
            except Halt as halt:
                self.health.red(str(halt))
                log.error(  # noqa: TRY400  the reason is the message; no trace is wanted
                    "lane_halted", lane=self._name, kind=type(halt).__name__, why=str(halt)
                )
                await self._stopping.wait()
            else:
                return
        await self._let_go()

    async def _let_go(self) -> None:
        """Hand over a lane that was stopped while red or in doubt, if the database answers.

        So the next owner need not wait for the lease to end.
        """
        house = self._house
        try:
            store = await Store.open(
                house.settings, house.service.name, self.partition, house.service.state_version
            )
            try:
                row = await store.row()
                if row.owner == house.owner:
                    await store.hand_over(row.epoch)
            finally:
                store.abandon()
        except BusError as error:
            log.info("lane_not_handed_over", lane=self._name, why=str(error))
        else:
            self.health.handed_over()

    @property
    def _name(self) -> str:
        return self._house.lane_name(self.partition)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _wait_for(self, gap: Gap) -> None:
        """Stay red until the missing number turns up further on, then pass over what is between.

        Where Kafka lost its tail and took in others, it may stand before our position: then the
        lane reads again from there. The past does not change, so it is searched once.
        """
        self.health.red(str(gap))
        log.error("number_missing", lane=self._name, why=str(gap))
        wanted = (self._house.settings, (gap.topic, gap.partition), gap.lane, gap.expected)
        is_past_searched = False
        while not self._stopping.is_set():
            offset = None
            try:
                offset = await find_number(*wanted, gap.offset)
                if offset is None and not is_past_searched:
                    offset = await find_number(*wanted, 0, gap.offset)
                    is_past_searched = True
            except Doubt as doubt:
                log.info("search_interrupted", lane=self._name, doubt=str(doubt))
            if offset is not None:
                self._found[gap.topic, gap.lane] = offset
                return
            await self._pause(1.0)

    async def _live(self) -> None:
        """Own the lane once, until a stop, when it is handed over, or until it is another's."""
        house = self._house
        store = await Store.open(
            house.settings, house.service.name, self.partition, house.service.state_version
        )
        reader, sender = Reader(house.settings), Sender(house.settings, house.reached)
        orderly = False
        try:
            own = [(topic, self.partition) for topic in self._own_topics()]
            claim = await claimed(
                house.settings, store, self._name, house.owner, own, house.reached
            )
            if claim is None:
                return
            await asyncio.gather(reader.start(), sender.start())
            try:
                async with TaskGroup() as tasks:
                    life = _Life(house, self.partition, store, reader, self.health)
                    outbox = Outbox(store, sender, claim[1], house.reached, tasks)
                    await life.begin(*claim, outbox, self._found)
                    self._found.clear()
                    self._life = life
                    await life.work(self._stopping)
                    await life.finish()
                    for pipe in life.outbox.tasks:
                        pipe.cancel()
            except BaseExceptionGroup as group:
                raise _gravest(group) from group
            orderly = True
        finally:
            self._life = None
            reader.abandon()
            sender.abandon()
            if orderly:
                await store.close()
            else:
                store.abandon()

    def _own_topics(self) -> list[str]:
        topics = self._house.topics
        families = self._house.service.families
        own = [topics.events(family.name) for family in families]
        return [*own, topics.outcomes] if own else own


def _gravest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of what several tasks raised at once: what stops for good before what can be mended."""
    raised = [
        _gravest(each) if isinstance(each, BaseExceptionGroup) else each
        for each in group.exceptions
    ]
    for kind in (Halt, Gap, Doubt):
        for error in raised:
            if isinstance(error, kind):
                return error
    return raised[0]


class _Batch(Struct, frozen=True):
    """What was read and made ready ahead, records that are not ours, and positions after both."""

    items: Sequence[Item]
    foreign: Sequence[Record]
    positions: dict[str, int]


class _Life:
    """One ownership of a lane: claimed, worked, and dropped whole on any doubt."""

    def __init__(
        self, house: House, partition: int, store: Store, reader: Reader, health: LaneHealth
    ) -> None:
        self._house, self._partition = house, partition
        self._name = house.lane_name(partition)
        self._store, self._reader, self._health = store, reader, health
        self._encode = msgspec.msgpack.Encoder().encode
        self._streams = Streams(house.service)
        self._claim_topics = house.claim_topics
        self._heard_topics = house.heard_topics
        self._waiting_claims: list[Record] = []
        self._must_hear: dict[str, int] = {}
        self._looked = asyncio.Event()

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
        topics = (*self._claim_topics, *self._heard_topics)
        self._positions = await self._standing(
            {each: row.positions.get(each, 0) for each in topics}
        )
        for (topic, lane), offset in found.items():
            self.heard.found_at(topic, lane, offset)
            self._positions[topic] = min(self._positions[topic], offset)
        self._fetched = dict(self._positions)
        self._parked = await self._store.parked_keys()
        self._reader.follow(
            {(topic, self._partition): offset for topic, offset in self._positions.items()}
        )
        self._health.owned(self._epoch)

    async def _standing(self, positions: dict[str, int]) -> dict[str, int]:
        """Return where to read on. Where Kafka lost what we have read, that is the beginning.

        What was appended since may stand before our position; numbers absorb what was read.
        """
        lost = await lost_tails(
            self._house.settings,
            self.heard,
            {(topic, self._partition): offset for topic, offset in positions.items()},
        )
        for topic, _ in sorted(lost):
            log.warning("tail_lost", lane=self._name, topic=topic, position=positions[topic])
        return positions | {topic: 0 for topic, _ in lost}

    def look(self) -> None:
        """See to the outbox and the requests now."""
        self._looked.set()

    async def work(self, stopping: asyncio.Event) -> None:
        """Read, decide, commit, send, until told to stop; the next batch is readied meanwhile."""
        loop = asyncio.get_running_loop()
        renewed = pruned = loop.time()
        lease = self._house.settings.lease_seconds
        told = asyncio.ensure_future(stopping.wait())
        upcoming = asyncio.ensure_future(self._fetch())
        looked = asyncio.ensure_future(self._looked.wait())
        try:
            while not stopping.is_set():
                await asyncio.wait(
                    {upcoming, told, looked},
                    timeout=_LOOK_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if upcoming.done():
                    batch = upcoming.result()
                    upcoming = asyncio.ensure_future(self._fetch())
                    if batch.positions != self._positions:
                        await self.outbox.room()
                        await self._take(batch)
                        renewed = loop.time()
                if looked.done() or loop.time() - renewed > lease / 10:
                    self._looked.clear()
                    if looked.done():
                        looked = asyncio.ensure_future(self._looked.wait())
                    await self._requests()
                    if not self._house.service.families:
                        self.outbox.look()
                if loop.time() - renewed > lease / 3:
                    await self._commit(self._positions)
                    renewed = loop.time()
                if loop.time() - pruned > _PRUNE_SECONDS:
                    pruned = loop.time()
                    await self._store.prune_outbox()
                self._health.at(self._positions, self.outbox.waiting)
        finally:
            for task in (upcoming, told, looked):
                task.cancel()

    async def finish(self) -> None:
        """Send what is committed, write the marks, hand the lane over.

        Raises Doubt where that takes longer than a lease.
        """
        try:
            async with asyncio.timeout(self._house.settings.lease_seconds):
                await self.outbox.drained()
                await self._commit(self._positions)
                self._house.reached("before_hand_over")
                await self._store.hand_over(self._epoch)
        except TimeoutError as error:
            raise Doubt(f"{self._name}: could not finish in time") from error
        self._house.reached("after_hand_over")
        self._health.handed_over()

    # -- reading

    async def _fetch(self) -> _Batch:
        """Read the next records and make them ready: what must be heard first, then claims (T6)."""
        if self._waiting_claims:
            behind = [
                (topic, self._partition)
                for topic, end in self._must_hear.items()
                if self._fetched[topic] < end
            ]
            records = await self._reader.read(1.0, BATCH, behind)
        else:
            records = await self._reader.read(60.0, BATCH)
        self._house.reached("after_fetch")
        heard = [record for record in records if record.topic not in self._claim_topics]
        claims = [record for record in records if record.topic in self._claim_topics]
        for topic, run in groupby(heard, key=lambda record: record.topic):
            self._fetched[topic] = list(run)[-1].offset + 1
        if claims and self._heard_topics:
            targets = [(topic, self._partition) for topic in self._heard_topics]
            ends = await self._house.frontier.ends(targets)
            self._must_hear = {topic: end for (topic, _), end in ends.items()}
        self._waiting_claims += claims
        if all(self._fetched[topic] >= end for topic, end in self._must_hear.items()):
            claims, self._waiting_claims = self._waiting_claims, []
        else:
            claims = []
        for record in claims:
            self._fetched[record.topic] = record.offset + 1
        return self._ready([*heard, *claims])

    def _ready(self, records: Iterable[Record]) -> _Batch:
        items, foreign = [], []
        for record in records:
            try:
                items.append(
                    self._house.deciding.ready(record, is_claim=record.topic in self._claim_topics)
                )
            except NotAnEnvelope:
                foreign.append(record)
        return _Batch(items, foreign, dict(self._fetched))

    # -- deciding

    async def _take(self, batch: _Batch) -> None:
        """Decide a batch; where a number is missing, what stands before the gap and no more."""
        try:
            await self._decide(batch.items, batch.foreign, batch.positions)
        except Gap as gap:
            before = _before(batch.items, gap)
            await self._decide(before, batch.foreign, self._positions_after(before))
            await self.outbox.drained()
            raise
        self._health.progressed(len(batch.items))

    async def _decide(
        self, items: Sequence[Item], foreign: Sequence[Record], positions: dict[str, int]
    ) -> None:
        """Decide what is next in its chain, drop repeats, commit and send.

        Raises Gap before anything was done. Where the database refuses a value, the batch is halved
        until the record to blame stands alone, and that one becomes a dead letter.
        """
        try:
            fresh = [item for item in items if self.heard.read(item.record) is Verdict.NEXT]
        except Gap:
            self.heard.rollback()
            raise
        try:
            await self._load(fresh)
            moments = self._moments()
            result = decide_batch(self._house.deciding, fresh, self._streams, self._parked, moments)
            self._house.reached("after_decide")
            marks = self._house.guard.check(fresh, result.letters)
            result.statements = self._shown(fresh)
            await self._commit(positions, result, foreign=foreign)
            self._house.guard.keep(marks)
        except Culprit as culprit:
            self._forget()
            if len(fresh) > 1:
                half = items.index(fresh[len(fresh) // 2])
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
            if not item.is_claim and item.record.key not in self._parked
        ]
        if view is None or not heard:
            return []
        try:
            return view.rows(heard)
        except Exception as error:
            raise Culprit(f"the view raised {type(error).__name__}: {error}") from error

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
        parked = Result(held(self._house.deciding, letter, self._moments().now), [letter])
        marks = self._house.guard.check(alone, parked.letters)
        try:
            await self._commit(positions, parked, foreign=foreign)
        except Culprit as again:
            raise BadDeploy(
                f"{self._name}: {letter.record.topic}@{letter.record.offset} can neither be "
                f"recorded nor parked: {again}"
            ) from again
        self._house.guard.keep(marks)

    async def _load(self, items: Iterable[Item]) -> None:
        missing = self._streams.missing([name for item in items for name in item.streams])
        if missing:
            self._streams.learn(await self._store.states(missing))

    async def _commit(
        self,
        positions: dict[str, int],
        result: Result | None = None,
        *,
        foreign: Sequence[Record] = (),
        **requested: Any,
    ) -> None:
        """Write everything that follows from a batch; then, and only then, send it (B2)."""
        result = result or Result([], [])
        chunks = self._numbered(result.outgoing)
        commit = Commit(
            epoch=self._epoch,
            position=self._position,
            recorded_at=self._recorded_at,
            positions=positions,
            heard=self.heard.snapshot(),
            states=self._streams.ahead,
            chunks=chunks,
            marks=self.outbox.marks(),
            statements=result.statements,
            letters=result.letters,
            foreign=foreign,
            **requested,
        )
        try:
            await self._store.commit(commit, self._encode)
        except Culprit:
            self.outbox.restore(commit.marks)
            raise
        self._house.reached("after_commit")
        self._position += 1
        self._positions = positions
        self.heard.commit()
        self._streams.commit()
        self._parked |= {letter.record.key for letter in result.letters}
        for chunk in chunks:
            self._tails[chunk.topic, chunk.partition] = chunk.tail
        self.outbox.offer(chunks)
        self._health.committed(result, foreign)

    def _forget(self) -> None:
        self.heard.rollback()
        self._streams.rollback()

    def _numbered(self, outgoing: Iterable[Outgoing]) -> list[Chunk]:
        by_target: dict[Target, list[Outgoing]] = {}
        for each in outgoing:
            by_target.setdefault((each.topic, each.partition), []).append(each)
        return [
            number(self._name, target, self._tails.get(target, Tail()), records)
            for target, records in sorted(by_target.items())
        ]

    def _moments(self) -> Moments:
        """The time of the batch: the clock's, but never before what the lane recorded last."""
        self._recorded_at = max(self._recorded_at, self._house.clock.now())
        return Moments(
            self._recorded_at,
            self._house.directory(),
            {topic: self._positions[topic] for topic in self._heard_topics},
        )

    def _positions_after(self, items: Iterable[Item]) -> dict[str, int]:
        positions = dict(self._positions)
        for item in items:
            positions[item.record.topic] = item.record.offset + 1
        return positions

    # -- what operators ask (B5)

    async def _requests(self) -> None:
        for request in await self._store.requests():
            found = await self._store.letter(request.letter)
            if found is None:
                await self._close(request, "there is no such letter any more")
                continue
            key, parked = found
            if key is None:
                await self._end_foreign(request)
                continue
            line = [self._letter(each) for each in await self._store.line(key)]
            if request.what == "discard":
                await self._discard(request, parked.number, line)
            elif line[0].number != parked.number:
                await self._close(request, f"it waits behind letter {line[0].number}: release that")
            else:
                await self._release(request, line)

    async def _close(self, request: Request, result: str) -> None:
        await self._commit(self._positions, closed=[(request.number, result)])

    async def _end_foreign(self, request: Request) -> None:
        if request.what == "discard":
            closed = [(request.number, "discarded")]
            await self._commit(self._positions, unparked=[request.letter], closed=closed)
        else:
            await self._close(request, "it is not a record of this house: discard it")

    def _letter(self, parked: Parked) -> Letter:
        item = self._house.deciding.ready(parked.record, is_claim=parked.is_claim)
        return Letter(item, "", "", parked.attempts, parked.behind, parked.number)

    async def _release(
        self, request: Request, line: Sequence[Letter], discarded: Letter | None = None
    ) -> None:
        """Try the line again from its head, in one transaction with the request that asked for."""
        await self._load(letter.item for letter in line)
        moments = self._moments()
        outgoing = []
        if discarded is not None:
            outgoing = ended(self._house.deciding, discarded, moments.now, "DISCARDED", request.who)
        retried = retry(self._house.deciding, line, self._streams, moments.now, request.who)
        gone = [letter.number for letter in retried.done]
        if discarded is not None:
            gone.append(discarded.number)
        said = "discarded" if discarded is not None else "released"
        if retried.stuck is not None:
            said = (
                f"{len(gone)} {said}; letter {retried.stuck.number} raises: {retried.stuck.cause}"
            )
        try:
            await self._commit(
                self._positions,
                Result([*outgoing, *retried.outgoing], []),
                unparked=gone,
                stuck=retried.stuck,
                closed=[(request.number, said)],
            )
        except Culprit as culprit:
            self._forget()
            await self._close(request, f"nothing was changed: {culprit}")
            return
        if retried.stuck is None and line:
            self._parked.discard(line[0].record.key)
        elif discarded is not None and not line:
            self._parked.discard(discarded.record.key)

    async def _discard(self, request: Request, number_: int, line: Sequence[Letter]) -> None:
        """Take a letter out of its line; where it was the head, the rest is tried at once."""
        discarded = next(letter for letter in line if letter.number == number_)
        rest = [letter for letter in line if letter.number != number_]
        if discarded is line[0]:
            await self._release(request, rest, discarded)
            return
        outgoing = ended(
            self._house.deciding, discarded, self._moments().now, "DISCARDED", request.who
        )
        await self._commit(
            self._positions,
            Result(outgoing, []),
            unparked=[number_],
            closed=[(request.number, "discarded")],
        )


def _before(items: Sequence[Item], gap: Gap) -> Sequence[Item]:
    for index, item in enumerate(items):
        if item.record.topic == gap.topic and item.record.offset == gap.offset:
            return items[:index]
    return items
