"""Events of the family complaint (khiếu nại).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event, Instant
from services.core.contracts.events.records import Doc

FiledLevel: TypeAlias = Literal["1", "2"]
FiledActKind: TypeAlias = Literal["a", "b", "c", "d"]


class Filed(Event, frozen=True):
    """A complaint was filed (khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.filed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PARTY": ("channel", "portal", "handler"),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    level: FiledLevel  #: lần khiếu nại — first or second complaint
    act_kind: FiledActKind  #: nhóm quyết định, hành vi — which kind of act is complained of
    known_on: date  #: ngày biết — the day the complainant knew of the act
    received_on: date  #: ngày nhận — the day it was received
    complainant: str  #: người khiếu nại — who complains
    act_event_id: str | None = None  #: việc bị khiếu nại — the fact complained of
    first_complaint_id: str | None = None  #: khiếu nại lần đầu — the first complaint


AcceptedLevel: TypeAlias = Literal["1", "2"]
AcceptedActKind: TypeAlias = Literal["a", "b", "c", "d"]


class Accepted(Event, frozen=True):
    """The complaint was accepted (thụ lý khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.accepted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    accepted_on: date  #: ngày thụ lý — the day it was accepted
    resolver_id: str  #: người giải quyết — who resolves it
    level: AcceptedLevel  #: lần khiếu nại — first or second complaint
    act_kind: AcceptedActKind  #: nhóm quyết định, hành vi — which kind of act is complained of


RejectedGround: TypeAlias = Literal["1", "2", "3", "4", "5", "6", "7"]


class Rejected(Event, frozen=True):
    """The complaint was not accepted (không thụ lý khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.rejected"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    ground: RejectedGround  #: căn cứ — the ground of the law
    document: Doc  #: văn bản — the paper


class ActPaused(Event, frozen=True):
    """The act complained of is paused (tạm dừng việc bị khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.act_paused"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    act_event_id: str  #: việc bị khiếu nại — the fact complained of
    from_at: Instant  #: kể từ — from when


class ActUnpaused(Event, frozen=True):
    """The pause of the act is cancelled (bỏ tạm dừng)."""

    TYPE: ClassVar[str] = "thads.complaint.act_unpaused"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    act_event_id: str  #: việc bị khiếu nại — the fact complained of
    from_at: Instant  #: kể từ — from when


PausedGround: TypeAlias = Literal["a", "b"]


class Paused(Event, frozen=True):
    """The resolution is paused (tạm đình chỉ giải quyết)."""

    TYPE: ClassVar[str] = "thads.complaint.paused"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    ground: PausedGround  #: căn cứ — the ground of the law
    paused_on: date  #: ngày tạm đình chỉ — the day of the pause


class Resumed(Event, frozen=True):
    """The resolution goes on (tiếp tục giải quyết)."""

    TYPE: ClassVar[str] = "thads.complaint.resumed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    resumed_on: date  #: ngày tiếp tục — the day it went on


class Withdrawn(Event, frozen=True):
    """The complaint was withdrawn (rút khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.withdrawn"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PARTY": ("channel",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    whole: bool  #: toàn bộ — whether all of it
    withdrawn_on: date  #: ngày rút — the day it was withdrawn


DiscontinuedGround: TypeAlias = Literal["a", "b", "c", "d"]


class Discontinued(Event, frozen=True):
    """The resolution ended without decision (đình chỉ giải quyết)."""

    TYPE: ClassVar[str] = "thads.complaint.discontinued"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    ground: DiscontinuedGround  #: căn cứ — the ground of the law
    document: Doc  #: văn bản — the paper


DecidedLevel: TypeAlias = Literal["1", "2"]
DecidedActKind: TypeAlias = Literal["a", "b", "c", "d"]
DecidedConclusion: TypeAlias = Literal["RIGHT", "PARTLY", "WRONG"]
DecidedRemedy: TypeAlias = Literal["KEEP", "AMEND", "ANNUL", "STOP"]
DecidedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class Decided(Event, frozen=True):
    """The complaint was decided (quyết định giải quyết khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.decided"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    level: DecidedLevel  #: lần khiếu nại — first or second complaint
    act_kind: DecidedActKind  #: nhóm quyết định, hành vi — which kind of act is complained of
    conclusion: DecidedConclusion  #: kết luận — who is right
    remedy: DecidedRemedy  #: cách giải quyết — what follows for the act
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: DecidedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    act_event_id: str | None = None  #: việc bị khiếu nại — the fact complained of


NotifiedNotice: TypeAlias = Literal["ACCEPTANCE", "REJECTION", "DECISION"]
NotifiedLevel: TypeAlias = Literal["1", "2"]
NotifiedMethod: TypeAlias = Literal["DIGITAL", "IN_PERSON", "POST", "OFFICE"]


class Notified(Event, frozen=True):
    """A paper of the complaint was validly notified (thông báo việc khiếu nại)."""

    TYPE: ClassVar[str] = "thads.complaint.notified"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("resolver",),
        "VP_HEAD": ("resolver",),
        "OFFICER": ("resolver",),
        "CENTRAL_BODY": ("resolver",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    document_event_id: str  #: dữ kiện của văn bản — the fact whose paper it is
    notice: NotifiedNotice  #: loại văn bản — which paper
    level: NotifiedLevel  #: lần khiếu nại — first or second complaint
    addressee: str  #: người nhận — who was told
    method: NotifiedMethod  #: cách thức — how
    valid_on: date  #: ngày thông báo hợp lệ — the day from which the notice counts
    proof: Doc | None = None  #: biên bản tống đạt — the proof of service


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.complaint.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    complaint_id: str  #: mã khiếu nại — the complaint
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = (
    Filed
    | Accepted
    | Rejected
    | ActPaused
    | ActUnpaused
    | Paused
    | Resumed
    | Withdrawn
    | Discontinued
    | Decided
    | Notified
)
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
