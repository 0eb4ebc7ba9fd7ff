"""What the stream of a key's clocks knows, a field for each family whose facts decide something."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.involvement import Involved
from services.core.contracts.event import Event
from services.core.contracts.events import case, coercion, complaint, deadline, measure
from services.core.contracts.family import Context
from services.deadlines.domain import clocks, entries
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.heard import (
    Cases,
    Coercions,
    Complaints,
    Deed,
    Early,
    Heard,
    Information,
    Judgment,
    Measures,
    OfCase,
    OfCoercion,
    OfComplaint,
    OfInformation,
    OfJudgment,
    OfMeasure,
    OfPayment,
    OfSale,
    Payments,
    Sales,
    Told,
    of_case,
    of_coercion,
    of_information,
    of_judgment,
    of_measure,
    of_payment,
    of_sale,
)


class Known(Struct, frozen=True):
    """The clocks of one key, and what is asked when they start and end."""

    deadline: dict[str, Clock] = {}  #: by the id of the clock
    judgment: Judgment = Judgment()
    case: Cases = Cases()
    measure: Measures = Measures()
    information: Information = Information()
    coercion: Coercions = Coercions()
    sale: Sales = Sales()
    payment: Payments = Payments()
    complaint: Complaints = Complaints()
    involved: Involved = Involved()

    def about(self, event: Event) -> str:
        """Return the part that an event is about: of a notice, that of the paper it brings."""
        paper = event.document_event_id if isinstance(event, case.Notified) else None
        return self.of_paper(paper) or event.part

    def of_paper(self, paper: str | None) -> str | None:
        """Return the part that a paper speaks of, None where it is not heard of yet."""
        if paper is None:
            return None
        if paper in self.sale.prices:
            return self.sale.prices[paper].sale
        return self.case.papers.get(paper) or self.coercion.papers.get(paper)

    def parties(self, part: str) -> set[str]:
        """Return the parties who must be told what is decided in the case of a part.

        The State as a creditor need not be told.
        """
        view = self.case.of(part).view
        items = [self.judgment.items.get(number) for number in view.items]
        return {ref for ref in (view.debtor, *(item.creditor for item in items if item)) if ref}

    def told(self, paper: str) -> tuple[Told, ...]:
        """Return who was told of a paper."""
        return (*self.case.told.get(paper, ()), *self.measure.told.get(paper, ()))

    @property
    def deeds(self) -> Iterator[Deed]:
        """Yield what was done that may end a clock whose start is heard later, or halts clocks.

        Topics keep no order between them, and what happened may be told late: an end may be heard
        before its start.
        """
        yield from self.judgment.deeds
        yield from self.case.deeds
        yield from self.measure.deeds
        yield from self.information.deeds
        yield from self.coercion.deeds
        yield from self.sale.deeds
        yield from self.payment.deeds
        yield from self.complaint.deeds


def deed(event: Event, context: Context, clocks: Iterable[str]) -> Deed:
    """Return what was done by an event, with what it halts, and those of some clocks it may end."""
    return Deed(
        fact=context.id,
        part=event.part,
        carries_on=_carried_on(event),
        paper=getattr(event, "document_event_id", None),
        agency=context.agency,
        at=context.occurred_at if event.is_done or _is_by_law(event) else context.accepted_at,
        occurred_at=context.occurred_at,
        ends={id_: found for id_ in clocks if (found := entries.ends_by(id_, event))},
        halts=entries.halted_by(event),
        resumes=entries.resumed_by(event),
    )


def _carried_on(event: Event) -> str | None:
    """Return the case, or the first complaint, that an event carries on under an id of its own."""
    match event:
        case case.Decided(previous_case_id=before) | complaint.Filed(first_complaint_id=before):
            return before
        case _:
            return None


def _is_by_law(event: Event) -> bool:
    """Say whether it came about by law as something else was done: nobody can do it late."""
    return isinstance(event, measure.Lifted | coercion.Lifted) and event.ground == "BY_LAW"


def _early(known: Cases, event: OfCase, context: Context) -> dict[str, tuple[Early, ...]]:
    """Keep a notice of another family's paper: what it starts depends on that."""
    if not isinstance(event, case.Notified) or event.document_event_id in known.papers:
        return known.early
    others = known.early.get(event.document_event_id, ())
    if any(each.fact == context.id for each in others):
        return known.early
    this = Early(
        fact=context.id,
        notice=event,
        agency=context.agency,
        role=context.role,
        occurred_at=context.occurred_at,
        law=context.law,
    )
    return {**known.early, event.document_event_id: (*others, this)}


def folded(known: Known, event: Heard | deadline.Fact, context: Context) -> Known:
    """Fold one event in; it looks at and changes the field of its own family alone."""
    if isinstance(event, deadline.Fact):
        return replace(known, deadline=clocks.folded(known.deadline, event, context))
    done = deed(event, context, entries.ends(event.TYPE))
    more = (done,) if done.ends or done.halts or done.resumes else ()
    if isinstance(event, OfJudgment):
        judgment = of_judgment(known.judgment, event, context)
        return replace(known, judgment=replace(judgment, deeds=judgment.deeds + more))
    if isinstance(event, OfCase):
        cases = of_case(known.case, event, context)
        early = _early(known.case, event, context)
        return replace(known, case=replace(cases, deeds=cases.deeds + more, early=early))
    if isinstance(event, OfMeasure):
        measures = of_measure(known.measure, event, context)
        return replace(known, measure=replace(measures, deeds=measures.deeds + more))
    if isinstance(event, OfInformation):
        asked = of_information(known.information, event)
        return replace(known, information=replace(asked, deeds=asked.deeds + more))
    if isinstance(event, OfCoercion):
        coercions = of_coercion(known.coercion, event, context)
        return replace(known, coercion=replace(coercions, deeds=coercions.deeds + more))
    if isinstance(event, OfSale):
        sales = of_sale(known.sale, event, context)
        return replace(known, sale=replace(sales, deeds=sales.deeds + more))
    if isinstance(event, OfPayment):
        payments = of_payment(known.payment, event, context)
        return replace(known, payment=replace(payments, deeds=payments.deeds + more))
    if isinstance(event, OfComplaint):
        return replace(known, complaint=Complaints(known.complaint.deeds + more))
    assert_never(event)
