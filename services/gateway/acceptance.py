"""The acceptance: one transaction takes the idempotency key and puts the claim into the outbox.

Its commit is the promise (T2). Submissions that arrive together share one transaction, so a burst
costs as many commits as the disk can make, not one each. Whoever sends a key again gets the first
answer, and that answer too follows a commit that wrote.
"""

import asyncio
import hmac
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiosql
import asyncpg
import structlog
from msgspec import Struct

from services.core.bus import accepting
from services.core.bus.chain import Chunk
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.errors import BusError, Doubt
from services.core.bus.postgres import FAILURES, connect, sorted_error
from services.core.bus.record import Outgoing
from services.core.bus.service import Topics
from services.core.bus.store import queries as bus_queries
from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.gateway.outcomes import fact_of
from services.gateway.service import NAME

BATCH: Final = 1_000  #: submissions in one transaction, at most
MOST_WAITING: Final = 20_000  #: submissions before the transaction, at most
MOST_UNSENT: Final = 50_000  #: accepted but not yet known to be in Kafka, at most
RETRY_SECONDS: Final = 2
_SECONDS: Final = 10.0
_REST_SECONDS: Final = 1.0
_BACKOFF: Final = 0.2

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")
log = structlog.get_logger()


class Accepted(Struct, frozen=True):
    """A submission as it was accepted, now or long ago."""

    id: str
    type: str
    part: str
    occurred_at: datetime
    accepted_at: datetime
    is_new: bool


class _Waiting(Struct, frozen=True, eq=False):
    """A submission before its transaction."""

    key: str
    hash: bytes
    claim: Outgoing
    answer: "asyncio.Future[Accepted]"

    @property
    def slot(self) -> tuple[str, str]:
        return self.claim.envelope.agency, self.key


