"""Several stories, told row by row side by side through any of the doors that are open.

Whatever an agency says goes through another door than what it said last, so that a fact is always
shown by one process and answered to at another.
"""

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx2

from services.cli.tail import begin
from services.core.access import directory
from services.core.access.tokens import Issuer
from services.core.bus.errors import Doubt
from services.core.bus.kafka import reading
from services.core.clock import StoryClock, clock_of
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.identifiers import new_id
from services.core.contracts.schemas import load_schemas
from services.core.settings import Settings
from services.core.telling.following import events
from services.simulator.play import Became, Play
from services.simulator.story import Row
from tests.hearings.process import Program
from tests.patience import PATIENCE
from tests.stories.cast import enlarged

CATALOGUE = load_catalogue()
CODEC = Codec(CATALOGUE, load_schemas())
NOWHERE = "http://127.0.0.1:9"
AWAY = {502, 503, 504}  #: answers after which one tries again


class Telling:
    """Stories of as many rows each, and what was seen of them."""

    def __init__(
        self, settings: Settings, programs: Sequence[Program], stories: list[list[Row]]
    ) -> None:
        self.stories = stories
        self.plays = [Play(story, CATALOGUE) for story in stories]
        self._settings, self._programs = settings, itertools.cycle(programs)
        self._directory = enlarged(directory.load(CATALOGUE), len(stories))
        self._issuer = Issuer(settings.secrets)
        self._progress = asyncio.Condition()
        clock = clock_of(settings)
        assert isinstance(clock, StoryClock)
        self._clock = clock

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Telling"]:
        """Follow every event of the house for as long as the block lasts."""
        async with httpx2.AsyncClient(timeout=PATIENCE) as self._http:
            feed = asyncio.create_task(self._follow())
            try:
                yield self
            finally:
                feed.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await feed

    async def tell(self, first: int, after_last: int) -> None:
        """Tell these rows, counted from 0; all stories finish one before any begins the next."""
        for place in range(first, after_last):
            self.move_to(self.stories[0][place])
            await asyncio.gather(
                *(
                    self._row(play, story[place])
                    for play, story in zip(self.plays, self.stories, strict=True)
                )
            )

    def move_to(self, row: Row) -> None:
        """Let it be the time of a row."""
        self._clock.move(max(row.at, self._clock.now()))

    async def _row(self, play: Play, row: Row) -> None:
        if row.follows:
            await self.until(lambda: play.found(row), f"row {row.n} follows")
        else:
            became = await self.submit(row.agency, play.submission(row))
            play.answered(row, became)
            await self.until(lambda: play.seen.keys() >= set(became.facts), f"row {row.n} is seen")
        await self.until(lambda: play.stands(row), f"row {row.n} leads to {row.then}")

    async def submit(self, agency: str, submission: dict[str, Any]) -> Became:
        """Submit until it is known what became of it."""
        entry = self._directory.agency(agency)
        assert entry is not None
        headers = {
            "Authorization": f"Bearer {self._issuer.issue(entry)}",
            "Idempotency-Key": new_id(),
            "Prefer": "wait=10",
        }
        async with asyncio.timeout(PATIENCE):
            while True:
                url = f"{door_of(next(self._programs))}/v1/submissions"
                with contextlib.suppress(httpx2.TransportError):
                    answer = await self._http.post(url, json=submission, headers=headers)
                    if answer.status_code not in AWAY and answer.json().get("status") != "pending":
                        return Became.told(answer.json(), answer.status_code)
                await asyncio.sleep(0.05)

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds that events may bring about."""
        async with self._progress:
            try:
                await asyncio.wait_for(self._progress.wait_for(holds), PATIENCE)
            except TimeoutError:
                raise AssertionError(f"in vain it was waited until {what}") from None

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(Doubt):
                async with reading(self._settings) as reader:
                    topics = list(CATALOGUE.families)
                    positions = await begin(reader, self._settings, topics, "beginning")
                    async for record, envelope in events(reader, positions, follow=True):
                        event = CODEC.decode(record.value)
                        for play in self.plays:
                            play.see(envelope.id, event, CODEC.to_json(event))
                        async with self._progress:
                            self._progress.notify_all()
            await asyncio.sleep(0.1)


def door_of(program: Program) -> str:
    """Return where a process listens now; nowhere while it is only beginning to."""
    found = re.findall(r"^http://127\.0\.0\.1:\d+$", program.said, re.MULTILINE)
    return found[-1] if found else NOWHERE
