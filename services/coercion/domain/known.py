"""What the stream of a case's coercions knows, and how it is folded from facts."""

from datetime import date, datetime
from typing import TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access import docket
from services.core.access.involvement import Involved
from services.core.contracts.events import case, coercion, complaint, deadline, payment
from services.core.contracts.events.machines import COERCION, CoercionState
from services.core.contracts.family import Context
from services.core.contracts.official_numbers import number_of

Heard: TypeAlias = (
    case.Moved
    | case.Decided
    | case.OfficerAssigned
    | case.Verified
    | case.Notified
    | case.PersuasionRecorded
    | case.Performed
    | case.Postponed
    | case.Suspended
    | case.Terminated
    | case.DecisionRecalled
    | case.Exempted
    | deadline.Expired
    | payment.Collected
    | payment.PaidOut
    | complaint.ActPaused
    | complaint.ActUnpaused
    | complaint.Decided
)
"""The facts of others that matter to coercion."""


class Booking(Struct, frozen=True):
    """Hours that units were asked to keep."""

    starts_at: datetime
    ends_at: datetime
    asked: tuple[str, ...]
    kept_by: frozenset[str] = frozenset()  #: the units that keep them
    denied_by: frozenset[str] = frozenset()
    is_over: bool = False  #: given up, or used

    @property
    def unanswered(self) -> list[str]:
        """The units that have not answered yet."""
        return [each for each in self.asked if each not in self.kept_by | self.denied_by]

    def covers(self, unit: str | None, starts_at: datetime, ends_at: datetime) -> bool:
        """Say whether a unit keeps these hours by it."""
        return (
            not self.is_over
            and unit in self.kept_by
            and self.starts_at <= starts_at
            and ends_at <= self.ends_at
        )


class Hour(Struct, frozen=True):
    """The hour that was fixed."""

    plan: str  #: the fact that fixed it
    starts_at: datetime
    ends_at: datetime
    with_force: bool
    on_policy_day: bool
    addressees: tuple[str, ...]


class Coercion(Struct, frozen=True):
    """One coercion, as its facts so far tell it."""

    state: CoercionState | None = None
    decision: str = ""  #: the fact that decided it
    decided_on: date | None = None
    kind: str = ""
    real_estate: bool = False
    hour: Hour | None = None
    police_asked: frozenset[str] = frozenset()
    is_planned: bool = False  #: the police's protection plan is ready
    bookings: dict[str, Booking] = {}

    def keeping(self) -> list[tuple[str, str]]:
        """Return the bookings that stand, each with a unit that keeps it."""
        return [
            (id_, unit)
            for id_, each in self.bookings.items()
            if not each.is_over
            for unit in sorted(each.kept_by)
        ]


class Coercions(Struct, frozen=True):
    """The coercions of a case."""

    coercions: dict[str, Coercion] = {}
    numbers: frozenset[str] = frozenset()  #: official numbers used

    def of(self, coercion_id: str) -> Coercion:
        """Return the one of that id, as it stands."""
        return self.coercions.get(coercion_id, Coercion())


class Case(Struct, frozen=True):
    """What it heard of its case."""

    view: docket.Case = docket.Case()
    finding: str | None = None  #: of the latest verification
    verified_on: date | None = None
    is_persuaded: bool = False  #: persuasion was recorded
    settled: int = 0  #: đồng performed outside the agency's hands, or remitted by the court
    notices: dict[str, date] = {}  #: of seizures, by the fact told of: the first valid day


class Known(Struct, frozen=True):
    """What the stream of a case's coercions knows, a field for each family."""

    coercion: Coercions = Coercions()
    case: Case = Case()
    deadline: frozenset[str] = frozenset()  #: rules whose period ran out
    payment: int = 0  #: đồng collected, costs apart
    complaint: frozenset[str] = frozenset()  #: acts that are paused
    involved: Involved = Involved()

    @property
    def owed(self) -> int | None:
        """What is still to be collected, in đồng; None where the case is not about money."""
        amount = self.case.view.amount
        return None if amount is None else max(amount - self.payment - self.case.settled, 0)


