"""B12: the whole bus without Kafka and PostgreSQL: families only, no views, no gateway.

It decides, numbers, chains and parks by the very functions that lanes use. The crash tests hold the
real bus against it.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy, deepcopy
from typing import Any

from msgspec.structs import replace

from services.core.bus.chain import Heard, Tail, Target, Verdict, number
from services.core.bus.deciding import Deciding, Moments
from services.core.bus.items import Item
from services.core.bus.letters import Letter, decide_batch, ended, replacement, retry
from services.core.bus.past import Past
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Service, Topics
from services.core.bus.streams import Streams
from services.core.clock import Clock
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.family import Directory


class MemoryLog:
    """Topics as lists, and every lane of some services, in one place and one thread.

    `put` appends claims as a gateway would; `settle` lets every lane run until nothing moves.
    """

    def __init__(
        self,
        services: Iterable[Service],
        topics: Topics,
        *,
        codec: Codec,
        catalogue: Catalogue,
        clock: Clock,
        directory: Callable[[], Directory],
    ) -> None:
        self.records: dict[Target, list[Record]] = {}
        self._tails: dict[tuple[str, Target], Tail] = {}
        self._clock, self._directory = clock, directory
        self._lanes = [
            _MemoryLane(
                self, service, partition, Deciding(service, topics, codec, catalogue), topics
            )
            for service in services
            for partition in range(topics.partitions)
        ]

    def fork(self, clock: Clock) -> "MemoryLog":
        """Return a log with the same past, on that clock; neither learns what the other takes."""
        twin = copy(self)
        vars(twin).update(
            records={target: list(records) for target, records in self.records.items()},
            _tails=dict(self._tails),
            _clock=clock,
            _lanes=[lane.fork(twin) for lane in self._lanes],
        )
        return twin

    def put(self, lane: str, outgoing: Iterable[Outgoing]) -> None:
        """Append records as written by a lane, numbered and chained."""
        for each in outgoing:
            target = (each.topic, each.partition)
            chunk = number(lane, target, self._tails.get((lane, target), Tail()), [each])
            self._tails[lane, target] = chunk.tail
            held = self.records.setdefault(target, [])
            made = chunk.records[0]
            held.append(Record(*target, len(held), made.key, made.value, made.head))

    def settle(self) -> None:
        """Let every lane take what stands before it, until nothing new appears."""
        while [lane for lane in self._lanes if lane.step()]:
            continue

    def lines(self) -> dict[tuple[str, str], list[Letter]]:
        """Return the dead letters and what waits behind them: (service, key) → line."""
        return {
            (lane.service.name, key): list(line)
            for lane in self._lanes
            for key, line in lane.lines.items()
        }

    def release(self, service: str, key: str, who: str) -> None:
        """Try the line of a key again from its head."""
        for lane in self._lanes:
            if lane.service.name == service and key in lane.lines:
                lane.release(key, who)

    def discard(self, service: str, key: str, who: str) -> None:
        """Take the head of a line out, and try the rest."""
        for lane in self._lanes:
            if lane.service.name == service and key in lane.lines:
                lane.discard(key, who)

    def replace(self, service: str, key: str, value: bytes, who: str) -> None:
        """Put other data in the place of the head of a line, and try the line."""
        for lane in self._lanes:
            if lane.service.name == service and key in lane.lines:
                lane.replace(key, value, who)

    def moments(self, positions: dict[str, int]) -> Moments:
        """Return the moments of a batch that begins at these positions."""
        return Moments(self._clock.now(), self._directory(), positions)


class _MemoryLane:
    def __init__(
        self, log: MemoryLog, service: Service, partition: int, deciding: Deciding, topics: Topics
    ) -> None:
        self.service = service
        self.lines: dict[str, list[Letter]] = {}
        self._log, self._partition, self._deciding = log, partition, deciding
        self._name = f"{service.name}/{partition}"
        self._claims = [topics.submissions(family.name) for family in service.families]
        self._hears = sorted(deciding.heard_topics)
        self._positions = dict.fromkeys([*self._hears, *self._claims], 0)
        self._heard = Heard()
        self._streams = Streams(service, kept=1 << 60)

    def fork(self, log: MemoryLog) -> "_MemoryLane":
        twin = copy(self)
        vars(twin).update(
            lines={key: list(line) for key, line in self.lines.items()},
            _log=log,
            _streams=self._streams.fork(),
            _positions=dict(self._positions),
            _heard=deepcopy(self._heard),
        )
        return twin

    def step(self) -> bool:
        """Take everything that stands in the lane's topics, heard facts first."""
        before = {topic: self._positions[topic] for topic in self._hears}
        items: list[Item] = []
        for topic in self._positions:
            records = self._log.records.get((topic, self._partition), [])
            new = records[self._positions[topic] :]
            self._positions[topic] = len(records)
            items += [
                self._deciding.ready(record, is_claim=topic in self._claims)
                for record in new
                if self._heard.read(record) is Verdict.NEXT
            ]
        self._heard.commit()
        if items:
            undone = {item.record.key for item in items if item.undoes} - set(self.lines)
            self._streams.pasts = {key: self._past(key, before) for key in undone}
            result = decide_batch(
                self._deciding, items, self._streams, self.lines, self._log.moments(before)
            )
            for letter in result.letters:
                self.lines.setdefault(letter.record.key, []).append(letter)
            self._close(result.outgoing)
        return bool(items)

    def _past(self, key: str, heard: Mapping[str, int], line: Iterable[Letter] = ()) -> Past:
        """Return what was taken in under a key: as far as topics were heard, without a line."""
        parked = {(letter.record.topic, letter.record.offset) for letter in line}
        rule, records, counted = Heard(), [], []
        for topic in {*heard, *self._claims, *self._deciding.families.own_topics}:
            for record in self._log.records.get((topic, self._partition), []):
                if rule.read(record) is not Verdict.NEXT or record.key != key:
                    continue
                records.append(record)
                if record.offset < heard.get(topic, record.offset + 1) and (
                    (topic, record.offset) not in parked
                ):
                    counted.append(record)
        return Past.of(self._deciding.families, records, counted)

    def release(self, key: str, who: str, said: Iterable[Outgoing] = ()) -> None:
        moment = self._log.moments({topic: self._positions[topic] for topic in self._hears}).now
        if any(letter.item.undoes for letter in self.lines[key]):
            heard = {topic: self._positions[topic] for topic in self._hears}
            self._streams.pasts = {key: self._past(key, heard, self.lines[key])}
        retried = retry(self._deciding, self.lines[key], self._streams, moment, who)
        rest = self.lines[key][len(retried.done) :]
        if retried.stuck is not None:
            rest[0] = retried.stuck
        self.lines[key] = rest
        if not rest:
            del self.lines[key]
        self._close([*said, *retried.outgoing])

    def discard(self, key: str, who: str) -> None:
        moment = self._log.moments({topic: self._positions[topic] for topic in self._hears}).now
        head: Any = self.lines[key].pop(0)
        self.release(key, who, ended(self._deciding, head, moment, "DISCARDED", who))

    def replace(self, key: str, value: bytes, who: str) -> None:
        head, *rest = self.lines[key]
        is_claim = head.item.is_claim
        record = replacement(head.record, value, self._deciding.codec, is_claim=is_claim)
        item = self._deciding.ready(record, is_claim=is_claim)
        self.lines[key] = [replace(head, item=item, replaced_by=who), *rest]
        self.release(key, who)

    def _close(self, outgoing: Iterable[Outgoing]) -> None:
        self._streams.commit()
        self._streams.pasts = {}
        self._log.put(self._name, outgoing)
