"""The table of outcomes adds up what was heard exactly as the gateway's memory does."""

import itertools
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import msgspec
import pytest

from services.core.bus.postgres import connect
from services.core.contracts.events.records import Reason
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.gateway.outcomes import Fact, Outcome, row_of
from services.gateway.service import queries

MOMENT = datetime(2026, 8, 3, 2, tzinfo=UTC)
REASON = Reason(code="WRONG_STATE", vi="Không thể…", en="This does not…")


def fact(place: int, count: int) -> Outcome:
    return Outcome({str(place): Fact(new_id(), "thads.judgment.received", "p", MOMENT)}, count)


STORIES = {
    "recorded": [fact(0, 2), fact(1, 2)],
    "refused": [Outcome(reasons=[REASON])],
    "held": [Outcome(held=True)],
    "released": [Outcome(held=True), Outcome(released="RELEASED"), fact(0, 1)],
    "discarded": [Outcome(held=True), Outcome(released="DISCARDED")],
}


@pytest.mark.parametrize("story", STORIES)
async def test_table_and_memory_agree_in_every_order_and_over_repeats(
    settings: Settings, story: str
) -> None:
    connection = await connect(settings, "gateway")
    try:
        for order in itertools.permutations(STORIES[story]):
            id_ = new_id()
            for upto in range(1, len(order) + 1):
                for told in order[:upto]:  # what was heard before is heard again
                    heard = msgspec.json.encode([row_of(id_, told)]).decode()
                    await connection.execute(queries.hear.sql, heard)
                known = reduce(Outcome.and_, order[:upto], Outcome())
                assert await _stored(connection, id_) == (known.status, known)
    finally:
        connection.terminate()


async def _stored(connection: Any, id_: str) -> tuple[str, Outcome]:
    row = await connection.fetchrow("select * from outcomes where submission = $1", id_)
    outcome = Outcome(
        msgspec.json.decode(row["facts"], type=dict[str, Fact]),
        row["fact_count"],
        msgspec.json.decode(row["reasons"] or "null", type=list[Reason] | None),
        row["held"],
        row["released"],
    )
    return row["status"], outcome
