"""The directory can show that nobody acts for another: no kind of agency stands alone in it."""

from datetime import date

import pytest

from services.core.access import directory
from services.core.contracts.catalogue_file import load_catalogue

CATALOGUE = load_catalogue()
DIRECTORY = directory.load(CATALOGUE)
OF_THE_WHOLE_COUNTRY = ("central_body", "superior", "platform")


def lies_in(place: str | None, outer: str) -> bool:
    return place == outer or (place is not None and lies_in(DIRECTORY.territories[place], outer))


def within(slug: str, outer: str) -> bool:
    """Whether some of an agency's territory lies in a place or is that place."""
    return any(lies_in(place, outer) for place in DIRECTORY.agencies[slug].territory)


def of_kind(kind: str) -> list[str]:
    return [slug for slug, agency in DIRECTORY.agencies.items() if agency.kind == kind]


@pytest.mark.parametrize("kind", [k for k in CATALOGUE.agency_kinds if k != "platform"])
def test_there_is_a_second_agency_of_every_kind(kind: str) -> None:
    assert len(of_kind(kind)) > 1


@pytest.mark.parametrize(
    "kind", [k for k in CATALOGUE.agency_kinds if k not in OF_THE_WHOLE_COUNTRY]
)
def test_one_of_every_kind_is_of_hue_and_two_act_in_da_nang(kind: str) -> None:
    of_hue = [slug for slug in of_kind(kind) if within(slug, "hue")]
    assert of_hue
    assert len(set(of_kind(kind)) - set(of_hue)) > 1


@pytest.mark.parametrize("role", [r for r in CATALOGUE.roles if r not in ("PLATFORM", "PARTY")])
def test_two_agencies_have_an_officer_in_every_role(role: str) -> None:
    today = date(2026, 11, 30)
    serving = {
        officer.agency
        for officer in DIRECTORY.officers.values()
        if role in officer.roles and officer.served_on(today)
    }
    assert len(serving) > 1


def test_officers_of_the_past_are_known() -> None:
    former = {slug for slug, each in DIRECTORY.officers.items() if each.valid_to}
    assert {"thu-ky-cu", "chv-cu"} <= former
