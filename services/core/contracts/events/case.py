"""Events of the family case (việc thi hành án).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from msgspec import field

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Dong, Event, Instant, Long
from services.core.contracts.events.records import Doc

RequestedChannel: TypeAlias = Literal["DIGITAL", "IN_PERSON", "ORAL", "POST"]


class Requested(Event, frozen=True):
    """A party asked for enforcement (yêu cầu thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.requested"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PARTY": ("channel", "portal", "office_of_place"),
    }

    case_id: str  #: mã việc thi hành án — the case
    items: list[Long]  #: các khoản — the items of the judgment
    requester: str  #: người yêu cầu — the party that asks
    channel: RequestedChannel  #: cách nộp — how it was handed in
    received_on: date  #: ngày nhận — the day it was received
    previous_case_id: str | None = None  #: việc trước đó — the case before this one
    #: cơ quan hoặc văn phòng được yêu cầu thi hành — the office that is asked to carry it out
    to_agency: str | None = None


class ChannelChanged(Event, frozen=True):
    """A party acts through another channel from now on (đổi kênh của đương sự)."""

    TYPE: ClassVar[str] = "thads.case.channel_changed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PARTY": ("channel",),
        "CENTRAL_BODY": ("managing",),
    }

    case_id: str  #: mã việc thi hành án — the case
    party: str  #: đương sự — the party
    channel_id: str  #: kênh mới — the agency through which the party acts from now on
    changed_on: date  #: ngày đổi — the day of the change
    document: Doc  #: đề nghị của đương sự — the party's signed wish


RequestDeclinedGround: TypeAlias = Literal["a", "b", "c", "d", "dd"]
RequestDeclinedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class RequestDeclined(Event, frozen=True):
    """The request is declined (từ chối yêu cầu thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.request_declined"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    ground: RequestDeclinedGround  #: căn cứ — the ground of the law
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: RequestDeclinedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


DecidedInitiative: TypeAlias = Literal["EX_OFFICIO", "ON_REQUEST"]
DecidedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Decided(Event, frozen=True):
    """Enforcement is decided; one decision is one case (quyết định thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.decided"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    items: list[Long]  #: các khoản — the items of the judgment
    initiative: DecidedInitiative  #: chủ động hoặc theo yêu cầu — ex officio or on request
    debtor: str  #: người phải thi hành án — the party who owes
    provisional: bool  #: tạm thời — of a provisional measure
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: DecidedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    amount: Dong | None = None  #: số tiền, đồng — the sum in đồng
    previous_case_id: str | None = None  #: việc trước đó — the case before this one
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


class Moved(Event, frozen=True):
    """The state of the case changed; other families hear this and nothing else for it.

    Chuyển trạng thái.
    """

    TYPE: ClassVar[str] = "thads.case.moved"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    case_id: str  #: mã việc thi hành án — the case
    from_state: str  #: trạng thái trước — the state before
    to_state: str  #: trạng thái sau — the state after
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    #: các đương sự của bản án, khi việc được mở — the parties of the judgment, when the case is
    #: opened
    parties: list[str] | None = None


class OfficerAssigned(Event, frozen=True):
    """An officer is assigned (phân công chấp hành viên)."""

    TYPE: ClassVar[str] = "thads.case.officer_assigned"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    officer_id: str  #: chấp hành viên — the officer
    assigned_at: Instant  #: thời điểm phân công — when the officer was assigned
    #: không có xung đột lợi ích — whether it is attested that no conflict of interest stands
    no_conflict: bool
    provisional: bool  #: tạm thời — of a provisional measure
    reason: str | None = None  #: lý do — why
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


NotifiedNotice: TypeAlias = Literal[
    "ENFORCEMENT_DECISION",
    "OTHER_DECISION",
    "UNENFORCEABLE",
    "POSTPONEMENT",
    "SUSPENSION",
    "RESUMPTION",
    "TERMINATION",
    "COERCION_DECISION",
    "SEIZURE_NOTICE",
    "COST_NOTICE",
    "PRICE",
    "PRIORITY_RIGHT",
    "REQUEST_RETURNED",
    "SUMMONS",
]
NotifiedAs: TypeAlias = Literal[
    "DEBTOR", "CREDITOR", "INTERESTED", "PRIORITY", "PROCURACY", "COMMUNE", "HOLDER"
]
NotifiedMethod: TypeAlias = Literal["DIGITAL", "IN_PERSON", "POST", "OFFICE", "POSTING", "MEDIA"]


class Notified(Event, frozen=True):
    """A paper was validly notified or sent (thông báo hợp lệ, gửi văn bản)."""

    TYPE: ClassVar[str] = "thads.case.notified"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
        "COMMUNE": ("place",),
    }

    case_id: str  #: mã việc thi hành án — the case
    document_event_id: str  #: dữ kiện của văn bản — the fact whose paper it is
    notice: NotifiedNotice  #: loại văn bản — which paper
    addressee: str  #: người nhận — who was told
    as_: NotifiedAs = field(name="as")  #: tư cách — in what capacity the addressee was told
    method: NotifiedMethod  #: cách thức — how
    valid_on: date  #: ngày thông báo hợp lệ — the day from which the notice counts
    provisional: bool | None = None  #: tạm thời — of a provisional measure
    movable: bool | None = None  #: động sản — whether the thing is movable
    proof: Doc | None = None  #: biên bản tống đạt — the proof of service


