"""The operator's side of dead letters: look at them, and ask for what is to be done.

Nothing is changed here. A request is carried out by the owner of the lane inside its own
transaction (B5); `ask` waits until it was.
"""

import asyncio
from datetime import datetime
from typing import Final, Literal

import asyncpg
from msgspec import Struct

from services.core.bus.errors import BusError
from services.core.bus.postgres import connect
from services.core.bus.store import queries
from services.core.settings import Settings

_PATIENCE: Final = 30.0
_LOOK_SECONDS: Final = 0.1

What = Literal["release", "discard"]


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
        raise NoSuchLetter(f"{self._service} has no letter {number}; see `lienthong letters list`")

    async def ask(self, what: What, number: int, *, who: str, why: str) -> str:
        """Have a letter released or discarded, and return what came of it, in words.

        Raises NoSuchLetter, or NobodyAnswers after half a minute.
        """
        request = await queries.ask(self._connection, what=what, letter=number, who=who, why=why)
        if request is None:
            raise NoSuchLetter(
                f"{self._service} has no letter {number}; see `lienthong letters list`"
            )
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
