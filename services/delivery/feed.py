"""The feed of an agency: what it may see, numbered without a gap, read from any number on."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from services.core.doors.pages import MOST_BYTES
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.delivery.service import queries

CHANNEL: Final = "feeds"  #: on which `deliver` in queries.sql gives notice
_LOOK_SECONDS: Final = 1.0  #: a notice may be lost
_RELEASE_SECONDS: Final = 1.0


class Delivered(Struct, frozen=True):
    """One event of a feed."""

    number: int
    event: msgspec.Raw  #: CloudEvents 1.0 in JSON


class Feed:
    """Reads the feeds of all agencies. Its methods raise Problem UNAVAILABLE."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._waiting: dict[str, list[tuple[int, asyncio.Future[None]]]] = {}
        self._arrived = asyncio.Event()
        self._given = asyncio.Event()
        self._id = ""

    async def id(self) -> str:
        """Return which feeds these are: numbers of any others mean nothing here."""
        self._id = self._id or await self.rows.ask(queries.feeds_id)
        return self._id

    async def last(self, agency: str) -> int:
        """Return the last number given to an agency; 0 where nothing was."""
        row = await self.rows.ask(queries.standing, agency=agency)
        return row["last"] if row else 0

    async def read(self, agency: str, after: int, limit: int, wait: float = 0.0) -> list[Delivered]:
        """Return what stands beyond a number, waiting up to `wait` seconds where nothing does.

        There are at most `limit` events and MOST_BYTES, but one event at least where there is any.
        Raises Problem NUMBER_UNKNOWN for a number that was not given yet.
        """
        found = await self._read(agency, after, limit)
        if found:
            return found
        last = await self.last(agency)
        if after > last:
            raise Problem("NUMBER_UNKNOWN", f"the last number given is {last}", "")
        if wait and await self._more(agency, after, wait):
            return await self._read(agency, after, limit)
        return []

    async def confirm(self, agency: str, number: int) -> None:
        """Note that an agency has received everything up to a number."""
        await self.rows.ask(queries.confirm, agency=agency, number=number)

    async def part_of(self, agency: str, fact: str) -> str | None:
        """Return the part of which a fact in the feed speaks; None where it is not in it."""
        row = await self.rows.ask(queries.fact, agency=agency, id=fact)
        return row["part"] if row else None

    async def has_of(self, agency: str, key: str) -> bool:
        """Say whether an agency was given anything of a key, by one look-up of an index."""
        return bool(await self.rows.ask(queries.given_of, agency=agency, key=key))

    async def seen(self, agency: str, facts: Sequence[str]) -> set[str]:
        """Return which of some facts an agency may see: those that were given to it."""
        rows: list[Any] = await self.rows.ask(queries.seen, agency=agency, facts=list(facts))
        return {row["fact"] for row in rows}

    async def admit(self, agencies: Iterable[str]) -> None:
        """Give agencies that are new here what everybody may read; the others have it."""
        for row in await self.rows.ask(queries.strangers, agencies=list(agencies)):
            await self.rows.ask(queries.admit, agency=row["agency"])

    async def release(self, agencies: Callable[[], Iterable[str]]) -> None:
        """Give out what had to wait, for a fact or for an agency, until cancelled."""
        while True:
            with contextlib.suppress(Problem):
                await self.rows.ask(queries.release)
                await self.admit(agencies())
            await asyncio.sleep(_RELEASE_SECONDS)

    async def run(self) -> None:
        """Look for those who wait, all at once, as soon as anything is given, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.rows.listen(CHANNEL, lambda _: self._given.set()))
            tasks.create_task(self._look())

    async def _look(self) -> None:
        while True:
            await self._arrived.wait()
            self._given.clear()
            try:
                rows = await self.rows.ask(queries.lasts, agencies=list(self._waiting))
            except Problem:
                rows = []
            for row in rows:
                for after, told in self._waiting.get(row["agency"], ()):
                    if row["last"] > after and not told.done():
                        told.set_result(None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._given.wait()

    async def _read(self, agency: str, after: int, limit: int) -> list[Delivered]:
        rows: list[Any] = await self.rows.ask(
            queries.read, agency=agency, after=after, most=limit, bytes=MOST_BYTES
        )
        return [Delivered(row["number"], msgspec.Raw(row["event"])) for row in rows]

    async def _more(self, agency: str, after: int, wait: float) -> bool:
        """Wait until something stands beyond a number; say whether it came in time."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (after, told)
        self._waiting.setdefault(agency, []).append(entry)
        self._arrived.set()
        self._given.set()  # what was given since the caller has read
        try:
            async with asyncio.timeout(wait):
                await told
        except TimeoutError:
            return False
        finally:
            self._waiting[agency].remove(entry)
            if not self._waiting[agency]:
                del self._waiting[agency]
            if not self._waiting:
                self._arrived.clear()
        return True
