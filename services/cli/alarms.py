"""`lienthong alarms`: what the house noticed and a person should look at."""

import asyncio

import msgspec

from services.cli.platform_home import settings_of_servers
from services.directory.register import Alarm, Paper, register


def alarms(*, json: bool = False) -> int:
    """List official numbers that one office used for two things; the facts stand all the same.

    Parameters
    ----------
    json
        Print them as JSON.
    """
    found = asyncio.run(_alarms())
    if json:
        print(msgspec.json.encode(found).decode())
    elif not found:
        print("no alarms")
    for alarm in () if json else found:
        print(f"{alarm.kind}  {alarm.later.number}  {alarm.later.office}")
        for paper in (alarm.prior, alarm.later):
            print(f"    {told(paper)}")
    return 0


def told(paper: Paper) -> str:
    """Say which paper it is, in one line."""
    of = paper.type.partition(".")[2]
    return f"{paper.decided_on:%d-%m-%Y}  {of:32}  {paper.part}  (fact {paper.fact})"


async def _alarms() -> list[Alarm]:
    async with register(settings_of_servers()) as index:
        return await index.alarms()
