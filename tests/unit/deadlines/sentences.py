"""The words in which the tests of clocks speak: facts of a judgment, and a lane that hears them."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from services.core.contracts.catalogue import Codes, Kind, Many, Nested, Scalar
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.days import VIET_NAM
from services.core.contracts.event import Event
from services.core.contracts.events import case, coercion, deadline, judgment, sale
from services.core.contracts.events.records import Doc, Item, Party
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id, new_id
from services.deadlines.domain import Known, react
from services.deadlines.domain.clocks import Clock
from services.deadlines.service import FAMILY
from tests.unit.cast import head, officer, said
from tests.unit.through_bus import through_bus

CATALOGUE = load_catalogue()
J = "01890000-0000-7000-8000-00000000000a"
C, C2 = f"{J}.c1", f"{J}.c2"
K, K2, M, R, X, S = (f"{C}.{short}" for short in ("k1", "k2", "m1", "r1", "x1", "k1.s1"))
DEBTOR, CREDITOR, STATE = f"{J}.p1", f"{J}.p2", f"{J}.p3"
POLICE, COMMUNE, PROCURACY = "ca-thi-hanh-an-da-nang", "ubnd-phuong-song-cam", "vks-khu-vuc-3"
BANK = "nh-song-cam"
PAPER = Doc("d1", "ab")

T = TypeVar("T", bound=Event)
Said = TypeVar("Said", deadline.Expired, deadline.Overdue, deadline.DueSoon)


def at(local: str) -> datetime:
    """Return a moment in Viet Nam, `2026-08-25 12:00`, in UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=VIET_NAM).astimezone(UTC)


def on(day: str) -> date:
    return date.fromisoformat(day)


def made(type_: type[T], part: str, **fields: Any) -> T:
    """Return an event that says what is named, and of the rest anything that its type allows."""
    event = CATALOGUE.event(type_.TYPE)
    rest = {
        field.attribute: _anything(field.kind)
        for field in event.fields[1:]
        if not field.optional and field.attribute not in fields
    }
    return type_(part, **rest, **fields)


_SCALARS = {
    "date": on("2026-09-08"),
    "timestamp": at("2026-09-08 09:00"),
    "bool": False,
    "int": 1,
    "dong": 1,
    "dong_or_zero": 1,
}


decide, evolve = through_bus(FAMILY)


def _anything(kind: Kind) -> Any:
    match kind:
        case Codes(values):
            return values[0]
        case Many():
            return []
        case Nested():
            return PAPER
        case Scalar(name):
            return _SCALARS.get(name, "x")


class Clocks:
    """The stream of one key: it hears, is told, and keeps what was said of its clocks."""

    def __init__(self) -> None:
        self.known = Known()
        self.facts: list[deadline.Fact] = []
        self._told: list[tuple[Event, Context]] = []

    def hear(self, event: Event, context: Context) -> list[deadline.Fact]:
        """Hear a fact, and return what follows of it."""
        self._evolve(event, context)
        facts = list(react(self.known, event, context))  # type: ignore[arg-type]
        self._record(facts, context)
        return facts

    def hear_instead(self, of: str, event: Event, context: Context) -> list[deadline.Fact]:
        """Hear a fact in the place of an earlier one, and return what follows of it."""
        context = replace(context, id=of, corrects=of)
        told = [(event, context) if each.id == of else (it, each) for it, each in self._told]
        self.known, self._told = Known(), []
        for each in told:
            self._evolve(*each)
        facts = list(react(self.known, event, context))  # type: ignore[arg-type]
        self._record(facts, replace(context, id=new_id()))
        return facts

    def _evolve(self, event: Event, context: Context) -> None:
        self.known = evolve(self.known, event, context)
        self._told.append((event, context))

    def say(self, claim: deadline.Claim, context: Context) -> list[Any]:
        """Put a claim, and return the refusals, or the facts that were recorded."""
        answer = list(decide(self.known, claim, context))
        if not isinstance(answer[0], Refusal):
            self._record(answer, context)
        return answer

    def _record(self, facts: list[Any], context: Context) -> None:
        for index, fact in enumerate(facts):
            own = replace(context, id=derived_id(context.id, "deadline", index))
            self._evolve(fact, own)
        self.facts += facts

    def id_of(self, rule: str, watched: str | None = None) -> str:
        """Return the id of the one clock of a rule, and of a part."""
        (found,) = [
            id_
            for id_, clock in self.known.deadline.items()
            if clock.rule == rule and watched in {None, clock.watched}
        ]
        return found

    def clock(self, rule: str, watched: str | None = None) -> Clock:
        """Return the one clock of a rule, and of a part."""
        return self.known.deadline[self.id_of(rule, watched)]

    def expired(self, rule: str) -> deadline.Expired:
        """Return the claim that the one clock of a rule is over."""
        return self._claim(deadline.Expired, rule)

    def overdue(self, rule: str) -> deadline.Overdue:
        """Return the claim that the one clock of a rule is overdue."""
        return self._claim(deadline.Overdue, rule)

    def due_soon(self, rule: str) -> deadline.DueSoon:
        """Return the claim that the one clock of a rule is nearly over."""
        return self._claim(deadline.DueSoon, rule)

    def extended(
        self, rule: str, to: str, ground: deadline.ExtendedGround = "COMPLEX"
    ) -> deadline.Extended:
        """Return the claim that the one clock of a rule is extended."""
        told = self._claim(deadline.Overdue, rule)
        return deadline.Extended(
            told.watched,
            clock_id=told.clock_id,
            rule_id=told.rule_id,
            cause_event_id=told.cause_event_id,
            due=told.due,
            new_due=at(to),
            ground=ground,
        )

    def _claim(self, type_: type[Said], rule: str) -> Said:
        id_ = self.id_of(rule)
        clock = self.known.deadline[id_]
        return type_(
            clock.watched,
            clock_id=id_,
            rule_id=rule,
            cause_event_id=clock.cause,
            due=clock.due or at("2026-09-08 00:00"),
        )