PersuasionRecordedParticipants: TypeAlias = Literal[
    "OFFICER", "COMMUNE", "FRONT", "POLICE", "PROCURACY", "DEBTOR", "CREDITOR", "FAMILY"
]
PersuasionRecordedOutcome: TypeAlias = Literal["COMMITTED", "REFUSED", "ABSENT"]


class PersuasionRecorded(Event, frozen=True):
    """Persuasion was recorded (giáo dục, thuyết phục)."""

    TYPE: ClassVar[str] = "thads.case.persuasion_recorded"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "COMMUNE": ("place",),
        "FRONT": ("place",),
    }

    case_id: str  #: mã việc thi hành án — the case
    held_on: date  #: ngày thuyết phục — the day it was held
    participants: list[PersuasionRecordedParticipants]  #: thành phần — who took part
    outcome: PersuasionRecordedOutcome  #: kết quả — what came of it
    promised: Dong | None = None  #: số tiền cam kết, đồng — the sum promised, in đồng
    promised_by: date | None = None  #: hạn cam kết — the day by which it was promised


class Agreed(Event, frozen=True):
    """The parties agreed on how to perform (thỏa thuận thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.agreed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
    }

    case_id: str  #: mã việc thi hành án — the case
    items: list[Long]  #: các khoản — the items of the judgment
    terms: Doc  #: nội dung thỏa thuận — what was agreed
    perform_by: date  #: hạn thực hiện — the day by which they perform


class Performed(Event, frozen=True):
    """Performed directly between the parties (tự thi hành ngoài quỹ)."""

    TYPE: ClassVar[str] = "thads.case.performed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
    }

    case_id: str  #: mã việc thi hành án — the case
    items: list[Long]  #: các khoản — the items of the judgment
    performed_on: date  #: ngày thực hiện — the day it was performed
    evidence: Doc  #: chứng cứ — the evidence
    amount: Dong | None = None  #: số tiền, đồng — the sum in đồng


VerifiedFinding: TypeAlias = Literal["CONDITIONS_FOUND", "NO_CONDITIONS", "ADDRESS_UNKNOWN"]


class Verified(Event, frozen=True):
    """The debtor's means were verified (xác minh điều kiện thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.verified"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
    }

    case_id: str  #: mã việc thi hành án — the case
    verified_on: date  #: ngày xác minh — the day of the verification
    finding: VerifiedFinding  #: kết luận xác minh — what was found
    minutes: Doc  #: biên bản — the minutes


