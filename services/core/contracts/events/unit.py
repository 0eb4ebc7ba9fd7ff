"""Events of the family unit (lịch của đơn vị).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import ClassVar, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event, Instant


class Booked(Event, frozen=True):
    """The hours are kept (as a claim, the Ask of a coercion) (đã giữ lịch)."""

    TYPE: ClassVar[str] = "thads.unit.booked"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    unit_id: str  #: mã đơn vị — the unit whose diary it is
    booking_id: str  #: mã giữ lịch — the booking
    coercion_id: str  #: việc cưỡng chế — the coercion that asks
    starts_at: Instant  #: giờ bắt đầu — when it begins
    ends_at: Instant  #: giờ kết thúc — when it ends


class BookingRefused(Event, frozen=True):
    """The hours were taken (a fact that answers, not a refusal) (không giữ được lịch)."""

    TYPE: ClassVar[str] = "thads.unit.booking_refused"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    unit_id: str  #: mã đơn vị — the unit whose diary it is
    booking_id: str  #: mã giữ lịch — the booking
    coercion_id: str  #: việc cưỡng chế — the coercion that asks
    starts_at: Instant  #: giờ bắt đầu — when it begins
    ends_at: Instant  #: giờ kết thúc — when it ends
    next_free: Instant | None = None  #: lúc rảnh gần nhất — when the unit is next free


class Released(Event, frozen=True):
    """The hours are free again (bỏ giữ lịch)."""

    TYPE: ClassVar[str] = "thads.unit.released"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    unit_id: str  #: mã đơn vị — the unit whose diary it is
    booking_id: str  #: mã giữ lịch — the booking
    coercion_id: str  #: việc cưỡng chế — the coercion that asks


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.unit.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    unit_id: str  #: mã đơn vị — the unit whose diary it is
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = Booked | Released
"""What agencies may submit."""

Fact: TypeAlias = Claim | BookingRefused | IrregularityNoted
"""What may be recorded."""
