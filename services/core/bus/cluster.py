"""Topics, users and rights, through librdkafka's admin client: aiokafka has only topics.

The only module that uses confluent-kafka; its futures are waited for in a thread.
"""

import asyncio
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from confluent_kafka import KafkaException, TopicCollection, admin
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from msgspec import Struct

from services.core.bus.errors import Doubt
from services.core.bus.users import User
from services.core.settings import Settings

_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.05
_FAILURES: Final = (KafkaException, TimeoutError)  #: a broker that stands still raises nothing
_TOPIC: Final = {
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
    "max.message.bytes": "1048576",
}
_kafka: Final[Any] = admin  #: its types neither export these classes nor know None as "any"
_ITERATIONS: Final = 4096  #: of SCRAM; Kafka takes no fewer


class Origin(Struct, frozen=True):
    """Which cluster and topic stored positions and numbers belong to."""

    cluster_id: str
    topic_id: str
    partitions: int


class Cluster:
    """An admin's view of the cluster. Every call may raise Doubt: the broker did not answer."""

    def __init__(self, settings: Settings) -> None:
        if not settings.kafka_password:
            raise Doubt(
                f"Kafka on {settings.kafka_bootstrap}: no password of its user is known; it is "
                f"read from the home {settings.home}, or from LIENTHONG_KAFKA_PASSWORD"
            )
        self._bootstrap = settings.kafka_bootstrap
        self._admin = self._signed_in(settings.kafka_user, settings.kafka_password)

    def _signed_in(self, user: str, password: str) -> AdminClient:
        return AdminClient(
            {
                "bootstrap.servers": self._bootstrap,
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": user,
                "sasl.password": password,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            },
            logger=None,
        )

    async def create(self, topics: Iterable[str], partitions: int, replicas: int = 1) -> list[str]:
        """Create the topics that are missing and return their names. Nothing is ever deleted."""
        wanted = sorted(set(topics))
        return await asyncio.to_thread(self._create, wanted, partitions, replicas)

    def _create(self, wanted: Sequence[str], partitions: int, replicas: int) -> list[str]:
        try:
            present = set(self._admin.list_topics(timeout=_SECONDS).topics)
            missing = [
                NewTopic(name, partitions, replicas, config=_TOPIC)
                for name in wanted
                if name not in present
            ]
            for name, future in self._admin.create_topics(missing).items() if missing else ():
                try:
                    future.result(_SECONDS)
                except KafkaException as error:
                    if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                        raise Doubt(f"topic {name}: {error}") from error
        except _FAILURES as error:
            raise Doubt(f"Kafka does not answer: {error}") from error
        return [topic.topic for topic in missing]

    async def origins(self, topics: Iterable[str]) -> dict[str, Origin]:
        """Return the identity of each topic that exists."""
        return await asyncio.to_thread(self._origins, sorted(set(topics)))

    def _origins(self, topics: list[str]) -> dict[str, Origin]:
        origins: dict[str, Origin] = {}
        try:
            cluster = self._admin.describe_cluster().result(_SECONDS).cluster_id
            described: dict[str, Any] = self._admin.describe_topics(TopicCollection(topics))
            for name, future in described.items():
                topic = future.result(_SECONDS)
                origins[name] = Origin(cluster, str(topic.topic_id), len(topic.partitions))
        except _FAILURES as error:
            raise Doubt(f"Kafka does not tell who it is: {error}") from error
        return origins

    async def employ(self, users: Iterable[User]) -> int:
        """Give each user of the house his password and rights; return how many rights were missing.

        There is one user at least. Nothing is taken away: whoever is to lose a right loses it by
        hand.
        """
        return await asyncio.to_thread(self._employ, list(users))

    def _employ(self, users: Sequence[User]) -> int:
        wanted = {right for user in users for right in _rights(user)}
        try:
            missing = list(
                wanted.difference(self._admin.describe_acls(_anything()).result(_SECONDS))
            )
            self._give(missing, [_password(user.name, user.password) for user in users])
        except _FAILURES as error:
            raise Doubt(f"Kafka does not take the users of the house: {error}") from error
        return len(missing)

    async def admit(self, user: str, password: str, topic: str, groups: str) -> None:
        """Let a user read one topic, in consumer groups that begin so, and do nothing else.

        The user is made, or gets the new password; both are in force when this returns. Reading
        includes describing.
        """
        await asyncio.to_thread(self._admit, user, password, topic, groups)

    def _admit(self, user: str, password: str, topic: str, groups: str) -> None:
        literal, prefixed = _kafka.ResourcePatternType.LITERAL, _kafka.ResourcePatternType.PREFIXED
        rights = [
            _may_read(user, _kafka.ResourceType.TOPIC, topic, literal),
            _may_read(user, _kafka.ResourceType.GROUP, groups, prefixed),
        ]
        try:
            self._give(rights, [_password(user, password)])
            self._see_in(user, password, topic)
        except _FAILURES as error:
            raise Doubt(f"Kafka does not let {user} in: {error}") from error

    def _see_in(self, user: str, password: str, topic: str) -> None:
        """Wait until the broker knows what the controller has taken, and shows the user the topic.

        The client tries again by itself while its password is refused.
        """
        client = self._signed_in(user, password)
        deadline = time.monotonic() + _SECONDS
        while (left := deadline - time.monotonic()) > 0:
            refused = client.list_topics(topic, timeout=left).topics[topic].error
            if refused is None or refused.name() != "TOPIC_AUTHORIZATION_FAILED":
                return
            time.sleep(_LOOK_SECONDS)
        raise TimeoutError(f"the right to read {topic} is not in force after {_SECONDS} s")

    def _give(self, rights: list[Any], passwords: list[Any]) -> None:
        """Make rights, of which there may be none, and then passwords, of which there are some."""
        for made in self._admin.create_acls(rights).values() if rights else ():
            made.result(_SECONDS)
        for changed in self._admin.alter_user_scram_credentials(passwords).values():
            changed.result(_SECONDS)

    async def shut_out(self, user: str) -> None:
        """Take a user's rights away, and his password; that there are none is no trouble.

        He gets a password that nobody knows. Kafka 4.3 that was told to delete one user knows
        none at all after its next start: everybody's password is refused.
        """
        await asyncio.to_thread(self._shut_out, user)

    def _shut_out(self, user: str) -> None:
        try:
            for deleted in self._admin.delete_acls([_anything(f"User:{user}")]).values():
                deleted.result(_SECONDS)
            known: dict[str, Any] = self._admin.describe_user_scram_credentials([user])  # type: ignore[assignment]
            known[user].result(_SECONDS)
            self._give([], [_password(user, secrets.token_urlsafe())])
        except KafkaException as error:
            if error.args[0].name() != "RESOURCE_NOT_FOUND":
                raise Doubt(f"Kafka does not shut {user} out: {error}") from error
        except TimeoutError as error:
            raise Doubt(f"Kafka does not shut {user} out: {error}") from error

    async def admitted(self) -> set[str]:
        """Return every topic that some user was let read by its own name."""
        return {str(each.name) for each in await asyncio.to_thread(self._reading, None)}

    async def readers(self, topic: str) -> set[str]:
        """Return every user that was let read a topic by its own name."""
        found = await asyncio.to_thread(self._reading, topic)
        return {str(each.principal).removeprefix("User:") for each in found}

    def _reading(self, topic: str | None) -> list[Any]:
        reading = _kafka.AclBindingFilter(
            _kafka.ResourceType.TOPIC,
            topic,
            _kafka.ResourcePatternType.LITERAL,
            None,
            None,
            _kafka.AclOperation.READ,
            _kafka.AclPermissionType.ALLOW,
        )
        try:
            return list(self._admin.describe_acls(reading).result(_SECONDS))
        except _FAILURES as error:
            raise Doubt(f"Kafka does not tell who may read what: {error}") from error


