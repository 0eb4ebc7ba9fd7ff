"""Events of the family payment (thu và chi tiền).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Dong, Event

CollectedSource: TypeAlias = Literal["VOLUNTARY", "DEDUCTION", "SALE", "REDEMPTION", "OTHER"]


class Collected(Event, frozen=True):
    """Money was collected (thu tiền)."""

    TYPE: ClassVar[str] = "thads.payment.collected"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "CASHIER": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    receipt_no: str  #: số phiếu thu — the number of the receipt
    amount: Dong  #: số tiền thu, đồng — the sum collected in đồng, costs included
    costs: Dong  #: chi phí cưỡng chế trong đó, đồng — the costs of coercion within the sum, in đồng
    costs_advanced: bool  #: chi phí do ngân sách tạm ứng — whether the State had advanced the costs
    source: CollectedSource  #: nguồn tiền — where the money came from
    collected_on: date  #: ngày thu — the day it was collected


PaidOutPurpose: TypeAlias = Literal["CREDITOR", "STATE_BUDGET", "ADVANCED_COSTS", "REFUND"]
PaidOutRank: TypeAlias = Literal["a", "b", "c", "d", "dd"]


class PaidOut(Event, frozen=True):
    """Money was paid out (chi trả)."""

    TYPE: ClassVar[str] = "thads.payment.paid_out"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "CASHIER": ("handler",),
    }

    case_id: str  #: mã việc thi hành án — the case
    voucher_no: str  #: số phiếu chi — the number of the voucher
    payee: str  #: người nhận tiền — who was paid
    amount: Dong  #: số tiền chi, đồng — the sum paid out in đồng
    fee: Dong  #: phí thi hành án, đồng — the fee kept back, in đồng
    purpose: PaidOutPurpose  #: mục đích chi — what it was paid for
    paid_on: date  #: ngày chi — the day it was paid out
    rank: PaidOutRank | None = None  #: thứ tự thanh toán — the rank of the claim paid


class IrregularityNoted(Event, frozen=True):
    """A breach was noted beside a recorded fact (ghi nhận sai phạm)."""

    TYPE: ClassVar[str] = "thads.payment.irregularity_noted"
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


Claim: TypeAlias = Collected | PaidOut
"""What agencies may submit."""

Fact: TypeAlias = Claim | IrregularityNoted
"""What may be recorded."""
