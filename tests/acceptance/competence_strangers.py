"""Who else holds the role of a claim, and does not stand to its part as the rule asks."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from services.core.access.directory import Agency
from services.core.contracts.catalogue import PREFIX
from services.core.contracts.days import day_of
from tests.acceptance.competence_claims import Claim, Scene
from tests.acceptance.competence_rows import NOW, PAPER
from tests.acceptance.memory_house import CATALOGUE, DIRECTORY


def strangers(scene: Scene, claim: Claim) -> Iterator[tuple[str, str | None]]:
    """Yield the other agencies that hold the role, each with an officer: elsewhere and here.

    Of holders those of the same kind, for the other kinds are asked other things. Whoever the rule
    of the catalogue means as well, a room of the same office for one, is left out.
    """
    kind = DIRECTORY.agencies[scene.agency].kind
    words = CATALOGUE.event(f"{PREFIX}.{claim.type}").competence[claim.role]
    for slug, agency in DIRECTORY.agencies.items():
        is_other = slug != scene.agency and claim.role in agency.roles
        if not is_other or not agency.existed_on(day_of(NOW)) or "anyone" in words:
            continue
        if (claim.role != "HOLDER" or agency.kind == kind) and not _is_meant(slug, scene, words):
            yield slug, officer_of(slug, claim.role)
    if words == ("officer",):
        for slug, officer in DIRECTORY.officers.items():
            is_other = slug != scene.submission["officer"] and claim.role in officer.roles
            if is_other and officer.agency == scene.agency and officer.served_on(day_of(NOW)):
                yield scene.agency, slug


def officer_of(agency: str, role: str) -> str | None:
    """Return an officer of an agency who holds a role today."""
    serving = [
        slug
        for slug, officer in DIRECTORY.officers.items()
        if officer.agency == agency and role in officer.roles and officer.served_on(day_of(NOW))
    ]
    return next(iter(serving), None)


def _is_meant(slug: str, scene: Scene, words: Sequence[str]) -> bool:
    """Say whether the rule means another agency than the one of the history, too."""
    agency, right = DIRECTORY.agencies[slug], DIRECTORY.agencies[scene.agency]
    is_of_office = _office(agency) == _office(right)
    if not {"channel", "portal"} & set(words):
        return words != ("officer",) and is_of_office
    if "portal" not in words or _is_bound(scene):
        return False
    if agency.kind == "portal" or ("handler" in words and slug in _HANDLERS):
        return True
    return "office_of_place" in words and DIRECTORY.meet(slug, "thads-da-nang")


_HANDLERS: Final = ("thads-da-nang", "thads-khu-vuc-3", "thads-khu-vuc-5")
"""The office that carries out the cases of the story and of W, and its rooms."""


def _office(agency: Agency) -> str:
    """Return the office of a room, and of every other agency its own name."""
    return agency.parent if agency.kind == "thads_room" and agency.parent else agency.slug


def _is_bound(scene: Scene) -> bool:
    """Say whether the claim names a party that has filed something before."""
    named = {scene.submission["data"].get(name) for name in ("requester", "complainant", "party")}
    return any(
        getattr(event, name, None) in named - {None}
        for _, event in scene.house.history()
        for name in ("requester", "complainant", "party")
    )


def ways(data: dict[str, Any], claim: Claim) -> list[dict[str, Any]]:
    """Return the data of a claim as intended and, of an act, as already done."""
    if CATALOGUE.event(f"{PREFIX}.{claim.type}").mode == "done":
        return [data]
    return [data, {"document": PAPER, **data, "already_done": True}]


def strangers_elsewhere(of: str, scene: Scene, claim: Claim) -> Iterator[tuple[str, str | None]]:
    """Yield whoever holds the role and does not stand to a part in `ELSEWHERE` as the rule asks."""
    right = DIRECTORY.agencies[scene.agency]
    words = CATALOGUE.event(f"{PREFIX}.{claim.type}").competence[claim.role]
    free = {"portal", "new"} & set(words) and not _is_bound(scene)
    for slug, agency in DIRECTORY.agencies.items():
        if claim.role not in agency.roles or not agency.existed_on(day_of(NOW)) or free:
            continue
        is_near = DIRECTORY.meet(slug, "toa-da-nang") and claim.role in {"COURT", "PROCURACY"}
        is_receiver = of == "a case not decided" and _office(agency) == _office(right)
        is_there = of != "a judgment that is not there"
        if not (is_there and (is_near or is_receiver)):
            yield slug, officer_of(slug, claim.role)
