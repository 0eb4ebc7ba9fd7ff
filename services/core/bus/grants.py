"""Who may read an agency's topic: one user, and for a chosen time those before it.

Kafka keeps one password a user, so a new password is that of a new user with the same rights. No
name is used twice: an open session of a former user would get the rights of the new one. Until when
former users read is kept in a file of the secrets folder, for Kafka ends no right at a set time;
`expire` takes what is over away. It needs the super user, as every grant does.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from services.core.access.secrets import alone, kept, replaced
from services.core.bus.cluster import Cluster
from services.core.bus.service import Topics
from services.core.settings import Settings

FILE: Final = "kafka-former-users.json"
_PASSWORD_BYTES: Final = 24
_NAME_BYTES: Final = 4


class Grant(Struct, frozen=True):
    """What an agency needs to read its topic."""

    bootstrap: str
    user: str
    password: str
    topic: str
    groups: str  #: how the names of its consumer groups begin


class Grants:
    """The users of agencies at Kafka. Every call may raise Doubt: the broker did not answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = Topics(settings.topic_prefix, settings.partitions)
        self._cluster = Cluster(settings)

    async def grant(self, agency: str, overlap: timedelta, now: datetime) -> Grant:
        """Let an agency read its topic as a new user; former ones go on for the overlap at most."""
        topic, groups = self._topics.agency(agency), f"{agency}."
        await self._cluster.create([topic], partitions=1)
        former = await self._cluster.readers(topic)
        user = f"{topic}.{secrets.token_hex(_NAME_BYTES)}"
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        await self._cluster.admit(user, password, topic, groups)
        until = (now + overlap).timestamp()
        self._change({name: min(self._ends().get(name, until), until) for name in former})
        await self.expire(now)
        known = self._settings
        bootstrap = known.kafka_agency_bootstrap or known.kafka_bootstrap
        return Grant(bootstrap, user, password, topic, groups)

    async def revoke(self, agency: str) -> None:
        """Let nobody read an agency's topic; that nobody does is no trouble."""
        await self._shut_out(await self._cluster.readers(self._topics.agency(agency)))

    async def expire(self, now: datetime) -> set[str]:
        """Shut out the former users whose time is over; return their names."""
        over = {name for name, until in self._ends().items() if until <= now.timestamp()}
        await self._shut_out(over)
        return over

    async def _shut_out(self, users: set[str]) -> None:
        for user in users:
            await self._cluster.shut_out(user)
        if users:
            self._change(dict.fromkeys(users))

    def _ends(self) -> dict[str, float]:
        """Return until when each former user reads."""
        content = kept(self._settings.secrets, FILE, lambda: b"{}")
        return msgspec.json.decode(content, type=dict[str, float])

    def _change(self, ends: dict[str, float | None] | dict[str, float]) -> None:
        """Keep until when users read; None: they are forgotten."""
        with alone(self._settings.secrets):
            changed = {name: end for name, end in {**self._ends(), **ends}.items() if end}
            replaced(self._settings.secrets, FILE, msgspec.json.encode(changed))
