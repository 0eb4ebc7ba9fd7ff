"""The list of services, and how some of them run together in one process.

The only module that imports them all. A service is named here and nowhere else; what it does stands
in its own folder.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct

from services.cases.service import FAMILY as CASE
from services.coercion.service import FAMILIES as COERCION
from services.complaints.service import FAMILY as COMPLAINT
from services.console import routes as console
from services.console.own_feed import OwnFeed
from services.console.picture_file import PictureFile
from services.core.access import directory
from services.core.access.directory import Directory
from services.core.access.readers import visible_to
from services.core.bus import postgres
from services.core.bus.clients import Clients
from services.core.bus.cluster import Cluster
from services.core.bus.connections import PER_SERVICE
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.host import Host
from services.core.bus.kafka import farewell
from services.core.bus.overview import halted_lanes
from services.core.bus.service import Service, Topics
from services.core.bus.supervision import once_available, supervised
from services.core.bus.users import users
from services.core.clock import Clock, StoryClock, clock_of
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.schemas import Schemas, load_schemas
from services.core.doors.callers import Callers
from services.core.doors.door import Door, Submitting, SubmittingAsPlatform
from services.core.doors.rehearsal import Rehearsal
from services.core.doors.rows import POOL, Rows
from services.core.settings import Settings
from services.core.telemetry import probes
from services.core.telemetry.probes import PortTaken, Pulse
from services.deadlines import routes as clocks
from services.deadlines import service as deadlines
from services.deadlines.board import Board
from services.deadlines.recounting import Recounting
from services.deadlines.ticking import Ticker
from services.delivery import routes as feeds
from services.delivery import service as delivery
from services.delivery.feed import Feed
from services.delivery.receipts import Receipts
from services.delivery.topics import Filler
from services.directory import service as numbers
from services.gateway import service as gateway
from services.gateway.app import Gateway
from services.gateway.undecided import Undecided
from services.information.service import FAMILY as INFORMATION
from services.judgments.service import FAMILY as JUDGMENT
from services.ledger import routes as cases
from services.ledger import service as ledger
from services.ledger.archive import Archive
from services.ledger.sight import Sight
from services.measures.service import FAMILY as MEASURE
from services.payments.service import FAMILY as PAYMENT
from services.sales.service import FAMILY as SALE

WORK: Final = (
    Service(name="judgments", families=(JUDGMENT,)),
    Service(name="cases", families=(CASE,)),
    Service(name="measures", families=(MEASURE,)),
    Service(name="information", families=(INFORMATION,)),
    Service(name="coercion", families=COERCION),
    Service(name="sales", families=(SALE,)),
    Service(name="payments", families=(PAYMENT,)),
    Service(name="complaints", families=(COMPLAINT,)),
    Service(name=deadlines.NAME, families=(deadlines.FAMILY,)),
)
"""The services that decide, each with its families, without what they show."""

MARGIN: Final = timedelta(seconds=30)
"""How long what a gateway took in before a moment may take to be accepted, far above."""

DECIDING: Final = (*WORK, Service(name=delivery.NAME, families=(delivery.FAMILY,)))
"""All that have states of their own, as who tells them again needs them."""

NAMES: Final = (
    *(gateway.NAME, numbers.NAME, delivery.NAME, ledger.NAME),
    *(service.name for service in WORK),
)

_POOLS_BESIDE_FAMILIES: Final = 5  #: of routes: feeds, clocks, archive, and two of the gateway
_SPARE: Final = 30  #: for commands, for connections that end while others begin, for super users

__all__ = [
    "DECIDING",
    "NAMES",
    "WORK",
    "Assembly",
    "PortTaken",
    "UnknownService",
    "assemble",
    "connections_needed",
    "employ",
    "prepare",
    "prepared",
    "rehearsal",
    "run",
]


class UnknownService(Exception):
    """There is no service of that name."""


class Assembly(Struct, frozen=True):
    """What all services of a process share."""

    settings: Settings
    catalogue: Catalogue
    schemas: Schemas
    codec: Codec
    clock: Clock
    current_directory: Callable[[], Directory]
    services: dict[str, Service]
    reached: Reached = nobody  #: told each point of a lane's work at which a process may die

    @property
    def directory(self) -> Directory:
        """The directory as it stands now; its file may change while a process runs."""
        return self.current_directory()

    @property
    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.settings.topic_prefix, self.settings.partitions)

    @property
    def all_topics(self) -> list[str]:
        """Every topic that must exist: those of every family that the catalogue declares."""
        topics, catalogue = self.topics, self.catalogue
        claimed = {event.family for event in catalogue.events.values() if event.is_claim}
        names = [topics.events(family) for family in catalogue.families]
        return sorted({*names, *(topics.submissions(family) for family in claimed)})


def assemble(settings: Settings) -> Assembly:
    """Read the contracts and the directory, and put the services together; nothing is started.

    Raises ContractError or DirectoryError where a file is wrong.
    """
    catalogue, schemas = load_catalogue(), load_schemas()
    codec = Codec(catalogue, schemas)
    heard = tuple(catalogue.families)
    claimed = [name for name in heard if any(each.is_claim for each in catalogue.family(name))]
    agencies = directory.watched(catalogue)
    shown = (
        gateway.service(heard, codec),
        numbers.service(catalogue, codec),
        delivery.service(catalogue, codec, agencies),
        ledger.service(heard, claimed),
    )
    services = (*shown, *WORK, deadlines.service(catalogue, codec))
    return Assembly(
        settings,
        catalogue,
        schemas,
        codec,
        clock_of(settings),
        agencies,
        {service.name: service for service in services},
    )


def connections_needed(names: Sequence[str] = NAMES) -> int:
    """Return what PostgreSQL's `max_connections` must be for a process that runs these services.

    The lanes of a service share a few, and a process listens with one more. Where the gateway runs,
    each of its pools may be full, and it holds one to accept, one to look at halted lanes and one
    to listen for what is given to agencies; `delivery` holds one to fill the agencies' topics.
    """
    needed = len(names) * PER_SERVICE + 1 + _SPARE
    if gateway.NAME in names:
        deciding = sum(bool(service.families) for service in DECIDING)
        needed += (deciding + _POOLS_BESIDE_FAMILIES) * POOL + 3
    if delivery.NAME in names:
        needed += 1
    return needed


async def prepare(assembly: Assembly) -> list[str]:
    """Bring databases and topics up to date; return the topics made. May be run at any time."""
    await postgres.migrate(assembly.settings, list(assembly.services))
    return await Cluster(assembly.settings).create(
        assembly.all_topics, assembly.settings.partitions
    )


async def prepared(assembly: Assembly, stopping: asyncio.Event) -> bool:
    """Prepare as soon as database and broker answer; say whether it was done before a stop."""

    async def work() -> None:
        await once_available("prepare", lambda: prepare(assembly))

    return await _before(stopping, work())


async def employ(assembly: Assembly) -> tuple[int, int]:
    """Give the house's own users at Kafka passwords and rights; return how many, rights made."""
    own = list(users(assembly.settings, list(assembly.services)))
    return len(own), await Cluster(assembly.settings).employ(own) if own else 0


