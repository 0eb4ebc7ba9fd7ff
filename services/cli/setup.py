"""`lienthong setup`: what a deployment needs before its services first run."""

import asyncio
from typing import Final

from services.core.bus.supervision import once_available
from services.core.settings import Settings
from services.core.telemetry import logging

_PATIENCE: Final = 60.0  #: seconds in which a database or broker that is starting must answer


def setup() -> int:
    """Make the database, a schema and role for each service, topics, Kafka's users; again, too.

    `lienthong run` does the same by itself unless told `--no-prepare`; a deployment does it once,
    before many processes begin. LIENTHONG_POSTGRES_PASSWORD becomes the password of the roles; only
    this command needs LIENTHONG_POSTGRES_ADMIN_PASSWORD. LIENTHONG_KAFKA_SERVICES_PASSWORD and
    LIENTHONG_KAFKA_FLOWS_PASSWORD become those of Kafka's users `services` and `flows`, who may do
    what their processes need and nothing else. A database or broker that is still starting is
    waited for, for a minute.
    """
    logging.set_up()
    return asyncio.run(_setup())


async def _setup() -> int:
    from services import all as house  # noqa: PLC0415  other commands need not load every service

    assembly = house.assemble(Settings.load())
    made = await once_available("setup", lambda: house.prepare(assembly), _PATIENCE)
    print(
        f"{len(assembly.services)} services have their schemas; of {len(assembly.all_topics)} "
        f"topics {len(made)} were made"
    )
    users, rights = await once_available("setup", lambda: house.employ(assembly), _PATIENCE)
    if users:
        print(f"{users} users at Kafka have their passwords; of their rights {rights} were made")
    return 0
