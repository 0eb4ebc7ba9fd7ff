"""When coercion may be decided: after the voluntary period, with means found, in proportion."""

from collections.abc import Iterator
from typing import Final

from services.coercion.domain.common import halted, in_order, not_before
from services.coercion.domain.known import Coercion, Known
from services.core.access import signing
from services.core.contracts.events import coercion
from services.core.contracts.family import Context, Refusal

VOLUNTARY: Final = frozenset({"DECIDED", "VOLUNTARY"})
"""The states of a case in which the debtor still has time to perform (Đ36.1)."""

WITHOUT_MEANS: Final = frozenset({"VERIFYING", "UNENFORCEABLE"})


def objections(
    known: Known, this: Coercion, claim: coercion.Decided, context: Context
) -> Iterator[Refusal]:
    """Yield everything that is wrong with deciding this coercion."""
    view = known.case.view
    if view.decided_on is None:
        yield Refusal("UNKNOWN_STREAM", field="/coercion_id")
        return
    yield from in_order(known, this, claim)
    yield from signing.of_officer(view, context)
    yield from signing.of_signer(claim, context)
    yield from not_before(claim.decided_on, view.decided_on, "/decided_on")
    yield from halted(known, this)
    yield from of_time_and_means(known, claim)
    yield from of_asset(known, claim)
    if unknown := sorted(set(claim.items) - set(view.items)):
        yield Refusal("UNKNOWN_STREAM", {"items": unknown}, field="/items")


def of_time_and_means(known: Known, claim: coercion.Decided) -> Iterator[Refusal]:
    """The debtor had his time, was found to have means, and was persuaded (Đ36, Đ72)."""
    state = known.case.view.state
    if state in VOLUNTARY and claim.immediate is None:
        yield Refusal("VOLUNTARY_RUNNING", {"state": state})
    if state in WITHOUT_MEANS and known.case.finding != "CONDITIONS_FOUND":
        yield Refusal("NO_CONDITIONS", {"finding": known.case.finding})
    if not known.case.is_persuaded:
        yield Refusal("PERSUASION_MISSING")


def of_asset(known: Known, claim: coercion.Decided) -> Iterator[Refusal]:
    """What is taken may be taken, and is not more than is owed (Đ72.3, Đ78, Đ79)."""
    owed = known.owed
    exceeds = owed is not None and claim.value is not None and claim.value > owed
    if exceeds and claim.exception is None:
        yield Refusal("DISPROPORTIONATE", {"owed": owed}, field="/value")
    if claim.only_home and claim.home_exception is None:
        yield Refusal("ONLY_HOME", field="/only_home")
    if not claim.seizable:
        yield Refusal("NOT_SEIZABLE", field="/seizable")
