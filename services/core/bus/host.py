"""B1: who owns which lane. A process claims its fair share of what is free; it hands over on stop.

`Host` runs one service in this process: as many of its lanes as are its fair share.
"""

import asyncio
import contextlib
import math
import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from services.core.bus.chain import Chunk, Target
from services.core.bus.clients import Clients
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.deciding import Deciding
from services.core.bus.deploy_guard import DeployGuard
from services.core.bus.errors import Doubt, ForeignCluster, Halt, described
from services.core.bus.health import LaneState
from services.core.bus.house import House
from services.core.bus.kafka import show_positions
from services.core.bus.lane import Lane
from services.core.bus.postgres import Connection
from services.core.bus.service import Service, Topics
from services.core.bus.store import note_halt, queries
from services.core.clock import Clock
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.family import Directory
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.core.telemetry.halted import Halted
from services.core.telemetry.metrics import HELD, LAG, OUTBOX, RED

_BACKOFF: Final = (0.5, 0.5, 1.0, 2.0, 5.0)
_LET_GO_SECONDS: Final = 5.0  #: to tell the database; no shorter where leases are
_MEASURED_SECONDS: Final = 15.0  #: between two looks at how far the lanes lag
_PRUNE_SECONDS: Final = 60.0
_SHOWN_SECONDS: Final = 30.0  #: between two showings of positions, each a write that Kafka keeps

log = structlog.get_logger()


