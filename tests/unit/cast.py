"""Who speaks in the tests of the domains: agencies and officers of the project's directory."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from services.core.access import directory
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.days import VIET_NAM
from services.core.contracts.events import case
from services.core.contracts.events.records import Doc
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import new_id
from services.core.law.versions import version_at

DIRECTORY: Final = directory.load(load_catalogue())


def said(local: str, by: str, role: str, officer: str | None = None) -> Context:
    """Return the context of what an agency says of a moment, `2026-08-25 12:00` in Viet Nam."""
    moment = datetime.fromisoformat(local).replace(tzinfo=VIET_NAM).astimezone(UTC)
    id_ = new_id()
    return Context(
        id=id_,
        cause=id_,
        agency=by,
        officer=officer,
        role=role,
        occurred_at=moment,
        accepted_at=moment,
        law=version_at(moment),
        directory=DIRECTORY,
    )


def head(local: str) -> Context:
    """Return the context of what the head of the Da Nang office says."""
    return said(local, "thads-da-nang", "HEAD", "le-van-an")


def officer(local: str, who: str = "tran-thi-binh") -> Context:
    """Return the context of what an officer of room 3 says, the assigned one if nobody is named."""
    return said(local, "thads-khu-vuc-3", "OFFICER", who)


def cashier(local: str) -> Context:
    """Return the context of what the cashier of the Da Nang office says."""
    return said(local, "thads-da-nang", "CASHIER", "pham-thi-cuc")


CASE: Final = "01890000-0000-7000-8000-00000000000a.c1"
PAPER: Final = Doc("d1", "ab")


def case_opened(state: str = "DECIDED") -> tuple[case.Moved, Context]:
    """Return that the docket opened the case between its two parties, and who brought it about."""
    parties = [f"{CASE.split('.')[0]}.p{number}" for number in (1, 2)]
    moved = case.Moved(CASE, "-", state, cause_event_id="e1", parties=[*parties, "p1", "p2"])
    return moved, head("2026-08-24 09:30")


def officer_assigned(who: str = "tran-thi-binh") -> tuple[case.OfficerAssigned, Context]:
    """Return that the head assigned an officer to the case."""
    by = head("2026-08-24 10:00")
    at = by.occurred_at
    return case.OfficerAssigned(CASE, who, at, no_conflict=True, provisional=False), by


def case_decided() -> tuple[case.Decided, Context]:
    """Return that the case was opened by a decision of the Da Nang office, and who said so."""
    fact = case.Decided(
        CASE,
        items=[1],
        initiative="ON_REQUEST",
        debtor="p1",
        provisional=False,
        decision_no="702/QĐ-THADS",
        decided_on=date(2026, 8, 24),
        signed_by="le-van-an",
        capacity="HEAD",
        document=PAPER,
        amount=100,
    )
    return fact, head("2026-08-24 09:30")


def became(answer: Sequence[Any]) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    refused = [each.code for each in answer if isinstance(each, Refusal)]
    noted = [each.code for each in answer if type(each).__name__ == "IrregularityNoted"]
    return ("refused", refused) if refused else ("recorded", noted)
