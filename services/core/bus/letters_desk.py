"""The operator's side of dead letters: look at them, and ask for what is to be done.

Nothing is changed here. A request is carried out by the owner of the lane inside its own
transaction (B5); `ask` waits until it was.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

import asyncpg
import msgspec
from msgspec import Struct

from services.core.bus.errors import BusError
from services.core.bus.letters import Unfit, replacement
from services.core.bus.postgres import connect
from services.core.bus.record import Numbered, Record
from services.core.bus.store import queries
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.settings import Settings

_PATIENCE: Final = 30.0
_LOOK_SECONDS: Final = 0.1

What = Literal["release", "discard", "replace"]


class NoSuchLetter(BusError):
    """The service has no letter of that number; it may have been released or discarded since."""


class NobodyAnswers(BusError):
    """No process owns the letter's lane; the request stands and is carried out when one does."""


class LetterRow(Struct, frozen=True):
    """A letter as operators see it: everything but its data."""

    number: int
    lane: int
    key: str | None  #: None: a record that is not ours and blocks nobody
    topic: str
    partition: int
    offset: int
    type: str
    agency: str
    cause: str
    handler: str
    attempts: int
    behind: bool
    parked_at: datetime


class Group(Struct, frozen=True):
    """Letters of one type that raised in one place for one cause, and those that wait behind."""

    type: str
    handler: str
    cause: str
    letters: int
    behind: int  #: later records of the same keys
    keys: list[str]
    first: int  #: the number of the oldest: the one to look at
    since: datetime


def grouped(letters: Iterable[LetterRow]) -> list[Group]:
    """Return letters by type, handler and cause, the largest group first.

    What differs from letter to letter within one cause is often the key it names: that is left out.
    """
    rows = list(letters)
    behind: dict[str | None, int] = {}
    heads: dict[tuple[str, str, str], list[LetterRow]] = {}
    for row in rows:
        if row.behind:
            behind[row.key] = behind.get(row.key, 0) + 1
            continue
        cause = row.cause.replace(row.key, "…") if row.key else row.cause
        heads.setdefault((row.type, row.handler, cause), []).append(row)
    groups = [
        Group(
            *of,
            letters=len(found),
            behind=sum(behind.get(each.key, 0) for each in found),
            keys=sorted({each.key for each in found if each.key is not None}),
            first=min(each.number for each in found),
            since=min(each.parked_at for each in found),
        )
        for of, found in heads.items()
    ]
    return sorted(groups, key=lambda group: (-group.letters, group.first))


class Desk:
    """The letters of one service."""

    def __init__(self, service: str, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._service, self._connection = service, connection

    async def letters(self) -> list[LetterRow]:
        """Every letter, line by line, the head of each line first."""
        return [
            LetterRow(
                row["number"],
                row["lane"],
                None if row["key"] is None else row["key"].decode(),
                *list(row.values())[3:],
            )
            async for row in queries.letters(self._connection)
        ]

    async def letter(self, number: int) -> LetterRow:
        """One letter. Raises NoSuchLetter."""
        for letter in await self.letters():
            if letter.number == number:
                return letter
        raise self._none(number)

    async def ask(self, what: What, number: int, *, who: str, why: str) -> str:
        """Have a letter released or discarded, and return what came of it, in words.

        Raises NoSuchLetter, or NobodyAnswers after half a minute.
        """
        return await self._asked(what, number, who, why)

    async def envelope(self, number: int) -> Envelope:
        """Return who sent a letter, when and about what. Raises NoSuchLetter, or Unfit."""
        record, _ = await self._record(number)
        return record.envelope()

    async def replace(self, number: int, event: Event, *, codec: Codec, who: str, why: str) -> str:
        """Have another claim take a letter's place in its line, and return what came of it.

        Raises NoSuchLetter, NobodyAnswers, or Unfit before anything is asked: the claim speaks of
        something else than the letter.
        """
        record, is_claim = await self._record(number)
        value = codec.encode(event)
        replacement(record, value, codec, is_claim=is_claim)
        return await self._asked("replace", number, who, why, value)

    async def _record(self, number: int) -> tuple[Record, bool]:
        """Return a letter's record, its place in the topic left out, and whether it is a claim."""
        row = await queries.letter(self._connection, number=number)
        if row is None:
            raise self._none(number)
        if row["key"] is None:
            raise Unfit(f"letter {number} is not a record of this house: discard it")
        said = msgspec.msgpack.decode(row["record"], type=Numbered)
        return Record("", 0, 0, said.key, said.value, said.head), row["is_claim"]

    def _none(self, number: int) -> NoSuchLetter:
        return NoSuchLetter(f"{self._service} has no letter {number}; see `lienthong letters list`")

    async def _asked(
        self, what: What, number: int, who: str, why: str, value: bytes | None = None
    ) -> str:
        request = await queries.ask(
            self._connection, what=what, letter=number, who=who, why=why, value=value
        )
        if request is None:
            raise self._none(number)
        try:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    row = await queries.request(self._connection, number=request)
                    if row["done_at"] is not None:
                        return str(row["result"])
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError as error:
            raise NobodyAnswers(
                f"{self._service}: nobody owns the lane of letter {number} now; request {request} "
                f"is carried out when somebody does"
            ) from error

    async def close(self) -> None:
        """Leave the desk."""
        await self._connection.close()


async def open_desk(settings: Settings, service: str) -> Desk:
    """Sit down at the letters of a service."""
    return Desk(service, await connect(settings, service))
