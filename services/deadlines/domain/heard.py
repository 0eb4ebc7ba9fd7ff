"""What clocks need to know of the other families, and no more; folded from their facts.

What is kept of a family depends on its own facts alone, so that the order between topics makes no
difference to it.
"""

from datetime import date, datetime
from typing import TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket
from services.core.contracts.events import (
    case,
    coercion,
    complaint,
    information,
    judgment,
    measure,
    payment,
    sale,
)
from services.core.contracts.family import Context

OfJudgment: TypeAlias = (
    judgment.Issued
    | judgment.MadeEffective
    | judgment.Transferred
    | judgment.Received
    | judgment.ClarificationRequested
    | judgment.Clarified
    | judgment.Revised
)
OfCase: TypeAlias = (
    case.Requested
    | case.RequestDeclined
    | case.Decided
    | case.Moved
    | case.OfficerAssigned
    | case.Notified
    | case.Performed
    | case.Verified
    | case.NewInformationReceived
    | case.GroundFound
    | case.DeclaredUnenforceable
    | case.Published
    | case.RequestReturned
    | case.MovedToSeparateLedger
    | case.PostponementDemanded
    | case.Postponed
    | case.Suspended
    | case.Resumed
    | case.Terminated
    | case.DecisionRecalled
    | case.Entrusted
    | case.EntrustmentReceived
    | case.EntrustedAssetDecided
    | case.Exempted
    | case.Completed
)
OfMeasure: TypeAlias = (
    measure.Minuted | measure.Ordered | measure.Notified | measure.Executed | measure.Lifted
)
OfInformation: TypeAlias = (
    information.Requested
    | information.Acknowledged
    | information.Answered
    | information.Declined
    | information.Withdrawn
)
OfCoercion: TypeAlias = (
    coercion.Decided
    | coercion.ProtectionRequested
    | coercion.ProtectionPlanned
    | coercion.Scheduled
    | coercion.PlanSent
    | coercion.PlanAcknowledged
    | coercion.Postponed
    | coercion.Executed
    | coercion.Failed
    | coercion.Lifted
)
OfSale: TypeAlias = (
    sale.ValuationContracted
    | sale.Priced
    | sale.RevaluationRequested
    | sale.AuctionContracted
    | sale.Announced
    | sale.Halted
    | sale.Unhalted
    | sale.Unsold
    | sale.PriceReduced
    | sale.Sold
    | sale.Redeemed
    | sale.HandedOver
)
OfPayment: TypeAlias = payment.Collected | payment.PaidOut
OfComplaint: TypeAlias = (
    complaint.Filed
    | complaint.Accepted
    | complaint.Rejected
    | complaint.Paused
    | complaint.Resumed
    | complaint.Withdrawn
    | complaint.Discontinued
    | complaint.Decided
    | complaint.Notified
)
Heard: TypeAlias = (
    OfJudgment | OfCase | OfMeasure | OfInformation | OfCoercion | OfSale | OfPayment | OfComplaint
)
"""The facts of others that start, end, halt or decide a clock."""


class Deed(Struct, frozen=True):
    """Something that was done, and which clocks it may end or halt."""

    fact: str
    part: str
    carries_on: str | None  #: the part in whose place or after which this one came
    paper: str | None  #: of a notice
    agency: str
    at: datetime  #: when it counts as done
    occurred_at: datetime
    ends: dict[str, tuple[int, ...]]  #: by the clock, which of the ends the catalogue names
    halts: tuple[str, ...] = ()  #: which clocks it may halt
    resumes: tuple[str, ...] = ()  #: which clocks it may let go on


Deeds: TypeAlias = tuple[Deed, ...]


class Early(Struct, frozen=True):
    """A notice of another family's paper, with what its envelope said: it may be heard first."""

    fact: str
    notice: case.Notified
    agency: str
    role: str
    occurred_at: datetime
    law: str


# ---- judgment


class Item(Struct, frozen=True):
    """One thing that the judgment orders."""

    nature: str
    is_ex_officio: bool
    creditor: str | None  #: None for the State, which need not be told


class Judgment(Struct, frozen=True):
    """The judgment of this key."""

    court: str | None = None
    kind: str = ""
    enforceable: str = ""
    items: dict[int, Item] = {}
    is_transferred: bool = False
    receiver: str | None = None  #: the agency that received it
    received_on: date | None = None
    deeds: Deeds = ()


def of_judgment(known: Judgment, fact: OfJudgment, context: Context) -> Judgment:
    """Fold a fact of the judgment in."""
    match fact:
        case judgment.Issued():
            state = {each.ref for each in fact.parties if each.kind == "STATE"}
            return replace(
                known,
                court=fact.court_id,
                kind=fact.kind,
                enforceable=fact.enforceable,
                items={
                    each.item_no: Item(
                        each.nature,
                        each.initiative == "EX_OFFICIO",
                        None if each.creditor in state else each.creditor,
                    )
                    for each in fact.items
                },
            )
        case judgment.Transferred():
            return replace(known, is_transferred=True)
        case judgment.Received(received_on=day):
            return replace(known, receiver=context.agency, received_on=day)
        case (
            judgment.MadeEffective()
            | judgment.ClarificationRequested()
            | judgment.Clarified()
            | judgment.Revised()
        ):
            return known
        case _:
            assert_never(fact)


