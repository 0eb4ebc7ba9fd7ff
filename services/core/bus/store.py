"""A lane's half of the database: its claim, its states, its one transaction, its letters.

Every method may raise Doubt; `commit` may also raise Culprit (a value the database refuses) and
BadDeploy. Nothing here decides anything: `lane` does.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiosql
import asyncpg
import msgspec
from msgspec import Struct

from services.core.bus.blocks import Block, Found, hash_of_key
from services.core.bus.chain import Chunk, Tail, Target
from services.core.bus.connections import Connections, is_open
from services.core.bus.errors import BusError, Doubt, LeaseLost, StateTooNew, TooSlow, described
from services.core.bus.items import Stored
from services.core.bus.letters import Letter
from services.core.bus.postgres import (
    FAILURES,
    Connection,
    Culprit,
    blaming,
    connect,
    sorted_error,
    transaction_seconds,
)
from services.core.bus.record import Numbered, Record, packed, unpacked
from services.core.bus.service import Statement
from services.core.settings import Settings

queries: Final = aiosql.from_path(
    Path(__file__).parent / "queries.sql", "asyncpg", mandatory_parameters=False
)
_numbered: Final = msgspec.msgpack.Decoder(Numbered)
_heard: Final = msgspec.json.Decoder(dict[str, dict[str, Tail]])
_tails: Final = msgspec.json.Decoder(dict[str, Tail])
_positions: Final = msgspec.json.Decoder(dict[str, int])
#: statement_timeout, transaction_timeout, idle_in_transaction_session_timeout, lock_timeout
_TIMEOUTS: Final = ("57014", "25P04", "25P03", "55P03")


class LaneRow(Struct, frozen=True):
    """What the database knows of a lane."""

    epoch: int
    owner: str | None
    position: int
    recorded_at: datetime  #: the latest of its facts; none is recorded before it
    positions: dict[str, int]  #: topic → next offset
    heard: dict[str, dict[str, Tail]]


class Sending(Struct, frozen=True):
    """What was given and sent to one partition."""

    given: Tail
    sent: int
    sent_offset: int


class Parked(Struct, frozen=True):
    """A letter as it lies in the database."""

    number: int
    record: Record
    is_claim: bool
    attempts: int
    behind: bool
    replaced_by: str | None


class Replaced(Struct, frozen=True):
    """A letter whose record gives way to another, and who asked for it."""

    number: int
    record: Record
    who: str


class Request(Struct, frozen=True):
    """What an operator asked of the lane's owner."""

    number: int
    what: str
    letter: int
    who: str
    why: str
    value: bytes | None  #: of a replacement: what takes the place of the letter's data


