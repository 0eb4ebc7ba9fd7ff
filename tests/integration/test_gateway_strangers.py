"""Through the real gateway, too: of each family a claim that is said by agencies of other cases."""

from pathlib import Path
from typing import Any

import msgspec

from services.core.clock import StoryClock, clock_of
from services.core.settings import Settings
from services.simulator.play import Became
from tests.acceptance.competence_claims import Claim, Script
from tests.acceptance.competence_rows import NOW, own_rows
from tests.acceptance.competence_strangers import officer_of, ways
from tests.doors.house import Door, open_door

TRIED = (
    ("judgment.made_effective", "COURT", ("toa-hue", "toa-khu-vuc-5")),
    ("case.exempted", "COURT", ("toa-hue", "toa-khu-vuc-3")),
    ("case.suspended", "PROCURACY", ("vks-hue", "vks-khu-vuc-5")),
    ("measure.ordered", "OFFICER", ("thads-hue", "thads-hue-1")),
    ("information.answered", "HOLDER", ("nh-huong-giang", "nh-khac")),
    ("coercion.protection_planned", "POLICE", ("ca-hue", "ca-phuong-tra-giang")),
    ("sale.announced", "AUCTIONEER", ("dg-huong-giang", "dg-khac")),
    ("payment.collected", "CASHIER", ("thads-hue",)),
    ("complaint.withdrawn", "PARTY", ("cong-hue", "vp-son-tra")),
    ("deadline.extended", "COURT", ("toa-hue", "toa-khu-vuc-5")),
    ("delivery.acknowledged", "COMMUNE", ("ubnd-vy-da", "ubnd-phuong-tra-giang")),
)
"""A type of each family, and who has nothing to do with the case: elsewhere, and in Da Nang."""

OF_THE_COURT = "vks-khu-vuc-5"
"""A procuracy of the province, which reads what was recorded before an officer was assigned."""


async def test_a_stranger_is_refused_at_every_family_and_reads_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    script = Script([row for row in own_rows() if row.part.startswith("W")])
    own = msgspec.structs.replace(settings, home=tmp_path, story_start=script.rows[0].at)
    async with open_door(own) as door:
        clock = clock_of(door.whole.settings)
        assert isinstance(clock, StoryClock)
        for row in script.rows:
            clock.move(row.at)
            answer = await door.submit(script.play.submission(row), agency=row.agency)
            became = Became.told(answer.json(), answer.status_code)
            assert became.status == "recorded", (row, answer.json())
            script.play.answered(row, became)
        await door.settled()
        clock.move(NOW)
        for type_, role, agencies in TRIED:
            claim = Claim(type_, role)
            submission = script.play.submission(script.made(claim))
            for data in ways(submission["data"], claim):
                for agency in agencies:
                    assert await refused(door, agency, {**submission, "data": data})
        await door.settled()
        tried = {agency for _, _, agencies in TRIED for agency in agencies}
        for agency in sorted(tried - {OF_THE_COURT}):
            assert await read_by(door, agency) <= {"thads.submission.refused"}, agency


async def refused(door: Door, agency: str, submission: dict[str, Any]) -> bool:
    """Say whether what an agency submits is refused for who it is and for nothing else."""
    said = {name: value for name, value in submission.items() if name != "officer"}
    if officer := officer_of(agency, submission["role"]):
        said["officer"] = officer
    answer = (await door.submit(said, agency=agency)).json()
    codes = [reason["code"] for reason in answer.get("reasons", ())]
    assert codes in (["OUT_OF_TERRITORY"], ["NOT_ADDRESSEE"]), (agency, said["type"], answer)
    return bool(answer["status"] == "refused")


async def read_by(door: Door, agency: str) -> set[str]:
    """Return the types of all that the feed of an agency holds."""
    events = (await door.ask("/v1/events?limit=1000", agency=agency)).json()["events"]
    return {each["event"]["type"] for each in events}
