"""From a family's objections to its answer: what refuses, what is noted, and by which rule.

A family only says what is wrong with a claim. Whether that refuses it depends on three things: on
the type's mode and the sort of code, which stand in the catalogue (an intended act falls for any
reason; what was already done is recorded, each breach beside it, unless its sender or content
cannot be believed); and on the law. What rests on a rule refuses only where the version in force
on the day has that rule, verified, with the effect of refusing. `services.judgments` shows the use.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from services.core.contracts.catalogue import REFUSES_DONE, CodeUse
from services.core.contracts.errors import CatalogueError
from services.core.contracts.event import Event
from services.core.contracts.events.codes import CODES, COMMON, USES
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id
from services.core.law.errors import NotYetHeld
from services.core.law.rule_files import law
from services.core.law.rules import Rule

Claim = TypeVar("Claim", bound=Event)
Noted = TypeVar("Noted", bound=Event)


def settle(
    claim: Claim,
    objections: Iterable[Refusal],
    context: Context,
    beside: Callable[..., Noted],
    about: str,
) -> list[Claim | Noted] | list[Refusal]:
    """Return every objection that refuses the claim; or the claim, and a note beside it for each.

    Where the sender or somebody named has no right at all, that stands alone: it says nothing else.

    `beside` is the family's IrregularityNoted, `about` the part that the notes speak of. The rule
    is the catalogue's where the objection names none; rule and article are cited as they stand in
    the version in force.
    """
    found = [*objections, *_unknown_to_the_law(claim, context)]
    weighed = [_weighed(claim, objection, context) for objection in found]
    refusals = [cited for cited, refuses in weighed if refuses]
    if refusals:
        return [each for each in refusals if CODES[each.code].why == "identity"] or refusals
    facts: list[Claim | Noted] = [claim]
    fact_id = derived_id(context.id, claim.TYPE.split(".")[1], 0)
    facts += [noted(beside, about, fact_id, cited) for cited, _ in weighed]
    return facts


def noted(beside: Callable[..., Noted], about: str, fact_id: str, objection: Refusal) -> Noted:
    """Return the family's note of a breach beside a fact, in the words of the catalogue."""
    return beside(
        about,
        fact_id=fact_id,
        code=objection.code,
        vi=CODES[objection.code].vi,
        en=CODES[objection.code].en,
        rule_id=objection.rule_id,
        article=objection.article,
    )


def _unknown_to_the_law(claim: Event, context: Context) -> Iterator[Refusal]:
    if claim.LAW and context.law not in claim.LAW:
        yield Refusal("RULE_VERSION_MISMATCH", {"law": context.law, "known_to": claim.LAW})


def _weighed(claim: Event, objection: Refusal, context: Context) -> tuple[Refusal, bool]:
    """Return an objection with what it rests on, and whether it refuses the claim."""
    use, version = _use(claim, objection.code), objection.law or context.law
    id_, is_stricter = objection.rule_id or use.rule, _is_stricter(claim, use)
    if is_stricter and use.refuse_when is not None:
        id_ = use.refuse_when.rule
    rule = _held(id_, version) if id_ else None
    cited = replace(
        objection,
        rule_id=rule.id if rule else None,
        article=rule.article if rule else _article(objection, use, id_, version),
    )
    if claim.MODE == "act" and claim.is_done:  # an act already done, and proved, counts as done
        return cited, CODES[objection.code].why in REFUSES_DONE
    would = objection.is_certain and (use.effect == "refuse" or is_stricter)
    return cited, would and (id_ is None or (rule is not None and refuses(rule)))


def refuses(rule: Rule) -> bool:
    """Say whether a breach of a rule may refuse an act: never where its text was not read."""
    return rule.verified and rule.effect == "refuse"


def _held(id_: str, version: str) -> Rule | None:
    """Return what a version has under an id of any version, or None."""
    try:
        return law().rule(id_, version)
    except NotYetHeld:
        return None


def _article(objection: Refusal, use: CodeUse, rule_id: str | None, version: str) -> str | None:
    """Return the article of a code without a rule; the catalogue's is of the law in force."""
    if rule_id is None and version == law().books[0].version:
        return objection.article or use.article
    return objection.article


def _is_stricter(claim: Event, use: CodeUse) -> bool:
    return use.refuse_when is not None and all(
        getattr(claim, name) == value for name, value in use.refuse_when.if_.items()
    )


def _use(claim: Event, code: str) -> CodeUse:
    own = USES.get(claim.TYPE, {}).get(code)
    if own is not None:
        return own
    if code not in COMMON:
        raise CatalogueError(f"{claim.TYPE}: the catalogue gives this type no code {code}")
    return CodeUse(COMMON[code][claim.MODE])
