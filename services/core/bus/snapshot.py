"""What a service has stored, as of one moment, for who compares it with the topics."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from services.core.bus.chain import Tail
from services.core.bus.postgres import FAILURES, connect, sorted_error
from services.core.bus.record import Numbered
from services.core.bus.store import queries
from services.core.contracts.envelope import NotAnEnvelope, place_of
from services.core.settings import Settings

Written = tuple[str, int, str, int]  #: topic, partition, the lane that wrote it, its number

_heard: Final = msgspec.json.Decoder(dict[str, dict[str, Tail]])
_numbered: Final = msgspec.msgpack.Decoder(Numbered)


class Snapshot(Struct, frozen=True):
    """The streams of a service, and which records they come from.

    `heard` says up to which number each lane was heard, `given` what the service's own have
    written last; both by topic, partition and the lane that wrote.
    """

    heard: dict[tuple[str, int, str], int]
    given: dict[tuple[str, int, str], int]
    parked: frozenset[Written]  #: dead letters and what waits behind them: in no state
    states: dict[str, tuple[int, bytes]]  #: stream → sequence, and state as msgpack


async def snapshot(settings: Settings, service: str) -> Snapshot:
    """Read everything in one transaction, so that it fits together though lanes go on.

    Raises Doubt where the database does not answer, BadDeploy where there is no such service.
    """
    connection = await connect(settings, service)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            lanes = [row async for row in queries.all_heard(connection)]
            given = [row async for row in queries.all_given(connection)]
            letters = [row async for row in queries.all_parked(connection)]
            states = [row async for row in queries.all_states(connection)]
    except FAILURES as error:
        raise sorted_error(error) from error
    finally:
        connection.terminate()
    return Snapshot(
        heard_by(lanes),
        {
            (row["topic"], row["partition"], f"{service}/{row['lane']}"): row["given"]
            for row in given
        },
        frozenset(written for row in letters if (written := _written(row))),
        {row["stream"]: (row["sequence"], row["state"]) for row in states},
    )


def heard_by(lanes: Iterable[Any]) -> dict[tuple[str, int, str], int]:
    """Say how far a service has heard, from the rows of `all_heard`: topic, partition, lane."""
    return {
        (topic, row["partition"], lane): tail.number
        for row in lanes
        for topic, tails in _heard.decode(row["heard"]).items()
        for lane, tail in tails.items()
    }


def _written(row: Any) -> Written | None:
    try:
        place = place_of(_numbered.decode(row["record"]).head)
    except NotAnEnvelope:
        return None
    return row["topic"], row["partition"], place.lane, place.number
