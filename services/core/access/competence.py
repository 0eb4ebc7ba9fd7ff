"""Who may submit what of which case: the catalogue's rule for each type and role, applied purely.

A rule names one or more ways in which the sender's agency may stand to the part that a claim speaks
of; one is enough, and without a rule nobody may. The bus asks `objection` before any code of the
family; a refusal by it stands alone. A part that does not exist is answered like one that belongs
to others. Roles, kinds of agency and officers were checked at the edge, without knowing the case.
What an agency was that has ended, its successor is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from services.core.access.involvement import (
    MADE_BY,
    OFFICES,
    Involved,
    agencies_above,
    kind_of,
    office_of,
    scopes_of,
)
from services.core.contracts.catalogue import PREFIX, Catalogue
from services.core.contracts.days import day_of
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
    "channel": ("channel", "channel_changed", "filed_for"),
    "resolver": ("resolver", "level", "handler", "receiver"),
    "room": ("officer", "handler", "receiver"),
    "office_of_place": ("handler", "receiver", "origin"),
    "portal": (),
    "process": (),
    "anyone": (),
}
"""What must be known of who is involved, where that is not the word itself."""

_PARTY: Final = ("requester", "complainant", "party")
"""The fields in which a claim says for which party its sender acts."""

_BEFORE: Final = ("previous_case_id", "first_complaint_id", "previous_request_id")
"""The fields in which a claim names a part that it goes on from."""

_OF_PARTIES: Final = (*_PARTY, "debtor", "subject", "payee")
"""The fields in which a claim names a party of the judgment."""


class _Question(Struct, frozen=True):
    """A claim, and all that is known of who is involved in what it speaks of."""

    claim: Event
    context: Context
    involved: Involved

    @property
    def scopes(self) -> list[str]:
        """The part and all round it, the innermost first."""
        return scopes_of(self.claim.part)

    @property
    def directory(self) -> Directory:
        return self.context.directory

    def holders(self, relation: str, scopes: Iterable[str]) -> tuple[str, ...]:
        """Return the holders at the first of the scopes that has any; of those ended, the heirs."""
        return self._today(self.involved.holders(relation, scopes))

    def handlers_of(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """Return who carries out the first of the scopes that somebody does, or was asked for."""
        return self._today(self.involved.handlers_of(scopes))

    def inside(self, relation: str, scope: str) -> set[str]:
        """Return the holders at every scope that lies within one."""
        return set(self._today(self.involved.inside(relation, scope)))

    def _today(self, holders: Iterable[str]) -> tuple[str, ...]:
        day = day_of(self.context.occurred_at)
        return tuple(dict.fromkeys(self.directory.heir(each, day) for each in holders))

    def is_among(self, offices: Iterable[str]) -> bool:
        """Say whether the sender's agency is one of these offices, or a room of one."""
        return any(is_of(self.directory, self.context.agency, each) for each in offices)

    def has(self, relation: str, *scopes: str) -> bool:
        """Say whether the sender's agency, or the office above its room, is among the holders."""
        return self.is_among(self.holders(relation, scopes or self.scopes))

    def meets(self, agencies: Iterable[str]) -> bool:
        """Say whether the sender's agency shares territory with one of these."""
        return any(self.directory.meet(self.context.agency, each) for each in agencies)

    @property
    def handlers(self) -> tuple[str, ...]:
        """Who carries the case out; before a decision, who was asked for it or got the judgment.

        A case that goes on from another, and of which nobody was asked, is its handler's.
        """
        held = self.handlers_of(self.scopes[:-1])
        before = getattr(self.claim, "previous_case_id", None)
        if not held and before:
            held = self.holders("handler", [before])
        return held or self.holders("receiver", self.scopes[-1:])

    @property
    def around(self) -> tuple[str, ...]:
        """Whose territory is the place of the case: the handlers'; before, the court's."""
        return self.handlers or self.holders("origin", self.scopes)

    @property
    def acting(self) -> tuple[str, ...]:
        """The agencies on whose territory it is carried out."""
        if (assigned := self.assigned) and (officer := self.directory.officer(assigned)):
            return (officer.agency,)
        return self.around

    @property
    def assigned(self) -> str | None:
        """The officer assigned; none where the case has passed to another office since."""
        for slug in self.holders("officer", self.scopes):
            officer = self.directory.officer(slug)
            if officer and any(is_of(self.directory, officer.agency, h) for h in self.handlers):
                return slug
        return None

    @property
    def channels(self) -> tuple[str, ...]:
        """Through whom the party acts for which the sender claims to act.

        Where the claim names none, it is the party for which the part, or its case, was filed.
        """
        if self.party:
            changed = self.holders("channel_changed", [self.party])
            return changed or self.holders("channel", [self.party])
        filed_for = self.holders("filed_for", self.scopes)
        changed = tuple(
            channel for party in filed_for for channel in self.holders("channel_changed", [party])
        )
        return changed or self.holders("channel", self.scopes)

    @property
    def party(self) -> str | None:
        """The party that the claim names as the one for which it is submitted."""
        return next(filter(None, (getattr(self.claim, name, None) for name in _PARTY)), None)


def _is_handler(asked: _Question) -> bool:
    return asked.is_among(asked.handlers)


def _handles_a_case(asked: _Question) -> bool:
    judgment = asked.scopes[-1]
    return asked.is_among(asked.inside("handler", judgment) | asked.inside("receiver", judgment))


def _is_room(asked: _Question) -> bool:
    officer = asked.directory.officer(asked.assigned or "")
    mine = asked.context.agency
    return _is_handler(asked) and (officer is None or mine in {officer.agency, *asked.handlers})


