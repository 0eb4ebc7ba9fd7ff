"""What one agency may see, as it is given to it: its feed, which pages show and never confirm."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.console.live import MOST_WAITING, RECENT, Batch, Row, row_of
from services.core.access.withholding import data_readable
from services.core.contracts.codec import Codec
from services.core.telling.lines import Teller
from services.delivery.feed import Delivered, Feed

_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_LOOK_SECONDS: Final = 1.0  #: after which it is seen that the process ends


class _Event(msgspec.Struct, frozen=True):
    """Of a CloudEvent, what a line tells."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: dict[str, object]


class OwnFeed:
    """The list of what an agency may see. A page's mark is the number of its last event."""

    def __init__(self, feed: Feed, agency: str, codec: Codec) -> None:
        self._feed, self._agency, self._codec = feed, agency, codec

    async def recent(self, teller: Teller) -> Batch:
        """Return the latest events. Raises Problem where the database is away."""
        last = await self._feed.last(self._agency)
        return await self._batch(teller, max(0, last - RECENT), RECENT)

    async def follow(self, teller: Teller, after: str) -> AsyncIterator[Batch]:
        """Yield what comes after a number; an empty batch where nothing came for a while."""
        last = await self._feed.last(self._agency)
        number = min(int(after), last) if _NUMBER.fullmatch(after) else last
        while True:
            skipped = max(0, last - number - MOST_WAITING)
            number += skipped
            batch = await self._batch(teller, number, MOST_WAITING, skipped, _LOOK_SECONDS)
            yield batch
            number = int(batch.mark) if batch.mark else number
            last = await self._feed.last(self._agency)

    async def _batch(
        self, teller: Teller, after: int, limit: int, skipped: int = 0, wait: float = 0.0
    ) -> Batch:
        found = await self._feed.read(self._agency, after, limit, wait)
        mark = str(found[-1].number if found else after)
        return Batch(self._rows(teller, found), mark, skipped)

    def _rows(self, teller: Teller, found: Sequence[Delivered]) -> list[Row]:
        return [self._row(teller, each) for each in found]

    def _row(self, teller: Teller, each: Delivered) -> Row:
        told = msgspec.json.decode(each.event, type=_Event)
        data = data_readable(told.data, self._codec.event_class(told.type))
        event = self._codec.from_json(told.type, data)
        agency = told.source.split("/")[1]
        return row_of(told.id, told.subject, teller.told(event, agency, told.subject, told.time))
