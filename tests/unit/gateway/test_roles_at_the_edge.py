"""Every type, said by every agency of the directory in its own roles and in a foreign one."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.core.access import directory
from services.core.access.directory import Agency
from services.core.access.tokens import Speaker
from services.core.bus.service import Topics
from services.core.contracts.catalogue import EventType
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.days import day_of
from services.core.contracts.schemas import load_schemas
from services.core.doors.problems import Problem
from services.gateway.body import Said
from services.gateway.edge import Edge

CATALOGUE = load_catalogue()
DIRECTORY = directory.load(CATALOGUE)
EDGE = Edge(CATALOGUE, Codec(CATALOGUE, load_schemas()), Topics("thads", 3))
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
LET_IN = {"MALFORMED", "GROUND_UNKNOWN", "UNKNOWN_STREAM"}
"""What an empty claim is told by whatever looks at it once the role is taken for good."""


def code(type_: str, agency: Agency, role: str, officer: str | None = None) -> str:
    said = Said(type=type_, occurred_at=NOW, data={}, officer=officer, role=role, canonical=b"")
    with pytest.raises(Problem) as caught:
        EDGE.admit(said, Speaker(agency.slug, agency.roles), DIRECTORY, NOW)
    return caught.value.code


def may(type_: EventType, agency: Agency, role: str) -> bool:
    is_its_own = role in agency.roles and role != "PLATFORM"
    return type_.is_claim and is_its_own and role in type_.by


def asked() -> Iterator[tuple[EventType, Agency, str]]:
    for type_ in CATALOGUE.events.values():
        for agency in DIRECTORY.agencies.values():
            foreign = next(role for role in CATALOGUE.roles if role not in agency.roles)
            for role in (*agency.roles, foreign):
                yield type_, agency, role


def test_no_agency_speaks_in_a_role_that_is_not_its_own_or_of_which_the_type_is_not() -> None:
    found: Counter[str] = Counter()
    for type_, agency, role in asked():
        is_in_being = agency.existed_on(day_of(NOW))
        told = code(type_.type, agency, role)
        found[told] += 1
        if may(type_, agency, role) and is_in_being:
            assert told in LET_IN, (type_.type, agency.slug, role)
        else:
            assert told in {"ROLE_NOT_ALLOWED", "AGENCY_ENDED"}, (type_.type, agency.slug, role)
    assert found["ROLE_NOT_ALLOWED"] > found.total() // 2
    assert found["AGENCY_ENDED"]


def test_an_agency_that_has_ended_is_told_nothing_else() -> None:
    ended = [each for each in DIRECTORY.agencies.values() if not each.existed_on(day_of(NOW))]
    assert len(ended) > 1
    for type_ in CATALOGUE.events.values():
        for agency in ended:
            for role in agency.roles:
                told = code(type_.type, agency, role)
                assert told == ("AGENCY_ENDED" if type_.is_claim else "ROLE_NOT_ALLOWED")


def test_no_officer_speaks_for_another_agency_or_after_leaving() -> None:
    claims = [type_ for type_ in CATALOGUE.events.values() if type_.is_claim]
    for slug, officer in DIRECTORY.officers.items():
        agency = DIRECTORY.agencies[officer.agency]
        for role in officer.roles:
            for type_ in [type_ for type_ in claims if role in type_.by][:1]:
                for other in DIRECTORY.agencies.values():
                    if role in other.roles and other.existed_on(day_of(NOW)):
                        told = code(type_.type, other, role, slug)
                        serves = other is agency and officer.served_on(day_of(NOW))
                        assert told in LET_IN if serves else told == "ROLE_NOT_ALLOWED", slug
