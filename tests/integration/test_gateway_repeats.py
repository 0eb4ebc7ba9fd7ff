"""The same idempotency key is one submission, whoever sends it how often and when."""

import asyncio
from typing import Any

import pytest

from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.gateway.counting import Counts
from tests.doors.house import COURT, ENFORCERS, effective, issued, open_door, received


async def test_twenty_clients_with_one_key_make_one_submission(settings: Settings) -> None:
    async with open_door(settings) as door:
        same = issued()
        answers = await asyncio.gather(*(door.submit(same, key="one") for _ in range(20)))
        told = [answer.json() for answer in answers]
        assert {each["status"] for each in told} == {"recorded"}
        assert {each["id"] for each in told} == {told[0]["id"]}
        assert {each["part"] for each in told} == {told[0]["part"]}
        assert await door.quiet() == Counts(1, 1, 0, 0, 0)


async def test_a_key_stands_for_its_first_body_for_ever(settings: Settings) -> None:
    async with open_door(settings) as door:
        first = (await door.submit(issued(), key="k")).json()

        other = await door.submit(issued(judgment_no="42/2026/DS-PT"), key="k")
        assert (other.status_code, other.json()["code"]) == (422, "KEY_REUSED")

        respelt = dict(reversed(issued().items()))
        assert (await door.submit(respelt, key="k")).json() == first

        # another agency's key of the same name is another key
        part = first["part"]
        theirs = (await door.submit(received(part), agency=ENFORCERS, key="k")).json()
        assert theirs["status"] == "refused", "nothing was transferred to them"
        assert theirs["id"] != first["id"]

    async with open_door(settings) as door:
        assert (await door.submit(issued(), key="k")).json() == first
        assert (await door.submit(effective(part), key="k")).json()["code"] == "KEY_REUSED"
        assert await door.quiet() == Counts(2, 1, 1, 0, 0)


async def test_of_two_bodies_under_one_key_at_once_one_is_taken(settings: Settings) -> None:
    async with open_door(settings) as door:
        bodies = [issued(judgment_no=f"{n}/2026") for n in range(2)]
        for round_ in range(20):
            answers = await asyncio.gather(
                *(door.submit(body, key=f"k-{round_}") for body in bodies * 3)
            )
            codes = [answer.status_code for answer in answers]
            assert sorted(codes) == [200, 200, 200, 422, 422, 422]
            ids = {answer.json()["id"] for answer in answers if answer.is_success}
            assert len(ids) == 1
        assert (await door.quiet()).accepted == 20


@pytest.mark.parametrize("seed", range(2))
async def test_any_mix_of_repeats_has_the_effect_of_each_once(
    settings: Settings, seed: int
) -> None:
    """Sent in waves of several clients, in an order that differs from client to client."""
    judgments = [new_id() for _ in range(8)]
    wanted: dict[str, dict[str, Any]] = {f"{one}-issued": issued(one) for one in judgments}
    async with open_door(settings) as door:

        async def client(number: int) -> dict[str, str]:
            keys = sorted(wanted, key=lambda key: hash((seed, number, key)))
            told: dict[str, str] = {}
            for wave in _waves(keys):
                answers = await asyncio.gather(*(door.submit(wanted[k], key=k) for k in wave))
                told |= {k: a.json()["id"] for k, a in zip(wave, answers, strict=True)}
            return told

        told = await asyncio.gather(*(client(number) for number in range(4)))
        assert all(each == told[0] for each in told)
        assert await door.quiet() == Counts(8, 8, 0, 0, 0)
        mine = [door.ask(f"/v1/submissions/{id_}", agency=COURT) for id_ in told[0].values()]
        parts = {answer.json()["part"] for answer in await asyncio.gather(*mine)}
        assert parts == set(judgments)


def _waves(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + 3] for start in range(0, len(keys), 3)]
