"""Everything the house says to Kafka through aiokafka, and every setting of its clients.

No other module imports aiokafka, for it has no types. Topics, users and rights are in `cluster`.
No consumer groups: who reads what is said by leases (B1), positions are kept in PostgreSQL.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException, KafkaError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord

from services.core.bus.chain import Target
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.errors import BusError, DatabaseRestored, Doubt, Unsendable, Unsent
from services.core.bus.record import MAX_RECORD_BYTES, Numbered, Plain, Record
from services.core.contracts.envelope import head_of
from services.core.settings import Settings

MAX_BATCH_BYTES: Final = 1_000_000
_REQUEST_SECONDS: Final = 10.0
_FETCH_WAIT_MS: Final = 500
_STOP_SECONDS: Final = 2.0
_FIRST_SECONDS: Final = 5.0
_SHOW_SECONDS: Final = 10.0
# What it says, it raises too; that the broker has ended a session, it mends by itself.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())
_abandoned: set[asyncio.Task[None]] = set()


def _client(settings: Settings) -> dict[str, Any]:
    return {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password,
        "request_timeout_ms": int(_REQUEST_SECONDS * 1000),
    }


def _abandon(client: Any) -> None:
    """Let go of a client without waiting: what it still does no longer counts."""

    async def stop() -> None:
        with suppress(TimeoutError, KafkaError, OSError):
            await asyncio.wait_for(client.stop(), _STOP_SECONDS)

    task = asyncio.ensure_future(stop())
    _abandoned.add(task)
    task.add_done_callback(_abandoned.discard)


async def farewell() -> None:
    """Wait a little for every abandoned client to let go; for a process about to end its loop."""
    if _abandoned:
        await asyncio.wait(set(_abandoned), timeout=2 * _STOP_SECONDS)


class _Unbroken(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    """What was fetched of a partition, with a record for the last offset of every batch.

    aiokafka passes over the marker that ends a transaction without a word, and raises where the
    name of a header is not UTF-8, again and again and without saying in which partition. Programs
    that are not ours may write both. Whoever waits for an offset would wait for ever; so what a
    batch holds and does not yield is read as one empty record, which is not ours.
    """

    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[Any]:
        while self._records.has_next():
            batch = self._records.next_batch()
            if not batch.validate_crc():
                raise CorruptRecordException(f"Invalid CRC - {self._tp}")
            if not batch.is_control_batch:
                with suppress(UnicodeDecodeError):
                    for record in batch:
                        if record.offset >= self.next_fetch_offset:
                            self.next_fetch_offset = record.offset + 1
                            yield self._consumer_record(self._tp, record)
            if self.next_fetch_offset < batch.next_offset:
                self.next_fetch_offset = batch.next_offset
                yield self._nothing(batch)

    def _nothing(self, batch: Any) -> Any:
        offset, written = batch.next_offset - 1, batch.max_timestamp
        return ConsumerRecord(*self._tp, offset, written, 0, None, None, None, -1, -1, ())


# The consumer offers no other way to read batches.
fetcher.PartitionRecords = _Unbroken


class OutOfRange(Exception):
    """Positions in some partitions lie outside of what Kafka holds there."""

    def __init__(self, targets: Sequence[Target], meaning: BusError) -> None:
        """`meaning` is what that says of whoever reads there."""
        super().__init__(str(meaning))
        self.targets, self.meaning = targets, meaning


class Reader:
    """A consumer of explicitly given partitions, from explicitly given offsets."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = AIOKafkaConsumer(
            **_client(settings),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            fetch_max_bytes=4_000_000,
            max_partition_fetch_bytes=1_048_576,
        )

    async def start(self) -> None:
        """Connect. Raises Doubt where the broker does not answer."""
        with _doubting("connect"):
            await self._consumer.start()

    def follow(self, positions: Mapping[Target, int]) -> None:
        """Read these partitions from these offsets on, and nothing else."""
        partitions = {target: TopicPartition(*target) for target in positions}
        self._consumer.assign(list(partitions.values()))
        for target, offset in positions.items():
            self._consumer.seek(partitions[target], offset)

    def pause(self, targets: Iterable[Target]) -> None:
        """Fetch nothing more from some of the partitions that are followed."""
        self._consumer.pause(*[TopicPartition(*target) for target in targets])

    def resume(self, target: Target, offset: int) -> None:
        """Fetch again, from an offset on, from a partition that is followed and was paused."""
        self._consumer.seek(TopicPartition(*target), offset)
        self._consumer.resume(TopicPartition(*target))

    def rest(self) -> None:
        """Fetch nothing until `follow` is called again."""
        self._consumer.pause(*self._consumer.assignment())

    async def read(self, seconds: float, limit: int, only: Iterable[Target] = ()) -> list[Record]:
        """Return up to `limit` records, in order within a partition; none after `seconds`.

        Raises DatabaseRestored where a position lies before what Kafka holds, Doubt where it lies
        behind or the broker is away.
        """
        try:
            return await self.fetch(seconds, limit, only)
        except OutOfRange as error:
            raise error.meaning from error

    async def fetch(self, seconds: float, limit: int, only: Iterable[Target] = ()) -> list[Record]:
        """Return what `read` does. Raises OutOfRange where that raises what the position means."""
        with _doubting("read"):
            try:
                found = await self._consumer.getmany(
                    *[TopicPartition(*target) for target in only],
                    timeout_ms=int(seconds * 1000),
                    max_records=limit,
                )
            except OffsetOutOfRangeError as error:
                raise await self._out_of_range(error) from error
        return [
            Record(
                partition.topic,
                partition.partition,
                each.offset,
                (each.key or b"").decode(errors="replace"),
                each.value or b"",
                head_of(each.headers),
            )
            for partition, records in found.items()
            for each in records
        ]

    async def _out_of_range(self, error: OffsetOutOfRangeError) -> "OutOfRange":
        behind = error.args[0]
        targets = [(partition.topic, partition.partition) for partition in behind]
        ends = await self._consumer.end_offsets(list(behind))
        if any(offset > ends[partition] for partition, offset in behind.items()):
            return OutOfRange(targets, Doubt(f"Kafka has forgotten what we have read: {behind}"))
        return OutOfRange(
            targets,
            DatabaseRestored(
                f"the stored position lies outside of the topic: {error}; either the topic was "
                f"cut or the database comes from elsewhere. Compare both before going on"
            ),
        )

    async def ends(self, targets: Iterable[Target]) -> dict[Target, int]:
        """Return the offset after the last record of each partition."""
        with _doubting("ask for the end of partitions"):
            ends = await self._consumer.end_offsets([TopicPartition(*each) for each in targets])
        return {(partition.topic, partition.partition): end for partition, end in ends.items()}

    async def last(self, target: Target) -> Record | None:
        """Return the last record of a partition; None where nothing was ever written.

        Raises DatabaseRestored where it was deleted, Doubt where it does not arrive in time.
        """
        end = (await self.ends([target]))[target]
        if not end:
            return None
        self.follow({target: end - 1})
        found = await self.read(_REQUEST_SECONDS, 1)
        if not found:
            raise Doubt(f"{target[0]}[{target[1]}]: the last record does not arrive")
        return found[0]

    async def first_written(self, positions: Mapping[Target, int]) -> datetime | None:
        """Return when the oldest record at these offsets was written, by the broker's clock.

        What does not arrive in a few seconds is left out; None where nothing does.
        """
        self.follow(positions)
        missing = set(self._consumer.assignment())
        oldest: int | None = None
        deadline = time.monotonic() + _FIRST_SECONDS
        with _doubting("read"):
            while missing and time.monotonic() < deadline:
                found = await self._consumer.getmany(*missing, timeout_ms=_FETCH_WAIT_MS)
                for partition, records in found.items():
                    if records:
                        missing.discard(partition)
                        self._consumer.pause(partition)
                        oldest = min(oldest or records[0].timestamp, records[0].timestamp)
        return None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC)

    async def at(self, targets: Iterable[Target], milliseconds: int) -> dict[Target, int]:
        """Return the first offset not before a wall time in each partition, or its end."""
        partitions = [TopicPartition(*each) for each in targets]
        with _doubting("ask for offsets by time"):
            found = await self._consumer.offsets_for_times(dict.fromkeys(partitions, milliseconds))
            ends = await self._consumer.end_offsets(partitions)
        return {
            (each.topic, each.partition): found[each].offset if found[each] else ends[each]
            for each in partitions
        }

    def abandon(self) -> None:
        """Let go of the connection without waiting for the broker."""
        _abandon(self._consumer)