NewInformationReceivedAbout: TypeAlias = Literal[
    "CONDITIONS", "CONFLICTING_RESULT", "PROTESTED_RESULT", "LEGAL_CONDITION"
]


class NewInformationReceived(Event, frozen=True):
    """New information was received (nhận thông tin mới)."""

    TYPE: ClassVar[str] = "thads.case.new_information_received"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PARTY": ("channel", "portal", "handler"),
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
        "HOLDER": ("asked",),
        "COMMUNE": ("place",),
        "POLICE": ("asked", "place"),
        "PROCURACY": ("procuracy",),
        "COURT": ("origin", "above"),
        "FRONT": ("place",),
    }

    case_id: str  #: mã việc thi hành án — the case
    received_on: date  #: ngày nhận — the day it was received
    about: NewInformationReceivedAbout  #: về việc — what it is about


GroundFoundCallsFor: TypeAlias = Literal[
    "POSTPONE",
    "SUSPEND",
    "RESUME",
    "UNENFORCEABLE",
    "TERMINATE",
    "END_PROVISIONAL",
    "ENTRUST",
    "RECALL_TERMINATION",
    "END_SECURITY",
    "LIFT_SEIZURE",
    "END_EXPLOITATION",
    "SEPARATE_LEDGER",
]


class GroundFound(Event, frozen=True):
    """A ground arose that calls for a decision (phát sinh căn cứ)."""

    TYPE: ClassVar[str] = "thads.case.ground_found"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
        "COURT": ("origin", "above"),
        "PROCURACY": ("procuracy",),
        "PLATFORM": ("process",),
    }

    case_id: str  #: mã việc thi hành án — the case
    calls_for: list[GroundFoundCallsFor]  #: việc cần quyết định — the decisions it calls for
    ground: str  #: căn cứ — the ground of the law
    arose_on: date  #: ngày phát sinh — the day it arose
    provisional: bool  #: tạm thời — of a provisional measure
    document: Doc | None = None  #: văn bản — the paper
    cause_event_id: str | None = None  #: sự kiện gốc — the fact that caused it


DeclaredUnenforceableGround: TypeAlias = Literal["a", "b", "c", "d", "dd", "e", "g", "h"]
DeclaredUnenforceableCycle: TypeAlias = Literal["SIX_MONTHS", "YEAR"]
DeclaredUnenforceableCapacity: TypeAlias = Literal[
    "HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"
]


class DeclaredUnenforceable(Event, frozen=True):
    """The case is declared without conditions for now.

    Quyết định về việc chưa có điều kiện thi hành án.
    """

    TYPE: ClassVar[str] = "thads.case.declared_unenforceable"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    ground: DeclaredUnenforceableGround  #: căn cứ — the ground of the law
    ground_on: date  #: ngày có căn cứ — the day the ground stood
    verification_id: str  #: kết quả xác minh — the verification it rests on
    cycle: DeclaredUnenforceableCycle  #: chu kỳ xác minh lại — how often means are verified again
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: DeclaredUnenforceableCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


class Published(Event, frozen=True):
    """Published on the portal and sent for posting (công khai người chưa có điều kiện)."""

    TYPE: ClassVar[str] = "thads.case.published"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    portal_at: Instant  #: thời điểm trên cổng — when the portal showed or dropped it
    commune_id: str  #: UBND xã — the commune


class Unpublished(Event, frozen=True):
    """Taken off the portal (gỡ công khai)."""

    TYPE: ClassVar[str] = "thads.case.unpublished"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    portal_at: Instant  #: thời điểm trên cổng — when the portal showed or dropped it
    commune_id: str  #: UBND xã — the commune


RequestReturnedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class RequestReturned(Event, frozen=True):
    """The request is returned after two years (gửi lại yêu cầu thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.request_returned"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }
    LAW: ClassVar[tuple[str, ...]] = ("R2026",)

    case_id: str  #: mã việc thi hành án — the case
    requester: str  #: người yêu cầu — the party that asks
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: RequestReturnedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


MovedToSeparateLedgerCapacity: TypeAlias = Literal[
    "HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"
]


class MovedToSeparateLedger(Event, frozen=True):
    """Moved to the separate ledger (a flag, not a state) (chuyển sổ theo dõi riêng)."""

    TYPE: ClassVar[str] = "thads.case.moved_to_separate_ledger"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
    }
    LAW: ClassVar[tuple[str, ...]] = ("R2015",)

    case_id: str  #: mã việc thi hành án — the case
    moved_on: date  #: ngày chuyển sổ — the day of the move
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: MovedToSeparateLedgerCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


class PostponementDemanded(Event, frozen=True):
    """A court or procuracy demanded postponement (yêu cầu hoãn)."""

    TYPE: ClassVar[str] = "thads.case.postponement_demanded"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("origin", "above"),
        "PROCURACY": ("procuracy",),
    }

    case_id: str  #: mã việc thi hành án — the case
    demanded_on: date  #: ngày yêu cầu — the day of the demand
    received_at: Instant  #: thời điểm nhận — when it was received
    until: date  #: đến ngày — the last day of the postponement


PostponedGround: TypeAlias = Literal[
    "a", "b", "c", "d", "dd", "e", "g", "h", "i", "k", "l", "DEMAND"
]
PostponedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Postponed(Event, frozen=True):
    """Enforcement is postponed (hoãn thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.postponed"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    ground: PostponedGround  #: căn cứ — the ground of the law
    items: list[Long]  #: các khoản — the items of the judgment
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: PostponedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    until: date | None = None  #: đến ngày — the last day of the postponement
    demanded_on: date | None = None  #: ngày yêu cầu — the day of the demand
    #: không ảnh hưởng Nhà nước, người khác — whether it is attested that no interest of the State
    #: or of others is harmed
    agreement_harmless: bool | None = None
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


SuspendedBasis: TypeAlias = Literal["OWN", "ORDER"]
SuspendedGround: TypeAlias = Literal["a", "b", "PROTEST", "COMPETITION"]
SuspendedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Suspended(Event, frozen=True):
    """Enforcement is suspended by the head or by order (tạm đình chỉ thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.suspended"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
        "COURT": ("origin", "above"),
        "PROCURACY": ("procuracy",),
    }

    case_id: str  #: mã việc thi hành án — the case
    basis: SuspendedBasis  #: thẩm quyền — by the head himself, or by order
    ground: SuspendedGround  #: căn cứ — the ground of the law
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: SuspendedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    received_on: date | None = None  #: ngày nhận — the day it was received
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


ResumedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Resumed(Event, frozen=True):
    """Enforcement goes on (tiếp tục thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.resumed"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    cause_event_id: str  #: sự kiện gốc — the fact that caused it
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: ResumedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


TerminatedGround: TypeAlias = Literal["1", "2", "3", "4", "5", "6", "7", "8"]
TerminatedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Terminated(Event, frozen=True):
    """Enforcement ends without performance (đình chỉ thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.terminated"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    ground: TerminatedGround  #: căn cứ — the ground of the law
    items: list[Long]  #: các khoản — the items of the judgment
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: TerminatedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    #: không ảnh hưởng Nhà nước, người khác — whether it is attested that no interest of the State
    #: or of others is harmed
    agreement_harmless: bool | None = None
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


DecisionRecalledAction: TypeAlias = Literal["RECALL", "AMEND", "ANNUL"]
DecisionRecalledCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class DecisionRecalled(Event, frozen=True):
    """A decision is recalled, amended or annulled (thu hồi, sửa đổi, hủy quyết định)."""

    TYPE: ClassVar[str] = "thads.case.decision_recalled"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
        "OFFICER": ("officer",),
    }

    case_id: str  #: mã việc thi hành án — the case
    recalled_event_id: str  #: quyết định bị thu hồi — the decision recalled
    action: DecisionRecalledAction  #: hình thức — recalled, amended or annulled
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: DecisionRecalledCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


EntrustedKind: TypeAlias = Literal["CASE", "ASSET"]
EntrustedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Entrusted(Event, frozen=True):
    """The case or the processing of an asset is entrusted to another agency.

    Ủy thác thi hành án.
    """

    TYPE: ClassVar[str] = "thads.case.entrusted"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    to_agency: str  #: cơ quan nhận — the agency that receives it
    kind: EntrustedKind  #: loại — of which kind
    items: list[Long]  #: các khoản — the items of the judgment
    documents: list[Doc]  #: các văn bản — the papers
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: EntrustedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


EntrustmentReceivedKind: TypeAlias = Literal["CASE", "ASSET"]


class EntrustmentReceived(Event, frozen=True):
    """The entrusted agency received decision and file (nhận ủy thác)."""

    TYPE: ClassVar[str] = "thads.case.entrustment_received"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("entrusted",),
    }

    case_id: str  #: mã việc thi hành án — the case
    received_on: date  #: ngày nhận — the day it was received
    kind: EntrustmentReceivedKind  #: loại — of which kind
    provisional: bool  #: tạm thời — of a provisional measure


EntrustedAssetDecidedCapacity: TypeAlias = Literal[
    "HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"
]


class EntrustedAssetDecided(Event, frozen=True):
    """Processing of the entrusted asset is decided (quyết định xử lý tài sản ủy thác)."""

    TYPE: ClassVar[str] = "thads.case.entrusted_asset_decided"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "HEAD": ("entrusted",),
    }

    case_id: str  #: mã việc thi hành án — the case
    asset: str  #: tài sản — the asset
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: EntrustedAssetDecidedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


ExemptedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Exempted(Event, frozen=True):
    """The court remitted or reduced the obligation (miễn, giảm nghĩa vụ)."""

    TYPE: ClassVar[str] = "thads.case.exempted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("origin", "above"),
    }

    case_id: str  #: mã việc thi hành án — the case
    amount: Dong  #: số tiền được miễn, giảm, đồng — the sum remitted, in đồng
    effective_on: date  #: ngày có hiệu lực — the day it takes effect
    whole: bool  #: toàn bộ — whether all of it
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: ExemptedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper


class Completed(Event, frozen=True):
    """The case is done (thi hành xong)."""

    TYPE: ClassVar[str] = "thads.case.completed"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
    }

    case_id: str  #: mã việc thi hành án — the case
    completed_on: date  #: ngày thi hành xong — the day it was done
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


ResultCertifiedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class ResultCertified(Event, frozen=True):
    """The result was certified (xác nhận kết quả thi hành án)."""

    TYPE: ClassVar[str] = "thads.case.result_certified"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("handler",),
        "VP_HEAD": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: ResultCertifiedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.case.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    case_id: str  #: mã việc thi hành án — the case
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = (
    Requested
    | ChannelChanged
    | RequestDeclined
    | Decided
    | OfficerAssigned
    | Notified
    | PersuasionRecorded
    | Agreed
    | Performed
    | Verified
    | NewInformationReceived
    | GroundFound
    | DeclaredUnenforceable
    | Published
    | Unpublished
    | RequestReturned
    | MovedToSeparateLedger
    | PostponementDemanded
    | Postponed
    | Suspended
    | Resumed
    | Terminated
    | DecisionRecalled
    | Entrusted
    | EntrustmentReceived
    | EntrustedAssetDecided
    | Exempted
    | Completed
    | ResultCertified
)
"""What agencies may submit."""

Fact: TypeAlias = Claim | Moved | IrregularityNoted
"""What may be recorded."""
