"""A case's thread out of the archive, as far as who looks may see it.

Of what an agency may not see nothing is said, not even that it exists.
"""

from collections.abc import Callable

from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.access.tokens import Speaker
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.doors.callers import is_operator
from services.core.settings import Settings
from services.core.telling.stories import Told, told
from services.core.telling.thread import ordered
from services.directory.register import Paper, register
from services.ledger.sight import Sight


class Cases:
    """Finds cases and reads their threads. Raises Problem UNAVAILABLE or Doubt: try again."""

    def __init__(
        self,
        settings: Settings,
        sight: Sight,
        catalogue: Catalogue,
        directory: Callable[[], Directory],
    ) -> None:
        self._settings, self._sight = settings, sight
        self._catalogue, self._directory = catalogue, directory

    async def case(self, id_: str, who: Speaker) -> Told | None:
        """Return a case or judgment as one may see it; None where there is nothing for him."""
        if not is_uuid7(key_of(id_)) or stream_of(id_) != id_:
            return None
        seen = ordered(await self._sight.of_key(key_of(id_), who))
        return told(id_, seen, self._catalogue, self._directory())

    async def named(self, number: str, who: Speaker) -> list[Paper]:
        """Return the papers that bear an official number and that one may see.

        No archive is read, and the index of what was given is asked whether or not there are
        papers, so that a number of hidden papers takes the same work as an unknown one.
        """
        async with register(self._settings) as index:
            papers = await index.find(number)
        if is_operator(who):
            return papers
        seen = await self._sight.given.seen(who.agency, [paper.fact for paper in papers])
        return [paper for paper in papers if paper.fact in seen]