def platform(local: str) -> Context:
    """Return the context of what the platform says."""
    return said(local, "platform", "PLATFORM")


def court(local: str) -> Context:
    """Return the context of what the court says."""
    return said(local, "toa-da-nang", "COURT", "thu-ky-hoa")


def started(facts: list[Any]) -> list[str]:
    """Return the rules of the clocks that were started."""
    return [fact.rule_id for fact in facts if isinstance(fact, deadline.Started)]


def stopped(facts: list[Any]) -> list[str]:
    """Return the rules of the clocks that were stopped."""
    return [fact.rule_id for fact in facts if isinstance(fact, deadline.Stopped)]


def codes(answer: list[Any]) -> list[str]:
    """Return the codes of the refusals."""
    return [each.code for each in answer if isinstance(each, Refusal)]


# ---- what is told of a judgment


def issued(**fields: Any) -> judgment.Issued:
    """Return a civil judgment: a debt on request, and a fee that the State is owed ex officio."""
    return made(
        judgment.Issued,
        J,
        **{
            "court_id": "toa-da-nang",
            "kind": "CIVIL",
            "parties": [
                Party(DEBTOR, "PERSON"),
                Party(CREDITOR, "PERSON"),
                Party(STATE, "STATE"),
            ],
            "items": [
                Item(1, "MONEY", "ON_REQUEST", CREDITOR, DEBTOR, 100),
                Item(2, "MONEY", "EX_OFFICIO", STATE, DEBTOR, 5),
            ],
            **fields,
        },
    )


def decided(case_id: str = C, **fields: Any) -> case.Decided:
    """Return that a case about the debt was opened."""
    return made(
        case.Decided,
        case_id,
        **{"items": [1], "initiative": "ON_REQUEST", "debtor": DEBTOR, "amount": 100}
        | {"decided_on": on("2026-08-24")}
        | fields,
    )


def moved(to: str, case_id: str = C, cause: str = "x") -> case.Moved:
    """Return that a case came into another state."""
    return case.Moved(case_id, from_state="-", to_state=to, cause_event_id=cause)


def notified(paper: str, as_: case.NotifiedAs, **fields: Any) -> case.Notified:
    """Return that somebody of the case was told of a paper."""
    whom = {"DEBTOR": DEBTOR, "CREDITOR": CREDITOR, "PROCURACY": PROCURACY, "COMMUNE": COMMUNE}
    return made(
        case.Notified,
        C,
        **{
            "document_event_id": paper,
            "as_": as_,
            "addressee": whom.get(as_, BANK),
            "valid_on": on("2026-08-27"),
            **fields,
        },
    )


def opened(*more: Item) -> Clocks:
    """Return what is known once the case is open: the judgment was issued, a decision made.

    It is about the debt, and whatever more the judgment orders.
    """
    clocks = Clocks()
    first = issued()
    numbers = [1, *(each.item_no for each in more)]
    clocks.hear(issued(items=[*first.items, *more]), court("2026-08-03 09:00"))
    clocks.hear(decided(items=numbers), head("2026-08-24 09:30"))
    clocks.hear(moved("DECIDED"), head("2026-08-24 09:30"))
    clocks.hear(made(case.OfficerAssigned, C, officer_id="tran-thi-binh"), head("2026-08-24 10:00"))
    return clocks


def coerced(clocks: Clocks, part: str = K, **fields: Any) -> str:
    """Let a coercion be decided, and return the id of the decision."""
    context = officer("2026-09-17 09:00")
    clocks.hear(made(coercion.Decided, part, decided_on=on("2026-09-17"), **fields), context)
    return context.id


def priced(clocks: Clocks, round_: int = 1) -> str:
    """Let the price of a sale be known, and return the id of the fact."""
    context = said("2026-10-27 16:00", "tdg-ngu-son", "VALUER", "bui-van-lam")
    clocks.hear(made(sale.Priced, S, priced_on=on("2026-10-27"), round=round_), context)
    return context.id
