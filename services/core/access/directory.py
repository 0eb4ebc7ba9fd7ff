"""The directory: which agencies there are, when, of what kind, and who speaks for them.

A frozen snapshot of `schemas/directory.yaml`, which processes that run read anew when it changed
(`watched`). Agencies merge and end, so nearly every question is
asked for a day, which is a day in Viet Nam (`contracts.days`). Decisions get it through their
`Context`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from services.core.access.watched import Watched
from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.identifiers import is_slug

PATH: Final = Path(__file__).parents[3] / "schemas" / "directory.yaml"


class DirectoryError(Exception):
    """The directory's file contradicts itself, the catalogue, or the form it must have."""


class Agency(Struct, frozen=True):
    """An agency as the directory knows it."""

    slug: str
    vi: str
    kind: str
    roles: tuple[str, ...]  #: in which it may speak
    territory: tuple[str, ...]
    parent: str | None
    valid_from: date
    valid_to: date | None  #: its last day
    is_unit: bool = False  #: whether it keeps a diary that can be booked
    succeeded_by: str | None = None  #: who has its duties and rights once it has ended
    reports_to: str | None = None  #: who is told what it leaves undone, where not its parent

    def existed_on(self, day: date) -> bool:
        """Whether it was in being on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Officer(Struct, frozen=True):
    """A person who speaks for one agency."""

    slug: str
    agency: str
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    is_unit: bool = False  #: whether the officer keeps a diary that can be booked

    def served_on(self, day: date) -> bool:
        """Whether the officer held the post on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Directory(Struct, frozen=True):
    """All agencies and officers, past ones included."""

    agencies: dict[str, Agency]
    officers: dict[str, Officer]
    territories: dict[str, str | None]  #: each with the one around it

    def agency(self, slug: str) -> Agency | None:
        """Return the agency of that short name, or None."""
        return self.agencies.get(slug)

    def officer(self, slug: str) -> Officer | None:
        """Return the officer of that short name, or None."""
        return self.officers.get(slug)

    def heir(self, slug: str, day: date) -> str:
        """Return who has the duties and rights of an agency on a day: itself until it has ended."""
        found = self.agencies.get(slug)
        while found and found.succeeded_by and found.valid_to and found.valid_to < day:
            slug = found.succeeded_by
            found = self.agencies.get(slug)
        return slug

    def inherited(self, slug: str, day: date) -> list[str]:
        """Return the agencies whose duties and rights one has on a day, itself first."""
        return [slug, *(each for each in self.agencies if self.heir(each, day) == slug != each)]

    def meet(self, one: str, other: str) -> bool:
        """Whether the territories of two agencies have a place in common."""
        mine, theirs = self._places(one), self._places(other)
        return any(
            place in self._around(each) or each in self._around(place)
            for place in mine
            for each in theirs
        )

    def within(self, inner: str, outer: str) -> bool:
        """Whether every place of one agency lies in a territory of another."""
        around, mine = set(self._places(outer)), self._places(inner)
        return bool(mine) and all(around & set(self._around(place)) for place in mine)

    def _places(self, slug: str) -> tuple[str, ...]:
        agency = self.agencies.get(slug)
        return agency.territory if agency else ()

    def _around(self, place: str) -> Iterator[str]:
        """Yield the place itself and every territory round it."""
        outer: str | None = place
        while outer is not None:
            yield outer
            outer = self.territories[outer]


def load(catalogue: Catalogue, path: Path = PATH) -> Directory:
    """Read the directory. Raises DirectoryError, which names entry and field, for any flaw."""
    try:
        raw = msgspec.convert(strict_yaml.load(path), _File)
        directory = Directory(
            {slug: _agency(slug, entry) for slug, entry in raw.agencies.items()},
            {slug: _officer(slug, entry) for slug, entry in raw.officers.items()},
            raw.territories,
        )
        _check(directory, catalogue)
    except (msgspec.ValidationError, yaml.YAMLError, DirectoryError, OSError) as error:
        raise DirectoryError(f"{path}: {error}") from error
    return directory


