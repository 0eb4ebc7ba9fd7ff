"""`lienthong letters` over the real house: a mistyped claim is corrected in its place."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from services.core.bus.service import Service
from services.core.contracts.events import judgment
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.judgments.service import FAMILY
from tests.doors.house import effective, issued, open_door
from tests.integration.test_cli_doors import lienthong

_MISTYPED = "13/2026/DS-ST"


def _trips(known: Any, claim: Any, context: Any) -> Sequence[Any]:
    if isinstance(claim, judgment.Issued) and claim.judgment_no == _MISTYPED:
        raise ZeroDivisionError(claim.judgment_id)
    return FAMILY.decide(known, claim, context)


async def test_a_corrected_claim_takes_the_place_of_a_letter(
    settings: Settings, tmp_path: Path
) -> None:
    own = msgspec.structs.replace(settings, home=tmp_path)
    tripping = Service(name="judgments", families=(replace(FAMILY, decide=_trips),))
    file = tmp_path / "corrected.json"

    async def replaced(submission: dict[str, Any], number: int) -> tuple[int, str, str]:
        file.write_text(json.dumps(submission))
        asked = ("--who", "platform", "--why", "a number mistyped")
        return await lienthong(own, "letters", "replace", str(number), str(file), *asked)

    async with open_door(own, lambda whole: {**whole.services, "judgments": tripping}) as door:
        first, second = new_id(), new_id()
        held = await door.submit(issued(first, judgment_no=_MISTYPED))
        await door.submit(issued(second, judgment_no=_MISTYPED))
        behind = await door.submit(effective(first))
        assert held.json()["status"] == "held"

        _, told, _ = await lienthong(own, "letters", "--json")
        (group,) = json.loads(told)
        assert (group["service"], group["letters"], group["behind"]) == ("judgments", 2, 1)
        assert sorted(group["keys"]) == sorted([first, second])
        _, told, _ = await lienthong(own, "letters")
        assert "2 held, 1 behind  judgments  thads.judgment.issued" in told
        assert "ZeroDivisionError: …" in told

        number = group["first"]
        malformed = issued(first)
        malformed["data"]["kind"] = "WAR"
        for wrong, of, said in (
            (issued(new_id()), number, "speaks of what its letter speaks of"),
            (effective(first), number, "found thads.judgment.made_effective"),
            (malformed, number, "/kind: expected one of"),
            (issued(first, issued_on="2026-08-04"), number, "not after the day of the act"),
            ({"data": {}}, number, "expected one JSON object with `type` and `data`"),
            (issued(first), number + 100, f"has no letter {number + 100}"),
        ):
            code, printed, trouble = await replaced(wrong, of)
            assert (code, printed) == (1, "")
            assert said in trouble
            assert len(trouble.strip().splitlines()) == 1
        assert json.loads((await lienthong(own, "letters", "--json"))[1]) == [group]

        assert await replaced(issued(first), number) == (0, f"letter {number}: replaced\n", "")
        for each in (held, behind):
            told_of = await door.ask(each.headers["content-location"], wait=30)
            assert told_of.json()["status"] == "recorded"
        counts = await door.quiet()
        assert (counts.recorded, counts.held) == (2, 1)
