"""The index of official numbers, for who asks: the papers that bear a number, and the alarms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from msgspec import Struct

from services.core.bus.postgres import FAILURES, Connection, connect, sorted_error
from services.core.contracts.official_numbers import plain
from services.core.settings import Settings
from services.directory.service import NAME, queries


class Paper(Struct, frozen=True):
    """A fact that bears an official number."""

    fact: str
    type: str
    part: str
    office: str
    year: int  #: 0 for a judgment
    number: str
    decided_on: date


class Alarm(Struct, frozen=True):
    """Two papers of one office that bear one number, though they speak of different things."""

    kind: str
    later: Paper
    prior: Paper


class Register:
    """The index. Its methods raise Doubt where the database does not answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, number: str) -> list[Paper]:
        """Return every paper that bears a number, however it is spelled, the oldest first."""
        asked = plain(number)
        if not asked.isprintable():  # no paper bears what cannot be printed
            return []
        try:
            found = queries.find(self._connection, plain=asked)
            return [Paper(*row) async for row in found]
        except FAILURES as error:
            raise sorted_error(error) from error

    async def alarms(self) -> list[Alarm]:
        """Return every alarm, the oldest first."""
        width = len(Paper.__struct_fields__)
        try:
            return [
                Alarm(row[0], Paper(*list(row)[1 : width + 1]), Paper(*list(row)[width + 1 :]))
                async for row in queries.alarms(self._connection)
            ]
        except FAILURES as error:
            raise sorted_error(error) from error


@asynccontextmanager
async def register(settings: Settings) -> AsyncIterator[Register]:
    """The index, open within the block. Raises Doubt where the database does not answer."""
    connection = await connect(settings, NAME)
    try:
        yield Register(connection)
    finally:
        await connection.close()