def watched(catalogue: Catalogue) -> Watched[Directory]:
    """Return the directory as its file stands at each call, a second late at most.

    Raises DirectoryError where it cannot be read now; what is wrong later is logged and not taken.
    """
    path = PATH
    return Watched(path, lambda: load(catalogue, path))


class _Agency(Struct, frozen=True, forbid_unknown_fields=True):
    vi: str
    kind: str
    roles: tuple[str, ...]
    territory: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None
    parent: str | None = None
    unit: bool = False
    succeeded_by: str | None = None
    reports_to: str | None = None


class _Officer(Struct, frozen=True, forbid_unknown_fields=True):
    agency: str
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None
    unit: bool = False


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    territories: dict[str, str | None]
    agencies: dict[str, _Agency]
    officers: dict[str, _Officer]


def _agency(slug: str, entry: _Agency) -> Agency:
    return Agency(
        slug,
        entry.vi,
        entry.kind,
        entry.roles,
        entry.territory,
        entry.parent,
        entry.valid_from,
        entry.valid_to,
        entry.unit,
        entry.succeeded_by,
        entry.reports_to,
    )


def _officer(slug: str, entry: _Officer) -> Officer:
    return Officer(slug, entry.agency, entry.roles, entry.valid_from, entry.valid_to, entry.unit)


def _check(directory: Directory, catalogue: Catalogue) -> None:
    for place, outer in directory.territories.items():
        _among([outer] if outer else [], directory.territories, f"territories.{place}")
        _not_round_itself(place, directory.territories)
    for slug, agency in directory.agencies.items():
        at = f"agencies.{slug}"
        _slug(slug, at)
        _among([agency.kind], catalogue.agency_kinds, f"{at}.kind")
        _among(agency.roles, catalogue.roles, f"{at}.roles")
        for role in agency.roles:
            _among([agency.kind], catalogue.roles[role].of, f"{at}.kind as {role}")
        _among(agency.territory, directory.territories, f"{at}.territory")
        _among([agency.parent] if agency.parent else [], directory.agencies, f"{at}.parent")
        for name in ("succeeded_by", "reports_to"):
            named = getattr(agency, name)
            _among([named] if named else [], directory.agencies, f"{at}.{name}")
        _ordered(agency, at)
        _passes_on(agency, directory, at)
    for slug, officer in directory.officers.items():
        at = f"officers.{slug}"
        _slug(slug, at)
        _among([officer.agency], directory.agencies, f"{at}.agency")
        _among(officer.roles, directory.agencies[officer.agency].roles, f"{at}.roles")
        _ordered(officer, at)


def _slug(slug: str, at: str) -> None:
    if not is_slug(slug):
        raise DirectoryError(f"{at}: a short name holds small letters, digits and single hyphens")


def _among(used: Iterable[str], known: Mapping[str, object] | tuple[str, ...], at: str) -> None:
    for name in used:
        if name not in known:
            raise DirectoryError(f"{at}: {name} is not one of {', '.join(known)}")


def _not_round_itself(place: str, territories: Mapping[str, str | None]) -> None:
    passed, outer = [place], territories[place]
    while outer is not None:
        if outer in passed:
            raise DirectoryError(f"territories.{place}: it lies within itself")
        passed.append(outer)
        outer = territories.get(outer)


def _ordered(entry: Agency | Officer, at: str) -> None:
    if entry.valid_to is not None and entry.valid_to < entry.valid_from:
        raise DirectoryError(f"{at}: ends on {entry.valid_to}, before {entry.valid_from}")


def _passes_on(agency: Agency, directory: Directory, at: str) -> None:
    """See that only an agency that has ended has a successor, which is there when it ends."""
    if agency.succeeded_by is None:
        return
    if agency.valid_to is None:
        raise DirectoryError(f"{at}: succeeded_by {agency.succeeded_by}, but has no valid_to")
    after = directory.agencies[agency.succeeded_by].valid_to
    if after is not None and after <= agency.valid_to:
        raise DirectoryError(f"{at}: {agency.succeeded_by} ends on {after}, no later than it does")
