"""`lienthong rebuild SERVICE --diff`: the streams of a service, told again from the archive."""

import asyncio
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from services.cli.archive import family_service, opened
from services.cli.errors import CommandError
from services.core.bus.service import Service
from services.core.bus.snapshot import Snapshot, snapshot
from services.ledger.archive import Archive
from services.ledger.folding import Folding
from services.ledger.rebuilding import Compared, behind, compare

_SHOWN: Final = 10
_WAIT_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.2


def rebuild(
    service: str,
    *,
    diff: Annotated[bool, Parameter(negative="")] = False,
    json: bool = False,
) -> int:
    """Tell every stream of a service again from the archive, and compare; nothing is written.

    Exit code 1 if one differs.

    Parameters
    ----------
    service
        A service that decides, such as coercion.
    diff
        Compare with what is stored. Required: this version rebuilds nothing in place.
    json
        Print the counts and every difference as JSON.
    """
    if not diff:
        raise CommandError(
            f"say `lienthong rebuild {service} --diff`: this version compares and never writes"
        )
    compared = asyncio.run(_compared(family_service(service)))
    if json:
        print(msgspec.json.encode(compared).decode())
    elif compared.differences:
        found = len(compared.differences)
        print(f"{service}: {found} of {compared.streams} streams differ")
        for each in compared.differences[:_SHOWN]:
            print(f"    {each.stream}: {each.what}")
        if found > _SHOWN:
            print(f"    and {found - _SHOWN} more (--json)")
    else:
        print(f"{service}: all {compared.streams} streams of {compared.facts} facts agree")
    return 1 if compared.differences else 0


async def _compared(service: Service) -> Compared:
    async with opened() as desk:
        folding = desk.folding(service)
        stored = await snapshot(desk.settings, service.name)
        await _until_archived(desk.archive, folding, stored)
        return await compare(desk.archive.by_key(sorted(folding.reads)), folding, stored)


async def _until_archived(archive: Archive, folding: Folding, stored: Snapshot) -> None:
    """Wait until the archive has read what the states hold. Raises CommandError after a while."""
    tries = int(_WAIT_SECONDS / _LOOK_SECONDS)
    for _ in range(tries):
        if not await behind(archive, folding, stored):
            return
        await asyncio.sleep(_LOOK_SECONDS)
    topics = ", ".join(await behind(archive, folding, stored))
    raise CommandError(
        f"the archive has not read all that {folding.service.name} has stored, of {topics}: let "
        f"`lienthong run ledger` catch up, and see `lienthong letters list --service ledger`"
    )
