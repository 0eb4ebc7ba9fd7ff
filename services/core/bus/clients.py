"""The clients of Kafka and PostgreSQL that all services of a process share (B1)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Final, Generic, TypeVar

from services.core.bus.chain import Target
from services.core.bus.cluster import Cluster
from services.core.bus.connections import Connections
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.errors import Doubt
from services.core.bus.fetching import Fetcher, Subscription
from services.core.bus.kafka import Reader, Sender
from services.core.bus.notices import LaneNotices
from services.core.bus.record import Numbered
from services.core.settings import Settings

Client = TypeVar("Client", Reader, Sender)

_LOOKING_BACK: Final = 6  #: lanes that read a topic's past at once, as at a start


class Clients:
    """One consumer that reads, one that asks for ends, one producer, and a few that look back."""

    def __init__(self, settings: Settings, reached: Reached = nobody) -> None:
        self._settings = settings
        self._fetcher = Fetcher(settings)
        self._notices = LaneNotices(settings)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sender: _Shared[Sender] = _Shared(lambda: Sender(settings, reached))
        self._frontier: _Shared[Reader] = _Shared(lambda: Reader(settings))
        self._looking_back = asyncio.Semaphore(_LOOKING_BACK)
        self._resting: Reader | None = None
        self._connections: dict[str, Connections] = {}

    @cached_property
    def cluster(self) -> Cluster:
        """The admin's view of the cluster. Raises Doubt where no password is known yet."""
        return Cluster(self._settings)

    def of(self, service: str) -> Connections:
        """Return the connections to PostgreSQL of a service."""
        return self._connections.setdefault(service, Connections(self._settings, service))

    def subscribe(self, positions: Mapping[Target, int]) -> Subscription:
        """Read some partitions, each from its offset on."""
        if "fetch" not in self._tasks:
            self._tasks["fetch"] = asyncio.create_task(self._fetcher.run(), name="fetch")
        return self._fetcher.subscribe(positions)

    def listen(self, service: str, wake: Callable[[int, str], None]) -> None:
        """Call `wake` with lane and sender where something was put before a lane of a service."""
        self._notices.register(service, wake)
        if "notices" not in self._tasks:
            listening = asyncio.create_task(self._notices.run(service), name="notices")
            self._tasks["notices"] = listening

    async def ends(self, targets: Iterable[Target]) -> dict[Target, int]:
        """Return the offset after the last record of each partition.

        The consumer that asks fetches nothing, so it is answered at once.
        """
        return await (await self._frontier.started()).ends(targets)

    async def send(self, target: Target, records: Sequence[Numbered]) -> tuple[int, int]:
        """Send what `Sender.send` sends, and raise what it raises.

        After a failure the next send goes by a new producer.
        """
        sender = await self._sender.started()
        try:
            return await sender.send(target, records)
        except Doubt:
            self._sender.replace(sender)
            raise

    @asynccontextmanager
    async def looking_back(self) -> AsyncIterator[Reader]:
        """Lend a reader that follows nothing yet, to read what stands in topics already."""
        async with self._looking_back:
            reader, self._resting = self._resting, None
            if reader is None:
                reader = await _started(lambda: Reader(self._settings))
            try:
                yield reader
            except BaseException:
                reader.abandon()
                raise
            reader.rest()
            if self._resting is None:
                self._resting = reader
            else:
                reader.abandon()

    async def close(self) -> None:
        """Let go of every client, without waiting for a server."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._sender.abandon()
        self._frontier.abandon()
        if self._resting is not None:
            self._resting.abandon()
        for connections in self._connections.values():
            connections.abandon()


class _Shared(Generic[Client]):
    """A client that is started when it is first needed, once for all who need it then."""

    def __init__(self, make: Callable[[], Client]) -> None:
        self._make: Callable[[], Client] = make
        self._starting: asyncio.Task[Client] | None = None

    async def started(self) -> Client:
        """Return the client. Raises Doubt where the broker does not answer."""
        if self._starting is None:
            self._starting = asyncio.create_task(_started(self._make))
        starting = self._starting
        try:
            return await asyncio.shield(starting)
        finally:
            if self._starting is starting and _has_failed(starting):
                self._starting = None

    def replace(self, client: Client) -> None:
        """Let go of a client that failed, unless that was done before."""
        starting = self._starting
        if starting is None or not starting.done() or _has_failed(starting):
            return
        if starting.result() is client:
            self._starting = None
            client.abandon()

    def abandon(self) -> None:
        """Let go of the client."""
        starting = self._starting
        if starting is not None and not starting.cancel() and not _has_failed(starting):
            starting.result().abandon()


def _has_failed(task: "asyncio.Task[Client]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _started(make: Callable[[], Client]) -> Client:
    client = make()
    try:
        await client.start()
    except BaseException:
        client.abandon()
        raise
    return client
