"""What the stream of a key's clocks knows, a field for each family whose facts decide something."""

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline
from services.core.contracts.family import Context
from services.deadlines.domain import clocks
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.heard import (
    Cases,
    Coercions,
    Heard,
    Judgment,
    Measures,
    Money,
    OfCase,
    OfCoercion,
    OfComplaint,
    OfInformation,
    OfJudgment,
    OfMeasure,
    OfPayment,
    OfSale,
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
    """The clocks of one key, and what is asked when they start and end.

    Of complaints nothing must be remembered: their facts say all that their clocks ask.
    """

    deadline: dict[str, Clock] = {}  #: by the id of the clock
    judgment: Judgment = Judgment()
    case: Cases = Cases()
    measure: Measures = Measures()
    information: dict[str, str] = {}  #: the holder asked, by request
    coercion: Coercions = Coercions()
    sale: Sales = Sales()
    payment: dict[str, Money] = {}  #: by case

    def about(self, event: Event) -> str:
        """Return the part that an event is about: of a notice, that of the paper it brings."""
        if not isinstance(event, case.Notified):
            return event.part
        paper = event.document_event_id
        if paper in self.sale.prices:
            return self.sale.prices[paper].sale
        return self.case.papers.get(paper) or self.coercion.papers.get(paper) or event.part

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

    def money(self, part: str) -> Money:
        """Return the money of the case in which a part lies."""
        return self.payment.get(docket.stream_of(part), Money())


def folded(known: Known, event: Heard | deadline.Fact, context: Context) -> Known:
    """Fold one event in; it changes the field of its own family alone."""
    if isinstance(event, deadline.Fact):
        return replace(known, deadline=clocks.folded(known.deadline, event, context))
    if isinstance(event, OfJudgment):
        return replace(known, judgment=of_judgment(known.judgment, event, context))
    if isinstance(event, OfCase):
        return replace(known, case=of_case(known.case, event, context))
    if isinstance(event, OfMeasure):
        return replace(known, measure=of_measure(known.measure, event, context))
    if isinstance(event, OfInformation):
        return replace(known, information=of_information(known.information, event))
    if isinstance(event, OfCoercion):
        return replace(known, coercion=of_coercion(known.coercion, event, context))
    if isinstance(event, OfSale):
        collected = known.money(event.sale_id).collected
        return replace(known, sale=of_sale(known.sale, event, context, collected))
    if isinstance(event, OfPayment):
        return replace(known, payment=of_payment(known.payment, event, context))
    if isinstance(event, OfComplaint):
        return known
    assert_never(event)
