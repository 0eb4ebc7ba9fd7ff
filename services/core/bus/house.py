"""What all lanes of a service in a process share. `lane` and `life` are its readers."""

from collections.abc import Callable

from msgspec import Struct

from services.core.bus.clients import Clients
from services.core.bus.crashpoints import Reached
from services.core.bus.deciding import Deciding
from services.core.bus.deploy_guard import DeployGuard
from services.core.bus.service import Service, Topics
from services.core.clock import Clock
from services.core.contracts.family import Directory
from services.core.settings import Settings


class House(Struct, frozen=True, kw_only=True):
    """What all lanes of a service in a process share."""

    settings: Settings
    service: Service
    topics: Topics
    deciding: Deciding
    clock: Clock
    directory: Callable[[], Directory]
    guard: DeployGuard
    clients: Clients
    owner: str
    reached: Reached

    def lane_name(self, partition: int) -> str:
        """How the lane signs its records."""
        return f"{self.service.name}/{partition}"

    @property
    def claim_topics(self) -> frozenset[str]:
        """Where claims for this service arrive."""
        return frozenset(self.topics.submissions(each.name) for each in self.service.families)

    def keeps_foreign(self, topic: str) -> bool:
        """Whether a record there that is not ours becomes a letter of this service.

        One service keeps it: who takes the claims, or who archives the facts. Others count it.
        """
        view = self.service.view
        archived = view.families if view is not None and view.keeps_foreign else ()
        return topic in self.claim_topics or topic in {self.topics.events(f) for f in archived}

    @property
    def heard_topics(self) -> tuple[str, ...]:
        """Where the facts stand that its families and its view hear."""
        view = self.service.view
        shown = view.topics(self.topics) if view else set()
        return tuple(sorted(self.deciding.heard_topics | shown))
