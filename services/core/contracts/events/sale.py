"""Events of the family sale (định giá và bán tài sản).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Dong, Event, Instant, Long
from services.core.contracts.events.records import Doc


class ValuationContracted(Event, frozen=True):
    """A valuer was contracted (hợp đồng thẩm định giá)."""

    TYPE: ClassVar[str] = "thads.sale.valuation_contracted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    asset: str  #: tài sản — the asset
    valuer_id: str  #: tổ chức thẩm định giá — the valuer
    signed_on: date  #: ngày ký hợp đồng — the day the contract was signed


PricedBasis: TypeAlias = Literal["VALUER", "AGREED", "OFFICER"]


class Priced(Event, frozen=True):
    """The price is known (có kết quả giá)."""

    TYPE: ClassVar[str] = "thads.sale.priced"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "VALUER": ("valuer",),
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    price: Dong  #: giá, đồng — the price in đồng
    basis: PricedBasis  #: cơ sở xác định giá — whence the price comes
    priced_on: date  #: ngày định giá — the day of the price
    round: Long  #: lần — the how-manieth


class RevaluationRequested(Event, frozen=True):
    """A party asked for a second valuation (yêu cầu định giá lại)."""

    TYPE: ClassVar[str] = "thads.sale.revaluation_requested"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PARTY": ("channel", "portal", "handler"),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    party: str  #: đương sự — the party
    received_on: date  #: ngày nhận — the day it was received
    advance: Dong  #: tạm ứng chi phí, đồng — the costs advanced, in đồng


class AuctionContracted(Event, frozen=True):
    """An auction house is contracted (hợp đồng đấu giá)."""

    TYPE: ClassVar[str] = "thads.sale.auction_contracted"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    auctioneer_id: str  #: tổ chức đấu giá — the auction house
    signed_on: date  #: ngày ký hợp đồng — the day the contract was signed
    start_price: Dong  #: giá khởi điểm, đồng — the starting price in đồng
    movable: bool  #: động sản — whether the thing is movable
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


class Announced(Event, frozen=True):
    """The auction was announced (thông báo đấu giá)."""

    TYPE: ClassVar[str] = "thads.sale.announced"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "AUCTIONEER": ("auctioneer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    opens_at: Instant  #: giờ mở phiên — when the auction opens


HaltedKind: TypeAlias = Literal["PAUSE", "STOP"]
HaltedGround: TypeAlias = Literal[
    "REDEEMED", "POSTPONED", "SUSPENDED", "PROTEST", "COMPLAINT", "TERMINATED", "OTHER"
]


class Halted(Event, frozen=True):
    """The auction is paused or stopped (tạm dừng, dừng đấu giá)."""

    TYPE: ClassVar[str] = "thads.sale.halted"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    kind: HaltedKind  #: loại — of which kind
    ground: HaltedGround  #: căn cứ — the ground of the law
    halted_at: Instant  #: thời điểm dừng — when it was halted
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said
    document: Doc | None = None  #: văn bản — the paper


class Unhalted(Event, frozen=True):
    """The paused auction goes on (tiếp tục đấu giá)."""

    TYPE: ClassVar[str] = "thads.sale.unhalted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    resumed_at: Instant  #: thời điểm tiếp tục — when it went on


class Unsold(Event, frozen=True):
    """The auction failed (đấu giá không thành)."""

    TYPE: ClassVar[str] = "thads.sale.unsold"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "AUCTIONEER": ("auctioneer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    round: Long  #: lần — the how-manieth
    notice_received_on: date  #: ngày nhận thông báo — the day the notice of it was received


PriceReducedCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class PriceReduced(Event, frozen=True):
    """The price is reduced (giảm giá)."""

    TYPE: ClassVar[str] = "thads.sale.price_reduced"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    new_price: Dong  #: giá mới, đồng — the new price in đồng
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: PriceReducedCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper
    already_done: bool | None = None  #: đã thực hiện — whether it happened before it was said


SoldBuyerKind: TypeAlias = Literal["AUCTION", "PRIORITY", "DIRECT", "CREDITOR"]


class Sold(Event, frozen=True):
    """The asset was sold or given in payment (bán, giao trừ nợ)."""

    TYPE: ClassVar[str] = "thads.sale.sold"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "AUCTIONEER": ("auctioneer",),
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    buyer: str  #: người mua — the buyer
    buyer_kind: SoldBuyerKind  #: tư cách mua — how the buyer came to buy
    price: Dong  #: giá, đồng — the price in đồng
    sold_at: Instant  #: thời điểm bán — when it was sold


class Redeemed(Event, frozen=True):
    """The debtor paid everything and takes the asset back.

    Người phải thi hành án nhận lại tài sản.
    """

    TYPE: ClassVar[str] = "thads.sale.redeemed"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    paid: Dong  #: số tiền đã nộp, đồng — the sum paid, in đồng
    paid_at: Instant  #: thời điểm nộp — when it was paid


HandedOverCapacity: TypeAlias = Literal["HEAD", "DELEGATE", "OFFICER", "VP_HEAD", "JUDGE"]


class HandedOver(Event, frozen=True):
    """The asset was handed to the buyer (giao tài sản cho người mua)."""

    TYPE: ClassVar[str] = "thads.sale.handed_over"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "OFFICER": ("officer",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    handed_on: date  #: ngày giao — the day it was handed over
    decision_no: str  #: số quyết định — the official number of the decision
    decided_on: date  #: ngày quyết định — the day of the decision
    signed_by: str  #: người ký — the officer who signed
    capacity: HandedOverCapacity  #: tư cách ký — in what capacity it was signed
    document: Doc  #: văn bản — the paper


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.sale.irregularity_noted"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    sale_id: str  #: mã việc bán tài sản — the sale
    fact_id: str  #: dữ kiện có sai phạm — the fact it stands beside
    code: str  #: mã sai phạm — the catalogue's code of the breach
    vi: str  #: nội dung bằng tiếng Việt — the breach in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the breach in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law


Claim: TypeAlias = (
    ValuationContracted
    | Priced
    | RevaluationRequested
    | AuctionContracted
    | Announced
    | Halted
    | Unhalted
    | Unsold
    | PriceReduced
    | Sold
    | Redeemed
    | HandedOver
)
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
