"""The whole story over many judgments through every service in one process, row by row.

The story is decided once in memory; what agencies submitted there is submitted again for each
judgment, with ids, officers and police of its own. A row is put before the house for all judgments
at once, and the next follows when everything that it brings about was recorded.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import product
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from services.all import WORK, assemble, prepare
from services.core.bus.chain import Tail, number
from services.core.bus.kafka import Reader, Sender, reading
from services.core.bus.overview import standings
from services.core.bus.record import Outgoing
from services.core.bus.service import Topics
from services.core.clock import STORY_FILE, StoryClock
from services.core.contracts.catalogue import PREFIX
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import derived_id, new_id
from services.core.contracts.partitions import partition_of
from services.core.settings import Settings
from services.deadlines import service as deadlines
from services.simulator.play import Play
from services.simulator.story import Row, rows
from tests.acceptance.memory_house import CATALOGUE, CODEC, MemoryHouse
from tests.bench.throughput import fresh, process
from tests.stories.cast import named, recast

JUDGMENTS: Final = 1_000
_PATIENCE: Final = 300.0
_LOOK_SECONDS: Final = 0.01
_MOST: Final = 100  #: facts that one decision makes, far above
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


_OFFICIAL: Final = re.compile(r"\d+/.*-")  #: 702/QĐ-THADS: no office gives a number twice


HEARERS: Final = Counter[str](
    heard.TYPE for service in WORK for family in service.families for heard in family.hears
)


class Said(msgspec.Struct):
    """Something that happens in memory, a row or what a clock says, and what it brought about."""

    at: datetime
    row: Row  #: that is played, or for which time moves on
    claim: Outgoing | None  #: None where no agency says it
    brought: list[tuple[str, str, str, int]]  #: id, its cause, the family it is named by, place
    facts: int  #: how many facts and refusals
    steps: int  #: how often one of them, or a claim, was decided or heard by a family


def ordinary() -> list[Row]:
    """Return of the story the case of a debtor who pays in time, from the judgment to its end."""
    return [row for row in rows() if row.part in {"J", "J.c1"}]


def said(story: list[Row]) -> Iterator[Said]:
    """Play rows in memory, and yield each of them, with what clocks say before it."""
    house = MemoryHouse(WORK)
    told = Play(story, CATALOGUE)
    known: set[str] = set()
    for row in story:
        for due in house.move(row.at):
            _show(house, told)
            fresh_ = _fresh(house, known, due.word.at, row)
            # The ticker of the house says it under an id of its own, which nobody names later.
            yield replace(fresh_, claim=None, brought=[])
        if not row.follows:
            became = house.submit(row.agency, told.submission(row))
            told.answered(row, became)
        _show(house, told)
        if row.follows:
            told.found(row)
        assert told.surprises == []
        yield _fresh(house, known, row.at, row)


def _show(house: MemoryHouse, told: Play) -> None:
    for id_, event, data in house.facts():
        told.see(id_, event, data)


def _fresh(house: MemoryHouse, known: set[str], at: datetime, row: Row) -> Said:
    """Return what stands in the topics and was not known, and know it."""
    claim, facts, steps = None, 0, 0
    brought: list[tuple[str, str, str, int]] = []
    for (topic, partition), records in house.log.records.items():
        for record in records:
            envelope = record.envelope()
            if envelope.id in known:
                continue
            known.add(envelope.id)
            is_fact = topic.endswith(".events")
            facts += is_fact
            steps += HEARERS[envelope.type] if is_fact else 1
            if envelope.causation == envelope.id:
                claim = Outgoing(topic, partition, record.key, record.value, envelope)
            else:
                brought.append((envelope.id, envelope.causation, *_place(envelope)))
    return Said(at, row, claim, brought, facts, steps)


def _place(envelope: Envelope) -> tuple[str, int]:
    """Return the family and the place by which an id was derived from its cause."""
    names = ("submission", *CATALOGUE.families)
    return next(
        (name, index)
        for name, index in product(names, range(_MOST))
        if derived_id(envelope.causation, name, index) == envelope.id
    )


class Judgment:
    """One judgment's play of the story: which ids stand in the place of those in memory."""

    def __init__(self, number_: int) -> None:
        self._number = number_
        self._ids: dict[str, str] = {}

    def claim(self, each: Said, topics: Topics) -> Outgoing | None:
        """Return what its agency says of a row, and learn the ids of what follows."""
        made = None
        if each.claim is not None:
            made = self._claim(each.claim, recast(each.row, self._number), topics)
        for id_, cause, family, index in _in_order(each.brought):
            self._ids[id_] = derived_id(self._ids[cause], family, index)
        return made

    def _claim(self, claim: Outgoing, row: Row, topics: Topics) -> Outgoing:
        envelope = claim.envelope
        id_ = self._ids[envelope.id] = new_id()
        data = self._own(CODEC.to_json(CODEC.decode(claim.value)))
        key = self._own(claim.key)
        own = replace(
            envelope,
            id=id_,
            causation=id_,
            correlation=id_,
            agency=row.agency,
            officer=row.officer or "",
            subject=self._own(envelope.subject),
        )
        return Outgoing(
            topics.submissions(envelope.type.removeprefix(f"{PREFIX}.").split(".")[0]),
            partition_of(key, topics.partitions),
            key,
            CODEC.encode(CODEC.from_json(envelope.type, data)),
            own,
        )

    def _own(self, value: Any) -> Any:
        match value:
            case str():
                if _OFFICIAL.match(value):
                    return f"{self._number}.{value}"
                return _ID.sub(self._replaced, named(value, self._number))
            case list():
                return [self._own(each) for each in value]
            case dict():
                return {name: self._own(each) for name, each in value.items()}
        return value

    def _replaced(self, found: re.Match[str]) -> str:
        return self._ids.setdefault(found[0], new_id())