async def run(
    assembly: Assembly,
    stopping: asyncio.Event,
    names: Iterable[str] = NAMES,
    listening: Callable[[int], None] = lambda _: None,
    *,
    preparing: bool = False,
) -> None:
    """Run services until told to stop, then hand over what they own; all of them by default.

    `listening` is told the gateway's port; `preparing` brings databases and topics up to date
    first. Raises UnknownService or PortTaken before anything is started. From then on servers that
    are away are waited for, and no failure of one part ends the others: HTTP answers, not ready.
    """
    clients = Clients(assembly.settings, assembly.reached)
    hosts = {name: _host(assembly, clients, name) for name in dict.fromkeys(names)}
    pulse = Pulse(
        lambda: all(host.is_alive() for host in hosts.values()),
        lambda: all(host.is_ready() for host in hosts.values()),
        lambda: [each for host in hosts.values() for each in host.halted],
    )
    doors = _gateway(assembly, clients, hosts, pulse) if gateway.NAME in hosts else None
    filler = Filler(assembly.settings) if delivery.NAME in hosts else None
    probing: asyncio.Task[None] | None = None
    port = doors.listen() if doors else None
    working: list[asyncio.Task[None]] = []
    try:
        probing = _probed(assembly.settings, pulse)
        if doors and port:
            listening(port.getsockname()[1])
            working.append(asyncio.create_task(doors.serve(port, stopping), name="doors"))
        if preparing and not await prepared(assembly, stopping):
            return
        if doors and not await _before(stopping, doors.opened()):
            return
        working += [asyncio.create_task(host.run(), name=name) for name, host in hosts.items()]
        if filler:
            filling = asyncio.create_task(supervised(filler.run), name="agencies' topics")
            working.append(filling)
        await _before(stopping, _first_of(working))
    finally:
        stopping.set()
        if port and not working:
            port.close()
        await _ended(working[:1] if doors else [])  # what is accepted is sent by the lanes
        for each in (*hosts.values(), *([filler] if filler else ())):
            each.stop()
        await _ended(working)
        if probing:
            probing.cancel()
            await _ended([probing])
        await clients.close()
        await farewell()
    for task in working:
        task.result()


