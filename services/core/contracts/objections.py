"""From a family's objections to its answer: what refuses, what is noted, decided by the catalogue.

A family only says what is wrong with a claim. Whether that refuses it depends on the type's mode
and on the sort of code, and stands in the catalogue: an intended act falls for any reason, while
what was already done is recorded, each breach beside it, unless its sender or content cannot be
believed. `services.judgments` shows the use.
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

    `beside` is the family's IrregularityNoted, `about` the part that the notes speak of. Rule and
    article are the catalogue's where the objection names none.
    """
    found = [*objections, *_unknown_to_the_law(claim, context)]
    cited = [_cited(claim, objection) for objection in found]
    refusals = [objection for objection in cited if refuses(claim, objection.code)]
    if refusals:
        return refusals
    facts: list[Claim | Noted] = [claim]
    fact_id = derived_id(context.id, claim.TYPE.split(".")[1], 0)
    facts += [noted(beside, about, fact_id, objection) for objection in cited]
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


def refuses(claim: Event, code: str) -> bool:
    """Say whether a code refuses this claim. An act already done, and proved, counts as done."""
    if claim.MODE == "act" and claim.is_done:
        return CODES[code].why in REFUSES_DONE
    use = _use(claim, code)
    return use.effect == "refuse" or _is_stricter(claim, use)


def _unknown_to_the_law(claim: Event, context: Context) -> Iterator[Refusal]:
    if claim.LAW and context.law not in claim.LAW:
        yield Refusal("RULE_VERSION_MISMATCH", {"law": context.law, "known_to": claim.LAW})


def _is_stricter(claim: Event, use: CodeUse) -> bool:
    return use.refuse_when is not None and all(
        getattr(claim, name) == value for name, value in use.refuse_when.if_.items()
    )


def _cited(claim: Event, objection: Refusal) -> Refusal:
    use = _use(claim, objection.code)
    stricter = use.refuse_when.rule if use.refuse_when and _is_stricter(claim, use) else None
    return replace(
        objection,
        rule_id=objection.rule_id or stricter or use.rule,
        article=objection.article or use.article,
    )


def _use(claim: Event, code: str) -> CodeUse:
    own = USES.get(claim.TYPE, {}).get(code)
    if own is not None:
        return own
    if code not in COMMON:
        raise CatalogueError(f"{claim.TYPE}: the catalogue gives this type no code {code}")
    return CodeUse(COMMON[code][claim.MODE])
