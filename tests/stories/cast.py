"""Who plays: each story beside the first has officers and police of its own.

The diaries of units are the one thing that cases share; stories that are to compete for them are
not recast.
"""

from typing import Any, Final

from msgspec.structs import replace

from services.core.access.directory import Directory
from services.simulator.story import Row

DIARIES: Final = ("ca-thi-hanh-an-da-nang", "tran-thi-binh", "vo-van-dung")
"""Whose hours the story books, and who speaks for them."""
SPEAKER: Final = "dao-van-em"


def named(slug: str, number: int) -> str:
    """Return who plays a part in the story of that number."""
    return f"{slug}-{number}" if number and slug in (*DIARIES, SPEAKER) else slug


def enlarged(directory: Directory, stories: int) -> Directory:
    """Return a directory with those who play in so many stories."""
    agencies, officers = dict(directory.agencies), dict(directory.officers)
    for number in range(1, stories):
        for slug in (*DIARIES, SPEAKER):
            own = named(slug, number)
            if slug in directory.agencies:
                agencies[own] = replace(directory.agencies[slug], slug=own)
            else:
                officer = directory.officers[slug]
                officers[own] = replace(officer, slug=own, agency=named(officer.agency, number))
    return replace(directory, agencies=agencies, officers=officers)


def recast(row: Row, number: int) -> Row:
    """Return a row as it is played in the story of that number."""

    def own(value: Any) -> Any:
        match value:
            case str():
                return named(value, number)
            case list():
                return [own(each) for each in value]
            case dict():
                return {name: own(each) for name, each in value.items()}
        return value

    officer = row.officer and named(row.officer, number)
    return replace(
        row,
        agency=named(row.agency, number),
        officer=officer,
        part=named(row.part, number),
        data=own(row.data),
    )