class Acceptor:
    """Accepts submissions for every lane, whoever owns it.

    `offer` is handed what was put into the outbox after each commit, so that lanes of this process
    send at once; other owners find it by themselves.
    """

    def __init__(
        self,
        settings: Settings,
        secret: bytes,
        families: Sequence[str],
        offer: Callable[[Sequence[Chunk]], None],
        reached: Reached = nobody,
    ) -> None:
        self._settings, self._secret, self._families = settings, secret, families
        self._topics = Topics(settings.topic_prefix, settings.partitions)
        self._offer, self._reached = offer, reached
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._warning = ""

    @property
    def is_connected(self) -> bool:
        """Whether the last transaction reached the database."""
        return self._connection is not None and not self._connection.is_closed()

    def hash_of(self, canonical: bytes) -> bytes:
        """Return the keyed hash by which bodies of one key are compared."""
        return hmac.digest(self._secret, canonical, "sha256")

    async def accept(self, key: str, canonical: bytes, claim: Outgoing) -> Accepted:
        """Return once the acceptance is committed.

        Raises Problem: KEY_REUSED where the key stands for another body, BUSY or UNAVAILABLE where
        the sender should try again; the submission may then have been accepted all the same, and
        the same key finds out.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Problem("BUSY", retry_after=RETRY_SECONDS)
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        hash_ = self.hash_of(canonical)
        self._waiting.append(_Waiting(key, hash_, claim, answer))
        self._arrived.set()
        return await answer

    async def run(self) -> None:
        """Accept what arrives until cancelled; what then waits is answered UNAVAILABLE."""
        try:
            while True:
                if self._waiting:
                    most = min(BATCH, len(self._waiting))
                    await self._take([self._waiting.popleft() for _ in range(most)])
                else:
                    await self._rest()
        finally:
            _fail(self._waiting, "UNAVAILABLE")
            self._disconnect()

    async def _rest(self) -> None:
        """Wait for what arrives; a lost connection is made again meanwhile."""
        self._arrived.clear()
        try:
            if not self.is_connected:
                await self.open()
            # Not `wait_for`: where something arrives as we are cancelled, it forgets that we were.
            async with asyncio.timeout(_REST_SECONDS):
                await self._arrived.wait()
        except Doubt:
            await asyncio.sleep(_BACKOFF)
        except TimeoutError:
            return

    async def open(self) -> None:
        """Connect and make the lane rows and targets. Raises Doubt where the database is away."""
        connection = self._connection = await connect(self._settings, NAME)
        connection.add_log_listener(self._on_warning)
        try:
            await accepting.open_targets(connection, self._topics, self._families)
        except FAILURES as error:
            raise sorted_error(error) from error

    async def _take(self, batch: list[_Waiting]) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                if not self.is_connected:
                    await self.open()
                chunks = await self._transaction(batch)
        except Problem as problem:
            _fail(batch, problem.code)
        except (*FAILURES, BusError) as error:
            log.warning("acceptance_failed", kind=type(error).__name__, why=str(error))
            self._disconnect()
            _fail(batch, "UNAVAILABLE")
        except Exception:
            log.exception("acceptance_failed")
            self._disconnect()
            _fail(batch, "FAILED")
        except BaseException:
            _fail(batch, "UNAVAILABLE")
            raise
        else:
            self._reached("after_accept")
            self._offer(chunks)

    async def _transaction(self, batch: list[_Waiting]) -> list[Chunk]:
        """Take the keys, put what is new into the outbox, commit, and answer."""
        assert self._connection is not None  # noqa: S101  `_take` has opened it
        firsts: dict[tuple[str, str], _Waiting] = {}
        again: dict[tuple[str, str], int] = {}
        for each in batch:
            firsts.setdefault(each.slot, each)
            again[each.slot] = again.get(each.slot, -1) + 1
        self._warning = ""
        self._reached("before_accept")
        async with self._connection.transaction():
            unsent = await bus_queries.outbox_depth(self._connection)
            if unsent > MOST_UNSENT:
                raise Problem("BUSY", retry_after=RETRY_SECONDS)
            rows = await self._keys(list(firsts.values()), again)
            fresh = [
                each.claim
                for slot, each in firsts.items()
                if str(rows[slot]["id"]) == each.claim.envelope.id
            ]
            chunks = await accepting.put(self._connection, NAME, fresh) if fresh else []
        if self._warning:
            raise Doubt(f"PostgreSQL answered a commit with a warning: {self._warning}")
        for each in batch:
            _answer(each, rows[each.slot])
        return chunks

    async def _keys(
        self, firsts: list[_Waiting], again: dict[tuple[str, str], int]
    ) -> dict[tuple[str, str], Any]:
        envelopes = [each.claim.envelope for each in firsts]
        rows = queries.accept(
            self._connection,
            agencies=[each.agency for each in envelopes],
            keys=[each.key for each in firsts],
            ids=[each.id for each in envelopes],
            facts=[fact_of(each) for each in envelopes],
            hashes=[each.hash for each in firsts],
            types=[each.type for each in envelopes],
            parts=[each.subject for each in envelopes],
            moments=[each.occurred_at for each in envelopes],
            accepted=[each.accepted_at for each in envelopes],
            again=[again[each.slot] for each in firsts],
        )
        return {(row["agency"], row["key"]): row async for row in rows}

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def _on_warning(self, _: object, message: object) -> None:
        self._warning = str(message)


def _answer(waiting: _Waiting, row: Any) -> None:
    if waiting.answer.done():  # its sender has gone; the acceptance stands
        return
    if not hmac.compare_digest(waiting.hash, row["body_hash"]):
        waiting.answer.set_exception(Problem("KEY_REUSED"))
        return
    waiting.answer.set_result(
        Accepted(
            str(row["id"]),
            row["type"],
            row["part"],
            row["occurred_at"],
            row["accepted_at"],
            is_new=str(row["id"]) == waiting.claim.envelope.id,
        )
    )


def _fail(batch: Iterable[_Waiting], code: str) -> None:
    for each in batch:
        if not each.answer.done():
            each.answer.set_exception(Problem(code, retry_after=RETRY_SECONDS))
