"""The archive, open for a command that replays, explains or rebuilds; and how options are read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from msgspec import Struct

from services.cli.errors import CommandError, StackAway
from services.cli.platform_home import settings_of_servers
from services.core.access import directory
from services.core.access.directory import Directory
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.schemas import load_schemas
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller
from services.ledger.archive import Archive
from services.ledger.folding import Folding
from services.ledger.service import NAME


class Desk(Struct, frozen=True):
    """What a command needs besides the archive to understand what stands in it."""

    settings: Settings
    catalogue: Catalogue
    codec: Codec
    directory: Directory
    rows: Rows
    archive: Archive

    def teller(self, lang: Lang) -> Teller:
        """Return who tells events in a language."""
        return Teller(self.catalogue, self.codec, self.directory, lang)

    def folding(self, service: Service) -> Folding:
        """Return what tells the states of a service again."""
        topics = Topics(self.settings.topic_prefix, self.settings.partitions)
        return Folding(service, topics, self.codec, self.catalogue, self.directory)


@asynccontextmanager
async def opened() -> AsyncIterator[Desk]:
    """Open the archive for the block. Raises StackAway where it does not answer."""
    settings, catalogue = settings_of_servers(), load_catalogue()
    codec = Codec(catalogue, load_schemas())
    rows = Rows(settings, NAME)
    archive = Archive(rows, codec)
    try:
        yield Desk(settings, catalogue, codec, directory.load(catalogue), rows, archive)
    except Problem as problem:
        raise StackAway(
            f"the archive does not answer ({problem.__cause__}): see `lienthong status`; "
            f"`lienthong up` starts the database, `lienthong run` makes the archive"
        ) from problem
    finally:
        await rows.close()


def family_service(name: str) -> Service:
    """Return a service that decides. Raises CommandError where there is none of that name."""
    from services.all import DECIDING  # noqa: PLC0415  other commands need not load every service

    for service in DECIDING:
        if service.name == name:
            return service
    raise CommandError(
        f"no service {name} has states of its own; there are "
        f"{', '.join(service.name for service in DECIDING)}"
    )


def id_of(text: str) -> str:
    """Return the id of an event as it is stored. Raises CommandError for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise CommandError(
            f"{text} is no id of an event, such as 019a0b2c-…: `lienthong case ID --json` and "
            f"`lienthong tail --json` show them"
        ) from None
