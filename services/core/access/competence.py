"""Who may say what of a case: pure questions to the directory and to what the docket decided.

Roles and kinds of agency were checked at the edge, without knowing the case; what needs to know it
is decided here, on the lane of the family that asks.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Protocol

from services.core.access.docket import Case
from services.core.contracts.days import day_of
from services.core.contracts.family import Context, Directory, Refusal

HANDLERS: Final = frozenset({"HEAD", "OFFICER", "CASHIER", "VP_HEAD", "BAILIFF"})
"""The roles of whoever carries a case out."""

_OF_PLACE: Final = frozenset({"PROCURACY", "POLICE", "COMMUNE", "FRONT"})
"""The roles that are competent by territory."""

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


def is_of(directory: Directory, agency: str, office: str) -> bool:
    """Say whether an agency is that office or one of its rooms."""
    found = directory.agency(agency)
    return agency == office or (found is not None and found.parent == office)


def of_sender(known: Case, context: Context) -> Iterator[Refusal]:
    """Yield OUT_OF_TERRITORY where the sender has nothing to do with the case.

    Whoever carries cases out must be of the office that handles this one; procuracy, police,
    commune and Front must share territory with it. A case not yet decided has no handler.
    """
    if known.handler is None:
        return
    if context.role in HANDLERS and not is_of(context.directory, context.agency, known.handler):
        yield Refusal("OUT_OF_TERRITORY", {"handler": known.handler})
    if context.role in _OF_PLACE and not context.directory.meet(context.agency, known.handler):
        yield Refusal("OUT_OF_TERRITORY", {"handler": known.handler})


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