class Commit(Struct, kw_only=True):
    """Everything that one transaction writes."""

    epoch: int
    position: int
    recorded_at: datetime
    positions: dict[str, int]
    heard: dict[str, dict[str, Tail]]
    states: dict[str, Stored] = {}
    chunks: Sequence[Chunk] = ()
    marks: dict[Target, tuple[int, int]] = {}
    statements: Sequence[Statement] = ()
    letters: Sequence[Letter] = ()
    foreign: Sequence[Record] = ()
    unparked: Sequence[int] = ()
    replaced: Replaced | None = None
    stuck: Letter | None = None
    closed: Sequence[tuple[int, str]] = ()  #: requests carried out, with what came of them
    blocks: Sequence[Block] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the one function call is the whole transaction."""
        return not (
            self.statements
            or self.letters
            or self.foreign
            or self.unparked
            or self.replaced
            or self.stuck
            or self.closed
            or self.blocks
        )


class Store:
    """What one lane reads and writes, over the connections of its service."""

    def __init__(
        self, settings: Settings, connections: Connections, lane: int, state_version: int
    ) -> None:
        self._lease = settings.lease_seconds
        self._longest = transaction_seconds(settings)
        self._connections = connections
        self._lane = lane
        self._state_version = state_version

    async def claim(self, owner: str) -> int | None:
        """Take the lane and return its new epoch, or None while it is another's."""
        async with self._connections.one() as connection:
            row = await queries.claim(
                connection,
                lane=self._lane,
                owner=owner,
                lease_seconds=self._lease,
                state_version=self._state_version,
            )
        return row["epoch"] if row else None

    async def row(self) -> LaneRow:
        """Read the lane row. Raises StateTooNew where newer code has written its states."""
        async with self._connections.one() as connection:
            row = await queries.lane(connection, lane=self._lane)
        if row["state_version"] > self._state_version:
            raise StateTooNew(
                f"lane {self._lane}: its states have version {row['state_version']}, this code "
                f"knows {self._state_version}: deploy the newer code"
            )
        return LaneRow(
            row["epoch"],
            row["owner"],
            row["position"],
            row["recorded_at"],
            _positions.decode(row["positions"]),
            _heard.decode(row["heard"]),
        )

    async def targets(self) -> dict[Target, Sending]:
        """Read what was given and sent to each partition."""
        async with self._connections.one() as connection:
            rows = await _all(queries.targets(connection, lane=self._lane))
        return {
            (row["topic"], row["partition"]): Sending(
                Tail(row["given"], row["given_hash"]), row["sent"], row["sent_offset"]
            )
            for row in rows
        }

    async def set_mark(self, epoch: int, target: Target, sent: int, offset: int) -> None:
        """Note how much Kafka holds, where that is not what was noted."""
        async with self._connections.one() as connection:
            await queries.set_mark(
                connection,
                lane=self._lane,
                epoch=epoch,
                topic=target[0],
                partition=target[1],
                sent=sent,
                sent_offset=offset,
            )

    async def unsent(self, target: Target, after: int, most: int = 20) -> list[Chunk]:
        """Read the next chunks of the outbox beyond a number."""
        async with self._connections.one() as connection:
            rows = await _all(
                queries.unsent(
                    connection,
                    lane=self._lane,
                    topic=target[0],
                    partition=target[1],
                    after=after,
                    most=most,
                )
            )
        return [
            Chunk(
                target[0],
                target[1],
                row["first"],
                unpacked(row["records"]),
                Tail(row["last"], row["last_hash"]),
            )
            for row in rows
        ]

    async def states(self, streams: Sequence[str]) -> list[tuple[str, int, int, bytes]]:
        """Read streams: name, version, sequence, state as msgpack. Unknown ones are left out."""
        async with self._connections.one() as connection:
            rows = await _all(queries.states(connection, streams=streams))
        return [(row[0], row[1], row[2], row[4]) for row in rows]

    async def commit(self, commit: Commit, encode: Any) -> list[dict[str, Any]]:
        """Write everything or nothing; the fence is the first statement (B2).

        When it returns, the commit is known to be good. Returns what its statements returned.
        Raises TooSlow where it took longer than a transaction may. What neither server nor
        connection is to blame for raises Culprit: the fence stops whoever tries again although the
        commit came about.
        """
        with blaming("the encoding of what is to be stored"):
            arguments = self._arguments(commit, encode)
        returned: list[dict[str, Any]] = []
        warnings: list[str] = []

        def warned(_: object, message: Any) -> None:
            warnings.append(str(message))

        async with self._connections.one() as connection:
            connection.add_log_listener(warned)
            begun = time.monotonic()
            try:
                if commit.is_plain:
                    await queries.commit(connection, **arguments)
                else:
                    async with connection.transaction():
                        await queries.commit(connection, **arguments)
                        returned = await self._write_beside(connection, commit)
            except FAILURES as error:
                raise self._sorted(connection, error, time.monotonic() - begun) from error
            except Exception as error:
                raise Culprit(f"the commit raised {described(error)}") from error
            connection.remove_log_listener(warned)
        if warnings:
            raise Doubt(f"PostgreSQL answered a commit with a warning: {warnings[0]}")
        return returned

    def _sorted(self, connection: Connection, error: Exception, seconds: float) -> BusError:
        """Sort what a commit raised; a connection that stands is not to blame for a misuse of it.

        A transaction that is too slow ends its connection, and what is then raised says only that.
        """
        is_misuse = isinstance(error, asyncpg.InterfaceError) and is_open(connection)
        found = Culprit(f"PostgreSQL: {described(error)}") if is_misuse else sorted_error(error)
        state = getattr(error, "sqlstate", None)
        is_slow = state in _TIMEOUTS or isinstance(error, TimeoutError) or seconds >= self._longest
        if isinstance(found, Doubt) and not isinstance(found, LeaseLost) and is_slow:
            return TooSlow(
                f"the transaction was cancelled after {seconds:.1f} s; transaction_timeout and "
                f"statement_timeout are {self._longest:g} s, half of LIENTHONG_LEASE_SECONDS. The "
                f"next attempt takes fewer records. {found}"
            )
        return found

    def _arguments(self, commit: Commit, encode: Any) -> dict[str, Any]:
        """Return the arguments of `commit_lane`, encoded before its transaction begins."""
        fresh = [(name, each) for name, each in commit.states.items() if each.version == 1]
        old = [(name, each) for name, each in commit.states.items() if each.version != 1]
        marks = sorted(commit.marks.items())
        return {
            "lane": self._lane,
            "epoch": commit.epoch,
            "position": commit.position,
            "lease_seconds": self._lease,
            "state_version": self._state_version,
            "recorded_at": commit.recorded_at,
            "positions": msgspec.json.encode(commit.positions).decode(),
            "heard": msgspec.json.encode(commit.heard).decode(),
            "fresh_streams": [name for name, _ in fresh],
            "fresh_sequences": [each.sequence for _, each in fresh],
            "fresh_states": [encode(each.state) for _, each in fresh],
            "old_streams": [name for name, _ in old],
            "old_versions": [each.version - 1 for _, each in old],
            "old_sequences": [each.sequence for _, each in old],
            "old_states": [encode(each.state) for _, each in old],
            "out_topics": [each.topic for each in commit.chunks],
            "out_partitions": [each.partition for each in commit.chunks],
            "out_firsts": [each.first for each in commit.chunks],
            "out_lasts": [each.last for each in commit.chunks],
            "out_hashes": [each.tail.hash for each in commit.chunks],
            "out_records": [packed(each.records) for each in commit.chunks],
            "sent_topics": [target[0] for target, _ in marks],
            "sent_partitions": [target[1] for target, _ in marks],
            "sent_numbers": [number for _, (number, _) in marks],
            "sent_offsets": [offset for _, (_, offset) in marks],
        }

    async def _write_beside(self, connection: Connection, commit: Commit) -> list[dict[str, Any]]:
        returned: list[dict[str, Any]] = []
        for sql, arguments in commit.statements:
            returned += map(dict, await connection.fetch(sql, *arguments))
        for letter in commit.letters:
            await self._park(connection, letter.record, letter.record.key, letter)
        for record in commit.foreign:
            await self._park(connection, record, None, None)
        if commit.replaced is not None:
            await queries.replace_letter(
                connection,
                number=commit.replaced.number,
                record=_packed(commit.replaced.record),
                who=commit.replaced.who,
            )
        if commit.unparked:
            await queries.unpark(connection, numbers=list(commit.unparked))
        if commit.stuck is not None:
            await queries.keep_stuck(
                connection,
                number=commit.stuck.number,
                cause=commit.stuck.cause,
                handler=commit.stuck.handler,
                attempts=commit.stuck.attempts,
            )
        for number, result in commit.closed:
            await queries.close_request(connection, number=number, result=result)
        for block in commit.blocks:
            await queries.note_block(
                connection,
                lane=self._lane,
                topic=block.topic,
                block=block.number,
                keys=block.keys,
                tails=msgspec.json.encode(block.tails).decode(),
            )
        return returned

    async def _park(
        self, connection: Connection, record: Record, key: str | None, letter: Letter | None
    ) -> None:
        await queries.park(
            connection,
            lane=self._lane,
            key=None if key is None else key.encode(),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            is_claim=letter.item.is_claim if letter else False,
            record=_packed(record),
            type=_storable(letter.item.envelope.type) if letter else "",
            agency=_storable(letter.item.envelope.agency) if letter else "",
            cause=letter.cause if letter else "its headers are not those of an event of this house",
            handler=letter.handler if letter else "",
            attempts=letter.attempts if letter else 0,
            behind=letter.behind if letter else False,
        )

    async def blocks(self, topics: Iterable[str], keys: Iterable[str]) -> dict[str, list[Found]]:
        """Read what the blocks of some topics tell of some keys: topic → rows."""
        async with self._connections.one() as connection:
            rows = await _all(
                queries.blocks(
                    connection,
                    lane=self._lane,
                    topics=list(topics),
                    hashes=[hash_of_key(key) for key in keys],
                )
            )
        return found_in(rows)

    async def forget_blocks(self, topics: Iterable[str]) -> None:
        """Drop the blocks of topics in which other records may stand now."""
        async with self._connections.one() as connection:
            await queries.forget_blocks(connection, lane=self._lane, topics=list(topics))

    async def parked_keys(self) -> set[str]:
        """Read which keys have a line."""
        async with self._connections.one() as connection:
            rows = await _all(queries.parked_keys(connection, lane=self._lane))
        return {row["key"].decode() for row in rows}

    async def line(self, key: str) -> list[Parked]:
        """Read the line of a key, its head first."""
        async with self._connections.one() as connection:
            rows = await _all(queries.line(connection, lane=self._lane, key=key.encode()))
        return [_parked(row) for row in rows]

    async def letter(self, number: int) -> tuple[str | None, Parked] | None:
        """Read one letter with the key of its line, or None."""
        async with self._connections.one() as connection:
            row = await queries.letter(connection, number=number)
        if row is None:
            return None
        key: bytes | None = row["key"]
        return (None if key is None else key.decode()), _parked(row)

    async def requests(self) -> list[Request]:
        """Read what operators asked and is still to be done, in order."""
        async with self._connections.one() as connection:
            rows = await _all(queries.open_requests(connection, lane=self._lane))
        return [Request(*row) for row in rows]

    async def hand_over(self, epoch: int) -> None:
        """Let the lane go, so that another may claim it at once."""
        async with self._connections.one() as connection:
            await queries.hand_over(connection, lane=self._lane, epoch=epoch)


