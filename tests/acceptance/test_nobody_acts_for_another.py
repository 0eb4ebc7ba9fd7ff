"""Nobody acts for another: every claim of every role, said by the right agency and by strangers.

A stranger is refused for who it is and for nothing else, whether it says that the act is intended
or already done; nobody may read more after it. What the right agency says is recorded.
"""

import pytest

from services.core.access.readers import Entry, visible_to
from services.core.contracts.events import submission
from services.core.contracts.identifiers import key_of
from tests.acceptance.competence_claims import Claim, Scene, claims, history
from tests.acceptance.competence_strangers import strangers, strangers_elsewhere, ways
from tests.acceptance.memory_house import CATALOGUE, DIRECTORY, MemoryHouse

IDENTITY = [("OUT_OF_TERRITORY",), ("NOT_ADDRESSEE",)]
CLAIMS = list(claims())
BYSTANDERS = (
    *("toa-hue", "thads-hue-1", "thads-khu-vuc-5", "vp-hue", "vp-cam-le", "vks-hue", "ca-hue"),
    *("ubnd-vy-da", "ubnd-phuong-tra-giang", "nh-khac", "tdg-khac", "cong-hue"),
)
"""Agencies that no claim names."""


def entries(house: MemoryHouse, key: str) -> list[Entry]:
    """Return what is recorded under a key, but for the refusals: they are their senders' own."""
    return [
        (envelope, event)
        for envelope, event in house.history()
        if key_of(envelope.subject) == key and not isinstance(event, submission.Refused)
    ]


def heard(scene: Scene, claim: Claim, agency: str, officer: str | None) -> list[str]:
    """Return in which ways a stranger was heard, or was refused for anything but who it is."""
    found, house = [], scene.house
    for data in ways(scene.submission["data"], claim):
        said = {name: each for name, each in scene.submission.items() if name != "officer"}
        said |= {"data": data} | ({"officer": officer} if officer else {})
        became = house.submit(agency, said)
        if became.status != "refused" or became.codes not in IDENTITY:
            how = "as already done" if data.get("already_done") else "as intended"
            found.append(f"{agency} {officer} {how}: {became.status} {became.codes}")
            house = scene.house.fork()
    return found


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_stranger_is_refused_for_who_it_is_alone(claim: Claim) -> None:
    scene = history().scene(claim)
    before = len(entries(scene.house, scene.key))
    found = [
        each
        for agency, officer in strangers(scene, claim)
        for each in heard(scene, claim, agency, officer)
    ]
    assert found == []
    assert len(entries(scene.house, scene.key)) == before


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.row is None], ids=str)
def test_what_is_not_there_or_not_yet_anybodys_is_answered_like_what_is_of_others(
    claim: Claim,
) -> None:
    found = [
        f"of {of}: {each}"
        for of, scene in history().elsewhere(claim)
        for agency, officer in strangers_elsewhere(of, scene, claim)
        for each in heard(scene, claim, agency, officer)
    ]
    assert found == []


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_the_right_agency_is_heard_and_lets_nobody_read_whom_it_does_not_name(claim: Claim) -> None:
    scene = history().scene(claim)
    before = entries(scene.house, scene.key)
    answers = []
    for data in ways(scene.submission["data"], claim):
        answers.append(scene.house.submit(scene.agency, {**scene.submission, "data": data}))
        if answers[-1].status == "recorded":
            break
    assert answers[-1].status == "recorded", answers
    after = entries(scene.house, scene.key)
    old = {envelope.id for envelope, _ in before}
    for agency in BYSTANDERS:
        read = visible_to(agency, before, CATALOGUE, DIRECTORY)
        assert visible_to(agency, after, CATALOGUE, DIRECTORY) & old == read, agency


def test_nobody_reads_more_after_all_strangers_have_tried_everything() -> None:
    made = [claim for claim in CLAIMS if claim.row is None]
    house = history().scene(made[0]).house
    keys = {key_of(envelope.subject) for envelope, _ in house.history()}
    before = {key: entries(house, key) for key in keys}
    for claim in made:
        right = history().scene(claim)
        scene = Scene(house, right.agency, right.submission)
        for agency, officer in strangers(scene, claim):
            assert heard(scene, claim, agency, officer) == []
    for key in keys:
        assert entries(house, key) == before[key]
        refusals = [each for each in house.history() if isinstance(each[1], submission.Refused)]
        everything = [each for each in refusals if key_of(each[0].subject) == key] + before[key]
        for agency in DIRECTORY.agencies:
            read = visible_to(agency, before[key], CATALOGUE, DIRECTORY)
            own = {e.id for e, _ in everything if e.agency == agency}
            assert visible_to(agency, everything, CATALOGUE, DIRECTORY) - own <= read, agency