def _is_resolver(asked: _Question) -> bool:
    part = [asked.claim.part]
    if resolvers := asked.holders("resolver", part):
        offices = {office_of(asked.directory, each) for each in resolvers}
        return office_of(asked.directory, asked.context.agency) in offices
    is_second = "2" in asked.holders("level", part)
    return _is_managing(asked) if is_second else _is_handler(asked)


def _is_portal(asked: _Question) -> bool:
    is_portal = kind_of(asked.directory, asked.context.agency) == "portal"
    return is_portal and asked.meets(asked.around)


def _is_officer(asked: _Question) -> bool:
    assigned = asked.assigned
    return _is_handler(asked) and assigned in {None, asked.context.officer}


def _is_above(asked: _Question) -> bool:
    courts = asked.holders("origin", asked.scopes)
    return any(asked.context.agency in agencies_above(asked.directory, court) for court in courts)


def _is_managing(asked: _Question) -> bool:
    mine = asked.context.agency
    return any(mine in agencies_above(asked.directory, office) for office in asked.handlers)


def _is_procuracy(asked: _Question) -> bool:
    return asked.meets(asked.acting)


def _is_of_place(asked: _Question) -> bool:
    mine = asked.context.agency
    named = asked.holders("named", asked.scopes)
    communes = [each for each in named if kind_of(asked.directory, each) == "commune"]
    return mine in named or any(asked.directory.within(mine, each) for each in communes)


def _is_office_of_place(asked: _Question) -> bool:
    if asked.holders("handler", asked.scopes):  # who handles a case is no choice any more
        return _is_handler(asked)
    enforces = kind_of(asked.directory, asked.context.agency) in OFFICES
    return enforces and asked.meets(asked.around)


def _is_delivered(asked: _Question) -> bool:
    fact = getattr(asked.claim, "event_id", "")
    return asked.context.agency in asked.holders("delivered", [fact])


_STANDS: Final[Mapping[str, Callable[[_Question], bool]]] = {
    "new": lambda asked: not asked.holders("origin", asked.scopes),
    "origin": lambda asked: asked.context.agency in asked.holders("origin", asked.scopes),
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
    "portal": _is_portal,
    "resolver": _is_resolver,
    "room": _is_room,
    "office_of_place": _is_office_of_place,
    "responsible": lambda asked: asked.has("responsible", getattr(asked.claim, "clock_id", "")),
    "delivered": _is_delivered,
    "process": lambda asked: asked.context.role == "PLATFORM",
    "anyone": lambda _: True,
}


def objection(claim: Event, context: Context, involved: Involved) -> Refusal | None:
    """Return why the sender may not submit this of that part, or None where it may.

    NOT_ADDRESSEE where the rule of its role asks that it was addressed, else OUT_OF_TERRITORY; then
    PARTY_NOT_DECLARED where a party is named that the judgment does not have.
    """
    asked = _Question(claim, context, involved)
    rule = _rule(asked)
    if not any(_STANDS[word](asked) for word in rule) or not _goes_on(asked):
        by_address = bool(rule) and _BY_ADDRESS.issuperset(rule)
        code = "NOT_ADDRESSEE" if by_address else "OUT_OF_TERRITORY"
        return Refusal(code, {"role": context.role, "may": list(rule)})
    return None if context.role == "PLATFORM" else next(_undeclared(asked), None)


def objection_to_undoing(claim: Event, context: Context, involved: Involved) -> Refusal | None:
    """Return why the sender may no longer undo what it submitted, or None where it may.

    What an office has said of a case is its own to put right until another office handles the case;
    `involved` is without what is undone, so a mistaken entrustment can be taken back.
    """
    asked = _Question(claim, context, involved)
    rule = set(claim.BY.get(context.role, ()))
    is_of_handler = bool(rule) and rule <= {"handler", "officer", "room"}
    if is_of_handler and asked.holders("handler", asked.scopes) and not _is_handler(asked):
        return Refusal("OUT_OF_TERRITORY", {"handler": list(asked.handlers)})
    return None


def _rule(asked: _Question) -> tuple[str, ...]:
    """Return the words of which one is enough for the sender's role.

    A party that has a channel acts through it alone; but a portal knows by itself who a party is,
    and files for one that only an office has filed for.
    """
    rule = asked.claim.BY.get(asked.context.role, ())
    channels = asked.channels if "channel" in rule else ()
    if not channels:
        return rule
    by_portal = any(kind_of(asked.directory, each) == "portal" for each in channels)
    chosen = asked.holders("channel_changed", [asked.party or ""])
    is_free = asked.party is not None and "portal" in rule and not (by_portal or chosen)
    return ("channel", "portal") if is_free else ("channel",)


def _goes_on(asked: _Question) -> bool:
    """Say whether the sender may go on from what is there.

    A part that was filed for a party takes no filing for another; a filing goes on from one of the
    same party, and whatever else goes on from another part, from one that the sender handles.
    """
    involved, party = asked.involved, asked.party
    filed_for = involved.holders("filed_for", [asked.claim.part])
    is_filing = isinstance(asked.claim, MADE_BY["filed_for"])
    if is_filing and filed_for and party not in filed_for:
        return False
    for name in _BEFORE:
        before = getattr(asked.claim, name, None)
        if before is None:
            continue
        if party:
            if (filed_for := involved.holders("filed_for", [before])) and party not in filed_for:
                return False
        elif not asked.is_among(involved.handlers_of(scopes_of(before))):
            return False
    return True


def _undeclared(asked: _Question) -> Iterator[Refusal]:
    """Yield the parties that a claim names and the judgment does not have."""
    if "new" in asked.claim.BY.get(asked.context.role, ()):
        return  # it declares them
    claim = asked.claim
    parties = {each for at in asked.scopes for each in asked.holders("party", [at])}
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
