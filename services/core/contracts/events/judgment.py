"""Events of the family judgment (bản án).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event, Instant, Long
from services.core.contracts.events.records import Doc, Item, Party

IssuedKind: TypeAlias = Literal[
    "CIVIL",
    "FAMILY",
    "COMMERCIAL",
    "LABOUR",
    "CRIMINAL_PART",
    "ADMINISTRATIVE_PART",
    "BANKRUPTCY",
    "PROVISIONAL_MEASURE",
    "ARBITRAL",
    "COMPETITION",
    "MEDIATION",
    "FOREIGN",
]
IssuedEnforceable: TypeAlias = Literal["ON_EFFECT", "AT_ONCE", "PROVISIONAL"]


class Issued(Event, frozen=True):
    """A judgment was issued (ra bản án, quyết định)."""

    TYPE: ClassVar[str] = "thads.judgment.issued"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("new", "origin"),
    }

    judgment_id: str  #: mã bản án — its id, the beginning of every id inside it
    court_id: str  #: Tòa án ra bản án — the court that issued it
    judgment_no: str  #: số bản án, quyết định — its official number
    kind: IssuedKind  #: loại bản án, quyết định — what kind of judgment or decision it is
    issued_on: date  #: ngày ra bản án, quyết định — the day it was issued
    #: thời điểm thi hành — when it may be enforced: on taking effect, at once, or provisionally
    enforceable: IssuedEnforceable
    parties: list[Party]  #: các đương sự — whoever the items speak of
    items: list[Item]  #: các khoản phải thi hành — what is to be performed, item by item


class MadeEffective(Event, frozen=True):
    """The judgment or items of it took effect (có hiệu lực)."""

    TYPE: ClassVar[str] = "thads.judgment.made_effective"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("origin",),
    }

    judgment_id: str  #: mã bản án — the judgment
    effective_on: date  #: ngày có hiệu lực — the day it took effect
    items: list[Long]  #: các khoản có hiệu lực — the items that took effect, by number


class Transferred(Event, frozen=True):
    """The court transfers the judgment to the enforcement agency (chuyển giao bản án)."""

    TYPE: ClassVar[str] = "thads.judgment.transferred"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "COURT": ("origin",),
    }

    judgment_id: str  #: mã bản án — the judgment
    to_agency: str  #: cơ quan thi hành án nhận — the enforcement agency it goes to
    sent_at: Instant  #: thời điểm gửi — when it was sent
    documents: list[Doc]  #: tài liệu kèm theo — the papers that go with it
    #: việc đã thực hiện — the act was done before it was reported; the signed paper proves it
    already_done: bool | None = None
    document: Doc | None = None  #: văn bản đã ký — the signed paper of an act already done


ReceivedMissing: TypeAlias = Literal["JUDGMENT", "SEIZURE_MINUTES", "EVIDENCE_MINUTES", "OTHER"]


class Received(Event, frozen=True):
    """The enforcement agency received the judgment (tiếp nhận bản án)."""

    TYPE: ClassVar[str] = "thads.judgment.received"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("receiver",),
    }

    judgment_id: str  #: mã bản án — the judgment
    received_on: date  #: ngày tiếp nhận — the day it was received
    #: tài liệu còn thiếu — the papers that should have come with it and did not
    missing: list[ReceivedMissing]


class ClarificationRequested(Event, frozen=True):
    """Explanation or correction of the judgment was asked for.

    Yêu cầu giải thích, sửa chữa, bổ sung.
    """

    TYPE: ClassVar[str] = "thads.judgment.clarification_requested"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HEAD": ("receiver", "below"),
        "VP_HEAD": ("below",),
        "PARTY": ("channel", "portal", "office_of_place"),
    }

    clarification_id: str  #: mã yêu cầu — the id of the question, inside its judgment
    received_on: date  #: ngày Tòa án nhận được yêu cầu — the day the court received it


ClarifiedOutcome: TypeAlias = Literal["CORRECTED", "EXPLAINED", "REFUSED"]


class Clarified(Event, frozen=True):
    """The court corrected, explained or refused (trả lời yêu cầu giải thích, sửa chữa)."""

    TYPE: ClassVar[str] = "thads.judgment.clarified"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("origin",),
    }

    clarification_id: str  #: mã yêu cầu — the question that is answered
    outcome: ClarifiedOutcome  #: kết quả trả lời — what the court did
    answered_on: date  #: ngày trả lời — the day of the answer
    document: Doc  #: văn bản trả lời — the answer itself


RevisedOutcome: TypeAlias = Literal["UPHELD", "AMENDED", "ANNULLED"]


class Revised(Event, frozen=True):
    """A higher court upheld, amended or annulled (giữ nguyên, sửa, hủy bản án)."""

    TYPE: ClassVar[str] = "thads.judgment.revised"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "COURT": ("origin", "above"),
    }

    judgment_id: str  #: mã bản án — the judgment
    outcome: RevisedOutcome  #: kết quả xét lại — what the higher court did
    #: các khoản liên quan — the items concerned, by number; none named means the whole judgment
    items: list[Long]
    #: ngày nhận được quyết định — the day the issuing court received the decision
    received_on: date
    document: Doc  #: quyết định của Tòa án cấp trên — the higher court's decision


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.judgment.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    judgment_id: str  #: mã bản án — the judgment
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule that was broken
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = (
    Issued | MadeEffective | Transferred | Received | ClarificationRequested | Clarified | Revised
)
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
