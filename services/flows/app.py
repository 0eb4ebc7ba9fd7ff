"""The faust application behind `lienthong run flows`; the only module that imports faust.

Its handler never raises and its windows may be lost, for faust acknowledges what raised. It runs in
a loop and under signals that are ours: the application is started and stopped as a service.
"""

import asyncio
import contextlib
import fcntl
import logging
import time
from collections.abc import AsyncIterable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import faust
import structlog

from services.core.access.addressed import agencies_named
from services.core.access.directory import Directory
from services.core.bus.errors import described
from services.core.bus.service import Topics
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import envelope_of, head_of
from services.core.settings import Settings
from services.core.telemetry import probes
from services.flows.picture import STALE_SECONDS, Picture, read, write
from services.flows.windows import Seen, Windows

NAME: Final = "flows"
_WRITE_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 20.0
_BUFFER: Final = 256  #: events faust keeps ahead of the handler

log = structlog.get_logger()


class AlreadyRuns(Exception):
    """Another process writes the picture of this house."""


class Flows:
    """Reads every events topic and keeps the picture."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        codec: Codec,
        directory: Callable[[], Directory],
    ) -> None:
        self._settings, self._catalogue = settings, catalogue
        self._codec, self._directory = codec, directory
        last = read(settings.home)
        self._windows = Windows(last.flows if last else ())
        self._offsets = last.offsets if last else {}
        self._written_at = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep the picture until told to stop. Raises AlreadyRuns, and what ends faust for good."""
        with _alone(self._settings.home / "flows.lock"):
            app, port = self._app(), self._settings.metrics_port
            listening = probes.listen(port, "LIENTHONG_METRICS_PORT") if port else None
            await app.start()
            told = asyncio.create_task(stopping.wait())
            probing = asyncio.create_task(
                probes.serve(probes.Pulse(self._is_alive, self._is_alive), listening)
                if listening
                else stopping.wait()
            )
            writing = asyncio.create_task(self._write())
            crashed = asyncio.create_task(app.wait_until_stopped())
            try:
                await asyncio.wait({told, writing, crashed}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (told, writing, crashed, probing):
                    task.cancel()
                await asyncio.gather(probing, return_exceptions=True)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(app.stop(), _STOP_SECONDS)
            if app.crashed:
                raise app.crash_reason
            if writing.done() and not writing.cancelled():
                writing.result()

    def _is_alive(self) -> bool:
        return time.time() - self._written_at <= STALE_SECONDS

    def _app(self) -> Any:
        settings = self._settings
        logging.getLogger("faust").setLevel(logging.WARNING)
        logging.getLogger("mode").setLevel(logging.WARNING)
        app = faust.App(
            f"{settings.topic_prefix}-{NAME}",
            broker=f"kafka://{settings.kafka_bootstrap}",
            broker_credentials=faust.SASLCredentials(
                username=settings.kafka_user,
                password=settings.kafka_password,
                mechanism="SCRAM-SHA-512",
            ),
            broker_session_timeout=6.0,  # the least Kafka takes: so long a killed process is missed
            broker_heartbeat_interval=2.0,
            consumer_auto_offset_reset="earliest",
            datadir=settings.home / NAME,
            store="memory://",
            stream_buffer_maxsize=_BUFFER,
            topic_allow_declare=False,
            topic_disable_leader=True,
            value_serializer="raw",
            key_serializer="raw",
            web_enabled=False,
        )
        topics = Topics(settings.topic_prefix, settings.partitions)
        names = [topics.events(family) for family in self._catalogue.families]
        app.agent(app.topic(*names), concurrency=1, name=NAME)(self._watch)
        return app

    async def _watch(self, stream: Any) -> None:
        events: AsyncIterable[Any] = stream.events()
        async for event in events:
            self._take(event.message)

    def _take(self, message: Any) -> None:
        """Count a record; what was counted before the restart is passed over."""
        read_so_far = self._offsets.setdefault(message.topic, {})
        if message.offset < read_so_far.get(message.partition, 0):
            return
        read_so_far[message.partition] = message.offset + 1
        try:
            for seen in self._seen(message):
                self._windows.take(seen)
        except Exception as error:  # noqa: BLE001  no record may end the picture
            log.info(
                "flow_not_counted",
                topic=message.topic,
                offset=message.offset,
                why=described(error),
            )

    def _seen(self, message: Any) -> Iterator[Seen]:
        headers = message.headers
        envelope = envelope_of(head_of(list(getattr(headers, "items", lambda: headers)())))
        event = self._codec.decode(message.value)
        named = list(agencies_named(event, envelope.agency, self._catalogue, self._directory()))
        for reader in named or [self._catalogue.event(event.TYPE).family]:
            yield Seen(
                envelope.agency,
                envelope.type,
                reader,
                message.timestamp,
                (envelope.recorded_at - envelope.occurred_at).total_seconds(),
                max(0.0, time.time() - message.timestamp),
            )

    async def _write(self) -> None:
        while True:
            now = time.time()
            write(self._settings.home, Picture(now, self._windows.flows(now), self._offsets))
            self._written_at = now
            await asyncio.sleep(_WRITE_SECONDS)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of this house's picture. The kernel frees that of a process that dies."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns(f"flows runs already in this house ({path} is held)") from None
        yield
