"""Events of the family deadline (thời hạn).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event, Instant
from services.core.contracts.events.records import Doc, Escalation, Pause

StartedKind: TypeAlias = Literal["duty", "period", "lead"]
StartedRuleVersion: TypeAlias = Literal["R2009", "R2015", "R2026"]


class Started(Event, frozen=True):
    """A clock started (thời hạn bắt đầu)."""

    TYPE: ClassVar[str] = "thads.deadline.started"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    start: Instant  #: bắt đầu — from when it counts
    kind: StartedKind  #: loại — duty, period or lead
    rule_version: StartedRuleVersion  #: phiên bản luật — the version of the law it keeps
    calendar_version: str  #: phiên bản lịch — the calendar it was counted by
    verified: bool  #: đã kiểm chứng — whether its rule and days were verified
    pauses: list[Pause]  #: các lần tạm ngừng — when it was halted, where it starts once more
    #: đến hạn — when the time is over; none where the law sets no number
    due: Instant | None = None
    responsible: str | None = None  #: nơi phải làm — the agency that must act
    #: lúc báo động — when its silence is alarmed, where that is not when it is due
    alarm_at: Instant | None = None
    addressee: str | None = None  #: nơi nhận — the addressee whose clock it is, where each has one


class DueSoon(Event, frozen=True):
    """The time is nearly over (sắp đến hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.due_soon"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over


class Overdue(Event, frozen=True):
    """A duty's time is over and nothing was done (quá hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.overdue"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over
    #: chuyển cấp trên — whom it reaches while nothing is done, one after another
    escalations: list[Escalation] | None = None


class Expired(Event, frozen=True):
    """A period ended (hết thời hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.expired"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over


class Stopped(Event, frozen=True):
    """The clock stopped (thời hạn dừng)."""

    TYPE: ClassVar[str] = "thads.deadline.stopped"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    by_event_id: str  #: sự kiện tác động — the fact that did it
    late: bool  #: có trễ hạn không — whether that came too late
    #: đến hạn — when the time was over; none where the law sets no number
    due: Instant | None = None
    done_at: Instant | None = None  #: lúc thực hiện — when that was done, as it counts


ExtendedGround: TypeAlias = Literal["COMPLEX", "REMOTE", "CALENDAR"]


class Extended(Event, frozen=True):
    """The clock is extended by the responsible signer, or by a calendar change (gia hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.extended"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "COURT": ("responsible",),
        "HEAD": ("responsible",),
        "VP_HEAD": ("responsible",),
        "CENTRAL_BODY": ("responsible",),
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over
    new_due: Instant  #: hạn mới — when the time is over now
    ground: ExtendedGround  #: lý do — why it is longer
    calendar_version: str | None = None  #: phiên bản lịch — the calendar it was counted by
    #: việc đã thực hiện — the act was done before it was reported; the signed paper proves it
    already_done: bool | None = None
    document: Doc | None = None  #: văn bản đã ký — the signed paper


class Paused(Event, frozen=True):
    """The clock does not run for a while (tạm ngừng thời hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.paused"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over
    by_event_id: str  #: sự kiện tác động — the fact that did it


class Resumed(Event, frozen=True):
    """The clock runs again (thời hạn chạy lại)."""

    TYPE: ClassVar[str] = "thads.deadline.resumed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over
    by_event_id: str  #: sự kiện tác động — the fact that did it
    new_due: Instant  #: hạn mới — when the time is over now


class Cancelled(Event, frozen=True):
    """What the clock watched fell away (hủy thời hạn)."""

    TYPE: ClassVar[str] = "thads.deadline.cancelled"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    by_event_id: str  #: sự kiện tác động — the fact that did it
    #: đến hạn — when the time was over; none where the law sets no number
    due: Instant | None = None


class Withdrawn(Event, frozen=True):
    """A late proof openly withdrew an overdue or expired fact (rút ghi nhận)."""

    TYPE: ClassVar[str] = "thads.deadline.withdrawn"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    watched: str  #: đối tượng theo dõi — the part whose clock it is
    clock_id: str  #: mã thời hạn — the clock
    rule_id: str  #: quy tắc — the rule
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    due: Instant  #: đến hạn — when the time is over
    withdrawn_event_id: str  #: sự kiện bị rút — the fact that no longer holds
    by_event_id: str  #: sự kiện tác động — the fact that did it
    done_at: Instant | None = None  #: lúc thực hiện — when that was done, as it counts


Claim: TypeAlias = DueSoon | Overdue | Expired | Extended
"""What agencies may submit."""

Fact: TypeAlias = Claim | Started | Stopped | Paused | Resumed | Cancelled | Withdrawn
"""What may be recorded."""
