"""Who may sign a decision, and which officer speaks: pure questions to the directory.

They are guards of order: of what was done already a breach is noted, not refused. Who may submit at
all is `competence`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Protocol

from services.core.access.competence import is_of
from services.core.access.docket import Case
from services.core.contracts.days import day_of
from services.core.contracts.family import Context, Refusal

_SIGNS_AS: Final = {
    "HEAD": ("HEAD",),
    "DELEGATE": ("HEAD", "OFFICER"),
    "OFFICER": ("OFFICER", "BAILIFF"),
    "VP_HEAD": ("VP_HEAD",),
    "JUDGE": ("COURT",),
}
"""Which role a signer must hold to sign in a capacity."""


class Signed(Protocol):
    """A decision: it names its signer, and in what capacity it was signed."""

    @property
    def signed_by(self) -> str:
        """The officer who signed."""

    @property
    def capacity(self) -> str:
        """In what capacity."""

    @property
    def decided_on(self) -> date:
        """On which day."""


def of_officer(known: Case, context: Context) -> Iterator[Refusal]:
    """Yield OFFICER_NOT_ASSIGNED where an officer speaks who is not, or no longer, assigned."""
    if context.role in {"OFFICER", "BAILIFF"} and context.officer != known.officer:
        yield Refusal("OFFICER_NOT_ASSIGNED", {"assigned": known.officer})


def of_signer(claim: Signed, context: Context) -> Iterator[Refusal]:
    """Yield SIGNER_NOT_COMPETENT unless an officer signed who held the office to sign so."""
    signer = context.directory.officer(claim.signed_by)
    if (
        signer is None
        or not signer.served_on(claim.decided_on)
        or (
            not is_of(context.directory, signer.agency, context.agency)
            and not is_of(context.directory, context.agency, signer.agency)
        )
        or not set(_SIGNS_AS[claim.capacity]) & set(signer.roles)
    ):
        yield Refusal("SIGNER_NOT_COMPETENT", {"capacity": claim.capacity}, field="/signed_by")


def holds_role(context: Context, slug: str, role: str) -> bool:
    """Say whether an officer or agency held a role on the day of the act."""
    day, directory = day_of(context.occurred_at), context.directory
    if officer := directory.officer(slug):
        return officer.served_on(day) and role in officer.roles
    agency = directory.agency(slug)
    return agency is not None and agency.existed_on(day) and role in agency.roles
