"""`lienthong token AGENCY` and `lienthong access …`: what lets an agency in, by HTTP and by Kafka.

A token lets it speak for a month. A grant makes its own topic, and a user of Kafka's that may read
this topic and nothing else, until it is revoked.
"""

import asyncio
import secrets
from typing import Final

import msgspec
from cyclopts import App

from services.cli.errors import CommandError
from services.core.access import directory
from services.core.access.directory import Agency
from services.core.access.tokens import LIFETIME, Issuer
from services.core.bus.cluster import Cluster
from services.core.bus.service import Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.settings import Settings

_PLATFORM: Final = "platform"
_PASSWORD_BYTES: Final = 24

access = App(name="access", help="Who may read a topic of its own with a Kafka client.")


def add_to(app: App) -> None:
    """Add this group's commands."""
    app.command(token)
    app.command(access)


def token(agency: str, *, json: bool = False) -> int:
    """Print a token of an agency of the directory; `platform` is the operators'.

    Parameters
    ----------
    agency
        Its short name, such as toa-da-nang.
    json
        Print the token with its agency and roles as JSON.
    """
    entry = _known(agency)
    issued = Issuer(Settings.load().secrets).issue(entry)
    if json:
        said = {"agency": entry.slug, "roles": entry.roles, "token": issued, "days": LIFETIME.days}
        print(msgspec.json.encode(said).decode())
    else:
        print(issued)
    return 0


@access.command
def grant(agency: str, *, json: bool = False) -> int:
    """Make an agency's topic and a user that may read it; the password is shown this once.

    Granting again gives a new password in the place of the old one.

    Parameters
    ----------
    agency
        Its short name, such as nh-song-cam.
    json
        Print what the agency needs to connect as JSON.
    """
    entry = _known(agency)
    if entry.kind == _PLATFORM:
        raise CommandError(f"{agency} is this house itself: agencies of other kinds have topics")
    settings = Settings.load()
    topic = _topics(settings).agency(agency)
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    asyncio.run(_grant(settings, topic, password, f"{agency}."))
    told = {
        "bootstrap": settings.kafka_bootstrap,
        "user": topic,
        "password": password,
        "topic": topic,
        "groups": f"{agency}.",
    }
    if json:
        print(msgspec.json.encode(told).decode())
    else:
        print("".join(f"{name:10} {value}\n" for name, value in told.items()), end="")
    return 0


@access.command
def revoke(agency: str) -> int:
    """Take an agency's user and its rights away; the topic stays, and is filled no more.

    Parameters
    ----------
    agency
        Its short name, such as nh-song-cam.
    """
    settings = Settings.load()
    topic = _topics(settings).agency(_known(agency).slug)
    asyncio.run(Cluster(settings).shut_out(topic))
    print(f"{topic}: nobody reads it now")
    return 0


async def _grant(settings: Settings, topic: str, password: str, groups: str) -> None:
    cluster = Cluster(settings)
    await cluster.create([topic], partitions=1)
    await cluster.admit(topic, password, topic, groups)


def _topics(settings: Settings) -> Topics:
    return Topics(settings.topic_prefix, settings.partitions)


def _known(agency: str) -> Agency:
    known = directory.load(load_catalogue())
    entry = known.agency(agency)
    if entry is None:
        names = ", ".join(known.agencies)
        raise CommandError(f"the directory has no agency {agency}; it has {names}")
    return entry
