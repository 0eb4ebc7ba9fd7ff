"""Who names a fact to undo is checked by an index, before any lane reads the history of its key."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from services.core.bus.postgres import connect
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.gateway.outcomes import Fact, Outcome, row_of
from services.gateway.service import queries
from tests.doors.house import (
    COURT,
    ENFORCERS,
    Door,
    effective,
    issued,
    open_door,
    received,
    transferred,
)

MOMENT = datetime(2026, 8, 3, 2, tzinfo=UTC)
TYPE = "thads.judgment.made_effective"


async def dry(door: Door, submission: dict[str, Any], agency: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {door.token(agency)}"}
    return await door.http.post("/v1/submissions?dry_run=true", json=submission, headers=headers)


async def test_what_cannot_be_the_senders_own_fact_is_refused_before_it_is_accepted(
    settings: Settings,
) -> None:
    judgment, unlimited = new_id(), replace(settings, limit_corrections=6_000)
    async with open_door(unlimited, names=("gateway", "judgments")) as door:
        first = await door.submit(issued(judgment))
        opened = first.json()["facts"][0]["id"]
        made = (await door.submit(effective(judgment))).json()["facts"][0]["id"]
        await door.submit(transferred(judgment))
        taken = (await door.submit(received(judgment), agency=ENFORCERS)).json()["facts"][0]["id"]
        refused = (await door.submit(effective(new_id()))).json()
        before = await door.quiet()

        foreign = [
            (effective(judgment), COURT, new_id()),  # not there
            (effective(judgment), COURT, taken),  # another agency's
            (received(judgment), ENFORCERS, made),  # the same the other way round
            (effective(judgment), COURT, opened),  # another type
            (effective(new_id()), COURT, made),  # another part
            (effective(judgment), COURT, refused["id"]),  # a submission, and no fact
        ]
        documents = set()
        for claim, agency, fact in foreign:
            for undoing in ("corrects", "withdraws"):
                wrong = {**claim, undoing: fact}
                for answer in (
                    await door.submit(wrong, agency=agency),
                    await dry(door, wrong, agency),
                ):
                    assert (answer.status_code, answer.json()["code"]) == (422, "CORRECTS_UNKNOWN")
                    assert answer.json()["errors"][0]["pointer"] == f"#/{undoing}"
                    documents.add(answer.content)
        assert len(documents) == 2  # one for each pointer: nothing tells of facts of others
        assert await door.quiet() == before

        own = {**effective(judgment), "corrects": made}
        assert (await dry(door, own, COURT)).json()["would"] == "recorded"
        right = (await door.submit(own)).json()
        assert right["status"] == "recorded"
        again = {**effective(judgment), "withdraws": right["facts"][0]["id"]}
        assert (await door.submit(again)).json()["status"] == "recorded"
        late = {**effective(judgment), "corrects": made}  # was its own, and does not count now
        assert (await door.submit(late)).json()["reasons"][0]["code"] == "CORRECTS_UNKNOWN"


KNOWN = Outcome({"0": Fact("", TYPE, "part", MOMENT)}, 1)


@pytest.mark.parametrize(
    ("outcome", "may"),
    [
        (None, True),  # the agency has seen the fact before the table has
        (Outcome(held=True), True),
        (KNOWN, True),
        (Outcome(reasons=[]), False),
        (Outcome({"0": Fact("", "thads.judgment.issued", "part", MOMENT)}, 1), False),
        (Outcome({"0": Fact("", TYPE, "part.p1", MOMENT)}, 1), False),
    ],
)
@pytest.mark.parametrize("is_indexed", [True, False])
async def test_a_fact_is_its_agencys_own_from_its_acceptance_on(
    settings: Settings, *, outcome: Outcome | None, may: bool, is_indexed: bool
) -> None:
    submission, fact = new_id(), new_id()
    connection = await connect(settings, "gateway")
    try:
        accepted = queries.accept(
            connection,
            agencies=[COURT],
            keys=["k"],
            ids=[submission],
            facts=[fact if is_indexed else None],
            hashes=[b""],
            types=[TYPE],
            parts=["part"],
            moments=[MOMENT],
            accepted=[MOMENT],
            again=[0],
        )
        assert len([row async for row in accepted]) == 1
        if outcome is not None:
            facts = {
                place: msgspec.structs.replace(each, id=fact)
                for place, each in outcome.facts.items()
            }
            told = row_of(submission, msgspec.structs.replace(outcome, facts=facts))
            await connection.execute(queries.hear.sql, msgspec.json.encode([told]).decode())

        async def asked(**other: str) -> bool:
            named = {"fact": fact, "agency": COURT, "type": TYPE, "part": "part", **other}
            found: bool = await queries.may_undo(connection, **named)
            return found

        assert await asked() is may
        assert await asked(agency=ENFORCERS) is False
        if is_indexed or (outcome is not None and outcome.facts):
            assert await asked(fact=new_id()) is False
    finally:
        connection.terminate()