async def note_halt(
    settings: Settings, service: str, lane: int, owner: str, kind: str, why: str
) -> None:
    """Write why a lane stands still into its row, unless another process works there.

    Raises Doubt where the database does not answer.
    """
    connection = await connect(settings, service)
    try:
        await queries.note_halt(connection, lane=lane, owner=owner, kind=kind, why=_storable(why))
    except FAILURES as error:
        raise sorted_error(error) from error
    finally:
        connection.terminate()


def found_in(rows: Iterable[Any]) -> dict[str, list[Found]]:
    """Return what rows of the query `blocks` say: topic → its blocks."""
    found: dict[str, list[Found]] = {}
    for row in rows:
        each = Found(row["block"], row["holds"], _tails.decode(row["tails"]))
        found.setdefault(row["topic"], []).append(each)
    return found


def _storable(text: str) -> str:
    """PostgreSQL's text holds every character but one."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _packed(record: Record) -> bytes:
    return msgspec.msgpack.encode(Numbered(record.key, record.value, record.head))


def _parked(row: Any) -> Parked:
    numbered = _numbered.decode(row["record"])
    record = Record(
        row["topic"],
        row["partition"],
        row["offset"],
        numbered.key,
        numbered.value,
        numbered.head,
    )
    return Parked(
        row["number"],
        record,
        row["is_claim"],
        row["attempts"],
        row["behind"],
        row["replaced_by"],
    )


async def _all(rows: Any) -> list[Any]:
    return [row async for row in rows] if hasattr(rows, "__aiter__") else list(await rows)
