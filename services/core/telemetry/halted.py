"""A lane that stands still until a person acts, as probes, the status and pages show it.

The full reason may quote data of a record, so it is for operators alone. What anybody may read is
one fixed sentence for each kind.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

_SENTENCES: Final = {
    "BadDeploy": "so many records fail that the code is to blame",
    "DatabaseRestored": "the database is older than Kafka",
    "ForeignCluster": "Kafka is not the cluster that the stored positions belong to",
    "Gap": "a record is missing in a topic",
    "HistoryRewritten": "a topic was changed after the fact",
    "OutboxHole": "records that were never sent are missing in the database",
    "StateTooNew": "newer code has written the stored states",
    "UnexpectedFailure": "the code fails again and again, whatever the record",
    "Unsendable": "Kafka refuses a record for good",
}
_OTHER: Final = "the code fails in a way that it does not foresee"


class Halted(Struct, frozen=True):
    """A lane that stands still; without a number, all lanes of a service."""

    service: str
    lane: int | None
    kind: str  #: as the error tree of the bus names it
    why: str  #: for operators alone
    since: datetime | None = None  #: where the database tells

    @property
    def name(self) -> str:
        """The lane as it signs its records, or the service."""
        return self.service if self.lane is None else f"{self.service}/{self.lane}"

    @property
    def sentence(self) -> str:
        """Why, without anything of a record."""
        return _SENTENCES.get(self.kind, _OTHER)