class Sender:
    """A producer for explicitly given partitions.

    Not idempotent: one batch a partition is in flight, and numbers absorb repeats (B3, B4).
    """

    def __init__(self, settings: Settings, reached: Reached = nobody) -> None:
        self._reached = reached
        self._producer = AIOKafkaProducer(
            **_client(settings),
            acks="all",
            enable_idempotence=False,
            compression_type="zstd",
            max_batch_size=MAX_BATCH_BYTES,
            max_request_size=MAX_BATCH_BYTES + MAX_RECORD_BYTES,
            linger_ms=0,
        )

    async def start(self) -> None:
        """Connect. Raises Doubt where the broker does not answer."""
        with _doubting("connect"):
            await self._producer.start()

    async def send(self, target: Target, records: Sequence[Numbered | Plain]) -> tuple[int, int]:
        """Send as many of the records as fit one batch; return how many and the last one's offset.

        Raises Unsent where it was not confirmed and may be tried again, Unsendable where it may
        not.
        """
        batch = self._producer.create_batch()
        fitted = 0
        for record in records:
            if (
                batch.append(
                    key=record.key.encode(),
                    value=record.value,
                    timestamp=None,
                    headers=record.headers,
                )
                is None
            ):
                break
            fitted += 1
        batch.close()
        if not fitted:
            raise Unsendable(f"{target[0]}[{target[1]}]: a record is larger than a batch may be")
        try:
            # Not `wait_for`: where the answer comes as we are cancelled, it forgets that we were.
            async with asyncio.timeout(_REQUEST_SECONDS):
                handed = await self._producer.send_batch(batch, target[0], partition=target[1])
                handed.add_done_callback(_seen)
                self._reached("handed_to_producer")
                # A lane that goes away leaves the batch to the producer, which others use too.
                confirmed = await asyncio.shield(handed)
        except KafkaError as error:
            kind = Unsent if error.retriable or not _refused(error) else Unsendable
            raise kind(f"{target[0]}[{target[1]}]: {type(error).__name__}: {error}") from error
        except (TimeoutError, OSError) as error:
            raise Unsent(f"{target[0]}[{target[1]}]: not confirmed in time: {error}") from error
        return fitted, confirmed.offset + fitted - 1

    def abandon(self) -> None:
        """Let go without waiting: what it still sends no longer counts."""
        _abandon(self._producer)


