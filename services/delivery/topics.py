"""Agencies' own topics: what stands in the feed of an agency, under the same numbers, in Kafka.

A record is the event as `GET /v1/events` gives it: CloudEvents 1.0 in structured mode, the
attributes repeated as headers beside the feed's `number`. Who is to have a topic is told by Kafka's
own rights, how far it is filled by the last record in it, and nothing is kept beside these. Whoever
holds the agency's turn, a lock in PostgreSQL, writes; number n is handed over only when n-1 is
known to stand. So whatever dies in between repeats what was not confirmed, with the same numbers,
and leaves no gap; even two writers could not.

What was read by topic gets no receipt, for Kafka does not tell who has read what.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct

from services.core.bus.chain import Target
from services.core.bus.cluster import Cluster
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.errors import DatabaseRestored, Doubt, Halt
from services.core.bus.grants import Grants
from services.core.bus.kafka import Reader, Sender
from services.core.bus.postgres import FAILURES, Connection, connect, has_tables, sorted_error
from services.core.bus.record import Plain, Record
from services.core.bus.service import Topics
from services.core.contracts.envelope import foreign_headers
from services.core.contracts.identifiers import key_of
from services.core.doors.pages import MOST_BYTES
from services.core.runtime.kafka_broker import SUPER_USER
from services.core.settings import Settings
from services.core.telemetry.metrics import TOPICS_HALTED
from services.delivery.service import NAME, queries

CONTENT_TYPE: Final = b"application/cloudevents+json; charset=UTF-8"
NUMBER: Final = "number"  #: the header that bears the feed's number
_AT_ONCE: Final = 500
_LOOK_SECONDS: Final = 0.1
_RIGHTS_SECONDS: Final = 2.0  #: between two looks at who is to have a topic
_BACKOFF: Final = 0.5
_UNDOING: Final = ("corrects", "withdraws")  #: attributes of those events alone that have them
_ATTRIBUTES: Final = (
    *("specversion", "id", "type", "source", "subject", "time"),
    *_UNDOING,
)

log = structlog.get_logger()


class _Attributes(Struct, frozen=True):
    specversion: str
    id: str
    type: str
    source: str
    subject: str
    time: str
    corrects: str = ""
    withdraws: str = ""


_attributes: Final = msgspec.json.Decoder(_Attributes)


def record_of(number: int, event: bytes) -> Plain:
    """Return an event of a feed as its topic carries it."""
    said = _attributes.decode(event)
    attributes = [
        (f"ce_{name}", content.encode())
        for name in _ATTRIBUTES
        if (content := getattr(said, name)) or name not in _UNDOING
    ]
    return Plain(
        key_of(said.subject),
        event,
        [("content-type", CONTENT_TYPE), *attributes, (NUMBER, b"%d" % number)],
    )


class Filler:
    """Fills the topics of this process's turns. Other processes stand ready to take them over."""

    def __init__(self, settings: Settings, reached: Reached = nobody) -> None:
        self._settings, self._reached = settings, reached
        self._topics = Topics(settings.topic_prefix, settings.partitions)
        self._cluster = Cluster(settings)
        self._grants = Grants(settings) if settings.kafka_user == SUPER_USER else None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let go of every turn and end `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Fill topics until stopped; a broker or database that is away is waited for."""
        while not self._stopping.is_set():
            try:
                await self._expire()
                if await _granted(self._cluster, self._topics):
                    await self._fill()
                await self._pause(_RIGHTS_SECONDS)
            except Doubt as doubt:
                log.warning("topics_wait", doubt=str(doubt))
                await self._pause(_BACKOFF)

    async def _fill(self) -> None:
        """Fill for as long as somebody is to have a topic. Raises Doubt: begin again."""
        async with _turns(self._settings, self._topics, self._reached) as turns:
            while not self._stopping.is_set() and (
                granted := await _granted(self._cluster, self._topics)
            ):
                await turns.take(granted)
                await self._expire()
                looked = time.monotonic()
                while time.monotonic() < looked + _RIGHTS_SECONDS and not self._stopping.is_set():
                    if not await turns.forward():
                        await self._pause(_LOOK_SECONDS)

    async def _expire(self) -> None:
        """Shut out the former users whose overlap is over, where this process has the right."""
        if self._grants:
            for user in await self._grants.expire(datetime.now(UTC)):
                log.info("former_user_shut_out", topic=user)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


class _Turns:
    """The topics that one session with the database may write, and how far each is filled.

    The feeds are read through the very session that holds the turns: who has lost them has nothing
    more to send.
    """

    def __init__(
        self, connection: Connection, reader: Reader, sender: Sender, topics: Topics
    ) -> None:
        self._connection, self._reader, self._sender = connection, reader, sender
        self._topics = topics
        self._filled: dict[str, int] = {}
        self._halted: set[str] = set()

    async def take(self, granted: AbstractSet[str]) -> None:
        """Take what turns are free of the agencies that are to have a topic; leave the others."""
        for agency in sorted((self._filled.keys() | self._halted) - granted):
            await queries.resume(self._connection, agency=agency)
            await queries.leave_turn(self._connection, agency=agency)
            self._filled.pop(agency, None)
            self._halted.discard(agency)
        for agency in sorted(granted - self._filled.keys() - self._halted):
            if await queries.take_turn(self._connection, agency=agency):
                async with self._halting(agency):
                    self._filled[agency] = await self._found(agency)
                    await queries.resume(self._connection, agency=agency)
        TOPICS_HALTED.set(len(self._halted))

    async def forward(self) -> bool:
        """Send the next of every feed that holds more than its topic; say whether any did."""
        agencies = list(self._filled)
        rows = [row async for row in queries.lasts(self._connection, agencies=agencies)]
        behind = [row["agency"] for row in rows if row["last"] > self._filled[row["agency"]]]
        for agency in behind:
            async with self._halting(agency):
                await self._send(agency)
        return bool(behind)

    async def _send(self, agency: str) -> None:
        records = [
            record_of(row["number"], row["event"])
            for row in await self._read(agency, self._filled[agency], _AT_ONCE)
        ]
        sent, _ = await self._sender.send(self._target(agency), records)
        self._filled[agency] += sent

    async def _found(self, agency: str) -> int:
        """Return the number of the last record in a topic, having compared it with the feed."""
        record = await self._reader.last(self._target(agency))
        if record is None:
            return 0
        number = _number(record)
        rows = await self._read(agency, number - 1, 1)
        if not rows or rows[0]["number"] != number or rows[0]["event"] != record.value:
            raise DatabaseRestored(
                f"{record.topic}@{record.offset}: event {number} is not what the feed of {agency} "
                f"holds under this number; the database comes from elsewhere or from the past. "
                f"Compare both before going on"
            )
        return number

    async def _read(self, agency: str, after: int, most: int) -> list[Any]:
        found = queries.read(
            self._connection, agency=agency, after=after, most=most, bytes=MOST_BYTES
        )
        return [row async for row in found]

    def _target(self, agency: str) -> Target:
        return self._topics.agency(agency), 0

    @asynccontextmanager
    async def _halting(self, agency: str) -> AsyncIterator[None]:
        """Let one topic stand still where going on could do harm; the others go on."""
        try:
            yield
        except Halt as halt:
            log.exception("topic_halted", agency=agency, why=str(halt))
            self._filled.pop(agency, None)
            self._halted.add(agency)
            await queries.halt(self._connection, agency=agency, why=str(halt))


async def _granted(cluster: Cluster, topics: Topics) -> set[str]:
    """Return the agencies that have been let read a topic of their own."""
    own, admitted = topics.agency(""), await cluster.admitted()
    return {topic.removeprefix(own) for topic in admitted if topic.startswith(own)}


class HaltedTopic(Struct, frozen=True):
    """An agency's topic that stands still until a person acts."""

    agency: str
    why: str
    since: datetime


async def halted(settings: Settings) -> list[HaltedTopic]:
    """Return the topics that agencies are to have and that stand still. Raises Doubt."""
    if not await has_tables(settings, NAME):
        return []
    granted = await _granted(Cluster(settings), Topics(settings.topic_prefix, settings.partitions))
    connection = await connect(settings, NAME)
    try:
        noted = [HaltedTopic(**row) async for row in queries.halts(connection)]
        return [each for each in noted if each.agency in granted]
    except FAILURES as error:
        raise sorted_error(error) from error
    finally:
        connection.terminate()


def _number(record: Record) -> int:
    """Read the feed's number of a record. Raises DatabaseRestored where it bears none."""
    number = foreign_headers(record.head).get(NUMBER, b"")
    if not number.isdigit():
        raise DatabaseRestored(
            f"{record.topic}@{record.offset}: expected the header {NUMBER}; somebody else writes "
            f"to this topic. Find out who before going on"
        )
    return int(number)


@asynccontextmanager
async def _turns(settings: Settings, topics: Topics, reached: Reached) -> AsyncIterator[_Turns]:
    """Open what it takes to fill topics, and let go of it, turns included, at the end of the block.

    A process that stands still for two leases loses its session, for the turns would stay with it.
    """
    reader, sender = Reader(settings), Sender(settings, reached)
    connection = await connect(settings, NAME)
    try:
        lapse = str(int(2 * settings.lease_seconds * 1000))
        await queries.lapse(connection, milliseconds=lapse)
        await reader.start()
        await sender.start()
        yield _Turns(connection, reader, sender, topics)
    except FAILURES as error:
        raise sorted_error(error) from error
    finally:
        connection.terminate()
        reader.abandon()
        sender.abandon()
