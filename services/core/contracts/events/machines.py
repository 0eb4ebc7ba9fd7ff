"""Every state machine of the house, as the catalogue draws it.

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import Final, Literal, TypeAlias

from services.core.contracts.machine import Arrow, Machine

# fmt: off
# ruff: noqa: E501 - an arrow is read best in one line

JudgmentState: TypeAlias = Literal["ISSUED", "EFFECTIVE", "TRANSFERRED", "RECEIVED", "ANNULLED"]
JUDGMENT: Final = Machine(
    frozenset({"ANNULLED"}),
    {
        "thads.judgment.issued": (
            Arrow(("-",), "ISSUED"),
        ),
        "thads.judgment.made_effective": (
            Arrow(("ISSUED",), "EFFECTIVE"),
            Arrow(("TRANSFERRED", "RECEIVED", "EFFECTIVE"), "="),
        ),
        "thads.judgment.transferred": (
            Arrow(("EFFECTIVE",), "TRANSFERRED"),
            Arrow(("ISSUED",), "TRANSFERRED", when="AT_ONCE or PROVISIONAL"),
        ),
        "thads.judgment.received": (
            Arrow(("TRANSFERRED",), "RECEIVED"),
        ),
        "thads.judgment.revised": (
            Arrow(("ISSUED", "EFFECTIVE", "TRANSFERRED", "RECEIVED"), "ANNULLED", if_={"outcome": "ANNULLED"}, when="all items"),
            Arrow(("ISSUED", "EFFECTIVE", "TRANSFERRED", "RECEIVED"), "=", if_={"outcome": ["UPHELD", "AMENDED"]}),
        ),
        "thads.judgment.clarification_requested": (
            Arrow(("ISSUED", "EFFECTIVE", "TRANSFERRED", "RECEIVED"), "="),
        ),
        "thads.judgment.clarified": (
            Arrow(("ISSUED", "EFFECTIVE", "TRANSFERRED", "RECEIVED"), "="),
        ),
    },
)

CaseState: TypeAlias = Literal["REQUESTED", "DECIDED", "DECLINED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"]
CASE: Final = Machine(
    frozenset({"DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED"}),
    {
        "thads.case.requested": (
            Arrow(("-",), "REQUESTED"),
        ),
        "thads.case.decided": (
            Arrow(("-",), "DECIDED", if_={"initiative": "EX_OFFICIO"}),
            Arrow(("REQUESTED",), "DECIDED"),
        ),
        "thads.case.request_declined": (
            Arrow(("REQUESTED",), "DECLINED"),
        ),
        "thads.case.officer_assigned": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.notified": (
            Arrow(("DECIDED",), "VOLUNTARY", if_={"notice": "ENFORCEMENT_DECISION", "as": "DEBTOR"}, when="not provisional"),
            Arrow(("DECIDED",), "VERIFYING", if_={"notice": "ENFORCEMENT_DECISION", "as": "DEBTOR", "provisional": True}),
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"), "="),
        ),
        "thads.deadline.expired": (
            Arrow(("VOLUNTARY",), "VERIFYING", if_={"rule_id": "L-36-1"}),
        ),
        "thads.case.verified": (
            Arrow(("VERIFYING", "ENFORCEABLE"), "ENFORCEABLE", if_={"finding": "CONDITIONS_FOUND"}),
            Arrow(("DECIDED", "VOLUNTARY", "POSTPONED", "SUSPENDED", "UNENFORCEABLE", "VERIFYING", "ENFORCEABLE"), "="),
        ),
        "thads.case.declared_unenforceable": (
            Arrow(("VERIFYING", "ENFORCEABLE"), "UNENFORCEABLE"),
        ),
        "thads.case.resumed": (
            Arrow(("UNENFORCEABLE",), "ENFORCEABLE"),
            Arrow(("POSTPONED", "SUSPENDED"), "^"),
        ),
        "thads.case.request_returned": (
            Arrow(("UNENFORCEABLE",), "RETURNED"),
        ),
        "thads.case.moved_to_separate_ledger": (
            Arrow(("UNENFORCEABLE",), "="),
        ),
        "thads.case.published": (
            Arrow(("UNENFORCEABLE",), "="),
        ),
        "thads.case.unpublished": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"), "="),
        ),
        "thads.case.postponed": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE"), "POSTPONED"),
        ),
        "thads.case.suspended": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED"), "SUSPENDED"),
        ),
        "thads.case.entrusted": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "ENTRUSTED", if_={"kind": "CASE"}),
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "=", if_={"kind": "ASSET"}),
        ),
        "thads.case.entrustment_received": (
            Arrow(("ENTRUSTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE"), "="),
        ),
        "thads.case.entrusted_asset_decided": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.completed": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "COMPLETED"),
        ),
        "thads.case.terminated": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "TERMINATED", when="all open items"),
        ),
        "thads.case.decision_recalled": (
            Arrow(("TERMINATED",), "^", when="L-64-1"),
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.persuasion_recorded": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.agreed": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.performed": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.new_information_received": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"), "="),
        ),
        "thads.case.channel_changed": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"), "="),
        ),
        "thads.case.ground_found": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"), "="),
        ),
        "thads.case.postponement_demanded": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.exempted": (
            Arrow(("DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED"), "="),
        ),
        "thads.case.result_certified": (
            Arrow(("COMPLETED", "TERMINATED", "ENFORCEABLE", "UNENFORCEABLE"), "="),
        ),
        "thads.case.moved": (
            Arrow(("REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE", "POSTPONED", "SUSPENDED", "DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"), "="),
        ),
    },
)

MeasureState: TypeAlias = Literal["MINUTED", "ORDERED", "EXECUTED", "LIFTED"]
MEASURE: Final = Machine(
    frozenset({"LIFTED"}),
    {
        "thads.measure.minuted": (
            Arrow(("-",), "MINUTED"),
        ),
        "thads.measure.ordered": (
            Arrow(("-",), "ORDERED"),
            Arrow(("MINUTED",), "ORDERED"),
        ),
        "thads.measure.notified": (
            Arrow(("MINUTED", "ORDERED", "EXECUTED"), "="),
        ),
        "thads.measure.executed": (
            Arrow(("MINUTED", "ORDERED"), "EXECUTED"),
        ),
        "thads.measure.lifted": (
            Arrow(("MINUTED", "ORDERED", "EXECUTED"), "LIFTED"),
        ),
    },
)

InformationState: TypeAlias = Literal["SENT", "RECEIVED", "ANSWERED", "DECLINED", "WITHDRAWN"]
INFORMATION: Final = Machine(
    frozenset({"ANSWERED", "DECLINED", "WITHDRAWN"}),
    {
        "thads.information.requested": (
            Arrow(("-",), "SENT"),
        ),
        "thads.information.acknowledged": (
            Arrow(("SENT",), "RECEIVED"),
        ),
        "thads.information.answered": (
            Arrow(("SENT", "RECEIVED"), "ANSWERED", if_={"completeness": "FULL"}),
            Arrow(("SENT", "RECEIVED"), "RECEIVED", if_={"completeness": "PARTIAL"}),
        ),
        "thads.information.declined": (
            Arrow(("SENT", "RECEIVED"), "DECLINED"),
        ),
        "thads.information.withdrawn": (
            Arrow(("SENT", "RECEIVED"), "WITHDRAWN"),
        ),
    },
)

CoercionState: TypeAlias = Literal["DECIDED", "POSTPONED", "FAILED", "SCHEDULED", "EXECUTED", "LIFTED"]
COERCION: Final = Machine(
    frozenset({"LIFTED"}),
    {
        "thads.coercion.decided": (
            Arrow(("-",), "DECIDED"),
        ),
        "thads.coercion.protection_requested": (
            Arrow(("DECIDED", "POSTPONED", "FAILED", "SCHEDULED"), "="),
        ),
        "thads.coercion.protection_planned": (
            Arrow(("DECIDED", "POSTPONED", "FAILED", "SCHEDULED"), "="),
        ),
        "thads.coercion.booking_requested": (
            Arrow(("DECIDED", "POSTPONED", "FAILED"), "="),
        ),
        "thads.coercion.unit_booked": (
            Arrow(("DECIDED", "SCHEDULED", "POSTPONED", "FAILED", "EXECUTED"), "="),
        ),
        "thads.coercion.unit_unavailable": (
            Arrow(("DECIDED", "SCHEDULED", "POSTPONED", "FAILED", "EXECUTED"), "="),
        ),
        "thads.coercion.booking_cancelled": (
            Arrow(("DECIDED", "SCHEDULED", "POSTPONED", "FAILED", "EXECUTED"), "="),
        ),
        "thads.coercion.scheduled": (
            Arrow(("DECIDED", "POSTPONED", "FAILED"), "SCHEDULED"),
        ),
        "thads.coercion.plan_sent": (
            Arrow(("SCHEDULED",), "="),
        ),
        "thads.coercion.plan_acknowledged": (
            Arrow(("SCHEDULED",), "="),
        ),
        "thads.coercion.postponed": (
            Arrow(("SCHEDULED",), "POSTPONED"),
        ),
        "thads.coercion.executed": (
            Arrow(("SCHEDULED",), "EXECUTED"),
            Arrow(("DECIDED",), "EXECUTED", if_={"kind": ["ACCOUNT", "INCOME"]}),
        ),
        "thads.coercion.failed": (
            Arrow(("SCHEDULED",), "FAILED"),
        ),
        "thads.coercion.lifted": (
            Arrow(("DECIDED", "SCHEDULED", "POSTPONED", "FAILED", "EXECUTED"), "LIFTED"),
        ),
    },
)

UnitState: TypeAlias = Literal["BOOKED", "REFUSED", "RELEASED"]
UNIT: Final = Machine(
    frozenset({"RELEASED", "REFUSED"}),
    {
        "thads.unit.booked": (
            Arrow(("-",), "BOOKED"),
        ),
        "thads.unit.booking_refused": (
            Arrow(("-",), "REFUSED"),
        ),
        "thads.unit.released": (
            Arrow(("BOOKED",), "RELEASED"),
        ),
    },
)

SaleState: TypeAlias = Literal["VALUING", "PRICED", "REVALUING", "REDUCED", "CONTRACTED", "ANNOUNCED", "HALTED", "STOPPED", "REDEEMED", "UNSOLD", "SOLD", "HANDED_OVER"]
SALE: Final = Machine(
    frozenset({"HANDED_OVER", "REDEEMED", "STOPPED"}),
    {
        "thads.sale.valuation_contracted": (
            Arrow(("-",), "VALUING"),
        ),
        "thads.sale.priced": (
            Arrow(("-",), "PRICED", if_={"basis": ["AGREED", "OFFICER"]}),
            Arrow(("VALUING", "REVALUING"), "PRICED"),
        ),
        "thads.sale.revaluation_requested": (
            Arrow(("PRICED",), "REVALUING"),
        ),
        "thads.sale.auction_contracted": (
            Arrow(("PRICED", "REDUCED"), "CONTRACTED"),
        ),
        "thads.sale.announced": (
            Arrow(("CONTRACTED", "ANNOUNCED"), "ANNOUNCED"),
            Arrow(("REDUCED",), "ANNOUNCED"),
        ),
        "thads.sale.halted": (
            Arrow(("CONTRACTED", "ANNOUNCED"), "HALTED", if_={"kind": "PAUSE"}),
            Arrow(("CONTRACTED", "ANNOUNCED", "HALTED"), "STOPPED", if_={"kind": "STOP"}),
            Arrow(("REDEEMED",), "="),
        ),
        "thads.sale.unhalted": (
            Arrow(("HALTED",), "^"),
        ),
        "thads.sale.unsold": (
            Arrow(("ANNOUNCED",), "UNSOLD"),
        ),
        "thads.sale.price_reduced": (
            Arrow(("UNSOLD",), "REDUCED"),
        ),
        "thads.sale.sold": (
            Arrow(("PRICED", "ANNOUNCED", "REDUCED", "UNSOLD", "CONTRACTED"), "SOLD"),
        ),
        "thads.sale.redeemed": (
            Arrow(("VALUING", "PRICED", "REVALUING", "CONTRACTED", "ANNOUNCED", "HALTED", "UNSOLD", "REDUCED"), "REDEEMED"),
        ),
        "thads.sale.handed_over": (
            Arrow(("SOLD",), "HANDED_OVER"),
        ),
    },
)

ComplaintState: TypeAlias = Literal["FILED", "ACCEPTED", "REJECTED", "PAUSED", "FINAL", "DECIDED", "APPEALED", "WITHDRAWN", "DISCONTINUED"]
COMPLAINT: Final = Machine(
    frozenset({"REJECTED", "FINAL", "APPEALED", "DISCONTINUED"}),
    {
        "thads.complaint.filed": (
            Arrow(("-",), "FILED"),
            Arrow(("DECIDED",), "APPEALED", if_={"level": "2"}, when="the second complaint has its own complaint_id and names this one"),
        ),
        "thads.complaint.accepted": (
            Arrow(("FILED",), "ACCEPTED"),
        ),
        "thads.complaint.rejected": (
            Arrow(("FILED",), "REJECTED"),
        ),
        "thads.complaint.paused": (
            Arrow(("ACCEPTED",), "PAUSED"),
        ),
        "thads.complaint.resumed": (
            Arrow(("PAUSED",), "ACCEPTED"),
        ),
        "thads.complaint.act_paused": (
            Arrow(("ACCEPTED",), "="),
        ),
        "thads.complaint.act_unpaused": (
            Arrow(("ACCEPTED",), "="),
        ),
        "thads.complaint.decided": (
            Arrow(("ACCEPTED",), "FINAL", if_={"level": "2"}),
            Arrow(("ACCEPTED",), "FINAL", if_={"act_kind": "b"}, when="decided by the head of an enforcement agency"),
            Arrow(("ACCEPTED",), "DECIDED", if_={"level": "1", "act_kind": ["a", "c", "d"]}),
        ),
        "thads.deadline.expired": (
            Arrow(("DECIDED",), "FINAL", if_={"rule_id": "L-96-4"}),
        ),
        "thads.complaint.withdrawn": (
            Arrow(("FILED", "ACCEPTED", "PAUSED"), "WITHDRAWN", if_={"whole": True}),
            Arrow(("FILED", "ACCEPTED", "PAUSED"), "=", if_={"whole": False}),
        ),
        "thads.complaint.discontinued": (
            Arrow(("FILED", "ACCEPTED", "PAUSED", "WITHDRAWN"), "DISCONTINUED"),
        ),
        "thads.complaint.notified": (
            Arrow(("FILED", "ACCEPTED", "REJECTED", "DECIDED", "FINAL"), "="),
        ),
    },
)

DeadlineState: TypeAlias = Literal["RUNNING", "PAUSED", "STOPPED", "CANCELLED", "WITHDRAWN", "OVERDUE", "EXPIRED"]
DEADLINE: Final = Machine(
    frozenset({}),
    {
        "thads.deadline.started": (
            Arrow(("-",), "RUNNING"),
            Arrow(("RUNNING", "PAUSED", "STOPPED", "CANCELLED", "WITHDRAWN"), "RUNNING"),
        ),
        "thads.deadline.due_soon": (
            Arrow(("RUNNING",), "="),
        ),
        "thads.deadline.extended": (
            Arrow(("RUNNING",), "="),
        ),
        "thads.deadline.paused": (
            Arrow(("RUNNING",), "PAUSED"),
        ),
        "thads.deadline.resumed": (
            Arrow(("PAUSED",), "RUNNING"),
        ),
        "thads.deadline.stopped": (
            Arrow(("RUNNING", "PAUSED", "OVERDUE", "STOPPED"), "STOPPED"),
        ),
        "thads.deadline.overdue": (
            Arrow(("RUNNING",), "OVERDUE"),
        ),
        "thads.deadline.expired": (
            Arrow(("RUNNING",), "EXPIRED"),
        ),
        "thads.deadline.cancelled": (
            Arrow(("RUNNING", "PAUSED", "OVERDUE", "STOPPED", "WITHDRAWN"), "CANCELLED"),
        ),
        "thads.deadline.withdrawn": (
            Arrow(("OVERDUE", "EXPIRED", "STOPPED"), "WITHDRAWN"),
        ),
    },
)

SubmissionState: TypeAlias = Literal["REFUSED", "HELD", "RELEASED"]
SUBMISSION: Final = Machine(
    frozenset({"REFUSED", "RELEASED"}),
    {
        "thads.submission.refused": (
            Arrow(("-",), "REFUSED"),
        ),
        "thads.submission.held": (
            Arrow(("-",), "HELD"),
        ),
        "thads.submission.released": (
            Arrow(("HELD",), "RELEASED"),
        ),
    },
)

DeliveryState: TypeAlias = Literal["DELIVERED", "ACKNOWLEDGED"]
DELIVERY: Final = Machine(
    frozenset({}),
    {
        "thads.delivery.delivered": (
            Arrow(("-",), "DELIVERED"),
        ),
        "thads.delivery.acknowledged": (
            Arrow(("DELIVERED", "ACKNOWLEDGED"), "ACKNOWLEDGED"),
        ),
    },
)
