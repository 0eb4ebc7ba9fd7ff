"""A submission from the door to its outcome, on the real Kafka and PostgreSQL."""

import asyncio
from typing import Any

import httpx2

from services.core.bus.chain import Heard, Verdict
from services.core.bus.kafka import reading
from services.core.bus.letters_desk import open_desk
from services.core.bus.service import Service
from services.core.contracts.family import Context
from services.core.contracts.identifiers import is_uuid7, new_id
from services.core.settings import Settings
from services.gateway.counting import Counts
from services.judgments.service import FAMILY
from tests.doors.house import (
    ENFORCERS,
    Door,
    effective,
    issued,
    open_door,
    transferred,
)
from tests.patience import PATIENCE

CLERK_OF_ANOTHER_COURT = "vks-khu-vuc-3"


async def test_what_becomes_of_a_submission_is_told_to_its_sender(settings: Settings) -> None:
    async with open_door(settings) as door:
        # recorded, with its facts
        answer = await door.submit(issued())
        opened = answer.json()
        assert answer.status_code == 200
        assert answer.headers["preference-applied"] == "wait=30"
        assert opened["status"] == "recorded"
        assert is_uuid7(opened["id"])
        assert [fact["type"] for fact in opened["facts"]] == ["thads.judgment.issued"]
        assert {fact["part"] for fact in opened["facts"]} == {opened["part"]}

        # refused, with every reason at once, each in both languages
        refused = (await door.submit(transferred(opened["part"]))).json()
        assert refused["status"] == "refused"
        assert refused["facts"] == []
        (reason,) = refused["reasons"]
        assert (reason["code"], reason["article"]) == ("NOT_ENFORCEABLE_YET", "Đ33.1")
        assert reason["vi"]
        assert reason["en"]

        # recorded although a rule was broken, and the breach beside it
        irregular = (await door.submit(issued(opened["part"]))).json()
        assert irregular["status"] == "recorded"
        noted = [fact["irregularity"]["code"] for fact in irregular["facts"][1:]]
        assert "DUPLICATE" in noted

        # pending is answered with where to ask
        pending = await door.submit(effective(opened["part"]), wait=None)
        assert pending.status_code == 202
        assert pending.json()["status"] == "pending"
        later = await door.ask(pending.headers["location"], wait=30)
        assert (later.status_code, later.json()["status"]) == (200, "recorded")
        assert later.json()["id"] == pending.json()["id"]

        # nobody else is told, not even that there is such a submission
        for agency in (ENFORCERS, CLERK_OF_ANOTHER_COURT):
            foreign = await door.ask(pending.headers["location"], agency=agency)
            assert (foreign.status_code, foreign.json()["code"]) == (404, "NOT_FOUND")
        assert (await door.ask(f"/v1/submissions/{new_id()}", wait=30)).status_code == 404

        assert await door.quiet() == Counts(4, 3, 1, 0, 0)

    # what was told once is told again by whoever comes after
    async with open_door(settings) as door:
        for told in (opened, refused, irregular, later.json()):
            again = await door.ask(f"/v1/submissions/{told['id']}")
            assert again.json() == told


async def test_an_unknown_judgment_is_refused_as_one_of_another_court(settings: Settings) -> None:
    async with open_door(settings) as door:
        answer = (await door.submit(effective(new_id()))).json()
        assert [reason["code"] for reason in answer["reasons"]] == ["OUT_OF_TERRITORY"]


def is_held(answer: httpx2.Response) -> bool:
    return answer.status_code == 200 and answer.json()["status"] == "held"


async def test_a_held_submission_is_released_or_discarded(settings: Settings) -> None:
    broken = {"is_broken": True}

    def decide(known: Any, claim: Any, context: Context) -> list[Any]:
        if broken["is_broken"] and claim.TYPE.endswith("made_effective"):
            raise ZeroDivisionError("a bug of the day")
        return list(FAMILY.decide(known, claim, context))

    family = FAMILY.__class__(
        **{name: getattr(FAMILY, name) for name in FAMILY.__struct_fields__ if name != "decide"},
        decide=decide,
    )
    judgments = Service(name="judgments", families=(family,))
    async with open_door(
        settings, lambda whole: {**whole.services, "judgments": judgments}
    ) as door:
        first, second = [(await door.submit(issued())).json()["part"] for _ in range(2)]
        held = await door.submit(effective(first))
        behind = await door.submit(transferred(first))
        lost = await door.submit(effective(second))
        assert is_held(held)
        assert is_held(behind)
        assert is_held(lost)
        assert await door.quiet() == Counts(5, 2, 0, 3, 0)

        broken["is_broken"] = False
        desk = await open_desk(settings, "judgments")
        try:
            letters = {
                (letter.key, letter.behind): letter.number for letter in await desk.letters()
            }
            await desk.ask("release", letters[first, False], who="an-operator", why="mended")
            await desk.ask("discard", letters[second, False], who="an-operator", why="a mistake")
        finally:
            await desk.close()

        assert await _told(door, held) == ("recorded", [])
        assert await _told(door, behind) == ("recorded", [])
        assert await _told(door, lost) == ("refused", ["DISCARDED"])
        async with asyncio.timeout(PATIENCE):
            while await door.quiet() != Counts(5, 4, 1, 0, 0):
                await asyncio.sleep(0.05)


async def _told(door: Door, answer: httpx2.Response) -> tuple[str, list[str]]:
    """What is told of a submission once it is held no more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = (await door.ask(answer.headers["content-location"], wait=1)).json()
            if told["status"] not in {"held", "pending"}:
                return told["status"], [reason["code"] for reason in told["reasons"]]
            await asyncio.sleep(0.02)


async def test_two_gateways_are_one_door(settings: Settings) -> None:
    async with open_door(settings) as left, open_door(settings) as right:
        keys = [f"key-{n}" for n in range(60)]
        answers = await asyncio.gather(
            *(
                door.submit(issued(judgment_no=f"{key}/2026"), key=key)
                for key in keys
                for door in (left, right)
            )
        )
        told = [answer.json() for answer in answers]
        assert {each["status"] for each in told} == {"recorded"}
        assert [each["id"] for each in told[::2]] == [each["id"] for each in told[1::2]]
        assert len({each["id"] for each in told}) == len(keys)
        assert await left.quiet() == await right.quiet() == Counts(60, 60, 0, 0, 0)

        # whoever of them sent it, the numbers of each lane have no hole and their chain holds
        topic = left.whole.topics.submissions("judgment")
        targets = [(topic, partition) for partition in range(settings.partitions)]
        heard, found = Heard(), 0
        async with reading(settings) as reader:
            reader.follow(dict.fromkeys(targets, 0))
            async with asyncio.timeout(PATIENCE):
                while found < len(keys):
                    for record in await reader.read(1.0, 1_000):
                        found += heard.read(record) is Verdict.NEXT


async def test_nobody_waits_longer_than_half_a_minute(settings: Settings) -> None:
    async with open_door(settings) as door:
        for wait, applied in ((0, None), (7, "wait=7"), (31, "wait=30"), (999_999, "wait=30")):
            answer = await door.submit(issued(), wait=wait)
            assert answer.headers.get("preference-applied") == applied
