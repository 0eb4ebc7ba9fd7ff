"""What would become of a claim, decided by its family on the state as it stands; nothing is kept.

Families are pure, so the very function that a lane calls is called here, on what the lane has
stored. Only claims that its lane has not taken yet, and facts that it has not heard yet, can make
the real answer another one. For a correction the past of its key is read from Kafka, as lanes do.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct

from services.core.bus.blocks import Blocks, hash_of_key
from services.core.bus.chain import Tail
from services.core.bus.deciding import Deciding, Moment
from services.core.bus.errors import BadDeploy, BusError
from services.core.bus.past import Past
from services.core.bus.recalling import recalled
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Service, Topics
from services.core.bus.store import found_in, queries
from services.core.bus.streams import Streams
from services.core.clock import Clock
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.family import Directory
from services.core.doors.fairness import Turns
from services.core.doors.problems import Problem
from services.core.doors.rows import RETRY_SECONDS, Rows
from services.core.settings import Settings

_RECALL_SECONDS: Final = 25.0  #: for whoever asks, those before him in line included
MOST_WAITING: Final = 10  #: readings of history for which one agency waits, at most
_NOTHING_YET: Final = datetime(1970, 1, 1, tzinfo=UTC)  #: when a lane without facts recorded last

_heard: Final = msgspec.json.Decoder(dict[str, dict[str, Tail]])
log = structlog.get_logger()


class Rehearsed(Struct, frozen=True):
    """The records that would follow from a claim."""

    outgoing: Sequence[Outgoing] | None  #: None: the claim would be held, behind others or itself
    as_of: datetime | None  #: when its lane had recorded last; None: nothing yet


class _Stage(Struct, frozen=True):
    """Where the claims of one service are rehearsed."""

    service: Service
    deciding: Deciding
    rows: Rows


class Rehearsal:
    """Rehearses claims for the families of some services, wherever their lanes run."""

    def __init__(
        self,
        settings: Settings,
        services: Iterable[Service],
        *,
        codec: Codec,
        catalogue: Catalogue,
        clock: Clock,
        directory: Callable[[], Directory],
    ) -> None:
        topics = Topics(settings.topic_prefix, settings.partitions)
        self._settings, self._clock, self._directory = settings, clock, directory
        self._turns = Turns(MOST_WAITING)
        self._stages: dict[str, _Stage] = {}
        for service in services:
            if service.families:
                stage = _Stage(
                    service,
                    Deciding(service, topics, codec, catalogue),
                    Rows(settings, service.name),
                )
                self._stages |= {family.name: stage for family in service.families}

    async def rehearse(self, claim: Outgoing) -> Rehearsed:
        """Return what would follow from a claim that the edge has let in.

        Raises Problem UNAVAILABLE where the database is away, or holds what only newer code reads.
        """
        family = claim.envelope.type.split(".")[1]
        stage = self._stages.get(family)
        if stage is None:
            raise _unavailable(f"no service here decides claims of the family {family}")
        item = stage.deciding.ready(_record(claim), is_claim=True)
        (stream,) = item.streams or ("",)
        row = await stage.rows.ask(
            queries.as_it_stands, lane=claim.partition, stream=stream, key=claim.key.encode()
        )
        if row is None:
            raise _unavailable(f"the service {stage.service.name} has never run")
        as_of = row["recorded_at"] if row["recorded_at"] > _NOTHING_YET else None
        if row["waits"]:
            return Rehearsed(None, as_of)
        states = _known(stage.service, stream, row)
        past = await self._past(stage, claim) if item.undoes else None
        moment = Moment(max(row["recorded_at"], self._clock.now()), "", self._directory())
        try:
            if past is not None:
                states.pasts[claim.key] = past
                for named, at in item.concerns:
                    states.put(at, past.fold(named, at, moment.directory))
            return Rehearsed(stage.deciding.decide(item, states, moment), as_of)
        except Exception as error:  # noqa: BLE001  whatever a family raises becomes a dead letter
            log.warning("rehearsal_failed", type=claim.envelope.type, why=repr(error))
            return Rehearsed(None, as_of)

    async def _past(self, stage: _Stage, claim: Outgoing) -> Past:
        """Return what the lane has taken in under the claim's key, one reading at a time.

        Agencies take turns. Raises Problem UNAVAILABLE where it cannot be read, or takes too long,
        TOO_MANY where the agency waits for too many readings already.
        """
        families, partition = stage.deciding.families, claim.partition
        agency = claim.envelope.agency
        given = await stage.rows.ask(queries.targets, lane=partition)
        lane = await stage.rows.ask(queries.lane, lane=partition)  # later: it has heard what caused
        taken = families.claim_topics | families.heard_topics
        heard = _heard.decode(lane["heard"])
        tails = {topic: lanes for topic, lanes in heard.items() if topic in taken}
        name = f"{stage.service.name}/{partition}"
        tails |= {
            row["topic"]: {name: Tail(row["given"], row["given_hash"])}
            for row in given
            if row["topic"] in families.own_topics and row["given"]
        }
        try:
            async with asyncio.timeout(_RECALL_SECONDS), self._turns.take(agency):
                keys = {claim.key}
                rows = await stage.rows.ask(
                    queries.blocks,
                    lane=partition,
                    topics=list(tails),
                    hashes=[hash_of_key(key) for key in keys],
                )
                found = await recalled(
                    self._settings, partition, tails, keys, found_in(rows), Blocks(), _nothing
                )
            return Past.of(families, found[claim.key])
        except (BusError, TimeoutError) as error:
            raise _unavailable(f"what stands under its key cannot be read: {error}") from error

    async def close(self) -> None:
        """Let the connections go."""
        for stage in self._stages.values():
            await stage.rows.close()


async def _nothing() -> None:
    """Renew no lease: a rehearsal has none."""


def _record(claim: Outgoing) -> Record:
    """Return the claim as its lane would read it."""
    head = claim.envelope.head(f"rehearsal/{claim.partition}", 1, "")
    return Record(claim.topic, claim.partition, 0, claim.key, claim.value, head)


def _known(service: Service, stream: str, row: Any) -> Streams:
    """Return the stream that the row holds, if it holds any. Raises Problem UNAVAILABLE."""
    if row["state_version"] > service.state_version:
        raise _unavailable(
            f"the states of {service.name} have version {row['state_version']}, the code at this "
            f"door knows {service.state_version}"
        )
    streams = Streams(service)
    if row["version"] is not None:
        try:
            streams.learn([(stream, row["version"], row["sequence"], row["state"])])
        except BadDeploy:
            raise _unavailable(f"the code at this door cannot read {stream}") from None
    return streams


def _unavailable(why: str) -> Problem:
    return Problem("UNAVAILABLE", why, retry_after=RETRY_SECONDS)