# ---- case


class Case(Struct, frozen=True):
    """One case of the judgment."""

    view: docket.Case = docket.Case()
    ground: str | None = None  #: of its latest postponement
    cycle: str | None = None  #: of its latest declaration: when it must be verified again
    settled: int = 0  #: đồng, performed outside the agency's hands or remitted by the court
    performed: frozenset[int] = frozenset()  #: items of which some or all was performed outside


class Told(Struct, frozen=True):
    """That a paper was validly notified to somebody."""

    notice: str
    as_: str
    addressee: str
    at: datetime


class Cases(Struct, frozen=True):
    """The docket of the judgment."""

    cases: dict[str, Case] = {}
    papers: dict[str, str] = {}  #: of its decisions, by the fact: the part each speaks of
    told: dict[str, tuple[Told, ...]] = {}  #: by the fact that is the paper
    early: dict[str, tuple[Early, ...]] = {}  #: by the paper
    deeds: Deeds = ()

    def of(self, part: str) -> Case:
        """Return the case in which a part lies, as it stands."""
        return self.cases.get(docket.stream_of(part), Case())


Paper: TypeAlias = (
    case.Decided
    | case.DeclaredUnenforceable
    | case.Postponed
    | case.Suspended
    | case.Resumed
    | case.Terminated
    | case.DecisionRecalled
    | case.Entrusted
    | case.RequestDeclined
    | case.RequestReturned
)


def of_case(known: Cases, fact: OfCase, context: Context) -> Cases:
    """Fold a fact of the docket in."""
    if isinstance(fact, case.Notified):
        told = Told(fact.notice, fact.as_, fact.addressee, context.occurred_at)
        return replace(known, told=_told(known.told, fact.document_event_id, told))
    before = known.cases.get(fact.case_id, Case())
    this = _of_one(before, fact, context)
    papers = {**known.papers, context.id: fact.part} if isinstance(fact, Paper) else known.papers
    if this is before and papers is known.papers:
        return known
    return replace(known, cases={**known.cases, fact.case_id: this}, papers=papers)


def _of_one(this: Case, fact: OfCase, context: Context) -> Case:
    match fact:
        case case.Decided() | case.Moved() | case.OfficerAssigned():
            return replace(this, view=docket.heard(this.view, fact, context))
        case case.Postponed(ground=ground):
            return replace(this, ground=ground)
        case case.DeclaredUnenforceable(cycle=cycle):
            return replace(this, cycle=cycle)
        case case.Performed(items=items, amount=amount):
            performed = this.performed | set(items)
            return replace(this, settled=this.settled + (amount or 0), performed=performed)
        case case.Exempted(amount=amount):
            return replace(this, settled=this.settled + amount)
        case _:
            return this


def _told(told: dict[str, tuple[Told, ...]], paper: str, this: Told) -> dict[str, tuple[Told, ...]]:
    return {**told, paper: (*told.get(paper, ()), this)}


# ---- measure


class Measure(Struct, frozen=True):
    """One security measure."""

    kind: str = ""
    holder: str | None = None
    stands: bool = False


class Measures(Struct, frozen=True):
    """The measures of the judgment's cases."""

    measures: dict[str, Measure] = {}
    told: dict[str, tuple[Told, ...]] = {}
    deeds: Deeds = ()

    def of(self, part: str) -> Measure:
        """Return the one of that id, as it stands."""
        return self.measures.get(part, Measure())


def of_measure(known: Measures, fact: OfMeasure, context: Context) -> Measures:
    """Fold a fact of a measure in."""
    this = known.of(fact.measure_id)
    match fact:
        case measure.Minuted():
            this = replace(this, kind=fact.kind, holder=fact.holder_id)
        case measure.Ordered():
            this = replace(this, kind=fact.kind, holder=fact.holder_id, stands=True)
        case measure.Lifted():
            this = replace(this, stands=False)
        case measure.Notified():
            told = Told("", fact.as_, fact.addressee, context.occurred_at)
            return replace(known, told=_told(known.told, fact.document_event_id, told))
        case measure.Executed():
            return known
        case _:
            assert_never(fact)
    return replace(known, measures={**known.measures, fact.measure_id: this})


# ---- information


class Information(Struct, frozen=True):
    """The requests for information."""

    holders: dict[str, str] = {}  #: of whom each was asked
    deeds: Deeds = ()


def of_information(known: Information, fact: OfInformation) -> Information:
    """Fold a fact of a request in."""
    match fact:
        case information.Requested(request_id=request, holder_id=holder):
            return replace(known, holders={**known.holders, request: holder})
        case _:
            return known


# ---- coercion


