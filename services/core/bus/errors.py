"""What can go wrong on a lane, and what follows from it.

    BusError
      + Doubt             memory may differ from the database: recover and go on (B6)
      |   + LeaseLost     another process owns the lane now
      |   + Unsent        Kafka did not confirm what was sent
      |   + AccessRefused the server does not know who asks, or not with that password
      |   + TooSlow       a transaction took longer than it may: try fewer records at once (B10)
      + Halt              going on could do harm: stop, red, until a person acts
      |   + HistoryRewritten, DatabaseRestored, OutboxHole, ForeignCluster, Unsendable,
      |     BadDeploy, StateTooNew, UnexpectedFailure
      + Gap               a number is missing: apply nothing, look ahead for it (B3)
      + HistoryIncomplete what stands under a key is no whole history: nothing is undone there (B8)
      + FamilyError       a family broke its contract: the record becomes a dead letter (B8)

Errors of PostgreSQL and Kafka are sorted into these in `postgres.sorted_error` and `kafka`.
"""

import asyncio
from typing import Final

_EXITS: Final = (asyncio.CancelledError, KeyboardInterrupt, SystemExit)
_LONGEST: Final = 2_000  #: characters of a message; some bear the whole value that they complain of


class BusError(Exception):
    """Root of the bus's errors; the message says what, where, expected, found, and what to do."""


class Doubt(BusError):
    """Whether the last step took effect is unknown; the lane drops its memory and recovers."""


class TooSlow(Doubt):
    """A transaction took longer than it may, so the database has cancelled it."""


class AccessRefused(Doubt):
    """PostgreSQL refuses the user or the password: waiting alone mends nothing."""


class LeaseLost(Doubt):
    """The lane row bears another epoch or position: another process decides here now."""


class Unsent(Doubt):
    """Kafka refused or did not confirm a batch; the database knows what is to be sent again."""


class Halt(BusError):
    """The lane stands still, alive and red, until a person has looked."""


class HistoryRewritten(Halt):
    """A record does not fit the chain of its lane: the topic was changed after the fact."""


class DatabaseRestored(Halt):
    """Kafka holds records of this lane which the database does not know."""


class OutboxHole(Halt):
    """Records between the last number sent and the last number given are missing."""


class ForeignCluster(Halt):
    """The cluster or a topic is not the one that the stored positions belong to."""


class Unsendable(Halt):
    """Kafka refuses a record in a way that trying again cannot mend."""


class BadDeploy(Halt):
    """So many records fail that the code is to blame, not the records (B9)."""


class StateTooNew(Halt):
    """The stored states were written by newer code than this."""


class UnexpectedFailure(Halt):
    """What the code does not foresee was raised again and again, and no record could be blamed."""


class Gap(BusError):
    """A number is missing between what was heard of a lane and what stands next in the topic."""

    def __init__(
        self, topic: str, partition: int, offset: int, lane: str, expected: int, found: int
    ) -> None:
        super().__init__(
            f"{topic}[{partition}]@{offset}: of lane {lane} number {expected} is missing, "
            f"found {found}; nothing is applied until it turns up further on"
        )
        self.topic, self.partition, self.offset, self.lane = topic, partition, offset, lane
        self.expected, self.found = expected, found


class HistoryIncomplete(BusError):
    """What stands under a key does not make a whole history: a record is missing."""


class FamilyError(BusError):
    """A family answered against its contract."""


def is_exit(error: BaseException) -> bool:
    """Whether an exception ends a task or the process, so that nobody may take it for a failure."""
    return isinstance(error, _EXITS)


def described(error: BaseException) -> str:
    """Return type and message of any exception, as a log and a text of PostgreSQL can hold them."""
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001  an exception's own code may be what is wrong
        message = f"its message raised {type(broken).__name__}"
    if len(message) > _LONGEST:
        message = f"{message[:_LONGEST]}… ({len(message):,} characters)"
    text = f"{type(error).__name__}: {message}".replace("\0", " ")
    return text.encode(errors="replace").decode()