def _seen(handed: "asyncio.Future[Any]") -> None:
    """Take note of an answer that nobody may await any more, so that asyncio does not warn."""
    if not handed.cancelled():
        handed.exception()


_REFUSALS: Final = frozenset(
    {
        "MessageSizeTooLargeError",
        "RecordListTooLargeError",
        "InvalidMessageError",
        "TopicAuthorizationFailedError",
        "InvalidTopicError",
        "InvalidTimestampError",
        "UnsupportedForMessageFormatError",
    }
)


def _refused(error: KafkaError) -> bool:
    return type(error).__name__ in _REFUSALS


class _doubting:  # noqa: N801  reads as a word of the `with` statement
    """Turn what the client raises when the broker is away into a Doubt."""

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, (KafkaError, TimeoutError, OSError)):
            raise Doubt(
                f"Kafka: could not {self._doing}: {type(error).__name__}: {error}"
            ) from error


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Reader]:
    """A connected reader, let go of at the end of the block."""
    reader = Reader(settings)
    try:
        await reader.start()
        yield reader
    finally:
        reader.abandon()


async def show_positions(settings: Settings, service: str, positions: Mapping[Target, int]) -> None:
    """Write the positions of a service where lag tools look; nothing of ours reads them.

    Raises Doubt where they are not taken in time.
    """
    shown = {TopicPartition(*target): offset for target, offset in positions.items()}
    member = AIOKafkaConsumer(**_client(settings), group_id=service, enable_auto_commit=False)
    try:
        with _doubting("show positions"):
            async with asyncio.timeout(_SHOW_SECONDS):
                await member.start()
                member.assign(list(shown))
                member.pause(*shown)
                await member.commit(shown)
    finally:
        _abandon(member)
