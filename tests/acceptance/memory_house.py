"""The whole house in memory: the gateway's edge, every family, and a clock that the story moves."""

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import UTC, datetime
from typing import Any

from services.core.access import directory as directories
from services.core.access.directory import Directory
from services.core.access.tokens import Speaker
from services.core.bus.memory import MemoryLog
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.schemas import load_schemas
from services.core.doors.door import PlatformProcess
from services.deadlines.service import begun_by, changed_by
from services.deadlines.ticking import Due
from services.deadlines.timetable import next_word
from services.gateway.body import said
from services.gateway.edge import Edge
from services.gateway.outcomes import Outcome, is_outcome, told_by
from services.simulator.play import Became, Play
from services.simulator.story import Row

CATALOGUE = load_catalogue()
CODEC = Codec(CATALOGUE, load_schemas())
DIRECTORY = directories.load(CATALOGUE)
TOPICS = Topics("thads", 3)


class Told:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 8, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class MemoryHouse:
    """Every lane of some services, and the door in front of them."""

    def __init__(self, services: Iterable[Service], directory: Directory = DIRECTORY) -> None:
        self.clock, self._directory = Told(), directory
        self.edge = Edge(CATALOGUE, CODEC, TOPICS)
        self.log = MemoryLog(
            services,
            TOPICS,
            codec=CODEC,
            catalogue=CATALOGUE,
            clock=self.clock,
            directory=lambda: directory,
        )
        self._read: dict[tuple[str, int], int] = {}
        self._heard: dict[int, int] = {}
        self._clocks: dict[str, dict[str, Any]] = {}
        self._said: set[str] = set()
        self._told: dict[tuple[str, int], int] = {}
        self._outcomes: dict[str, Outcome] = {}

    def fork(self) -> "MemoryHouse":
        """Return a house with the same history; neither learns what is said in the other."""
        twin = copy(self)
        twin.clock = copy(self.clock)
        twin.log = self.log.fork(twin.clock)
        twin._read, twin._heard = dict(self._read), dict(self._heard)
        twin._clocks = {id_: dict(row) for id_, row in self._clocks.items()}
        twin._said, twin._told = set(self._said), dict(self._told)
        twin._outcomes = dict(self._outcomes)
        return twin

    def submit(self, agency: str, submission: dict[str, Any]) -> Became:
        """Submit what an agency says, let every lane come to rest, and return what became of it."""
        entry = self._directory.agencies[agency]
        known = {name: value for name, value in submission.items() if value is not None}
        read = said(known)
        own = agency == PlatformProcess().agency
        submitter = PlatformProcess() if own else Speaker(agency, entry.roles)
        admitted = self.edge.admit(read, submitter, self._directory, self.clock.now())
        self.log.put(f"gateway/{admitted.partition}", [admitted])
        self.log.settle()
        return self._outcome(admitted.envelope.id)

    def move(self, moment: datetime) -> Iterator[Due]:
        """Let it be a moment; what clocks say on the way is said at its own, one after another."""
        while (due := self._next()) and due.word.at <= moment:
            self.clock.moment = max(due.word.at.astimezone(UTC), self.clock.moment)
            self._said.add(due.said_under)
            self.submit("platform", due.submission)
            yield due
        self.clock.moment = max(moment.astimezone(UTC), self.clock.moment)

    def _next(self) -> Due | None:
        """Return what must be said first of all that clocks must still say."""
        self._hear()
        waiting = []
        for row in self._clocks.values():
            word = next_word(row["soon_at"], row["ends_at"], row["ends_as"], self.clock.moment)
            if row["state"] == "RUNNING" and word:
                named = (row["clock_id"], row["run"], row["watched"], row["key"], row["rule_id"])
                due = Due(*named, row["cause_event_id"], row["due"], word)
                if due.said_under not in self._said:
                    waiting.append(due)
        return min(waiting, key=lambda due: (due.word.at, due.key, due.clock_id), default=None)

    def _hear(self) -> None:
        """Keep the rows of clocks, as the view does."""
        for partition in range(TOPICS.partitions):
            records = self.log.records.get((TOPICS.events("deadline"), partition), [])
            for record in records[self._heard.get(partition, 0) :]:
                event, envelope = CODEC.decode(record.value), record.envelope()
                if isinstance(event, deadline.Started):
                    self._clocks[event.clock_id] = begun_by(event, envelope, CATALOGUE)
                elif change := changed_by(event, envelope):
                    self._changed(change)
            self._heard[partition] = len(records)

    def _changed(self, change: dict[str, Any]) -> None:
        """Change a row, and drop it once its clock will say nothing more."""
        row = self._clocks.get(change["clock_id"])
        if row is not None:
            row |= change
            if row["state"] not in {"RUNNING", "PAUSED"}:
                del self._clocks[change["clock_id"]]

    def facts(self) -> Iterator[tuple[str, Event, dict[str, Any]]]:
        """Yield what was recorded since last asked, in the order of the topics."""
        for target, records in sorted(self.log.records.items()):
            if target[0].endswith(".events"):
                for record in records[self._read.get(target, 0) :]:
                    event = CODEC.decode(record.value)
                    yield record.envelope().id, event, CODEC.to_json(event)
                self._read[target] = len(records)

    def history(self) -> Iterator[tuple[Envelope, Event]]:
        """Yield every fact with its envelope, topic by topic."""
        for (topic, _), records in sorted(self.log.records.items()):
            if topic.endswith(".events"):
                for record in records:
                    yield record.envelope(), CODEC.decode(record.value)

    def _outcome(self, submission: str) -> Became:
        for target, records in self.log.records.items():
            if target[0].endswith(".events"):
                for record in records[self._told.get(target, 0) :]:
                    envelope = record.envelope()
                    if is_outcome(envelope):
                        told = told_by(record.value, envelope, CODEC)
                        known = self._outcomes.get(envelope.causation, Outcome())
                        self._outcomes[envelope.causation] = known.and_(told)
                self._told[target] = len(records)
        outcome = self._outcomes.get(submission, Outcome())
        facts = [outcome.facts[place] for place in sorted(outcome.facts, key=int)]
        noted = [fact.irregularity.code for fact in facts if fact.irregularity]
        allowed = [reason.next_allowed for reason in outcome.why if reason.next_allowed]
        return Became(
            outcome.status,
            tuple([reason.code for reason in outcome.why] or noted),
            max(allowed, default=None),
            tuple(fact.id for fact in facts),
        )


def play(house: MemoryHouse, story: list[Row]) -> Play:
    """Play a story through, and return what was seen of it."""
    played = Play(story, CATALOGUE)
    for row in story:
        for _said in house.move(row.at):
            pass
        if not row.follows:
            played.answered(row, house.submit(row.agency, played.submission(row)))
        for id_, event, data in house.facts():
            played.see(id_, event, data)
        if row.follows and not played.found(row):
            played.surprised(row, "it does not follow")
        if not played.stands(row):
            played.surprised(row, f"it stands at {played.state(row)}, not at {row.then}")
    played.ended()
    return played
