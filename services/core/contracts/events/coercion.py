"""Events of the family coercion (cưỡng chế).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Dong, Event, Instant, Long
from services.core.contracts.events.records import Doc

DecidedKind: TypeAlias = Literal["ACCOUNT", "INCOME", "EXPLOIT", "SEIZURE", "HANDOVER", "ACT"]
DecidedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]
DecidedImmediate: TypeAlias = Literal["DISSIPATION", "PROVISIONAL"]
DecidedException: TypeAlias = Literal["a", "b", "c", "d", "dd"]
DecidedHomeException: TypeAlias = Literal[
    "DEBTOR_AGREES", "JUDGMENT_SEIZES", "COLLATERAL", "NO_OTHER_ASSET"
]


class Decided(Event, frozen=True):
    """Coercion is decided (quyết định cưỡng chế)."""

    TYPE: ClassVar[str] = "thads.coercion.decided"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("room",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    kind: DecidedKind  #: loại — of which kind
    items: list[Long]  #: các khoản — the items of the judgment
    real_estate: bool  #: bất động sản — whether it is land or a building
    seizable: bool  #: được phép kê biên — whether it is attested that the asset may be seized
    only_home: bool  #: nhà ở duy nhất — whether it is the only home
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: DecidedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    asset: str | None = None  #: tài sản — the asset
    value: Dong | None = None  #: giá trị ước tính, đồng — the estimated value in đồng
    holder_id: str | None = None  #: nơi giữ — who holds the asset or the data
    immediate: DecidedImmediate | None = None  #: lý do cưỡng chế ngay — why it need not wait
    #: ngoại lệ vượt nghĩa vụ — the exception that allows more than is owed
    exception: DecidedException | None = None
    #: ngoại lệ nhà ở duy nhất — why the only home may be seized
    home_exception: DecidedHomeException | None = None
    person: bool | None = None  #: giao người chưa thành niên — whether a child is handed over
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


class ProtectionRequested(Event, frozen=True):
    """The police were asked to protect the coercion (đề nghị Công an bảo vệ)."""

    TYPE: ClassVar[str] = "thads.coercion.protection_requested"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HEAD": ("handler",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    police_id: str  #: đơn vị Công an — the police unit
    received_at: Instant  #: thời điểm nhận — when it was received


class ProtectionPlanned(Event, frozen=True):
    """The police's protection plan is ready (phương án bảo vệ)."""

    TYPE: ClassVar[str] = "thads.coercion.protection_planned"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "POLICE": ("asked",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    ready_at: Instant  #: thời điểm xong phương án — when the plan was ready
    document: Doc  #: văn bản — the paper


class BookingRequested(Event, frozen=True):
    """Units are asked to keep the hours free; comes before scheduling (đề nghị giữ lịch)."""

    TYPE: ClassVar[str] = "thads.coercion.booking_requested"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HEAD": ("handler",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    booking_id: str  #: mã giữ lịch — the booking
    unit_ids: list[str]  #: các đơn vị — the units asked
    starts_at: Instant  #: giờ bắt đầu — when it begins
    ends_at: Instant  #: giờ kết thúc — when it ends
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


class UnitBooked(Event, frozen=True):
    """The unit's answer, brought back by an Ask (đơn vị đã giữ lịch)."""

    TYPE: ClassVar[str] = "thads.coercion.unit_booked"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    booking_id: str  #: mã giữ lịch — the booking
    unit_id: str  #: đơn vị — the unit
    starts_at: Instant  #: giờ bắt đầu — when it begins
    ends_at: Instant  #: giờ kết thúc — when it ends
    cause_event_id: str  #: sự kiện gốc — the fact that caused it


class UnitUnavailable(Event, frozen=True):
    """The unit's answer, brought back by an Ask (đơn vị không còn lịch)."""

    TYPE: ClassVar[str] = "thads.coercion.unit_unavailable"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    booking_id: str  #: mã giữ lịch — the booking
    unit_id: str  #: đơn vị — the unit
    starts_at: Instant  #: giờ bắt đầu — when it begins
    ends_at: Instant  #: giờ kết thúc — when it ends
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    next_free: Instant | None = None  #: lúc rảnh gần nhất — when the unit is next free


class BookingCancelled(Event, frozen=True):
    """The booking is given up (bỏ giữ lịch)."""

    TYPE: ClassVar[str] = "thads.coercion.booking_cancelled"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HEAD": ("handler",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    booking_id: str  #: mã giữ lịch — the booking


ScheduledForces: TypeAlias = Literal[
    "CRIMINAL_ENFORCEMENT_POLICE", "COMMUNE_POLICE", "MILITIA", "MEDICAL", "FIRE"
]


class Scheduled(Event, frozen=True):
    """The plan is approved and the hour is fixed (by the head if force is mobilised).

    Duyệt kế hoạch, ấn định giờ cưỡng chế.
    """

    TYPE: ClassVar[str] = "thads.coercion.scheduled"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "OFFICER": ("officer",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    starts_at: Instant  #: giờ bắt đầu — when it begins
    ends_at: Instant  #: giờ kết thúc — when it ends
    commune_id: str  #: UBND xã — the commune
    force_mobilised: bool  #: có huy động lực lượng — whether force is mobilised
    forces: list[ScheduledForces]  #: lực lượng tham gia — the forces that take part
    cost_estimate: Dong  #: dự trù chi phí, đồng — the estimated cost in đồng
    real_estate: bool  #: bất động sản — whether it is land or a building
    immediate: bool  #: cưỡng chế ngay — whether it is held without waiting
    addressees: list[str]  #: nơi nhận — who is told
    booking_id: str | None = None  #: mã giữ lịch — the booking
    police_id: str | None = None  #: đơn vị Công an bảo vệ — the police unit that protects it
    plan: Doc | None = None  #: kế hoạch cưỡng chế — the plan
    #: ngày truyền thống của đối tượng chính sách — whether the sender knows it for such a day
    policy_day: bool | None = None
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


class PlanSent(Event, frozen=True):
    """The approved plan was sent to all who must know (gửi kế hoạch cưỡng chế)."""

    TYPE: ClassVar[str] = "thads.coercion.plan_sent"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HEAD": ("handler",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    addressees: list[str]  #: nơi nhận — who is told
    sent_at: Instant  #: thời điểm gửi — when it was sent


class PlanAcknowledged(Event, frozen=True):
    """An addressee acknowledged the plan (đã nhận kế hoạch)."""

    TYPE: ClassVar[str] = "thads.coercion.plan_acknowledged"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "POLICE": ("addressed",),
        "COMMUNE": ("addressed",),
        "PROCURACY": ("addressed",),
        "HOLDER": ("addressed",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    received_at: Instant  #: thời điểm nhận — when it was received
    attends: bool  #: cử người tham gia — whether somebody will attend
    contact: str | None = None  #: người liên hệ — whom to contact


PostponedReason: TypeAlias = Literal[
    "CASE_POSTPONED",
    "CASE_SUSPENDED",
    "ACT_PAUSED",
    "POLICE",
    "WEATHER",
    "HEALTH",
    "PAYMENT",
    "OTHER",
]


class Postponed(Event, frozen=True):
    """The fixed hour falls (hoãn, dời buổi cưỡng chế)."""

    TYPE: ClassVar[str] = "thads.coercion.postponed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HEAD": ("handler",),
        "PLATFORM": ("process",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    reason: PostponedReason  #: lý do hoãn — why the hour falls
    cause_event_id: str | None = None  #: sự kiện gốc — the fact that caused it


ExecutedKind: TypeAlias = Literal["ACCOUNT", "INCOME", "EXPLOIT", "SEIZURE", "HANDOVER", "ACT"]
ExecutedResult: TypeAlias = Literal["DONE", "PARTIAL"]
ExecutedResistance: TypeAlias = Literal["NONE", "OBSTRUCTION", "VIOLENCE"]


class Executed(Event, frozen=True):
    """Coercion was carried out (đã cưỡng chế)."""

    TYPE: ClassVar[str] = "thads.coercion.executed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HOLDER": ("holder",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    kind: ExecutedKind  #: loại — of which kind
    started_at: Instant  #: giờ bắt đầu thực tế — when it began
    ended_at: Instant  #: giờ kết thúc thực tế — when it ended
    result: ExecutedResult  #: kết quả — how far it was done
    resistance: ExecutedResistance  #: chống đối — whether there was resistance
    minutes: Doc  #: biên bản — the minutes
    amount: Dong | None = None  #: số tiền, đồng — the sum in đồng


FailedReason: TypeAlias = Literal["NO_FORCE", "RESISTANCE", "ABSENT", "THIRD_PARTY", "OTHER"]
FailedResistance: TypeAlias = Literal["NONE", "OBSTRUCTION", "VIOLENCE"]


class Failed(Event, frozen=True):
    """Coercion could not be carried out (không thực hiện được)."""

    TYPE: ClassVar[str] = "thads.coercion.failed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    reason: FailedReason  #: lý do — why
    resistance: FailedResistance  #: chống đối — whether there was resistance
    minutes: Doc  #: biên bản — the minutes


LiftedGround: TypeAlias = Literal["3a", "3b", "4a", "4b", "4c", "BY_LAW"]


class Lifted(Event, frozen=True):
    """Coercion ends (giải tỏa, chấm dứt cưỡng chế)."""

    TYPE: ClassVar[str] = "thads.coercion.lifted"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "PLATFORM": ("process",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    ground: LiftedGround  #: căn cứ — the ground of the law
    decision_no: str | None = None  #: số quyết định — the official number of the decision
    decided_on: date | None = None  #: ngày quyết định — the day of the decision
    signed_by: str | None = None  #: người ký — the officer who signed
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.coercion.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    coercion_id: str  #: mã việc cưỡng chế — the coercion
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = (
    Decided
    | ProtectionRequested
    | ProtectionPlanned
    | BookingRequested
    | UnitBooked
    | UnitUnavailable
    | BookingCancelled
    | Scheduled
    | PlanSent
    | PlanAcknowledged
    | Postponed
    | Executed
    | Failed
    | Lifted
)
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
