"""A lane: the one place where the streams of one partition of a service are decided.

`Lane.run` owns, works and recovers until it is told to stop. What is kept in memory between a claim
and the next doubt is a `life`; `intake` reads for it, `requests` does what operators ask. The rules
are told in `docs/bus.md`.
"""

import asyncio
import contextlib
from asyncio import TaskGroup
from typing import Final

import structlog

from services.core.bus.chain import Chunk
from services.core.bus.errors import BusError, Doubt, Gap, Halt, UnexpectedFailure, described
from services.core.bus.health import LaneHealth
from services.core.bus.house import House
from services.core.bus.intake import BATCH, Batch, Intake
from services.core.bus.life import Life
from services.core.bus.recovery import claimed, find_number
from services.core.bus.requests import carry_out
from services.core.bus.sending import Outbox
from services.core.bus.store import Store, note_halt

_BACKOFF: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_UNEXPECTED: Final = 6  #: failures in a row that no record explains, before the lane halts
_NOTE_SECONDS: Final = 5.0  #: between two attempts to note why the lane stands still

log = structlog.get_logger()


class Lane:
    """One lane in this process, from its first claim to hand-over."""

    def __init__(self, house: House, partition: int) -> None:
        self._house = house
        self.partition = partition
        self.health = LaneHealth()
        self._stopping = asyncio.Event()
        self._looked = asyncio.Event()
        self._must_look = self._must_renew = False
        self._found: dict[tuple[str, str], int] = {}  #: where missing numbers stand: topic, lane
        self._life: Life | None = None
        self._most = BATCH  #: records decided in one transaction; fewer after one that failed

    def stop(self) -> None:
        """Finish the batch in hand, send what is committed, hand the lane over."""
        self._stopping.set()

    def look(self) -> None:
        """Something was put into the lane's outbox or requests: see to it now."""
        self._must_look = True
        self._looked.set()

    def renew(self) -> None:
        """Renew the lease by a commit, and see so whether the lane is still ours."""
        self._must_renew = True
        self._looked.set()

    @property
    def has_marks(self) -> bool:
        """Whether it was sent what the database does not know yet as sent."""
        return self._life is not None and self._life.outbox.has_marks

    def beat(self) -> None:
        """Show that the lane is not stuck."""
        self._looked.set()

    @property
    def standing(self) -> tuple[int, int] | None:
        """Epoch and position of the lane as this process knows them; None while it owns nothing."""
        return self._life.standing if self._life is not None else None

    def offer(self, chunk: Chunk) -> None:
        """A chunk was put into the lane's outbox and committed: send it, if the lane is ours."""
        if self._life is not None:
            self._life.outbox.offer([chunk])

    async def run(self) -> None:
        """Own the lane until stopped, or until it turns out to be another's.

        Doubts are recovered from by claiming again; so is, a few times, what nobody has foreseen.
        A Halt leaves the lane red until stopped. No exception ends the task.
        """
        failures = unexpected = 0
        while not self._stopping.is_set():
            try:
                await self._live()
            except Gap as gap:
                await self._wait_for(gap)
                continue
            except Doubt as doubt:
                self.health.recovering(str(doubt))
                log.warning("lane_in_doubt", lane=self._name, doubt=str(doubt))
            except Halt as halt:
                await self._stand_still(halt)
                break
            except Exception as error:
                unexpected = 1 if self.health.has_progressed else unexpected + 1
                self.health.recovering(described(error))
                log.exception("lane_failed", lane=self._name, kind=type(error).__name__)
                if unexpected >= _UNEXPECTED:
                    await self._stand_still(
                        UnexpectedFailure(
                            f"lane {self._name} failed {unexpected} times in a row without "
                            f"progress, the last time with {described(error)}. The log holds the "
                            f"trace (lane_failed): mend the code, then start the process again"
                        )
                    )
                    break
            else:
                return
            if self.health.take_progress():
                failures = 0
            delay = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
            failures += 1
            await self._pause(delay)
        await self._let_go()

    async def _stand_still(self, halt: Halt) -> None:
        """Be red until stopped, and note the reason where operators look."""
        kind = type(halt).__name__
        self.health.red(str(halt), kind)
        log.error("lane_halted", lane=self._name, kind=kind, why=str(halt))
        while not (self._stopping.is_set() or await self._noted(kind, str(halt))):
            await self._pause(_NOTE_SECONDS)
        await self._stopping.wait()

    async def _noted(self, kind: str, why: str) -> bool:
        """Write why the lane stands still into its row; return whether the database took it."""
        house = self._house
        try:
            await note_halt(
                house.settings, house.service.name, self.partition, house.owner, kind, why
            )
        except BusError as error:
            log.info("halt_not_noted", lane=self._name, why=str(error))
            return False
        return True

    async def _let_go(self) -> None:
        """Hand over a lane that was stopped while red or in doubt, if the database answers.

        So the next owner need not wait for the lease to end.
        """
        house, store = self._house, self._store()
        try:
            row = await store.row()
            if row.owner == house.owner:
                await store.hand_over(row.epoch)
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
        self.health.red(str(gap), "Gap")
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
        house, store = self._house, self._store()
        own = [(topic, self.partition) for topic in self._own_topics()]
        claim = await claimed(
            house.settings, house.clients, store, self._name, house.owner, own, house.reached
        )
        if claim is None:
            return
        try:
            async with TaskGroup() as tasks:
                life = Life(house, self.partition, store, self.health)
                outbox = Outbox(store, house.clients.send, claim[1], house.reached, tasks)
                await life.begin(*claim, outbox, self._found)
                self._found.clear()
                self._life = life
                with contextlib.closing(Intake(house, self.partition, life.positions)) as intake:
                    await self._work(life, intake, store)
                await life.finish()
                for pipe in life.outbox.tasks:
                    pipe.cancel()
        except BaseExceptionGroup as group:
            raise _gravest(group) from group
        finally:
            self._life = None

    def _store(self) -> Store:
        house = self._house
        connections = house.clients.of(house.service.name)
        return Store(house.settings, connections, self.partition, house.service.state_version)

    async def _work(self, life: Life, intake: Intake, store: Store) -> None:
        """Read, decide, commit, send, until told to stop; the next batch is readied meanwhile."""
        self.look()  # what was asked for while nobody owned the lane
        told = asyncio.ensure_future(self._stopping.wait())
        upcoming = asyncio.ensure_future(intake.fetch())
        looked = asyncio.ensure_future(self._looked.wait())
        try:
            while not self._stopping.is_set():
                await asyncio.wait({upcoming, told, looked}, return_when=asyncio.FIRST_COMPLETED)
                if upcoming.done():
                    batch = upcoming.result()
                    upcoming = asyncio.ensure_future(intake.fetch())
                    if batch.positions != life.positions:
                        await life.outbox.room()
                        await self._take(life, batch)
                if looked.done():
                    self._looked.clear()
                    looked = asyncio.ensure_future(self._looked.wait())
                    await self._see_to(life, store)
                self.health.at(life.positions, life.outbox.waiting)
        finally:
            for task in (upcoming, told, looked):
                task.cancel()

    async def _see_to(self, life: Life, store: Store) -> None:
        """Do what `look` and `renew` ask for."""
        house = self._house
        if self._must_look:
            self._must_look = False
            await carry_out(life, store, house.deciding)
            if house.service.is_door:
                await life.outbox.look()
        if self._must_renew:
            self._must_renew = False
            await life.commit(life.positions)

    async def _take(self, life: Life, batch: Batch) -> None:
        """Decide a batch in as many transactions as it needs.

        After a failure the next attempt takes half as many records in one, down to one record;
        after a success twice as many again.
        """
        try:
            await life.take(batch, self._most)
        except (Gap, Halt):
            raise
        except Exception:
            self._most = max(1, min(self._most, len(batch.items)) // 2)
            raise
        self._most = min(BATCH, 2 * self._most)

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
