"""What may be said of a judgment, and how far it has come: issued, in effect, with whom to enforce.

A judgment orders several things, its items, and each may take effect, be sent and be annulled by
itself; the judgment stands where its least advanced open item stands. Which code refuses and which
is only noted is the catalogue's to say (`objections.settle`). `service` hands this to the bus.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, Never, TypeAlias, assert_never, get_args

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.involvement import Involved
from services.core.contracts.days import day_of
from services.core.contracts.events.judgment import (
    Claim,
    ClarificationRequested,
    Clarified,
    Fact,
    IrregularityNoted,
    Issued,
    MadeEffective,
    Received,
    Revised,
    Transferred,
)
from services.core.contracts.events.machines import JUDGMENT, JudgmentState
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import key_of
from services.core.contracts.official_numbers import canonical
from services.core.law.objections import settle

STAGES: Final[tuple[JudgmentState, ...]] = get_args(JudgmentState)
"""From the least advanced to the most; what is annulled holds nothing back and so stands last."""

AT_ONCE: Final = "AT_ONCE or PROVISIONAL"  #: the machine's words for what need not take effect
RECEIVERS: Final = frozenset({"thads"})  #: kinds of agency; their rooms do not receive


class Item(Struct, frozen=True):
    """One thing the judgment orders."""

    stage: JudgmentState
    since: date  #: the day of the step that led here
    receiver: str | None = None  #: the agency it was sent to


Items: TypeAlias = Mapping[int, Item]


class Judgment(Struct, frozen=True):
    """One judgment, as its facts so far tell it."""

    court: str
    number: str
    issued_on: date
    at_once: bool  #: enforceable before it takes effect
    items: dict[int, Item]
    asked: dict[str, date] = {}  #: the questions about it, and when the court got them
    answered: frozenset[str] = frozenset()

    @property
    def stage(self) -> JudgmentState:
        """That of the least advanced open item; annulled once none is open."""
        stages = {item.stage for item in self.items.values()}
        return min(stages, key=STAGES.index, default="ANNULLED")

    def leads(self, item: Item, event: Claim) -> str | None:
        """Return the stage to which an event leads an item; None where it does not follow."""
        return JUDGMENT.follows(
            item.stage, event, holds=lambda when: when != AT_ONCE or self.at_once
        )


class Known(Struct, frozen=True):
    """What the stream of a judgment knows: its own family, and it hears no other."""

    judgment: Judgment | None = None
    involved: Involved = Involved()


def stream(claim: Claim) -> str:
    """One stream a judgment; questions about it belong to its stream."""
    return key_of(claim.part)


# ---- deciding


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    found = objections(known, claim, context)
    return settle(claim, found, context, IrregularityNoted, about=stream(claim))


def objections(known: Known, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    yield from in_itself(claim, context)
    if known.judgment is not None:
        yield from against(known.judgment, claim, context)
    elif not isinstance(claim, Issued):
        yield Refusal("UNKNOWN_STREAM")


def in_itself(claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield what is wrong with a claim whatever was recorded before."""
    match claim:
        case Issued(court_id=court, items=items):
            if court != context.agency:
                yield Refusal("OUT_OF_TERRITORY", field="/court_id")
            if len({item.item_no for item in items}) < len(items):
                yield Refusal("MALFORMED", {"item_no": "twice"}, field="/items")
            yield from in_items(claim)
        case Transferred(to_agency=slug):
            agency, day = context.directory.agency(slug), day_of(context.occurred_at)
            if agency is None or agency.kind not in RECEIVERS or not agency.existed_on(day):
                yield Refusal("RECEIVER_NOT_COMPETENT", field="/to_agency")
    if isinstance(claim, Issued | MadeEffective) and not claim.items:
        yield Refusal("ITEMS_EMPTY", field="/items")


def in_items(claim: Issued) -> Iterator[Refusal]:
    """Yield what is wrong with the items of a new judgment, each by its place."""
    declared = {party.ref for party in claim.parties}
    for index, item in enumerate(claim.items):
        if item.amount is not None and item.amount <= 0:
            yield Refusal("AMOUNT_NOT_POSITIVE", field=f"/items/{index}/amount")
        for side, ref in (("creditor", item.creditor), ("debtor", item.debtor)):
            if ref not in declared:
                yield Refusal("PARTY_NOT_DECLARED", field=f"/items/{index}/{side}")


