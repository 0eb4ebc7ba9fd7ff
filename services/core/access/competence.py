"""Who may submit what of which case: the catalogue's rule for each type and role, applied purely.

A rule names one or more ways in which the sender's agency may stand to the part that a claim speaks
of; one is enough, and without a rule nobody may. The bus asks `objection` before any code of the
family; a refusal by it stands alone. A part that does not exist is answered like one that belongs
to others. Roles, kinds of agency and officers were checked at the edge, without knowing the case.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from services.core.access.involvement import (
    MADE_BY,
    Involved,
    agencies_above,
    office_of,
    scopes_of,
)
from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.event import Event
from services.core.contracts.family import Context, Directory, Refusal

_BY_ADDRESS: Final = frozenset(
    {"receiver", "entrusted", "holder", "valuer", "auctioneer", "asked", "addressed"}
    | {"responsible", "delivered"}
)
"""The ways of standing that rest on having been addressed."""

_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "above": ("origin",),
    "new": ("origin",),
    "handler": ("handler", "receiver"),
    "below": ("handler", "receiver"),
    "officer": ("officer", "handler", "receiver"),
    "procuracy": ("officer", "handler", "receiver", "origin"),
    "place": ("named",),
    "managing": ("handler", "receiver"),
    "channel": ("channel", "channel_changed"),
    "office_of_place": ("handler", "receiver", "origin"),
    "portal": (),
    "process": (),
    "anyone": (),
}
"""What must be known of who is involved, where that is not the word itself."""

_PARTY: Final = ("requester", "complainant", "party")
"""The fields in which a claim says for which party its sender acts."""

_OF_PARTIES: Final = (*_PARTY, "debtor", "subject", "payee")
"""The fields in which a claim names a party of the judgment."""


class _Question(Struct, frozen=True):
    """A claim, and all that is known of who is involved in what it speaks of."""

    claim: Event
    context: Context
    involved: Involved

    @property
    def scopes(self) -> list[str]:
        """The part and all round it, the innermost first; the case before this one, if named."""
        around = scopes_of(self.claim.part)
        before = getattr(self.claim, "previous_case_id", None)
        return [*around[:-1], *([before] if before else []), around[-1]]

    def has(self, relation: str, *scopes: str) -> bool:
        """Say whether the sender's agency, or the office above its room, is among the holders."""
        holders = self.involved.holders(relation, scopes or self.scopes)
        return any(is_of(self.directory, self.context.agency, each) for each in holders)

    @property
    def directory(self) -> Directory:
        return self.context.directory

    @property
    def handlers(self) -> tuple[str, ...]:
        """Who carries the case out; before a decision, who was asked for it or got the judgment."""
        return self.involved.holders("handler", self.scopes) or self.involved.holders(
            "receiver", self.scopes
        )

    @property
    def acting(self) -> tuple[str, ...]:
        """The agencies on whose territory it is carried out."""
        if (assigned := self.assigned) and (officer := self.directory.officer(assigned)):
            return (officer.agency,)
        return self.handlers or self.involved.holders("origin", self.scopes)

    @property
    def assigned(self) -> str | None:
        """The officer assigned; none where the case has passed to another office since."""
        for slug in self.involved.holders("officer", self.scopes):
            officer = self.directory.officer(slug)
            if officer and any(is_of(self.directory, officer.agency, h) for h in self.handlers):
                return slug
        return None

    @property
    def channels(self) -> tuple[str, ...]:
        """Through whom the party acts for which the sender claims to act, or the part was filed."""
        party = next(filter(None, (getattr(self.claim, name, None) for name in _PARTY)), None)
        of = [each for each in (party, self.claim.part) if each]
        changed = self.involved.holders("channel_changed", of)
        return changed or self.involved.holders("channel", of)


def _is_handler(asked: _Question) -> bool:
    mine = asked.context.agency
    return any(is_of(asked.directory, mine, office) for office in asked.handlers)


def _handles_a_case(asked: _Question) -> bool:
    judgment, mine = asked.scopes[-1], asked.context.agency
    offices = asked.involved.inside("handler", judgment)
    offices |= asked.involved.inside("receiver", judgment)
    return any(is_of(asked.directory, mine, office) for office in offices)


def _is_officer(asked: _Question) -> bool:
    assigned = asked.assigned
    return _is_handler(asked) and assigned in {None, asked.context.officer}


def _is_above(asked: _Question) -> bool:
    courts = asked.involved.holders("origin", asked.scopes)
    return any(asked.context.agency in agencies_above(asked.directory, court) for court in courts)


def _is_managing(asked: _Question) -> bool:
    mine = asked.context.agency
    return any(mine in agencies_above(asked.directory, office) for office in asked.handlers)


def _is_procuracy(asked: _Question) -> bool:
    mine = asked.context.agency
    return any(asked.directory.meet(mine, each) for each in asked.acting)


