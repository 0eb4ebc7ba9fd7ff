"""The gateway as an HTTP application, and the server that runs it in a process of the house."""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from litestar import Litestar

from services.core.access.directory import Directory
from services.core.access.secrets import kept
from services.core.access.tokens import Issuer
from services.core.bus.chain import Chunk
from services.core.bus.clients import Clients
from services.core.bus.service import Topics
from services.core.bus.supervision import supervised
from services.core.clock import Clock, StoryClock
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.schemas import Schemas
from services.core.doors.answers import hardened
from services.core.doors.callers import Callers, check_query
from services.core.doors.door import Door, Submitting, SubmittingAsPlatform
from services.core.doors.json_body import MAX_BYTES
from services.core.doors.limits import Limits, metering
from services.core.doors.rehearsal import Rehearsal
from services.core.settings import Settings
from services.core.telemetry.probes import Pulse, Server, listen
from services.gateway import openapi, registry
from services.gateway.acceptance import Acceptor
from services.gateway.desk import Desk
from services.gateway.edge import Edge
from services.gateway.following import Follower
from services.gateway.routes import routes, submitting, submitting_as_platform, troubles

_DRAIN_SECONDS: Final = 5


class Gateway:
    """Everything the gateway does besides its lanes."""

    def __init__(
        self,
        settings: Settings,
        *,
        catalogue: Catalogue,
        schemas: Schemas,
        codec: Codec,
        clock: Clock,
        directory: Callable[[], Directory],
        clients: Clients,
        offer: Callable[[Sequence[Chunk]], None],
        owner: str,
        rehearsal: Rehearsal,
        pulse: Pulse,
        doors: Callable[[Callers, Submitting, SubmittingAsPlatform], Sequence[Door]],
    ) -> None:
        """`offer` sends what was put into outboxes (Host.offer, and `owner` is that host's).

        `rehearsal` knows every family; `pulse` is the process's; `doors` makes what other services
        show beside its own paths.
        """
        self._settings = settings
        folder = settings.secrets
        topics = Topics(settings.topic_prefix, settings.partitions)
        families = list(catalogue.families)
        self.acceptor = Acceptor(
            settings,
            kept(folder, "body-hash.key", lambda: secrets.token_bytes(32)),
            [name for name in families if any(each.is_claim for each in catalogue.family(name))],
            offer,
            owner,
        )
        self.follower = Follower(clients, topics, families, codec)
        limits = Limits(settings)
        self._desk = Desk(
            settings,
            Edge(catalogue, codec, topics, isinstance(clock, StoryClock)),
            self.acceptor,
            self.follower,
            clock,
            directory,
            rehearsal,
            limits,
        )
        callers = Callers(Issuer(folder), directory, clock, limits)
        self._doors = doors(
            callers, submitting(self._desk, callers), submitting_as_platform(self._desk)
        )
        own = Pulse(
            pulse.is_alive,
            lambda: pulse.is_ready() and self.acceptor.is_connected and self.follower.is_following,
            pulse.halted,
        )
        self.routed = Litestar(
            [
                *routes(self._desk, callers, own, openapi.document(catalogue, codec)),
                *registry.routes(schemas),
                *(route for door in self._doors for route in door.routes),
            ],
            exception_handlers=troubles(catalogue, self.acceptor.hash_of),
            guards=[check_query],
            middleware=[metering(limits)],
            request_max_body_size=MAX_BYTES,
            openapi_config=None,
            logging_config=None,
        )
        self.app = hardened(self.routed)

    async def opened(self) -> None:
        """Wait until the database has what lanes need before they begin; `serve` makes it."""
        await self.acceptor.opened.wait()

    def listen(self) -> socket.socket:
        """Take the port, on 127.0.0.1 unless a setting says otherwise. Raises PortTaken."""
        known = self._settings
        return listen(known.http_port, "LIENTHONG_HTTP_PORT", known.http_host)

    async def serve(self, listening: socket.socket, stopping: asyncio.Event) -> None:
        """Serve HTTP until told to stop; requests in hand are answered first.

        What works beside the requests is begun again after whatever it raises. What needs the
        database or Kafka answers UNAVAILABLE while they are away.
        """
        server = Server(self.app, _DRAIN_SECONDS)
        work = [
            asyncio.create_task(supervised(self.acceptor.run)),
            asyncio.create_task(self._once_opened(self.follower.run)),
            asyncio.create_task(stopping.wait()),
        ]
        beside = [asyncio.create_task(self._once_opened(door.run)) for door in self._doors]
        serving = asyncio.create_task(server.serve([listening]), name="gateway http")
        try:
            await asyncio.wait([*work, serving], return_when=asyncio.FIRST_COMPLETED)
            server.should_exit = True
            for each in beside:  # with them end the answers that would go on for ever
                each.cancel()
            await serving
        finally:
            for task in (*work, *beside):
                task.cancel()
            await asyncio.gather(*work, *beside, return_exceptions=True)
            await self._desk.close()
            for door in self._doors:
                await door.close()

    async def _once_opened(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work beside the requests as soon as there are tables for it."""
        await self.opened()
        await supervised(work)