def against(judgment: Judgment, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield what the judgment's own history has against a claim."""
    items = concerned(judgment, claim, context) or judgment.items
    yield from out_of_order(judgment, claim, items)
    yield from unknown_or_twice(judgment, claim)
    yield from out_of_time(judgment, claim, items)


def out_of_order(judgment: Judgment, claim: Claim, items: Items) -> Iterator[Refusal]:
    """The state machine: some item concerned must have a move to make."""
    if not any(JUDGMENT.follows(item.stage, claim) for item in items.values()):
        yield Refusal("WRONG_STATE", {"stage": judgment.stage})
    elif not any(judgment.leads(item, claim) for item in items.values()):
        yield Refusal("NOT_ENFORCEABLE_YET", {"stage": judgment.stage})


def unknown_or_twice(judgment: Judgment, claim: Claim) -> Iterator[Refusal]:
    """What a claim names must be there; what it adds must not."""
    match claim:
        case Issued(judgment_no=number) if canonical(number) == judgment.number:
            yield Refusal("DUPLICATE", {"judgment_no": number})
        case MadeEffective(items=numbers):
            for unknown in sorted(set(numbers) - judgment.items.keys()):
                yield Refusal("ITEM_UNKNOWN", {"item_no": unknown}, field="/items")
        case ClarificationRequested(clarification_id=question) if question in judgment.asked:
            yield Refusal("DUPLICATE", {"clarification_id": question})
        case Clarified(clarification_id=question):
            if question not in judgment.asked:
                yield Refusal("CLARIFICATION_UNKNOWN", {"clarification_id": question})
            if question in judgment.answered:
                yield Refusal("DUPLICATE", {"clarification_id": question})


def out_of_time(judgment: Judgment, claim: Claim, items: Items) -> Iterator[Refusal]:
    """Nothing happens before what it follows from."""
    named, day = dated(claim)
    if day < (cause := cause_of(judgment, claim, items)):
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause.isoformat()}, field=named)


def dated(claim: Claim) -> tuple[str, date]:
    """Return the day on which the claim says it happened, and the field that says so."""
    match claim:
        case Issued():
            return "/issued_on", claim.issued_on
        case MadeEffective():
            return "/effective_on", claim.effective_on
        case Transferred():
            return "/sent_at", day_of(claim.sent_at)
        case Clarified():
            return "/answered_on", claim.answered_on
        case Received() | Revised() | ClarificationRequested():
            return "/received_on", claim.received_on
        case _:
            assert_never(claim)


def cause_of(judgment: Judgment, claim: Claim, items: Items) -> date:
    """Return the day of what must have come first: the issue, unless a later step led to it."""
    match claim:
        case Issued():
            return claim.issued_on
        case Transferred() | Received():
            steps = [item.since for item in items.values() if judgment.leads(item, claim)]
            return max(steps, default=judgment.issued_on)
        case Clarified(clarification_id=question):
            return judgment.asked.get(question, judgment.issued_on)
        case _:
            return judgment.issued_on


# ---- moving


def concerned(judgment: Judgment, fact: Fact, context: Context) -> Items:
    """Return the items that a fact speaks of: those it names, those sent to its sender, or all."""
    items = judgment.items
    match fact:
        case MadeEffective(items=numbers) | Revised(items=[_, *_] as numbers):
            return {no: item for no, item in items.items() if no in numbers}
        case Received():
            return {no: item for no, item in items.items() if item.receiver == context.agency}
        case _:
            return items


def evolve(known: Known, fact: Fact, context: Context) -> Known:
    """Fold one fact in. Where the machine has no arrow for it, nothing moves."""
    judgment = known.judgment
    match fact:
        case IrregularityNoted():
            return known
        case Issued():
            return known if judgment else replace(known, judgment=opened(fact))
        case _ if judgment is None:
            return known
        case MadeEffective() | Transferred() | Received() | Revised():
            return replace(known, judgment=moved(judgment, fact, context))
        case ClarificationRequested(clarification_id=question, received_on=day):
            judgment = replace(judgment, asked={question: day} | judgment.asked)
            return replace(known, judgment=judgment)
        case Clarified(clarification_id=question):
            judgment = replace(judgment, answered=judgment.answered | {question})
            return replace(known, judgment=judgment)
        case _:
            assert_never(fact)


def opened(fact: Issued) -> Judgment:
    """Return the judgment as it stands when issued."""
    return Judgment(
        court=fact.court_id,
        number=canonical(fact.judgment_no),
        issued_on=fact.issued_on,
        at_once=fact.enforceable in {"AT_ONCE", "PROVISIONAL"},
        items={item.item_no: Item("ISSUED", fact.issued_on) for item in fact.items},
    )


def moved(judgment: Judgment, fact: Claim, context: Context) -> Judgment:
    """Return the judgment with every item that the fact moves at its new stage."""
    _, day = dated(fact)
    items = dict(judgment.items)
    for no, item in concerned(judgment, fact, context).items():
        if (stage := judgment.leads(item, fact)) not in {None, item.stage}:
            receiver = fact.to_agency if isinstance(fact, Transferred) else item.receiver
            items[no] = replace(item, stage=stage, since=day, receiver=receiver)
    return replace(judgment, items=items)


def react(_known: Known, _heard: Never, _context: Context) -> tuple[()]:
    """Nothing follows by itself: this family hears nobody."""
    return ()
