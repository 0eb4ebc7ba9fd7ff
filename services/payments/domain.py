"""The ledger of a case: sums in and sums out. It has no states."""

from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket
from services.core.access.involvement import Involved
from services.core.contracts.bounds import MAX_TOTAL
from services.core.contracts.events import case
from services.core.contracts.events.payment import (
    Claim,
    Collected,
    Fact,
    IrregularityNoted,
    PaidOut,
)
from services.core.contracts.family import Context, Refusal
from services.core.contracts.official_numbers import canonical
from services.core.law.objections import settle

Heard: TypeAlias = case.Decided | case.Moved

RANKS: Final = ("a", "b", "c", "d", "dd")
"""The order in which creditors are paid (Đ54.1)."""


class Ledger(Struct, frozen=True):
    """What came in and went out, in đồng."""

    collected: int = 0
    paid_out: int = 0  #: fees included
    first_on: date | None = None  #: the day of the first collection
    receipts: frozenset[str] = frozenset()
    vouchers: frozenset[str] = frozenset()
    last_rank: str | None = None  #: the rank paid last


class Known(Struct, frozen=True):
    """What the stream of a case's money knows, a field for each family."""

    payment: Ledger = Ledger()
    case: docket.Case = docket.Case()
    involved: Involved = Involved()


def stream(event: Claim | Heard) -> str:
    """One ledger a case."""
    return docket.stream_of(event.part)


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    context = docket.under_its_law(known.case, context)
    found = objections(known, claim)
    return settle(claim, found, context, IrregularityNoted, about=claim.case_id)


def objections(known: Known, claim: Claim) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    if claim.amount <= 0:
        yield Refusal("AMOUNT_NOT_POSITIVE", field="/amount")
    if known.case.decided_on is None:
        yield Refusal("UNKNOWN_STREAM", field="/case_id")
        return
    match claim:
        case Collected():
            yield from of_receipt(known, claim)
        case PaidOut():
            yield from of_voucher(known, claim)
        case _:
            assert_never(claim)


def of_receipt(known: Known, claim: Collected) -> Iterator[Refusal]:
    """Each receipt counts once; costs are part of what it says; nothing is taken beforehand."""
    if canonical(claim.receipt_no) in known.payment.receipts:
        yield Refusal("DUPLICATE", {"receipt_no": claim.receipt_no}, field="/receipt_no")
    if known.payment.collected + claim.amount > MAX_TOTAL:
        yield Refusal("TOTAL_TOO_LARGE", field="/amount")
    if not 0 <= claim.costs <= max(claim.amount, 0):
        yield Refusal("AMOUNT_NOT_POSITIVE", {"costs": claim.costs}, field="/costs")
    decided = known.case.decided_on
    if decided is not None and claim.collected_on < decided:
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": decided.isoformat()}, field="/collected_on")


def of_voucher(known: Known, claim: PaidOut) -> Iterator[Refusal]:
    """No more goes out than came in, in the order of the law (Đ54.1)."""
    ledger = known.payment
    if canonical(claim.voucher_no) in ledger.vouchers:
        yield Refusal("DUPLICATE", {"voucher_no": claim.voucher_no}, field="/voucher_no")
    if claim.fee < 0:
        yield Refusal("AMOUNT_NOT_POSITIVE", {"fee": claim.fee}, field="/fee")
    if ledger.paid_out + claim.amount + claim.fee > MAX_TOTAL:
        yield Refusal("TOTAL_TOO_LARGE", field="/amount")
    if ledger.paid_out + claim.amount + claim.fee > ledger.collected:
        left = ledger.collected - ledger.paid_out
        yield Refusal("EXCEEDS_COLLECTED", {"left": left}, field="/amount")
    before = ledger.last_rank  # costs and refunds have none, and break none
    if claim.rank and before and RANKS.index(claim.rank) < RANKS.index(before):
        yield Refusal("RANK_VIOLATED", {"paid_before": ledger.last_rank}, field="/rank")
    if ledger.first_on is not None and claim.paid_on < ledger.first_on:
        cause = ledger.first_on.isoformat()
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause}, field="/paid_on")


def evolve(known: Known, event: Fact | Heard, context: Context) -> Known:
    """Fold one event in: a fact of its own, or what it heard of the docket."""
    ledger = known.payment
    match event:
        case Collected():
            first = min(filter(None, (ledger.first_on, event.collected_on)))
            ledger = replace(
                ledger,
                collected=ledger.collected + event.amount,
                first_on=first,
                receipts=ledger.receipts | {canonical(event.receipt_no)},
            )
        case PaidOut():
            ledger = replace(
                ledger,
                paid_out=ledger.paid_out + event.amount + event.fee,
                vouchers=ledger.vouchers | {canonical(event.voucher_no)},
                last_rank=event.rank or ledger.last_rank,
            )
        case IrregularityNoted():
            return known
        case case.Decided() | case.Moved():
            return replace(known, case=docket.heard(known.case, event, context))
        case _:
            assert_never(event)
    return replace(known, payment=ledger)


def react(_known: Known, _heard: Heard, _context: Context) -> tuple[()]:
    """Nothing follows by itself."""
    return ()
