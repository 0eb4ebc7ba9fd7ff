"""Which agency must act before a clock is due, as far as facts tell; of a party, none is said."""

from typing import Final

from services.core.contracts.event import Event
from services.core.contracts.events import case, coercion, complaint, sale
from services.core.contracts.family import Context
from services.deadlines.domain.known import Known

PLATFORM: Final = "platform"  #: the agency under which the house itself acts


def responsible(known: Known, who: str, watched: str, event: Event, context: Context) -> str | None:
    """Return the agency that is meant by a role when an event starts a clock of a part."""
    view = known.case.of(watched).view
    handler = known.involved.handler_of(watched) or known.judgment.receiver
    match who, event:
        case "COURT", _:
            return known.judgment.court
        case (("HEAD" | "CENTRAL_BODY"), complaint.Accepted()):
            return context.agency
        case "HEAD", case.EntrustmentReceived():
            return context.agency
        case (("HEAD" | "CASHIER"), _):
            return handler
        case "OFFICER", _:
            officer = context.directory.officer(view.officer) if view.officer else None
            return officer.agency if officer else handler
        case "CENTRAL_BODY", _:
            agency = context.directory.agency(handler) if handler else None
            return agency.parent if agency else None
        case "HOLDER", case.Notified(addressee=addressee):
            return addressee
        case "HOLDER", _:
            return known.information.holders.get(watched) or known.measure.of(watched).holder
        case "POLICE", coercion.ProtectionRequested(police_id=police):
            return police
        case "POLICE", coercion.Scheduled(police_id=police):
            return police
        case "AUCTIONEER", sale.AuctionContracted(auctioneer_id=house):
            return house
        case "PLATFORM", _:
            return PLATFORM
        case _:
            return None
