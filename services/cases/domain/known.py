"""What the docket of a judgment remembers: its cases, and what it heard of all round them."""

from datetime import date
from typing import Final

from msgspec import Struct

from services.core.access.docket import ENDED, stream_of
from services.core.access.involvement import Involved
from services.core.contracts.event import Event
from services.core.contracts.events import case
from services.core.contracts.events.machines import CaseState

NOTHING_OWED: Final = "nothing is owed any more (Đ95.2, Đ95.3)"
"""The ground that arises by itself, once the last of the debt is settled."""

UNTIL_PAID: Final = frozenset({"SEIZURE", "INCOME"})
"""Kinds of coercion that are released once the debt is settled (Đ95.3)."""


class Paper(Struct, frozen=True):
    """A decision that stands: which fact, of which day, by whom."""

    fact: str
    on: date
    agency: str
    officer: str | None


# ---- what it heard


class Item(Struct, frozen=True):
    """One thing that the judgment orders."""

    ex_officio: bool
    is_money: bool
    effective_on: date | None = None
    due_on: date | None = None


class Judgment(Struct, frozen=True):
    """The judgment, as far as the docket must know it."""

    issued_on: date
    at_once: bool  #: enforceable before it takes effect
    parties: frozenset[str]
    items: dict[int, Item]
    received_on: date | None = None
    answers: frozenset[str] = frozenset()  #: what courts said of it since


class Measure(Struct, frozen=True):
    """A security measure."""

    paper: Paper | None = None
    executed: bool = False
    lifted: bool = False


class Measures(Struct, frozen=True):
    """The security measures of all cases."""

    measures: dict[str, Measure] = {}

    def of(self, case_id: str) -> dict[str, Measure]:
        """Return those of a case."""
        return {id_: it for id_, it in self.measures.items() if stream_of(id_) == case_id}

    def standing_in(self, case_id: str) -> list[str]:
        """Return those of a case that were not lifted."""
        return [id_ for id_, it in self.of(case_id).items() if not it.lifted]

    def is_pending(self, fact: str) -> bool:
        """Say whether the measure which that fact ordered was not carried out yet."""
        return any(
            each.paper is not None and each.paper.fact == fact and not each.executed
            for each in self.measures.values()
        )


class Coercion(Struct, frozen=True):
    """A coercion."""

    paper: Paper | None = None
    kind: str | None = None
    plans: frozenset[str] = frozenset()  #: the facts that fixed an hour
    executed: bool = False
    lifted: bool = False


class Coercions(Struct, frozen=True):
    """The coercions of all cases."""

    coercions: dict[str, Coercion] = {}

    def of(self, case_id: str) -> dict[str, Coercion]:
        """Return those of a case."""
        return {id_: it for id_, it in self.coercions.items() if stream_of(id_) == case_id}

    def kinds_in(self, case_id: str) -> frozenset[str | None]:
        """Return the kinds of what was carried out in a case and not lifted."""
        standing = (it for it in self.of(case_id).values() if it.executed and not it.lifted)
        return frozenset(it.kind for it in standing)


class Sale(Struct, frozen=True):
    """The sale of a seized asset."""

    sold: bool = False
    processed: bool = False  #: handed to the buyer, or taken back by the debtor


class Sales(Struct, frozen=True):
    """The sales of all cases, by their ids, which begin with their coercion's."""

    sales: dict[str, Sale] = {}


class Money(Struct, frozen=True):
    """What came in and went out in one case, in đồng."""

    collected: int = 0
    costs: int = 0  #: of coercion, within what was collected
    paid_out: int = 0  #: fees included
    collected_on: date | None = None  #: the latest day on which something was


# ---- its own


class Verification(Struct, frozen=True):
    """One verification of the debtor's means."""

    fact: str
    on: date
    finding: str


class Demand(Struct, frozen=True):
    """A demand of court or procuracy to postpone."""

    on: date
    until: date


class Case(Struct, frozen=True):
    """One case: an enforcement decision, or the request that asks for one."""

    state: CaseState | None = None
    kept: CaseState | None = None  #: the state to which it returns when it goes on
    requested: tuple[int, ...] = ()
    requested_on: date | None = None
    items: tuple[int, ...] = ()  #: those decided upon
    closed: frozenset[int] = frozenset()  #: those terminated
    done: frozenset[int] = frozenset()  #: those of which some or all was performed outside
    debtor: str | None = None
    amount: int | None = None
    remitted: int = 0  #: đồng, by the court
    performed: int = 0  #: đồng, outside the agency's hands
    settled_on: date | None = None  #: the latest day of what was remitted or performed so
    decided_on: date | None = None
    papers: dict[str, Paper] = {}  #: by the fact that recorded each
    ended_by: str | None = None  #: the paper that terminated it
    ended_on: date | None = None  #: the day on which it ended, None while it goes on
    numbers: frozenset[str] = frozenset()  #: official numbers used, each with its type
    creditor_notices: int = 0
    verifications: tuple[Verification, ...] = ()
    new_information_on: date | None = None  #: not verified since
    declared_on: date | None = None  #: without conditions for now
    cycle_months: int = 0  #: how often to verify again since then; 0: the law sets no number
    demands: tuple[Demand, ...] = ()
    causes: frozenset[str] = frozenset()  #: facts that may justify going on
    entrusted: dict[str, str] = {}  #: agencies it was entrusted to, and as what
    released: bool = False  #: it was recorded that nothing is owed any more, and that still holds

    @property
    def is_open(self) -> bool:
        """Whether it was only asked for."""
        return self.decided_on is None

    @property
    def latest_verification(self) -> Verification | None:
        """The one of the latest day; of several on that day, the one recorded last."""
        return max(reversed(self.verifications), key=lambda each: each.on, default=None)

    def holds(self, when: str, event: Event) -> bool:
        """Decide the conditions of the machine that are said in words."""
        match when:
            case "not provisional":
                return not getattr(event, "provisional", None)
            case "all open items":  # a part of them is in order too, and moves nothing
                return True
            case "L-64-1":
                return isinstance(event, case.DecisionRecalled) and (
                    event.recalled_event_id == self.ended_by
                )
        raise NotImplementedError(when)


