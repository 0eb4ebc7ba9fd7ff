"""Events of the family information (yêu cầu thông tin).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event, Instant
from services.core.contracts.events.records import Basis, Doc

RequestedKinds: TypeAlias = Literal[
    "ACCOUNT", "INCOME", "LAND", "VEHICLE", "RESIDENCE", "TAX", "SECURED", "OTHER"
]


class Requested(Event, frozen=True):
    """Data is asked of a holder (yêu cầu thông tin, tài liệu)."""

    TYPE: ClassVar[str] = "thads.information.requested"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("room",),
        "BAILIFF": ("room",),
    }

    request_id: str  #: mã yêu cầu thông tin — the request
    holder_id: str  #: nơi giữ — who holds the asset or the data
    subject: str  #: người bị áp dụng — the party it concerns
    kinds: list[RequestedKinds]  #: loại thông tin — the kinds of data
    basis: Basis  #: căn cứ yêu cầu — the judgment and the decision it rests on
    provisional: bool  #: tạm thời — of a provisional measure
    previous_request_id: str | None = None  #: yêu cầu trước đó — the request before this one
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


AcknowledgedKinds: TypeAlias = Literal[
    "ACCOUNT", "INCOME", "LAND", "VEHICLE", "RESIDENCE", "TAX", "SECURED", "OTHER"
]


class Acknowledged(Event, frozen=True):
    """The holder received the request (đã nhận yêu cầu)."""

    TYPE: ClassVar[str] = "thads.information.acknowledged"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HOLDER": ("holder",),
        "COMMUNE": ("holder",),
        "POLICE": ("holder",),
    }

    request_id: str  #: mã yêu cầu thông tin — the request
    received_at: Instant  #: thời điểm nhận — when it was received
    kinds: list[AcknowledgedKinds]  #: loại thông tin — the kinds of data
    provisional: bool  #: tạm thời — of a provisional measure


AnsweredCompleteness: TypeAlias = Literal["FULL", "PARTIAL"]


class Answered(Event, frozen=True):
    """The holder answered (trả lời yêu cầu)."""

    TYPE: ClassVar[str] = "thads.information.answered"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HOLDER": ("holder",),
        "COMMUNE": ("holder",),
        "POLICE": ("holder",),
    }

    request_id: str  #: mã yêu cầu thông tin — the request
    answered_at: Instant  #: thời điểm trả lời — when it was answered
    completeness: AnsweredCompleteness  #: mức độ đầy đủ — whether all of it was answered
    found: bool  #: có thông tin — whether anything was found
    documents: list[Doc]  #: các văn bản — the papers


DeclinedGround: TypeAlias = Literal[
    "NOT_HOLDER", "INVALID_REQUEST", "LEGAL_SECRECY", "FORCE_MAJEURE"
]


class Declined(Event, frozen=True):
    """The holder declined and said why (từ chối cung cấp, nêu lý do)."""

    TYPE: ClassVar[str] = "thads.information.declined"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "HOLDER": ("holder",),
        "COMMUNE": ("holder",),
        "POLICE": ("holder",),
    }

    request_id: str  #: mã yêu cầu thông tin — the request
    declined_at: Instant  #: thời điểm từ chối — when it was declined
    ground: DeclinedGround  #: căn cứ — the ground of the law
    document: Doc  #: văn bản — the paper


class Withdrawn(Event, frozen=True):
    """The request was withdrawn (rút yêu cầu)."""

    TYPE: ClassVar[str] = "thads.information.withdrawn"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
        "BAILIFF": ("officer",),
    }

    request_id: str  #: mã yêu cầu thông tin — the request


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.information.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    request_id: str  #: mã yêu cầu thông tin — the request
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = Requested | Acknowledged | Answered | Declined | Withdrawn
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
