"""Events of the family delivery (giao nhận).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event, Instant

DeliveredWay: TypeAlias = Literal["PULL", "STREAM", "WEBHOOK", "TOPIC"]


class Delivered(Event, frozen=True):
    """A fact was delivered to a subscriber (đã giao)."""

    TYPE: ClassVar[str] = "thads.delivery.delivered"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    delivered_part: str  #: đối tượng của dữ kiện đã giao — the part of which the fact speaks
    event_id: str  #: dữ kiện đã giao — the fact
    to_agency: str  #: cơ quan nhận — the agency that received it
    delivered_at: Instant  #: thời điểm nhận — when its receipt was confirmed
    way: DeliveredWay  #: cách giao — how it was delivered


class Acknowledged(Event, frozen=True):
    """A named officer acknowledged a delivered fact (cán bộ đã nhận)."""

    TYPE: ClassVar[str] = "thads.delivery.acknowledged"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("delivered",),
        "HEAD": ("delivered",),
        "OFFICER": ("delivered",),
        "CASHIER": ("delivered",),
        "VP_HEAD": ("delivered",),
        "BAILIFF": ("delivered",),
        "PROCURACY": ("delivered",),
        "POLICE": ("delivered",),
        "COMMUNE": ("delivered",),
        "FRONT": ("delivered",),
        "HOLDER": ("delivered",),
        "EXIT_CONTROL": ("delivered",),
        "VALUER": ("delivered",),
        "AUCTIONEER": ("delivered",),
        "CENTRAL_BODY": ("delivered",),
    }

    delivered_part: str  #: đối tượng của dữ kiện đã giao — the part of which the fact speaks
    event_id: str  #: dữ kiện đã giao — the fact
    officer_id: str  #: cán bộ nhận — the officer who acknowledges it
    acknowledged_at: Instant  #: thời điểm cán bộ nhận — when the officer acknowledged it


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.delivery.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    delivered_part: str  #: đối tượng của dữ kiện đã giao — the part of which the fact speaks
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = Delivered | Acknowledged
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
