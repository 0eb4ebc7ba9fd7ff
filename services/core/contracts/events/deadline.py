"""Events of the family deadline (thời hạn).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import ClassVar, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import Event, Instant


class Overdue(Event, frozen=True):
    """A duty's time is over and nothing was done (quá hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.overdue"
    MODE: ClassVar[Mode] = "done"

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over


class Expired(Event, frozen=True):
    """A period ended (hết thời hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.expired"
    MODE: ClassVar[Mode] = "done"

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over


Claim: TypeAlias = Overdue | Expired
"""What agencies may submit."""

Fact: TypeAlias = Claim
"""What may be recorded."""
