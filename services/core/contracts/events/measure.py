"""Events of the family measure (biện pháp bảo đảm).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from msgspec import field

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Dong, Event, Instant
from services.core.contracts.events.records import Doc

MinutedKind: TypeAlias = Literal["BLOCK", "SEIZE"]


class Minuted(Event, frozen=True):
    """Urgent minutes of blockade or seizure were drawn (lập biên bản khẩn cấp)."""

    TYPE: ClassVar[str] = "thads.measure.minuted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    measure_id: str  #: mã biện pháp bảo đảm — the measure
    kind: MinutedKind  #: loại — of which kind
    holder_id: str  #: nơi giữ — who holds the asset or the data
    minuted_at: Instant  #: thời điểm lập biên bản — when the minutes were drawn


OrderedKind: TypeAlias = Literal["BLOCK", "STOP_TRANSFER", "SEIZE", "EXIT_BAN"]
OrderedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Ordered(Event, frozen=True):
    """A security measure is ordered (quyết định áp dụng biện pháp bảo đảm)."""

    TYPE: ClassVar[str] = "thads.measure.ordered"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("room",),
        "HEAD": ("handler",),
    }

    measure_id: str  #: mã biện pháp bảo đảm — the measure
    kind: OrderedKind  #: loại — of which kind
    holder_id: str  #: nơi giữ — who holds the asset or the data
    subject: str  #: người bị áp dụng — the party it concerns
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: OrderedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    amount: Dong | None = None  #: số tiền, đồng — the sum in đồng
    #: thuộc trường hợp không được tạm hoãn xuất cảnh — whether the law excludes an exit ban here
    exit_ban_excluded: bool | None = None
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


NotifiedAs: TypeAlias = Literal["HOLDER", "EXIT_CONTROL", "PROCURACY", "DEBTOR", "CREDITOR"]
NotifiedMethod: TypeAlias = Literal["DIGITAL", "IN_PERSON", "POST"]


class Notified(Event, frozen=True):
    """The measure was notified to holder, procuracy or, once executed, to a party.

    Thông báo biện pháp bảo đảm.
    """

    TYPE: ClassVar[str] = "thads.measure.notified"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "HEAD": ("handler",),
    }

    measure_id: str  #: mã biện pháp bảo đảm — the measure
    document_event_id: str  #: dữ kiện của văn bản — the fact whose paper it is
    addressee: str  #: người nhận — who was told
    as_: NotifiedAs = field(name="as")  #: tư cách — in what capacity the addressee was told
    method: NotifiedMethod  #: cách thức — how
    valid_at: Instant  #: thời điểm thông báo hợp lệ — when the notice counted


ExecutedResult: TypeAlias = Literal["DONE", "PARTIAL", "NOTHING"]


class Executed(Event, frozen=True):
    """The measure was carried out (đã thực hiện biện pháp bảo đảm)."""

    TYPE: ClassVar[str] = "thads.measure.executed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HOLDER": ("holder",),
        "EXIT_CONTROL": ("holder",),
        "OFFICER": ("officer",),
    }

    measure_id: str  #: mã biện pháp bảo đảm — the measure
    executed_at: Instant  #: thời điểm thực hiện — when it was carried out
    result: ExecutedResult  #: kết quả — how far it was done


LiftedGround: TypeAlias = Literal["a", "b", "c", "d", "BY_LAW"]


class Lifted(Event, frozen=True):
    """The measure ends (chấm dứt biện pháp bảo đảm)."""

    TYPE: ClassVar[str] = "thads.measure.lifted"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("room",),
        "HEAD": ("handler",),
        "PLATFORM": ("process",),
    }

    measure_id: str  #: mã biện pháp bảo đảm — the measure
    ground: LiftedGround  #: căn cứ — the ground of the law
    decision_no: str | None = None  #: số quyết định — the official number of the decision
    decided_on: date | None = None  #: ngày quyết định — the day of the decision
    signed_by: str | None = None  #: người ký — the officer who signed
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.measure.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    measure_id: str  #: mã biện pháp bảo đảm — the measure
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = Minuted | Ordered | Notified | Executed | Lifted
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