class Coercion(Struct, frozen=True):
    """One coercion."""

    kind: str = ""
    items: tuple[int, ...] = ()
    is_of_person: bool = False
    holder: str | None = None
    stands: bool = False
    hour: datetime | None = None  #: when it shall begin
    audience: tuple[str, ...] = ()  #: the commune and the procuracies who are sent the plan


class Coercions(Struct, frozen=True):
    """The coercions of the judgment's cases."""

    coercions: dict[str, Coercion] = {}
    papers: dict[str, str] = {}  #: decisions and plans, by the fact: the coercion each speaks of
    deeds: Deeds = ()

    def of(self, part: str) -> Coercion:
        """Return the one of that id, as it stands."""
        return self.coercions.get(part, Coercion())


def of_coercion(known: Coercions, fact: OfCoercion, context: Context) -> Coercions:
    """Fold a fact of a coercion in."""
    this, papers = known.of(fact.coercion_id), known.papers
    match fact:
        case coercion.Decided():
            this = replace(
                this,
                kind=fact.kind,
                items=tuple(fact.items),
                is_of_person=bool(fact.person),
                holder=fact.holder_id,
                stands=True,
            )
            papers = {**papers, context.id: fact.coercion_id}
        case coercion.Scheduled():
            this = replace(this, hour=fact.starts_at, audience=tuple(_audience(fact, context)))
            papers = {**papers, context.id: fact.coercion_id}
        case coercion.Postponed() | coercion.Executed() | coercion.Failed():
            this = replace(this, hour=None)
        case coercion.Lifted():
            this = replace(this, hour=None, stands=False)
        case (
            coercion.ProtectionRequested()
            | coercion.ProtectionPlanned()
            | coercion.PlanSent()
            | coercion.PlanAcknowledged()
        ):
            return known
        case _:
            assert_never(fact)
    coercions = {**known.coercions, fact.coercion_id: this}
    return replace(known, coercions=coercions, papers=papers)


def _audience(fact: coercion.Scheduled, context: Context) -> list[str]:
    kinds = {slug: context.directory.agency(slug) for slug in fact.addressees}
    courts = [slug for slug, agency in kinds.items() if agency and agency.kind == "procuracy"]
    return [fact.commune_id, *courts]


# ---- sale


class Price(Struct, frozen=True):
    """A price that parties may be told."""

    sale: str
    round: int


class Sales(Struct, frozen=True):
    """The sales of the judgment's cases."""

    announced: dict[str, int] = {}  #: by sale, how often
    auctioneers: dict[str, str] = {}
    prices: dict[str, Price] = {}  #: by the fact
    deeds: Deeds = ()


def of_sale(known: Sales, fact: OfSale, context: Context) -> Sales:
    """Fold a fact of a sale in."""
    match fact:
        case sale.Priced(sale_id=id_, round=number):
            return replace(known, prices={**known.prices, context.id: Price(id_, number)})
        case sale.AuctionContracted(sale_id=id_, auctioneer_id=house):
            return replace(known, auctioneers={**known.auctioneers, id_: house})
        case sale.Announced(sale_id=id_):
            times = known.announced.get(id_, 0) + 1
            return replace(known, announced={**known.announced, id_: times})
        case _:
            return known


# ---- payment


class Collection(Struct, frozen=True):
    """Money that came in."""

    at: datetime
    total: int  #: what had been collected with it, costs apart, in đồng


class Money(Struct, frozen=True):
    """The money of a case, costs apart, in đồng."""

    collected: int = 0
    paid: int = 0  #: to those it was collected for
    collections: dict[str, Collection] = {}  #: by the fact

    def owed(self, cause: str, since: datetime) -> int:
        """Return what is to be paid out in all: up to a collection, or else up to a moment."""
        if cause in self.collections:
            return self.collections[cause].total
        until = [each.total for each in self.collections.values() if each.at <= since]
        return max(until, default=0)


class Payments(Struct, frozen=True):
    """The money of the judgment's cases."""

    cases: dict[str, Money] = {}
    deeds: Deeds = ()

    def of(self, part: str) -> Money:
        """Return the money of the case in which a part lies."""
        return self.cases.get(docket.stream_of(part), Money())


PAYS: frozenset[str] = frozenset({"CREDITOR", "STATE_BUDGET", "REFUND"})
"""The purposes for which money leaves that was collected for somebody."""


def of_payment(known: Payments, fact: OfPayment, context: Context) -> Payments:
    """Fold a fact of money in."""
    this = known.of(fact.case_id)
    match fact:
        case payment.Collected(amount=amount, costs=costs):
            total = this.collected + amount - costs
            of_it = Collection(context.occurred_at, total)
            collections = {**this.collections, context.id: of_it}
            this = replace(this, collected=total, collections=collections)
        case payment.PaidOut(amount=amount, fee=fee, purpose=purpose):
            if purpose not in PAYS:
                return known
            this = replace(this, paid=this.paid + amount + fee)
        case _:
            assert_never(fact)
    return replace(known, cases={**known.cases, fact.case_id: this})


# ---- complaint


class Complaints(Struct, frozen=True):
    """The complaints: their facts say by themselves all else that their clocks ask."""

    deeds: Deeds = ()
