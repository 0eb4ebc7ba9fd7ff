"""Whom the broker knows besides its super user and the agencies, and what each may do there.

The super user `platform` is for `lienthong setup` and for who admits agencies. Where no password is
set for a user, as in a local stack, everything runs as `platform` and there are no others.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from services.core.settings import Settings

Act: TypeAlias = Literal["read", "write", "describe"]  #: who reads or writes may also describe


class Right(Struct, frozen=True):
    """One thing that a user may do with every topic or group whose name begins so.

    Of the cluster there is one; to describe it is to see who else has which rights.
    """

    of: Literal["topic", "group", "cluster"]
    name: str
    act: Act


class User(Struct, frozen=True):
    """A SCRAM user with all that he may do."""

    name: str
    password: str
    rights: tuple[Right, ...]


def users(settings: Settings, services: list[str]) -> Iterator[User]:
    """Yield the users for whom the settings have a password."""
    topics = f"{settings.topic_prefix}."
    reads = Right("topic", topics, "read")
    if password := settings.kafka_services_password:
        shown = (Right("group", service, "read") for service in services)  # for lag tools
        agencies = Right("cluster", "kafka-cluster", "describe")  # for who fills their topics
        writes = Right("topic", topics, "write")
        yield User("services", password, (reads, writes, agencies, *shown))
    if password := settings.kafka_flows_password:
        own = Right("group", f"{settings.topic_prefix}-flows", "read")
        yield User("flows", password, (reads, own))