def _is_of_place(asked: _Question) -> bool:
    mine = asked.context.agency
    named = asked.involved.holders("named", asked.scopes)
    communes = [each for each in named if _kind(asked.directory, each) == "commune"]
    return mine in named or any(asked.directory.within(mine, each) for each in communes)


def _is_office_of_place(asked: _Question) -> bool:
    mine, directory = asked.context.agency, asked.directory
    if asked.involved.holders("handler", asked.scopes):  # who handles a case is no choice any more
        return _is_handler(asked)
    around = asked.handlers or asked.involved.holders("origin", asked.scopes)
    return _kind(directory, mine) in OFFICES and any(directory.meet(mine, each) for each in around)


OFFICES: Final = frozenset({"thads", "thads_room", "vp"})
"""The kinds of agency that enforce."""

_STANDS: Final[Mapping[str, Callable[[_Question], bool]]] = {
    "new": lambda asked: not asked.involved.holders("origin", asked.scopes),
    "origin": lambda asked: asked.context.agency in asked.involved.holders("origin", asked.scopes),
    "above": _is_above,
    "receiver": lambda asked: asked.has("receiver"),
    "handler": _is_handler,
    "below": _handles_a_case,
    "officer": _is_officer,
    "entrusted": lambda asked: asked.has("entrusted"),
    "holder": lambda asked: asked.has("holder", asked.claim.part),
    "valuer": lambda asked: asked.has("valuer", asked.claim.part),
    "auctioneer": lambda asked: asked.has("auctioneer", asked.claim.part),
    "asked": lambda asked: asked.has("asked"),
    "addressed": lambda asked: asked.has("addressed", asked.claim.part),
    "procuracy": _is_procuracy,
    "place": _is_of_place,
    "managing": _is_managing,
    "channel": lambda asked: asked.context.agency in asked.channels,
    "portal": lambda asked: _kind(asked.directory, asked.context.agency) == "portal",
    "office_of_place": _is_office_of_place,
    "responsible": lambda asked: asked.has("responsible", getattr(asked.claim, "clock_id", "")),
    "delivered": lambda asked: asked.has("delivered", getattr(asked.claim, "event_id", "")),
    "process": lambda asked: asked.context.role == "PLATFORM",
    "anyone": lambda _: True,
}


def objection(claim: Event, context: Context, involved: Involved) -> Refusal | None:
    """Return why the sender may not submit this of that part, or None where it may.

    NOT_ADDRESSEE where the rule of its role asks that it was addressed, else OUT_OF_TERRITORY; then
    PARTY_NOT_DECLARED where a party is named that the judgment does not have.
    """
    rule = claim.BY.get(context.role, ())
    asked = _Question(claim, context, involved)
    if "channel" in rule and asked.channels:
        rule = ("channel",)
    if not any(_STANDS[word](asked) for word in rule):
        by_address = bool(rule) and _BY_ADDRESS.issuperset(rule)
        code = "NOT_ADDRESSEE" if by_address else "OUT_OF_TERRITORY"
        return Refusal(code, {"role": context.role, "may": list(rule)})
    if context.role == "PLATFORM":
        return None
    return next(_undeclared(asked), None)


def _undeclared(asked: _Question) -> Iterator[Refusal]:
    """Yield the parties that a claim names and the judgment does not have."""
    if "new" in asked.claim.BY.get(asked.context.role, ()):
        return  # it declares them
    parties, claim = asked.involved.holders("party", asked.scopes), asked.claim
    notified = ("addressee",) if getattr(claim, "as_", None) in {"DEBTOR", "CREDITOR"} else ()
    for name in (*_OF_PARTIES, *notified):
        value = getattr(claim, name, None)
        if isinstance(value, str) and value not in parties:
            yield Refusal("PARTY_NOT_DECLARED", field=f"/{name}")


def facts_needed(
    family: str, catalogue: Catalogue, asks: Iterable[str] = ()
) -> frozenset[type[Event]]:
    """Return the facts from which a family knows who is involved, as far as its rules ask.

    `asks` are relations that its own code asks for beside. What lies above the family's streams
    cannot reach them and is left out.
    """
    rules = [
        word
        for event in catalogue.family(family)
        for standings in event.competence.values()
        for word in standings
    ] + [*asks]
    if set(rules) <= {"process", "anyone"}:
        return frozenset()
    relations = {each for word in rules for each in _NEEDS.get(word, (word,))} | {"party"}
    depth = catalogue.depth(catalogue.families[family].stream) or 0
    facts = (fact for relation in relations for fact in MADE_BY[relation])
    return frozenset(
        fact
        for fact in facts
        if fact.TYPE.startswith(f"{PREFIX}.{family}.")
        or (catalogue.depth(catalogue.event(fact.TYPE).part) or 0) >= depth
    )


def is_of(directory: Directory, agency: str, office: str) -> bool:
    """Say whether an agency is that office or one of its rooms."""
    return agency == office or office_of(directory, agency) == office


def _kind(directory: Directory, slug: str) -> str | None:
    found = directory.agency(slug)
    return found.kind if found else None