def _password(user: str, password: str) -> Any:
    scram = _kafka.ScramCredentialInfo(_kafka.ScramMechanism.SCRAM_SHA_512, _ITERATIONS)
    return _kafka.UserScramCredentialUpsertion(user, scram, password.encode())


def _anything(principal: str | None = None) -> Any:
    """Every right, of one user or of all."""
    return _kafka.AclBindingFilter(
        _kafka.ResourceType.ANY,
        None,
        _kafka.ResourcePatternType.ANY,
        principal,
        None,
        _kafka.AclOperation.ANY,
        _kafka.AclPermissionType.ANY,
    )


def _rights(user: User) -> Iterable[Any]:
    literal, prefixed = _kafka.ResourcePatternType.LITERAL, _kafka.ResourcePatternType.PREFIXED
    for right in user.rights:
        yield _may(
            user.name,
            _kafka.AclOperation[right.act.upper()],
            _kafka.ResourceType["BROKER" if right.of == "cluster" else right.of.upper()],
            right.name,
            literal if right.of == "cluster" else prefixed,
        )


def _may_read(user: str, what: Any, name: str, pattern: Any) -> Any:
    return _may(user, _kafka.AclOperation.READ, what, name, pattern)


def _may(user: str, operation: Any, what: Any, name: str, pattern: Any) -> Any:
    allow = _kafka.AclPermissionType.ALLOW
    return _kafka.AclBinding(what, name, pattern, f"User:{user}", "*", operation, allow)