class Docket(Struct, frozen=True):
    """All cases of a judgment."""

    cases: dict[str, Case] = {}


class Known(Struct, frozen=True):
    """What the stream of a judgment's docket knows, a field for each family."""

    case: Docket = Docket()
    judgment: Judgment | None = None
    measure: Measures = Measures()
    coercion: Coercions = Coercions()
    sale: Sales = Sales()
    payment: dict[str, Money] = {}
    complaint: frozenset[str] = frozenset()  #: decisions on complaints
    deadline: frozenset[str] = frozenset()  #: periods that ran out
    involved: Involved = Involved()

    def money(self, case_id: str) -> Money:
        """Return what came in and went out in a case."""
        return self.payment.get(case_id, Money())

    def owed(self, case_id: str) -> int:
        """Return what is still to be collected in a case, in đồng; costs of coercion apart."""
        this, money = self.case.cases.get(case_id, Case()), self.money(case_id)
        settled = this.remitted + this.performed + money.collected - money.costs
        return max((this.amount or 0) - settled, 0)

    def is_settled(self, case_id: str) -> bool:
        """Say whether nothing of what a case is about is owed any more."""
        if self.case.cases.get(case_id, Case()).amount is None:
            return not self.open_items(case_id)
        return self.owed(case_id) == 0

    def settled_on(self, case_id: str) -> date | None:
        """Return the latest day on which something of the debt was settled, in whatever way."""
        days = (self.case.cases[case_id].settled_on, self.money(case_id).collected_on)
        return max(filter(None, days), default=None)

    def closed_items(self, case_id: str) -> frozenset[int]:
        """Return the items that were terminated or performed in whole.

        Of money that is performed in part the rest is owed, and its item stays open.
        """
        this = self.case.cases.get(case_id, Case())
        if this.amount is None or self.owed(case_id) == 0:
            return this.closed | this.done
        items = self.judgment.items if self.judgment else {}
        return this.closed | {no for no in this.done if no in items and not items[no].is_money}

    def open_items(self, case_id: str) -> frozenset[int]:
        """Return the items of a case that were neither terminated nor performed in whole."""
        this = self.case.cases.get(case_id, Case())
        return frozenset(this.items) - self.closed_items(case_id)

    def is_whole(self, event: Event) -> bool:
        """Say whether an event limited to some items concerns every open one.

        One that names no items, or of a kind that is not limited by them, concerns the case.
        """
        if isinstance(event, case.Postponed | case.Terminated) and event.items:
            return self.open_items(event.case_id) <= set(event.items)
        return True

    def taken_items(self, but: str) -> frozenset[int]:
        """Return the items that a live case other than one asks for or is about."""
        return frozenset(
            item
            for id_, each in self.case.cases.items()
            if id_ != but and each.state not in ENDED
            for item in {*each.requested, *each.items} - self.closed_items(id_)
        )

    def decided_items(self, but: str) -> frozenset[int]:
        """Return the items that are the subject of a live case other than one."""
        return frozenset(
            item
            for id_, each in self.case.cases.items()
            if id_ != but and each.state not in ENDED
            for item in self.open_items(id_)
        )

    def returned_items(self) -> frozenset[int]:
        """Return the items of which a request was sent back because there were no means (Đ38.4)."""
        return frozenset(
            item
            for each in self.case.cases.values()
            if each.state == "RETURNED"
            for item in {*each.items} - each.closed
        )

    def paper(self, case_id: str, fact: str) -> Paper | None:
        """Return the paper that a fact of the case recorded, its coercions and measures too."""
        this = self.case.cases.get(case_id, Case())
        if fact in this.papers:
            return this.papers[fact]
        others = [
            *(each.paper for each in self.coercion.of(case_id).values()),
            *(each.paper for each in self.measure.of(case_id).values()),
        ]
        return next((paper for paper in others if paper and paper.fact == fact), None)

    def is_plan(self, case_id: str, fact: str) -> bool:
        """Say whether that fact fixed the hour of a coercion of the case."""
        return any(fact in each.plans for each in self.coercion.of(case_id).values())
