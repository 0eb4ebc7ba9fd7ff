"""A case's thread, as far as who looks may see it, read from Kafka when it is asked for.

What an agency may see is asked of one rule, `Sight`. Of what it may not see nothing is said, not
even that it exists.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

from services.console.visitors import Visitor
from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.bus.kafka import reading
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.settings import Settings
from services.core.telling.stories import Told, told
from services.core.telling.thread import Entry, read
from services.directory.register import Paper, register

_READ_SECONDS: Final = 20.0
_AT_ONCE: Final = 2  #: threads that are read at the same time; others wait their turn

Fact: TypeAlias = tuple[Envelope, Event]


class Sight(Protocol):
    """The rule of who may see what stands under a key."""

    def __call__(
        self, agency: str, entries: Sequence[Fact], catalogue: Catalogue, directory: Directory
    ) -> set[str]:
        """Return the ids of the facts that an agency may read."""


class Cases:
    """Finds cases and reads their threads."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        codec: Codec,
        directory: Directory,
        sight: Sight | None,
    ) -> None:
        self._settings, self._codec = settings, codec
        self._catalogue, self._directory, self._sight = catalogue, directory, sight
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def case(self, id_: str, visitor: Visitor) -> Told | None:
        """Return a case or judgment as a visitor may see it; None where there is nothing for him.

        Raises Doubt where Kafka does not answer.
        """
        if not is_uuid7(key_of(id_)) or stream_of(id_) != id_:
            return None
        seen = await self._seen(key_of(id_), visitor)
        return told(id_, seen, self._catalogue, self._directory)

    async def named(self, number: str, visitor: Visitor) -> list[Paper]:
        """Return the papers that bear an official number and that a visitor may see.

        Raises Doubt where Kafka or the database does not answer.
        """
        async with register(self._settings) as index:
            papers = await index.find(number)
        if visitor.is_operator:
            return papers
        keys = {key_of(paper.part) for paper in papers}
        seen = {entry.envelope.id for key in keys for entry in await self._seen(key, visitor)}
        return [paper for paper in papers if paper.fact in seen]

    async def _seen(self, key: str, visitor: Visitor) -> list[Entry]:
        async with self._turn, asyncio.timeout(_READ_SECONDS), reading(self._settings) as reader:
            everything = await read(
                reader, self._settings, self._catalogue.families, key, self._codec
            )
        if visitor.is_operator:
            return everything
        facts = [(entry.envelope, entry.event) for entry in everything if entry.event is not None]
        if self._sight is None:
            return []
        ids = self._sight(visitor.agency, facts, self._catalogue, self._directory)
        return [entry for entry in everything if entry.envelope.id in ids]
