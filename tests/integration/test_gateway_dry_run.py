"""A dry run says what the submission right after it becomes, and leaves nothing behind."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
import httpx2
import msgspec
import pytest

from services.core.bus.postgres import connect
from services.core.bus.service import Service
from services.core.contracts.family import Context
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.core.telemetry.metrics import REGISTRY
from services.gateway.counting import Counts
from services.judgments.service import FAMILY
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
from tests.patience import PATIENCE

EMPTY = Counts(0, 0, 0, 0, 0)


async def tried(
    door: Door, submission: dict[str, Any], *, agency: str = COURT, query: str = "dry_run=true"
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {door.token(agency)}", "Prefer": "wait=30"}
    path = f"/v1/submissions?{query}"
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await door.http.post(path, json=submission, headers=headers)
            if answer.status_code != 503 or "version" in answer.json()["detail"]:
                return answer
            await asyncio.sleep(0.05)


def essence(said: dict[str, Any]) -> tuple[Any, ...]:
    """What a dry run and an outcome have in common: everything but ids and times."""
    facts = [(fact["type"], fact.get("irregularity")) for fact in said["facts"]]
    return said.get("would") or said["status"], facts, said["reasons"]


async def test_a_dry_run_says_what_the_submission_right_after_it_becomes(
    settings: Settings,
) -> None:
    judgment = new_id()
    elsewhere = transferred(judgment)
    elsewhere["data"]["to_agency"] = "vks-khu-vuc-3"
    story: list[tuple[dict[str, Any], str, str, list[str]]] = [
        (effective(judgment), COURT, "refused", ["OUT_OF_TERRITORY"]),
        (issued(judgment), COURT, "recorded", []),
        (elsewhere, COURT, "refused", ["NOT_ENFORCEABLE_YET", "RECEIVER_NOT_COMPETENT"]),
        (received(judgment), ENFORCERS, "refused", ["NOT_ADDRESSEE"]),
        (effective(judgment), COURT, "recorded", []),
        (issued(judgment), COURT, "recorded", ["DUPLICATE"]),
    ]
    async with open_door(settings) as door:
        known_since = None
        for claim, agency, status, codes in story:
            before = await door.quiet()
            answer = await tried(door, claim, agency=agency)
            said = answer.json()
            assert answer.status_code == 200
            assert (said["dry_run"], said["would"]) == (True, status)
            assert {"preference-applied", "location"}.isdisjoint(answer.headers)
            assert await door.quiet() == before

            real = (await door.submit(claim, agency=agency)).json()
            assert essence(said) == essence(real)
            named = [reason["code"] for reason in said["reasons"]]
            noted = [each.get("irregularity") for each in said["facts"]]
            named += [irregularity["code"] for irregularity in noted if irregularity]
            assert set(codes) <= set(named)
            assert [each["part"] for each in said["facts"]] == [
                each["part"] for each in real["facts"]
            ]
            assert all(each["vi"] and each["en"] for each in said["facts"])
            since = said["as_of"] and datetime.fromisoformat(said["as_of"])
            assert known_since is None or since >= known_since
            known_since = since
        assert known_since is not None
        assert (await door.quiet()).accepted == len(story)


async def test_a_correction_is_rehearsed_on_what_stood_before_what_it_corrects(
    settings: Settings,
) -> None:
    judgment = new_id()
    async with open_door(settings) as door:
        fact = (await door.submit(issued(judgment))).json()["facts"][0]["id"]
        await door.submit(effective(judgment))
        again = {**issued(judgment, judgment_no="42/2026/DS-PT"), "corrects": fact}
        story: list[tuple[dict[str, Any], str]] = [
            (again, "recorded"),
            (again, "refused"),  # it is corrected already
        ]
        for claim, status in story:
            said = (await tried(door, claim)).json()
            assert said["would"] == status
            assert essence(said) == essence((await door.submit(claim)).json())


async def test_what_the_edge_turns_away_is_turned_away_alike_and_counted_apart(
    settings: Settings,
) -> None:
    malformed = issued()
    del malformed["data"]["kind"]
    tomorrow = {**issued(), "occurred_at": "2999-01-01T00:00:00Z"}
    async with open_door(settings) as door:
        for claim, agency in ((malformed, COURT), (issued(), ENFORCERS), (tomorrow, COURT)):
            counted = door_counts(agency)
            dry = await tried(door, claim, agency=agency)
            assert door_counts(agency) == counted
            real = await door.submit(claim, agency=agency)
            assert dry.status_code == real.status_code
            assert dry.status_code in {403, 422}
            assert dry.json() == real.json()

        # a query that could be misread submits nothing
        for query in ("dry_run=1", "dry_run=", "dryrun=true", "dry_run=false&dry_run=true"):
            answer = await tried(door, issued(), query=query)
            assert (answer.status_code, answer.json()["code"]) == (400, "QUERY_MALFORMED")
        answer = await tried(door, issued(), query="dry_run=false")
        assert answer.json()["code"] == "KEY_MISSING"
        assert await door.quiet() == EMPTY

        # an id that would be given only then is not told
        said = (await tried(door, issued())).json()
        assert said["as_of"] is None
        assert said["facts"] == [
            {
                "type": "thads.judgment.issued",
                "vi": "ra bản án, quyết định",
                "en": "a judgment was issued",
            }
        ]
        assert REGISTRY.get_sample_value(
            "lienthong_dry_runs_total", {"agency": COURT, "answer": "recorded"}
        )


def door_counts(agency: str) -> float:
    """How much was turned away at the edge, of any code."""
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name == "lienthong_edge_problems"
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["agency"] == agency
    )


@pytest.fixture
def broken() -> Callable[[Any], dict[str, Service]]:
    """The house with a bug: it cannot decide that a judgment takes effect."""

    def decide(known: Any, claim: Any, context: Context) -> list[Any]:
        if claim.TYPE.endswith("made_effective"):
            raise ZeroDivisionError("a bug of the day")
        return list(FAMILY.decide(known, claim, context))

    family = msgspec.structs.replace(FAMILY, decide=decide)
    return lambda whole: {
        **whole.services,
        "judgments": Service(name="judgments", families=(family,)),
    }


async def test_what_would_be_held_is_told_so_and_what_cannot_be_known_is_not_guessed(
    settings: Settings, broken: Callable[[Any], dict[str, Service]]
) -> None:
    judgment = new_id()
    async with open_door(settings, broken) as door:
        await door.submit(issued(judgment))
        for claim in (effective(judgment), transferred(judgment)):
            said = (await tried(door, claim)).json()  # what raises, then what waits behind it
            real = (await door.submit(claim)).json()
            assert essence(said) == essence(real) == ("held", [], [])

        other = new_id()
        await door.submit(issued(other))
        connection: asyncpg.Connection[Any] = await connect(settings, "judgments")
        try:
            await connection.execute("update lanes set state_version = 99")
        finally:
            await connection.close()
        answer = await tried(door, received(other), agency=ENFORCERS)
        assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
        assert "version 99" in answer.json()["detail"]
        assert answer.headers["retry-after"]
