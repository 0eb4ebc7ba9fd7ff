"""The sale of a seized asset: valued, auctioned, reduced, sold, redeemed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.contracts.events import case, coercion, deadline, sale
from services.core.contracts.family import Context, Refusal
from services.sales.domain import Known, react
from services.sales.service import FAMILY
from tests.unit.cast import (
    PAPER,
    became,
    case_decided,
    case_opened,
    head,
    officer,
    officer_assigned,
    said,
)
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

SEIZURE = "01890000-0000-7000-8000-00000000000a.c1.x1"
S = f"{SEIZURE}.s1"
PRICE_FACT = "e-price"
NOW = officer("2026-11-02 09:00")
VALUER = said("2026-11-02 09:00", "tdg-ngu-son", "VALUER", "bui-van-lam")
PORTAL = said("2026-11-03 09:00", "cong-thads", "PARTY")
HOUSE = said("2026-11-02 09:00", "dg-cam-giang", "AUCTIONEER", "ly-thi-mai")


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+07:00").astimezone(UTC)


SEIZED = (
    coercion.Decided(
        SEIZURE,
        kind="SEIZURE",
        items=[1],
        real_estate=True,
        seizable=True,
        only_home=False,
        decision_no="81/QĐ-THADS",
        decided_on=day("10-01"),
        signed_by="tran-thi-binh",
        capacity="OFFICER",
        document=PAPER,
    ),
    coercion.Executed(
        SEIZURE,
        kind="SEIZURE",
        started_at=at("10-20T08:00"),
        ended_at=at("10-20T10:00"),
        result="DONE",
        resistance="NONE",
        minutes=PAPER,
    ),
)
LIFTED = coercion.Lifted(SEIZURE, "3a")
CONTRACTED = sale.ValuationContracted(S, "house", "tdg-ngu-son", day("10-26"))


def priced(price: int = 1000, **change: Any) -> sale.Priced:
    told = {"basis": "VALUER", "priced_on": day("11-01"), "round": 1}
    return sale.Priced(S, price, **{**told, **change})


def requested(on: str = "11-03", party: str = "p1") -> sale.RevaluationRequested:
    return sale.RevaluationRequested(S, party, day(on), 10)


def auction(start: int = 1000, on: str = "11-10") -> sale.AuctionContracted:
    return sale.AuctionContracted(S, "dg-cam-giang", day(on), start, movable=False)


def reduced(price: int = 900, number: str = "91/QĐ-THADS", **change: Any) -> sale.PriceReduced:
    told = {"decided_on": day("12-20"), "signed_by": "tran-thi-binh", "capacity": "OFFICER"}
    return sale.PriceReduced(S, price, number, **{**told, "document": PAPER, **change})


def sold(kind: str = "AUCTION", when: str = "12-15T09:00") -> sale.Sold:
    return sale.Sold(S, "p5", kind, 1000, at(when))  # type: ignore[arg-type]


def handed(on: str = "12-20", **change: Any) -> sale.HandedOver:
    told = {"decision_no": "95/QĐ-THADS", "decided_on": day("12-20"), "document": PAPER}
    told |= {"signed_by": "tran-thi-binh", "capacity": "OFFICER"}
    return sale.HandedOver(S, day(on), **{**told, **change})


def redeemed(when: str) -> sale.Redeemed:
    return sale.Redeemed(S, 1000, at(when))


def told(
    notice: case.NotifiedNotice,
    whom: str = "p1",
    as_: case.NotifiedAs = "DEBTOR",
    *,
    movable: bool | None = None,
) -> tuple[case.Notified, Context]:
    """Let somebody be told; the fact is called after him."""
    paper = SEIZURE.rpartition(".")[0], PRICE_FACT
    fact = case.Notified(*paper, notice, whom, as_, "IN_PERSON", day("11-02"), movable=movable)
    return fact, replace(NOW, id=f"e-{whom}")


def priority(whom: str = "b1", *, movable: bool | None = None) -> tuple[case.Notified, Context]:
    return told("PRIORITY_RIGHT", whom, "PRIORITY", movable=movable)


def ran_out(rule: str, whom: str = "p1", when: str = "11-09T00:00") -> deadline.Expired:
    return deadline.Expired(S, f"{whom} {rule}", rule, f"e-{whom}", at(when))


def taken_back(over: deadline.Expired) -> deadline.Withdrawn:
    named = over.clock_id, over.rule_id, over.cause_event_id, over.due
    return deadline.Withdrawn(over.watched, *named, "e-expired", "e-request")


ANNOUNCED = sale.Announced(S, at("12-15T08:00"))
UNSOLD = sale.Unsold(S, 1, day("12-16"))
HALTED = sale.Halted(S, "STOP", "POSTPONED", at("12-15T07:00"))


def after(*facts: Any) -> Known:
    """Fold facts in; the fact that set the price is the one notices speak of."""
    known = Known()
    for heard in (case_opened(), case_decided(), officer_assigned()):
        known = evolve(known, *heard)
    for fact in (*SEIZED, *facts):
        by = replace(NOW, id=PRICE_FACT) if isinstance(fact, sale.Priced) else NOW
        known = evolve(known, *fact) if isinstance(fact, tuple) else evolve(known, fact, by)
    return known


def codes(known: Known, claim: Any, context: Context | None = None) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    usual = next(by for by in (NOW, HOUSE, PORTAL) if by.role in claim.BY)
    return became(decide(known, claim, context or usual))


VALUED = (CONTRACTED, priced())
UP = (*VALUED, auction(), ANNOUNCED)


def test_an_asset_is_valued_auctioned_and_handed_over() -> None:
    known = after()
    for claim, by in (
        (CONTRACTED, NOW),
        (priced(), VALUER),
        (auction(), NOW),
        (ANNOUNCED, HOUSE),
        (sold(), HOUSE),
        (handed(), NOW),
    ):
        assert codes(known, claim, by) == ("recorded", [])
        known = evolve(known, claim, by)
    assert known.sale.sales[S].state == "HANDED_OVER"


@pytest.mark.parametrize(
    ("known", "claim", "code"),
    [
        (Known(), CONTRACTED, "OUT_OF_TERRITORY"),
        (after(), auction(), "UNKNOWN_STREAM"),
        (after(CONTRACTED), auction(), "WRONG_STATE"),
        (after(LIFTED), CONTRACTED, "NOT_SEIZED"),
        (after(CONTRACTED), priced(0), "AMOUNT_NOT_POSITIVE"),
        (after(*VALUED, (requested(), PORTAL), priced()), requested(), "SECOND_REVALUATION"),
        (after(*VALUED, told("PRICE"), ran_out("L-82-2")), requested("11-09"), "OUT_OF_TIME"),
        (after(*VALUED), requested("10-31"), "DATE_BEFORE_CAUSE"),
        (after(*VALUED), auction(0), "AMOUNT_NOT_POSITIVE"),
        (after(*VALUED, requested()), auction(), "REVALUATION_OPEN"),
        (after(*VALUED, told("PRICE")), auction(), "REVALUATION_OPEN"),
        (after(*VALUED, told("PRICE"), ran_out("L-82-2", "p2")), auction(), "REVALUATION_OPEN"),
        (
            after(*VALUED, told("PRICE"), ran_out("L-82-2"), taken_back(ran_out("L-82-2"))),
            auction(),
            "REVALUATION_OPEN",
        ),
        (after(*VALUED, priority()), auction(), "PRIORITY_RUNNING"),
        (after(*VALUED), auction(on="10-31"), "DATE_BEFORE_CAUSE"),
        (after(*UP), reduced(), "NOT_UNSOLD"),
        (after(*UP, UNSOLD), reduced(899), "ABOVE_10_PERCENT"),
        (after(*UP, UNSOLD), reduced(signed_by="chv-cu"), "SIGNER_NOT_COMPETENT"),
        (
            after(*UP, UNSOLD, reduced(), ANNOUNCED, UNSOLD),
            reduced(810),
            "DUPLICATE",
        ),
        (after(*UP, UNSOLD, reduced()), sold("CREDITOR"), "SECOND_REDUCTION_MISSING"),
        (after(*UP, sold()), HALTED, "WINNER_ANNOUNCED"),
        (after(*UP), sold(when="10-31T09:00"), "DATE_BEFORE_CAUSE"),
        (after(*UP), sale.Unsold(S, 1, day("11-09")), "DATE_BEFORE_CAUSE"),
        (after(*UP, sold()), handed("12-14"), "DATE_BEFORE_CAUSE"),
        (after(*UP, sold()), handed(signed_by="chv-cu"), "SIGNER_NOT_COMPETENT"),
        (after(*UP), redeemed("12-15T07:00"), "LATE_REDEMPTION"),
    ],
)
def test_what_is_wrong_with_a_sale_is_said(known: Known, claim: Any, code: str) -> None:
    assert code in codes(known, claim)[1]


@pytest.mark.parametrize(
    ("known", "claim"),
    [
        (after(), CONTRACTED),
        (after(), priced(1, basis="AGREED")),
        (after(*VALUED), requested("11-01")),
        (after(*VALUED, told("PRICE"), ran_out("L-82-2")), requested("11-08")),
        (after(*VALUED, told("PRICE"), ran_out("L-82-2")), requested(party="p2")),
        (after(*VALUED, requested(), priced(), told("PRICE")), auction()),
        (after(*VALUED, told("PRICE"), ran_out("L-82-2")), auction(1)),
        (after(*VALUED, told("PRICE", "b1", "INTERESTED")), auction()),
        (after(CONTRACTED, priced(round=2), told("PRICE")), auction()),
        (after(*VALUED, priority(), ran_out("L-83-1", "b1")), auction(on="11-01")),
        (after(*UP, UNSOLD), reduced(900)),
        (after(*UP, UNSOLD, reduced(), ANNOUNCED, UNSOLD), reduced(810, "92/QĐ-THADS")),
        (
            after(*UP, UNSOLD, reduced(), ANNOUNCED, UNSOLD, reduced(810, "92/QĐ-THADS")),
            sold("CREDITOR"),
        ),
        (after(*UP), HALTED),
        (after(*UP), sold(when="12-15T08:30")),
        (after(*UP, sold()), handed("12-15")),
        (after(*UP), redeemed("12-14T23:00")),
    ],
)
def test_what_is_just_in_order_is_recorded_without_a_word(known: Known, claim: Any) -> None:
    assert codes(known, claim) == ("recorded", [])


def test_a_party_told_later_may_ask_for_a_new_valuation_in_his_own_time() -> None:
    known = after(
        *VALUED, told("PRICE"), ran_out("L-82-2"), told("PRICE", "p2", "CREDITOR"), told("PRICE")
    )
    assert "OUT_OF_TIME" in codes(known, requested("11-10"))[1]
    assert codes(known, requested("11-10", "p2")) == ("recorded", [])
    over = evolve(known, ran_out("L-82-2", "p2", "11-12T00:00"), NOW)
    assert codes(over, requested("11-11", "p2")) == ("recorded", [])
    assert "OUT_OF_TIME" in codes(over, requested("11-12", "p2"))[1]


def test_an_auction_waits_for_the_last_party_and_the_last_buyer_who_were_told() -> None:
    known = after(*VALUED)
    for fact in (told("PRICE"), told("PRICE", "p2", "CREDITOR"), priority("b1"), priority("b2")):
        known = evolve(known, *fact)
    for over, waits in (
        (ran_out("L-82-2"), ["REVALUATION_OPEN", "PRIORITY_RUNNING"]),
        (ran_out("L-83-1", "b1"), ["REVALUATION_OPEN", "PRIORITY_RUNNING"]),
        (ran_out("L-82-2", "p2"), ["PRIORITY_RUNNING"]),
        (ran_out("L-83-1", "b2"), []),
    ):
        known = evolve(known, over, NOW)
        assert codes(known, auction())[1] == waits


@pytest.mark.parametrize(
    ("notice", "rule"), [(priority(movable=True), "L-83-2"), (priority(), "L-83-1")]
)
def test_a_priority_that_runs_is_cited_by_the_rule_of_the_kind_of_asset(
    notice: tuple[case.Notified, Context], rule: str
) -> None:
    (refusal,) = decide(after(*VALUED, notice), auction(), NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.rule_id) == ("PRIORITY_RUNNING", rule)


def test_only_the_valuer_and_the_house_that_were_contracted_speak() -> None:
    other = replace(VALUER, agency="dg-cam-giang")
    assert "NOT_ADDRESSEE" in codes(after(CONTRACTED), priced(), other)[1]
    other = replace(HOUSE, agency="tdg-ngu-son")
    assert "NOT_ADDRESSEE" in codes(after(*VALUED, auction()), ANNOUNCED, other)[1]


def test_an_officer_of_another_city_sells_nothing_here() -> None:
    hue = said("2026-11-02 09:00", "thads-hue", "OFFICER", "chv-hue")
    assert "OUT_OF_TERRITORY" in codes(after(), CONTRACTED, hue)[1]


def test_a_halted_auction_goes_on_where_it_stood() -> None:
    pause = sale.Halted(S, "PAUSE", "POSTPONED", at("12-01T07:00"))
    known = after(*UP, pause)
    assert known.sale.sales[S].state == "HALTED"
    on = evolve(known, sale.Unhalted(S, at("12-05T07:00")), NOW)
    assert on.sale.sales[S].state == "ANNOUNCED"


def test_nothing_follows_by_itself() -> None:
    assert react(after(), LIFTED, head("2026-11-02 09:00")) == ()


@pytest.mark.parametrize(
    ("ended_on", "rule"), [("2026-06-30", "O-101-5"), ("2026-07-01", "L-83-14")]
)
def test_in_a_case_that_ended_before_july_2026_the_old_law_is_cited(
    ended_on: str, rule: str
) -> None:
    ended = case.Moved(SEIZURE.rpartition(".")[0], "ENFORCEABLE", "COMPLETED", cause_event_id="e9")
    known = evolve(after(*UP), ended, head(f"{ended_on} 09:00"))
    _, note = decide(known, redeemed("12-15T07:00"), NOW)
    assert isinstance(note, sale.IrregularityNoted)
    assert (note.code, note.rule_id) == ("LATE_REDEMPTION", rule)