class Host:
    """One service in one process."""

    def __init__(
        self,
        settings: Settings,
        service: Service,
        *,
        codec: Codec,
        catalogue: Catalogue,
        clock: Clock,
        directory: Callable[[], Directory],
        clients: Clients,
        reached: Reached = nobody,
    ) -> None:
        self._settings, self._service, self._clients = settings, service, clients
        self._connections = clients.of(service.name)
        self._topics = Topics(settings.topic_prefix, settings.partitions)
        self._deciding = Deciding(service, self._topics, codec, catalogue)
        self._clock, self._directory, self._reached = clock, directory, reached
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{new_id()}"
        self.lanes: dict[int, Lane] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._showing: asyncio.Task[None] | None = None
        self._show_next = 0.0
        self._shown: dict[Target, int] = {}
        self._measuring: asyncio.Task[None] | None = None
        self._measure_next = self._prune_next = 0.0
        self.reason = "it has not begun"  #: why the service does not run, while it does not
        self._kind = ""  #: of what halts it before it owns a lane, as the error tree names it

    def stop(self) -> None:
        """Hand every lane over and end `run`."""
        self._stopping.set()

    def look(self, partition: int, sender: str = "") -> None:
        """Something was put before a lane: let it see to it now, unless we did it ourselves."""
        if sender != self.owner and (lane := self.lanes.get(partition)):
            lane.look()

    def offer(self, chunks: Iterable[Chunk]) -> None:
        """Send what this process has put into outboxes and committed, where the lane is ours.

        Other owners find it in the database.
        """
        for chunk in chunks:
            if lane := self.lanes.get(chunk.partition):
                lane.offer(chunk)

    def is_alive(self, patience: float = 60.0) -> bool:
        """Whether every lane of this process moves, rests with nothing to do, or is openly red."""
        return all(lane.health.is_alive(patience) for lane in self.lanes.values())

    def is_ready(self) -> bool:
        """Whether every lane of this process works."""
        return not self.reason and all(
            lane.health.state is LaneState.WORKING for lane in self.lanes.values()
        )

    @property
    def halted(self) -> list[Halted]:
        """The lanes of this process that stand still, and why; all of them where none can begin."""
        name = self._service.name
        if self._kind:
            return [Halted(name, None, self._kind, self.reason)]
        return [
            Halted(name, partition, lane.health.kind, lane.health.reason)
            for partition, lane in sorted(self.lanes.items())
            if lane.health.state is LaneState.RED
        ]

    async def run(self) -> None:
        """Own and work the fair share of the service's lanes until stopped.

        A broker or database that is away is waited for. Where the stored positions belong to
        another Kafka, or the schema is not this code's, the service stands still and says so, and
        looks again now and then. No exception ends it.
        """
        is_open = False
        failures = 0
        try:
            while not (is_open or self._stopping.is_set()):
                try:
                    await self._open()
                    is_open = True
                except Exception as error:  # noqa: BLE001  one service must not end the others
                    await self._wait_after(error)
                    await self._pause(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
                    failures += 1
            if is_open:
                await self._hold()
        finally:
            for task in self.tasks.values():
                task.cancel()

    async def _wait_after(self, error: Exception) -> None:
        """Note why the service does not run; say it once for each reason."""
        name = self._service.name
        reason = str(error) if isinstance(error, (Doubt, Halt)) else described(error)
        kind = "" if isinstance(error, Doubt) else type(error).__name__
        if (reason, kind) == (self.reason, self._kind):
            return
        self.reason, self._kind = reason, kind
        if not kind:
            log.warning("service_waits", service=name, doubt=reason)
            return
        if isinstance(error, Halt):
            log.error("service_halted", service=name, kind=kind, why=reason)
        else:
            log.error("service_failed", service=name, kind=kind, why=reason, exc_info=error)
        try:
            for partition in range(self._settings.partitions):
                await note_halt(self._settings, name, partition, self.owner, kind, reason)
        except Exception as again:  # noqa: BLE001  without its tables nothing can be noted
            log.info("halt_not_noted", service=name, why=described(again))

    async def _open(self) -> None:
        """Compare the cluster and topics with those of the stored positions; make the lane rows.

        Nothing is written where one does not fit.
        """
        topics = set(self._topics.written_by(self._service)) | {self._topics.outcomes}
        topics |= self._deciding.heard_topics
        if self._service.view:
            topics |= self._service.view.topics(self._topics)
        found = await self._clients.cluster.origins(topics)
        async with self._connections.one() as connection:
            known = {
                row["topic"]: (row["cluster_id"], row["topic_id"])
                async for row in queries.origins(connection)
            }
            for topic, origin in sorted(found.items()):
                if origin.partitions != self._settings.partitions:
                    raise ForeignCluster(
                        f"{topic}: {origin.partitions} partitions, expected "
                        f"{self._settings.partitions}; the number is fixed for the life of a topic"
                    )
                if known.get(topic, (origin.cluster_id, origin.topic_id)) != (
                    origin.cluster_id,
                    origin.topic_id,
                ):
                    raise ForeignCluster(
                        f"{topic}: the positions of {self._service.name} belong to "
                        f"{known[topic]}, this is {(origin.cluster_id, origin.topic_id)}; connect "
                        f"to the former cluster, or rebuild the service from this one"
                    )
            for topic, origin in sorted(found.items()):
                await queries.note_origin(
                    connection,
                    topic=topic,
                    topic_id=origin.topic_id,
                    cluster_id=origin.cluster_id,
                )
            await queries.open_lanes(connection, partitions=self._settings.partitions)

    async def _hold(self) -> None:
        house = House(
            settings=self._settings,
            service=self._service,
            topics=self._topics,
            deciding=self._deciding,
            clock=self._clock,
            directory=self._directory,
            guard=DeployGuard(),
            clients=self._clients,
            owner=self.owner,
            reached=self._reached,
        )
        self._clients.listen(self._service.name, self.look)
        beat = self._settings.lease_seconds / 4
        while not self._stopping.is_set():
            try:
                await self._balance(house)
                self.reason = self._kind = ""
                self._show_now_and_then()
                self._measure_now_and_then()
            except Exception as error:  # noqa: BLE001  one service must not end the others
                await self._wait_after(error)
                for lane in self.lanes.values():  # each finds out for itself whether it is in doubt
                    lane.renew()
            await self._pause(beat)
        for lane in self.lanes.values():
            lane.stop()
        if self.tasks:
            patience = 2 * self._settings.lease_seconds + _LET_GO_SECONDS
            await asyncio.wait(self.tasks.values(), timeout=patience)
        await self._leave()

    async def _balance(self, house: House) -> None:
        """Claim free lanes up to the fair share; hand one over where we hold more."""
        for partition, task in list(self.tasks.items()):
            if task.done():
                del self.tasks[partition], self.lanes[partition]
                if not task.cancelled() and (error := task.exception()):
                    raise error  # only what ends a process ends a lane
        async with self._connections.one() as connection:
            await self._renew(connection)
            await queries.beat(
                connection, owner=self.owner, lease_seconds=self._settings.lease_seconds
            )
            row = await queries.share(connection)
            waiting = await queries.waiting(connection, lanes=list(self.lanes))
            rows = queries.asked(connection, lanes=list(self.lanes), is_door=self._service.is_door)
            asked = [each async for each in rows]
            await self._prune_now_and_then(connection)
        for each in asked:
            self.look(each["lane"])
        for lane in self.lanes.values():
            lane.beat()
        name = self._service.name
        OUTBOX.labels(name).set(waiting["unsent"])
        HELD.labels(name).set(waiting["letters"])
        red = [lane for lane in self.lanes.values() if lane.health.state is LaneState.RED]
        RED.labels(name).set(len(red))
        share = math.ceil(row["share"])
        for partition in row["free"]:
            if len(self.lanes) < share and partition not in self.lanes:
                self._start(house, partition)
        if len(self.lanes) > share:
            self.lanes[max(self.lanes)].stop()

    async def _prune_now_and_then(self, connection: Connection) -> None:
        """Drop what was sent more than a week ago."""
        if (now := time.monotonic()) >= self._prune_next:
            self._prune_next = now + _PRUNE_SECONDS
            await queries.prune_outbox(connection, lanes=list(self.lanes))

    async def _renew(self, connection: Connection) -> None:
        """Renew the leases of all our lanes at once; a lane that is not as we know it looks itself.

        So does one whose last sends are not noted yet.
        """
        known = {
            partition: standing
            for partition, lane in self.lanes.items()
            if (standing := lane.standing) is not None
        }
        rows = queries.renew(
            connection,
            lanes=list(known),
            epochs=[epoch for epoch, _ in known.values()],
            positions=[position for _, position in known.values()],
            lease_seconds=self._settings.lease_seconds,
        )
        renewed = {row["partition"] async for row in rows}
        for partition, standing in known.items():
            lane = self.lanes[partition]
            if lane.standing == standing and (partition not in renewed or lane.has_marks):
                lane.renew()

    def _show_now_and_then(self) -> None:
        """Many services at every beat keep a broker that comes back from answering the lanes."""
        now = time.monotonic()
        if now >= self._show_next and (self._showing is None or self._showing.done()):
            self._show_next = now + _SHOWN_SECONDS
            self._showing = asyncio.create_task(self._show_positions())

    def _measure_now_and_then(self) -> None:
        now = time.monotonic()
        if now >= self._measure_next and (self._measuring is None or self._measuring.done()):
            self._measure_next = now + _MEASURED_SECONDS
            self._measuring = asyncio.create_task(self._measure())

    async def _measure(self) -> None:
        """Count what stands before our lanes; while Kafka is away the last count stays."""
        positions = self._positions()
        try:
            ends = await self._clients.ends(positions)
        except Doubt as doubt:
            log.info("lag_not_measured", service=self._service.name, doubt=str(doubt))
            return
        lag = sum(end - positions[target] for target, end in ends.items())
        LAG.labels(self._service.name).set(lag)

    def _positions(self) -> dict[Target, int]:
        return {
            (topic, partition): offset
            for partition, lane in self.lanes.items()
            for topic, offset in lane.health.positions.items()
        }

    async def _show_positions(self) -> None:
        """Let lag tools see where our lanes stand; that they cannot is of no consequence."""
        positions = self._positions()
        if positions != self._shown:
            try:
                await show_positions(self._settings, self._service.name, positions)
                self._shown = positions
            except Doubt as doubt:
                log.info("positions_not_shown", service=self._service.name, doubt=str(doubt))

    def _start(self, house: House, partition: int) -> None:
        lane = self.lanes[partition] = Lane(house, partition)
        self.tasks[partition] = asyncio.create_task(
            lane.run(), name=f"{self._service.name}/{partition}"
        )

    async def _leave(self) -> None:
        with contextlib.suppress(Doubt):
            async with self._connections.one() as connection:
                await queries.leave(connection, owner=self.owner)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
