"""What is answered to a dry run: what would become of a claim, told as its outcome would tell it.

Its sender learns what the outcome would say and nothing else. Facts have neither ids nor times yet;
a part that the claim opens has no id either, for the one made for the rehearsal leads nowhere.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Literal, TypeAlias

from msgspec import Struct

from services.core.bus.record import Outgoing
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.events.records import Reason
from services.core.doors.rehearsal import Rehearsed
from services.gateway.outcomes import Outcome, told_by

Would: TypeAlias = Literal["recorded", "refused", "held"]


class Foreseen(Struct, frozen=True, omit_defaults=True):
    """A fact that would be recorded, or a claim that would be put to another key."""

    type: str
    vi: str
    en: str
    part: str | None = None  #: None where it would be given an id only then
    irregularity: Reason | None = None


class DryRun(Struct, frozen=True):
    """What would become of a claim, from the state as it stood."""

    would: Would
    facts: list[Foreseen]
    asks: list[Foreseen]
    reasons: list[Reason]
    as_of: datetime | None  #: when the lane that would decide had recorded last
    dry_run: bool = True


def foretold(
    rehearsed: Rehearsed, minted: str | None, catalogue: Catalogue, codec: Codec
) -> DryRun:
    """Return what a rehearsal tells; `minted` is the id that was made for it, if one was."""
    if rehearsed.outgoing is None:
        return DryRun("held", [], [], [], rehearsed.as_of)
    asks = [each for each in rehearsed.outgoing if each.envelope.asker]
    outcome = _outcome([each for each in rehearsed.outgoing if not each.envelope.asker], codec)

    def foreseen(type_: str, part: str, irregularity: Reason | None = None) -> Foreseen:
        said, is_minted = catalogue.event(type_), minted is not None and part.startswith(minted)
        return Foreseen(type_, said.vi, said.en, None if is_minted else part, irregularity)

    return DryRun(
        "refused" if outcome.status == "refused" else "recorded",
        [foreseen(each.type, each.part, each.irregularity) for each in outcome.in_order],
        [foreseen(each.envelope.type, each.envelope.subject) for each in asks],
        outcome.why,
        rehearsed.as_of,
    )


def _outcome(outgoing: Sequence[Outgoing], codec: Codec) -> Outcome:
    told = (told_by(each.value, each.envelope, codec) for each in outgoing)
    return reduce(Outcome.and_, told, Outcome())