def told(known: Known, fact: Heard) -> Known:
    """Fold one fact of another family in, the docket's view apart."""
    match fact:
        case case.Verified(verified_on=day, finding=finding):
            this = known.case
            if this.verified_on is None or day >= this.verified_on:
                return replace(known, case=replace(this, finding=finding, verified_on=day))
            return known
        case case.Notified(notice="SEIZURE_NOTICE", document_event_id=paper, valid_on=day):
            first = min(day, known.case.notices.get(paper, day))
            notices = {**known.case.notices, paper: first}
            return replace(known, case=replace(known.case, notices=notices))
        case case.PersuasionRecorded():
            return replace(known, case=replace(known.case, is_persuaded=True))
        case case.Performed(amount=amount) | case.Exempted(amount=amount):
            settled = known.case.settled + (amount or 0)
            return replace(known, case=replace(known.case, settled=settled))
        case deadline.Expired(rule_id=rule):
            return replace(known, deadline=known.deadline | {rule})
        case payment.Collected(amount=amount, costs=costs):
            return replace(known, payment=known.payment + amount - costs)
        case complaint.ActPaused(act_event_id=act):
            return replace(known, complaint=known.complaint | {act})
        case complaint.ActUnpaused(act_event_id=act):
            return replace(known, complaint=known.complaint - {act})
        case _:
            return known


def heard(known: Known, fact: Heard, context: Context) -> Known:
    """Fold one fact of another family in."""
    match fact:
        case case.Moved() | case.Decided() | case.OfficerAssigned():
            view = docket.heard(known.case.view, fact, context)
            return replace(known, case=replace(known.case, view=view))
        case _:
            return told(known, fact)


def folded(known: Known, fact: coercion.Fact, context: Context) -> Known:
    """Fold one fact of a coercion in. Where the machine has no arrow for it, nothing moves."""
    this = known.coercion.of(fact.coercion_id)
    state = COERCION.follows(this.state, fact) or this.state
    this = replace(_with(this, fact, context), state=state)
    number = number_of(fact)
    return replace(
        known,
        coercion=Coercions(
            {**known.coercion.coercions, fact.coercion_id: this},
            known.coercion.numbers | ({number} if number else set()),
        ),
    )


def _with(this: Coercion, fact: coercion.Fact, context: Context) -> Coercion:
    match fact:
        case coercion.Decided():
            if this.decided_on is not None:
                return this
            return replace(
                this,
                decision=context.id,
                decided_on=fact.decided_on,
                kind=fact.kind,
                real_estate=fact.real_estate,
            )
        case coercion.ProtectionRequested(police_id=police):
            return replace(this, police_asked=this.police_asked | {police})
        case coercion.ProtectionPlanned():
            return replace(this, is_planned=True)
        case coercion.BookingRequested(booking_id=id_):
            booking = Booking(fact.starts_at, fact.ends_at, tuple(fact.unit_ids))
            return this if id_ in this.bookings else _booked(this, id_, booking)
        case coercion.UnitBooked() | coercion.UnitUnavailable() | coercion.BookingCancelled():
            return _answered(this, fact)
        case coercion.Scheduled():
            return replace(this, hour=_hour(fact, context))
        case coercion.Postponed() | coercion.Failed():
            return _free(replace(this, hour=None))
        case coercion.Executed() | coercion.Lifted():
            return _free(this)
        case coercion.PlanSent() | coercion.PlanAcknowledged() | coercion.IrregularityNoted():
            return this
        case _:
            assert_never(fact)


def _booked(this: Coercion, id_: str, booking: Booking) -> Coercion:
    return replace(this, bookings={**this.bookings, id_: booking})


def _answered(
    this: Coercion,
    fact: coercion.UnitBooked | coercion.UnitUnavailable | coercion.BookingCancelled,
) -> Coercion:
    booking = this.bookings.get(fact.booking_id)
    if booking is None:
        return this
    match fact:
        case coercion.UnitBooked(unit_id=unit):
            booking = replace(booking, kept_by=booking.kept_by | {unit})
        case coercion.UnitUnavailable(unit_id=unit):
            kept, denied = booking.kept_by - {unit}, booking.denied_by | {unit}
            booking = replace(booking, kept_by=kept, denied_by=denied)
        case coercion.BookingCancelled():
            booking = replace(booking, is_over=True)
    return _booked(this, fact.booking_id, booking)


def _free(this: Coercion) -> Coercion:
    """Every booking is over once the hour has passed or fallen."""
    over = {id_: replace(each, is_over=True) for id_, each in this.bookings.items()}
    return replace(this, bookings=over)


def _hour(fact: coercion.Scheduled, context: Context) -> Hour:
    return Hour(
        plan=context.id,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        with_force=fact.force_mobilised,
        on_policy_day=bool(fact.policy_day),
        addressees=tuple(fact.addressees),
    )
