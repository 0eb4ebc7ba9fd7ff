"""A small house in one process: a gateway's outbox, the two families, and processes that can die.

A process here is a set of hosts with clients and connections of their own. Killing it drops all of
them at once, without a farewell, as SIGKILL does to the real thing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.core.access import directory
from services.core.bus import accepting, postgres
from services.core.bus.chain import Heard, Verdict
from services.core.bus.clients import Clients
from services.core.bus.cluster import Cluster
from services.core.bus.crashpoints import nobody
from services.core.bus.host import Host
from services.core.bus.kafka import Sender, reading
from services.core.bus.memory import MemoryLog
from services.core.bus.record import Numbered, Outgoing, Record
from services.core.bus.service import Service, Topics
from services.core.bus.snapshot import snapshot
from services.core.clock import WallClock
from services.core.contracts.envelope import Envelope, NotAnEnvelope
from services.core.contracts.event import Event
from services.core.contracts.identifiers import derived_id, key_of, new_id
from services.core.contracts.partitions import partition_of
from services.core.settings import Settings
from tests.hearings import docket
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.events import hearing
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE, surely

GATEWAY = Service(name="gateway", is_door=True)
DIRECTORY = directory.load(CATALOGUE)


def unhurried(settings: Settings) -> Settings:
    """The same house for who only looks on: no short lease under test cuts his questions off."""
    return msgspec.structs.replace(settings, lease_seconds=2 * PATIENCE)


class Killed(BaseException):
    """The process died here."""


class Process:
    """One process that runs some services, until stopped or killed."""

    def __init__(
        self,
        settings: Settings,
        services: Iterable[Service] = (GATEWAY, SERVICE),
        *,
        die_at: str | None = None,
        after: int = 0,
    ) -> None:
        """Die when `die_at` has been reached `after` times before."""
        self._die_at, self._left = die_at, after
        self.died = asyncio.Event()
        self.clients = Clients(settings, self._reached if die_at else nobody)
        self.hosts = {
            service.name: Host(
                settings,
                service,
                codec=CODEC,
                catalogue=CATALOGUE,
                clock=WallClock(),
                directory=lambda: DIRECTORY,
                clients=self.clients,
                reached=self._reached if die_at else nobody,
            )
            for service in services
        }
        self._tasks = [asyncio.create_task(host.run()) for host in self.hosts.values()]

    def _reached(self, point: str) -> None:
        if self.died.is_set():
            raise Killed(point)
        if point == self._die_at:
            if not self._left:
                self.died.set()
                raise Killed(point)
            self._left -= 1

    async def stop(self) -> None:
        """End in good order."""
        for host in self.hosts.values():
            host.stop()
        await asyncio.wait_for(asyncio.gather(*self._tasks), PATIENCE)
        await self.clients.close()

    async def kill(self) -> None:
        """Drop everything at once."""
        self.died.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        lanes = [task for host in self.hosts.values() for task in host.tasks.values()]
        await asyncio.gather(*lanes, return_exceptions=True)
        await self.clients.close()


class House:
    """Topics, databases and the hands of agencies; its processes come and go."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.topics = Topics(settings.topic_prefix, settings.partitions)
        self.submitted: list[Outgoing] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["House"]:
        """Make schemas and topics; at the end nothing is left connected."""
        house = cls(settings)
        await postgres.migrate(unhurried(settings), ["gateway", "hearings", "dockets"])
        names = [
            *house.topics.written_by(SERVICE),
            *house.topics.written_by(docket.SERVICE),
            house.topics.outcomes,
        ]
        await surely(lambda: Cluster(settings).create(names, settings.partitions))
        house.gateway = await postgres.connect(unhurried(settings), "gateway")
        await accepting.open_targets(house.gateway, house.topics, ["hearing", "room", "docket"])
        try:
            yield house
        finally:
            await house.gateway.close()

    gateway: Any

    def claim(self, event: Event, *, agency: str = "toa-da-nang") -> Outgoing:
        """Put a claim into its envelope, as the gateway does."""
        id_, now = new_id(), datetime.now(UTC)
        envelope = Envelope(
            id=id_,
            type=event.TYPE,
            agency=agency,
            officer="thu-ky-hoa",
            subject=event.part,
            occurred_at=now,
            traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
            sequence=0,
            recorded_at=now,
            law="R2026",
            heard="",
            causation=id_,
            correlation=id_,
            index=0,
            count=0,
            accepted_at=now,
            role="COURT",
            asker="",
        )
        key = key_of(event.part)
        return Outgoing(
            self.topics.submissions(event.TYPE.split(".")[1]),
            partition_of(key, self.settings.partitions),
            key,
            CODEC.encode(event),
            envelope,
        )

    async def accept(self, *claims: Outgoing) -> None:
        """Accept claims in one transaction: what is accepted must never be lost."""
        async with self.gateway.transaction():
            await accepting.put(self.gateway, "gateway", list(claims))
        self.submitted += claims

    async def request(self, hearing_id: str, room_id: str, day: int = 1) -> Outgoing:
        """Ask for a hearing in a room on a day of August."""
        claim = self.requested(hearing_id, room_id, day)
        await self.accept(claim)
        return claim

    def requested(self, hearing_id: str, room_id: str, day: int = 1) -> Outgoing:
        """Word such a request, without submitting it."""
        event = hearing.Requested(
            hearing_id=hearing_id, room_id=room_id, held_on=date(2026, 8, day)
        )
        return self.claim(event)

    async def correct(self, claim: Outgoing, day: int) -> Outgoing:
        """Say a request again with another day, in the place of the fact that came of it."""
        event = CODEC.decode(claim.value)
        corrected = self.claim(msgspec.structs.replace(event, held_on=date(2026, 8, day)))
        await self.accept(undoing(corrected, corrects=claim))
        return self.submitted[-1]

    async def withdraw(self, claim: Outgoing) -> Outgoing:
        """Have the fact that came of a claim count no more."""
        await self.accept(undoing(self.claim(CODEC.decode(claim.value)), withdraws=claim))
        return self.submitted[-1]

    def requested_by(self, agency: str, hearing_id: str) -> Outgoing:
        """Word a request of a certain agency."""
        event = hearing.Requested(
            hearing_id=hearing_id, room_id=f"room-{hearing_id}", held_on=date(2026, 8, 1)
        )
        return self.claim(event, agency=agency)

    async def append_foreign(self, value: bytes) -> None:
        """Write something to the submissions topic that no lane of the house has written."""
        sender = Sender(self.settings)
        await sender.start()
        target = (self.topics.submissions("hearing"), 0)
        await sender.send(target, [Numbered("somebody", value, b"1")])
        sender.abandon()

    async def records(self, *topics: str) -> list[Record]:
        """Read topics from the beginning as an outsider would, repeats dropped by the rule."""
        return await surely(lambda: self._records(topics))

    async def _records(self, topics: Iterable[str]) -> list[Record]:
        heard, found = Heard(), []
        targets = [(each, p) for each in topics for p in range(self.settings.partitions)]
        async with reading(self.settings) as reader:
            ends = {target: end for target, end in (await reader.ends(targets)).items() if end}
            reader.follow(dict.fromkeys(ends, 0))
            while ends:
                for record in await reader.read(1.0, 1000):
                    with contextlib.suppress(NotAnEnvelope):  # a stranger's
                        if heard.read(record) is Verdict.NEXT:
                            heard.commit()
                            found.append(record)
                    if record.offset + 1 >= ends.get((record.topic, record.partition), 1 << 60):
                        ends.pop((record.topic, record.partition))
        return found

    async def facts(self) -> list[Record]:
        """Every fact of both families, and every outcome."""
        events = [self.topics.events("hearing"), self.topics.events("room")]
        return await self.records(*events, self.topics.outcomes)

    def oracle(self, *services: Service) -> MemoryLog:
        """What should have come of everything that was accepted."""
        log = MemoryLog(
            services or [SERVICE],
            self.topics,
            codec=CODEC,
            catalogue=CATALOGUE,
            clock=WallClock(),
            directory=lambda: DIRECTORY,
        )
        for claim in self.submitted:
            log.put(f"gateway/{claim.partition}", [claim])
        log.settle()
        return log

    def expected(self) -> list[Record]:
        """Every fact that should have come of it."""
        held = self.oracle().records
        return [each for target in held if target[0].endswith(".events") for each in held[target]]

    def expected_states(self, *services: Service) -> dict[str, Any]:
        """How every stream should stand then: its name → its state."""
        lanes = self.oracle(*services)._lanes
        kept = {name: each for lane in lanes for name, each in lane._streams._kept.items()}
        return {name: msgspec.to_builtins(each.state) for name, each in kept.items()}

    async def stored(self, service: Service = SERVICE) -> dict[str, Any]:
        """How every stream of a service is stored: its name → its state."""
        kept = (await snapshot(unhurried(self.settings), service.name)).states
        starts = {family.name: type(family.start) for family in service.families}
        return {
            name: msgspec.to_builtins(
                msgspec.msgpack.decode(state, type=starts[name.partition("/")[0]])
            )
            for name, (_, state) in kept.items()
        }

    async def until(self, holds: Callable[[list[Record]], bool]) -> list[Record]:
        """Read the facts until something holds of them; give up after a minute."""
        async with asyncio.timeout(PATIENCE):
            while True:
                facts = await self.facts()
                if holds(facts):
                    return facts
                await asyncio.sleep(0.05)


def undoing(claim: Outgoing, **undone: Outgoing) -> Outgoing:
    """Return a claim that corrects or withdraws what came of another."""
    facts = {
        how: derived_id(other.envelope.id, other.envelope.type.split(".")[1], 0)
        for how, other in undone.items()
    }
    return msgspec.structs.replace(claim, envelope=msgspec.structs.replace(claim.envelope, **facts))


def seen(records: Iterable[Record]) -> dict[str, tuple[str, str, bytes]]:
    """What records say, whenever and by whichever process recorded: id → type, part, data."""
    said = {}
    for record in records:
        envelope = record.envelope()
        assert envelope.id not in said, "a fact stands twice with different numbers"
        said[envelope.id] = (envelope.type, envelope.subject, record.value)
    return said