def _in_order(
    brought: Iterable[tuple[str, str, str, int]],
) -> Iterator[tuple[str, str, str, int]]:
    """Yield causes before what they bring about."""
    waiting = list(brought)
    while waiting:
        ids = {each[0] for each in waiting}
        ready = [each for each in waiting if each[1] not in ids]
        yield from ready
        waiting = [each for each in waiting if each not in ready]


class Took(msgspec.Struct, frozen=True):
    """How long it took to tell some rows of many judgments, and what that came to."""

    seconds: float
    facts: int
    steps: int  #: decisions and hearings


async def run(
    settings: Settings, judgments: int = JUDGMENTS, story: list[Row] | None = None
) -> Took:
    """Tell rows, those of the whole story where none are named, of many judgments at once."""
    story = rows() if story is None else story
    settings = await fresh(settings)
    settings = replace(settings, http_port=0)
    clock = StoryClock(settings.home / STORY_FILE)
    clock.move(rows()[0].at)
    try:
        return await _told(settings, clock, judgments, story)
    finally:
        (settings.home / STORY_FILE).unlink()


async def _told(settings: Settings, clock: StoryClock, judgments: int, story: list[Row]) -> Took:
    await prepare(assemble(settings))
    topics = Topics(settings.topic_prefix, settings.partitions)
    all_ = [Judgment(n) for n in range(judgments)]
    targets = [
        (topics.events(family), partition)
        for family in ("submission", *CATALOGUE.families)
        for partition in range(settings.partitions)
    ]
    targets = sorted(set(targets))
    sender = Sender(settings)
    await sender.start()
    tails: dict[tuple[str, int], Tail] = {}
    wanted, steps, spent = 0, 0, 0.0
    async with (
        process(settings, "tests.stories.process", str(judgments)),
        reading(settings) as reader,
    ):
        for each in said(story):
            claims = [made for own in all_ if (made := own.claim(each, topics))]
            clock.move(max(each.at, clock.now()))
            wanted += each.facts * judgments
            steps += each.steps * judgments
            began = time.perf_counter()
            await _send(sender, claims, tails)
            async with asyncio.timeout(_PATIENCE):
                while sum((await reader.ends(targets)).values()) < wanted:
                    await asyncio.sleep(_LOOK_SECONDS)
            took = time.perf_counter() - began
            if each.facts and each.row.n != 1:  # the first row waits for the process to begin
                spent += took
            await _clocks_heard(settings, reader)
    sender.abandon()
    return Took(spent, wanted, steps)


async def _clocks_heard(settings: Settings, reader: Reader) -> None:
    """Wait until the rows of clocks are what their facts say: time moves on only then."""
    async with asyncio.timeout(_PATIENCE):
        while (await standings(settings, (deadlines.NAME,), reader))[0].lag != 0:
            await asyncio.sleep(_LOOK_SECONDS)


async def _send(sender: Sender, claims: list[Outgoing], tails: dict[tuple[str, int], Tail]) -> None:
    by_target: dict[tuple[str, int], list[Outgoing]] = {}
    for each in claims:
        by_target.setdefault((each.topic, each.partition), []).append(each)
    for target, those in by_target.items():
        chunk = number(f"agencies/{target[1]}", target, tails.get(target, Tail()), those)
        tails[target] = chunk.tail
        records = chunk.records
        while records:
            fitted, _ = await sender.send(target, records)
            records = records[fitted:]
