"""How a command names a case: by its id, or by an official number that a paper of it bears."""

from services.cli.errors import CommandError
from services.core.access.docket import stream_of
from services.core.contracts.official_numbers import is_official_number
from services.core.settings import Settings
from services.directory.register import Paper, register


async def papers_of(settings: Settings, number: str) -> list[Paper]:
    """Return the papers that bear a number, the oldest first. Raises CommandError for none."""
    async with register(settings) as index:
        papers = await index.find(number)
    if not papers:
        raise CommandError(
            f"no paper bears the number {number}, and it is no id of a case or judgment: compare "
            f"the spelling, such as 702/QĐ-THADS; a number is known once `lienthong run` has "
            f"recorded its paper"
        )
    return papers


def cases_of(papers: list[Paper]) -> list[str]:
    """Return the cases and judgments to which papers belong, each once."""
    return list(dict.fromkeys(stream_of(paper.part) for paper in papers))


async def case_named(settings: Settings, said: str) -> str:
    """Return the case, judgment or other key that an id or number names. Raises CommandError."""
    if not is_official_number(said):
        return stream_of(said)
    cases = cases_of(await papers_of(settings, said))
    if len(cases) > 1:
        raise CommandError(
            f"{said} is the number of papers in several cases; say the id of one: "
            f"{', '.join(cases)}"
        )
    return cases[0]
