"""The acceptance: one transaction takes the idempotency key and puts the claim into the outbox.

Its commit is the promise (T2). Submissions that arrive together share one transaction, so a burst
costs as many commits as the disk can make, not one each. Agencies take turns in it, and none may
fill what all share. Whoever sends a key again gets the first answer, and that answer too follows a
commit that wrote.
"""

import asyncio
import hmac
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import aiosql
import asyncpg
import structlog

from services.core.bus import accepting
from services.core.bus.chain import Chunk, Target
from services.core.bus.crashpoints import Reached, nobody
from services.core.bus.errors import BusError, Doubt
from services.core.bus.postgres import FAILURES, connect, sorted_error
from services.core.bus.record import Outgoing
from services.core.bus.service import Topics
from services.core.bus.store import queries as bus_queries
from services.core.doors.fairness import RoundRobin
from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.gateway.outcomes import fact_of
from services.gateway.service import NAME
from services.gateway.unsent import Unsent
from services.gateway.waiting import Accepted, Waiting

BATCH: Final = 1_000  #: submissions in one transaction, at most
MOST_WAITING: Final = 20_000  #: submissions before the transaction, at most
MOST_UNSENT: Final = 50_000  #: accepted but not yet known to be in Kafka, at most
MOST_WAITING_EACH: Final = MOST_WAITING // 4  #: of them one agency's
MOST_UNSENT_EACH: Final = MOST_UNSENT // 4  #: the same, accepted by this process
RETRY_SECONDS: Final = 2
_SECONDS: Final = 10.0
_REST_SECONDS: Final = 1.0
_BACKOFF: Final = 0.2

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")
log = structlog.get_logger()


class Acceptor:
    """Accepts submissions for every lane, whoever owns it.

    `offer` is handed what was put into the outbox after each commit, so that lanes of this process,
    which `owner` owns, send at once; other owners are woken by the database.
    """

    def __init__(
        self,
        settings: Settings,
        secret: bytes,
        families: Sequence[str],
        offer: Callable[[Sequence[Chunk]], None],
        owner: str,
        reached: Reached = nobody,
    ) -> None:
        self._settings, self._secret, self._families = settings, secret, families
        self._topics = Topics(settings.topic_prefix, settings.partitions)
        self._offer, self._owner, self._reached = offer, owner, reached
        self._waiting: RoundRobin[Waiting] = RoundRobin()
        self._unsent = Unsent()
        self._arrived = asyncio.Event()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._warning = ""
        self.opened = asyncio.Event()  #: set once lanes have what they need before they begin
        self._trouble = ""

    @property
    def is_connected(self) -> bool:
        """Whether the last transaction reached the database."""
        return self._connection is not None and not self._connection.is_closed()

    def hash_of(self, canonical: bytes) -> bytes:
        """Return the keyed hash by which bodies of one key are compared."""
        return hmac.digest(self._secret, canonical, "sha256")

    async def accept(self, key: str, canonical: bytes, claim: Outgoing) -> Accepted:
        """Return once the acceptance is committed.

        Raises Problem: KEY_REUSED where the key stands for another body, TOO_MANY where the agency
        has its share of what waits, BUSY or UNAVAILABLE where the sender should try again; the
        submission may then have been accepted all the same, and the same key finds out.
        """
        agency = claim.envelope.agency
        if len(self._waiting) >= MOST_WAITING:
            raise Problem("BUSY", retry_after=RETRY_SECONDS)
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        hash_ = self.hash_of(canonical)
        waiting = Waiting(key, hash_, claim, answer)
        if waiting.is_limited and self._waiting.count(agency) >= MOST_WAITING_EACH:
            raise _beyond_share()
        self._waiting.put(agency, waiting)
        self._arrived.set()
        return await answer

    async def run(self) -> None:
        """Accept what arrives until cancelled; what then waits is answered UNAVAILABLE."""
        try:
            while True:
                if self._waiting:
                    most = min(BATCH, len(self._waiting))
                    await self._take([self._waiting.pop() for _ in range(most)])
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
        except BusError as error:
            self._disconnect()
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.warning("gateway_waits", kind=type(error).__name__, why=self._trouble)
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
        self._trouble = ""
        self.opened.set()

    async def _take(self, batch: list[Waiting]) -> None:
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

    async def _transaction(self, batch: list[Waiting]) -> list[Chunk]:
        """Take the keys, put what is new into the outbox, commit, and answer."""
        assert self._connection is not None  # noqa: S101  `_take` has opened it
        if not (batch := await self._within_share(batch)):
            return []
        firsts: dict[tuple[str, str], Waiting] = {}
        again: dict[tuple[str, str], int] = {}
        for each in batch:
            firsts.setdefault(each.slot, each)
            again[each.slot] = again.get(each.slot, -1) + 1
        self._warning = ""
        self._reached("before_accept")
        async with self._connection.transaction():
            rows = await self._keys(list(firsts.values()), again)
            fresh = [
                each.claim
                for slot, each in firsts.items()
                if str(rows[slot]["id"]) == each.claim.envelope.id
            ]
            chunks = (
                await accepting.put(self._connection, NAME, fresh, self._owner) if fresh else []
            )
        if self._warning:
            raise Doubt(f"PostgreSQL answered a commit with a warning: {self._warning}")
        self._note_unsent(chunks, fresh)
        for each in batch:
            each.answer_with(rows[each.slot])
        return chunks

    def _note_unsent(self, chunks: Sequence[Chunk], fresh: Sequence[Outgoing]) -> None:
        agencies: dict[Target, list[str]] = {}
        for each in fresh:
            agencies.setdefault((each.topic, each.partition), []).append(each.envelope.agency)
        for chunk in chunks:
            self._unsent.put(chunk, agencies[chunk.topic, chunk.partition])

    async def _within_share(self, batch: list[Waiting]) -> list[Waiting]:
        """Turn away those whose agency has its share of the outbox. Raises Problem BUSY."""
        unsent = await bus_queries.outbox_depth(self._connection)
        if unsent > MOST_UNSENT:
            raise Problem("BUSY", retry_after=RETRY_SECONDS)
        if unsent < MOST_UNSENT_EACH and len(self._unsent) <= MOST_UNSENT:
            return batch
        rows = queries.sent(self._connection)
        self._unsent.sent({(row["topic"], row["partition"]): row["sent"] async for row in rows})
        within = []
        for each in batch:
            if each.is_limited and self._unsent.count(each.agency) >= MOST_UNSENT_EACH:
                each.refuse(_beyond_share())
            else:
                within.append(each)
        return within

    async def _keys(
        self, firsts: list[Waiting], again: dict[tuple[str, str], int]
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


def _fail(batch: Iterable[Waiting], code: str) -> None:
    for each in batch:
        each.refuse(Problem(code, retry_after=RETRY_SECONDS))


def _beyond_share() -> Problem:
    what = "too much of what the agency sent is not yet in Kafka"
    return Problem("TOO_MANY", what, retry_after=RETRY_SECONDS)
