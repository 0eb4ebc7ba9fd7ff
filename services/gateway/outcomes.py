"""What became of a submission, told by records of the topics alone (B7).

Topics keep no order between them, so each record adds what it knows and the status follows from the
sum: in whatever order, however often they are heard, the same records give the same outcome. The
table `outcomes` adds up in the same way.
"""

from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.events import submission
from services.core.contracts.events.records import Reason
from services.core.contracts.identifiers import derived_id

Status: TypeAlias = Literal["pending", "recorded", "refused", "held"]

DISCARDED: Final = Reason(
    code="DISCARDED",
    vi="Bản gửi bị giữ lại đã được người vận hành loại bỏ.",
    en="The submission was held, and an operator discarded it.",
)
_IRREGULARITY: Final = ".irregularity_noted"


class Fact(Struct, frozen=True, omit_defaults=True):
    """A fact that a submission brought about, as its sender may see it."""

    id: str
    type: str
    part: str
    recorded_at: datetime
    irregularity: Reason | None = None  #: where the fact is that a rule was broken


class Outcome(Struct, frozen=True):
    """All that was heard of one submission so far."""

    facts: dict[str, Fact] = {}  #: by their place in the decision
    fact_count: int = 0  #: how many the decision made; 0 while unknown
    reasons: list[Reason] | None = None  #: why it was refused
    held: bool = False
    released: str | None = None  #: how it went on after it was held

    @property
    def status(self) -> Status:
        """Recorded and refused are final; held may still become either."""
        if self.fact_count and len(self.facts) == self.fact_count:
            return "recorded"
        if self.reasons is not None or self.released == "DISCARDED":
            return "refused"
        return "held" if self.held and self.released is None else "pending"

    @property
    def in_order(self) -> list[Fact]:
        """The facts heard of so far, as the decision made them."""
        return [self.facts[place] for place in sorted(self.facts, key=int)]

    @property
    def why(self) -> list[Reason]:
        """Every reason for which it was refused."""
        if self.reasons is None and self.status == "refused":
            return [DISCARDED]
        return self.reasons or []

    def and_(self, other: "Outcome") -> "Outcome":
        """Add what another record tells."""
        return Outcome(
            self.facts | other.facts,
            max(self.fact_count, other.fact_count),
            self.reasons if self.reasons is not None else other.reasons,
            self.held or other.held,
            self.released or other.released,
        )


def is_outcome(envelope: Envelope) -> bool:
    """Whether a record was brought about by an agency's submission, directly."""
    return envelope.causation == envelope.correlation


def fact_of(submission: Envelope) -> str:
    """Return the id that the outcome of a submission has if it is recorded."""
    family = submission.type.split(".")[1]
    return derived_id(submission.id, family, 0)


def told_by(value: bytes, envelope: Envelope, codec: Codec) -> Outcome:
    """Return what one record, of this value, tells of the submission that caused it.

    Only refusals, releases and irregularities are decoded. Raises a ContractError for bytes that do
    not follow their schema.
    """
    match envelope.type:
        case submission.Held.TYPE:
            return Outcome(held=True)
        case submission.Refused.TYPE | submission.Released.TYPE:
            event = codec.decode(value)
            if isinstance(event, submission.Refused):
                return Outcome(reasons=event.reasons)
            if isinstance(event, submission.Released):
                return Outcome(released=event.how)
    fact = Fact(envelope.id, envelope.type, envelope.subject, envelope.recorded_at)
    if envelope.type.endswith(_IRREGULARITY):
        fact = replace(fact, irregularity=_noted(codec.to_json(codec.decode(value))))
    return Outcome({str(envelope.index): fact}, envelope.count)


def _noted(data: dict[str, Any]) -> Reason:
    """Read an irregularity, which has the same fields in every family."""
    names = ("code", "vi", "en", "rule_id", "article")
    return Reason(**{name: data[name] for name in names if name in data})


def row_of(submission_id: str, outcome: Outcome) -> dict[str, object]:
    """Return the outcome as a row of the table `outcomes`."""
    return {"submission": submission_id, **msgspec.structs.asdict(outcome)}