def _host(assembly: Assembly, clients: Clients, name: str) -> Host:
    if name not in assembly.services:
        raise UnknownService(f"no service {name}; there are {', '.join(assembly.services)}")
    return Host(
        assembly.settings,
        assembly.services[name],
        codec=assembly.codec,
        catalogue=assembly.catalogue,
        clock=assembly.clock,
        directory=assembly.current_directory,
        clients=clients,
        reached=assembly.reached,
    )


def _probed(settings: Settings, pulse: Pulse) -> asyncio.Task[None] | None:
    """Begin to answer probes on the process's own port, where it has one. Raises PortTaken."""
    if not settings.metrics_port:
        return None
    listening = probes.listen(settings.metrics_port, "LIENTHONG_METRICS_PORT")
    return asyncio.create_task(probes.serve(pulse, listening), name="probes")


def _gateway(assembly: Assembly, clients: Clients, hosts: dict[str, Host], pulse: Pulse) -> Gateway:
    return Gateway(
        assembly.settings,
        catalogue=assembly.catalogue,
        schemas=assembly.schemas,
        codec=assembly.codec,
        clock=assembly.clock,
        directory=assembly.current_directory,
        clients=clients,
        offer=hosts[gateway.NAME].offer,
        owner=hosts[gateway.NAME].owner,
        rehearsal=rehearsal(assembly),
        pulse=pulse,
        doors=lambda callers, *ways: _doors(assembly, callers, *ways),
    )


def rehearsal(assembly: Assembly) -> Rehearsal:
    """Return where claims are rehearsed, for every family of the house."""
    return Rehearsal(
        assembly.settings,
        assembly.services.values(),
        codec=assembly.codec,
        catalogue=assembly.catalogue,
        clock=assembly.clock,
        directory=assembly.current_directory,
    )


def _doors(
    assembly: Assembly,
    callers: Callers,
    submitting: Submitting,
    as_platform: SubmittingAsPlatform,
) -> list[Door]:
    """Return what services show over HTTP; each reads its own rows, wherever its lanes run."""
    catalogue, codec, directory = assembly.catalogue, assembly.codec, assembly.current_directory
    feed = Feed(Rows(assembly.settings, delivery.NAME))
    accepted = Undecided(assembly.settings)
    board = Board(Rows(assembly.settings, deadlines.NAME), assembly.clock, catalogue, directory)
    ticker = Ticker(
        board.rows,
        as_platform,
        assembly.clock,
        accepted.of,
        timedelta() if isinstance(assembly.clock, StoryClock) else MARGIN,
        assembly.reached,
    )

    def visible(agency: str, entries: Sequence[tuple[Envelope, Event]]) -> set[str]:
        return visible_to(agency, entries, catalogue, directory())

    sight = Sight(Archive(Rows(assembly.settings, ledger.NAME), codec), visible, feed)
    return [
        feeds.door(
            feed,
            callers,
            submitting,
            Receipts(feed.rows, as_platform, assembly.clock),
            assembly.clock,
            directory,
        ),
        cases.door(sight, callers, catalogue, codec, directory),
        clocks.door(
            board,
            ticker,
            Recounting(board.rows, as_platform, assembly.clock),
            callers,
            feed.seen,
            feed.has_of,
        ),
        Door(routes=(), close=accepted.close),
        console.door(
            assembly.settings,
            callers=callers,
            catalogue=catalogue,
            codec=codec,
            directory=directory,
            sight=sight,
            feeds=lambda agency: OwnFeed(feed, agency, codec),
            pictures=PictureFile(assembly.settings.home),
            halted=lambda: halted_lanes(assembly.settings, assembly.services),
        ),
    ]


async def _before(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do some work unless told to stop before it is done; say whether it was done."""
    task, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        return task.done()
    finally:
        task.cancel()
        told.cancel()


async def _first_of(tasks: Iterable[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
