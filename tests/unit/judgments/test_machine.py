"""The machine of judgments: the table in code is the catalogue's, no history leads out of it."""

from datetime import date
from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.events import judgment
from services.core.contracts.events.judgment import Claim, Fact, IrregularityNoted
from services.core.contracts.family import Refusal
from services.judgments.domain import (
    ANNULLED,
    BY_ITS_COURT,
    MOVES,
    OPEN,
    STAYS,
    Known,
    Stage,
    arrows,
    decide,
    evolve,
)
from services.judgments.service import FAMILY
from tests.unit.judgments.sentences import (
    COURT,
    ENDED,
    FEE,
    MONEY,
    NOON,
    OTHER_COURT,
    PAPER,
    ROOM,
    THADS,
    J,
    after,
    asked,
    at,
    clarified,
    effective,
    issued,
    received,
    revised,
    transferred,
)

CATALOGUE = load_catalogue()
_days = st.integers(1, 28)
_numbers = st.lists(st.integers(1, 4), max_size=3)

claims: st.SearchStrategy[Claim] = st.one_of(
    st.builds(
        issued,
        st.sampled_from([[MONEY], [MONEY, FEE], []]),
        enforceable=st.sampled_from(["ON_EFFECT", "AT_ONCE", "PROVISIONAL"]),
        court_id=st.sampled_from([COURT, OTHER_COURT]),
    ),
    st.builds(lambda items, day: effective(*items, on=date(2026, 8, day)), _numbers, _days),
    st.builds(
        transferred,
        st.sampled_from([THADS, "thads-hue", ROOM, ENDED]),
        _days,
        already_done=st.sampled_from([None, True]),
        document=st.sampled_from([None, PAPER]),
    ),
    st.builds(received, _days),
    st.builds(asked, st.sampled_from(["q1", "q2"]), _days),
    st.builds(clarified, st.sampled_from(["q1", "q2"]), _days),
    st.builds(
        lambda outcome, items, day: revised(outcome, *items, on=day),
        st.sampled_from(["UPHELD", "AMENDED", "ANNULLED"]),
        _numbers,
        _days,
    ),
)
_senders = st.sampled_from([COURT, OTHER_COURT, THADS, "thads-hue"])
histories = st.lists(st.tuples(claims, _senders), max_size=12)


def test_the_table_in_code_is_the_catalogues_machine() -> None:
    drawn = set()
    for move in CATALOGUE.machines["judgment"].moves:
        for source in move.sources:
            target = source if move.target == "=" else move.target
            drawn.add((source, move.event, target))
    opening = ("-", judgment.Issued.TYPE, Stage.ISSUED)
    coded = {
        (source, event.TYPE, target)
        for event, leads in MOVES.items()
        for source, target in leads.items()
    }
    staying = {(stage, judgment.Revised.TYPE, stage) for stage in OPEN}  # upheld or amended
    assert coded | staying | {opening} == drawn


def test_the_conditions_of_the_machine_are_those_of_the_law() -> None:
    plain, at_once = after(issued()).judgment, after(issued(enforceable="AT_ONCE")).judgment
    assert plain is not None
    assert at_once is not None
    assert Stage.ISSUED not in arrows(plain, transferred())
    assert arrows(at_once, transferred())[Stage.ISSUED] is Stage.TRANSFERRED
    assert arrows(plain, revised("AMENDED")) == STAYS
    assert set(arrows(plain, revised("ANNULLED")).values()) == {ANNULLED}


def test_the_final_state_is_the_catalogues() -> None:
    assert CATALOGUE.machines["judgment"].final == (ANNULLED,)
    assert all(ANNULLED not in leads for leads in MOVES.values())


def test_the_family_takes_and_hears_what_the_catalogue_says() -> None:
    types = [event.TYPE for event in FAMILY.claims]
    assert types == [event.type for event in CATALOGUE.family("judgment") if event.is_claim]
    assert [event.TYPE for event in FAMILY.hears] == list(CATALOGUE.families["judgment"].hears)
    assert set(MOVES) == set(get_args(Claim))


def test_what_only_its_court_may_say_is_what_the_catalogue_leaves_to_courts() -> None:
    assert {event.TYPE for event in BY_ITS_COURT} == {
        event.type for event in CATALOGUE.family("judgment") if event.by == ("COURT",)
    }


@given(histories)
def test_no_history_leads_out_of_the_machine(history: list[tuple[Claim, str]]) -> None:
    known = Known()
    for claim, sender in history:
        context = at(NOON, by=sender)
        answer = decide(known, claim, context)
        assert answer
        if isinstance(answer[0], Refusal):
            assert all(isinstance(each, Refusal) for each in answer)
            continue
        assert answer[0] is claim
        for fact in answer:
            assert not isinstance(fact, Refusal)
            before, known = known, evolve(known, fact, context)
            _assert_in_the_table(before, known, fact)


def _assert_in_the_table(before: Known, now: Known, fact: Fact) -> None:
    assert now.judgment is not None
    if before.judgment is None:
        assert now.judgment.stage is Stage.ISSUED
        return
    assert now.judgment.items.keys() == before.judgment.items.keys()
    for number, item in now.judgment.items.items():
        was = before.judgment.items[number].stage
        if item.stage is not was:
            assert not isinstance(fact, IrregularityNoted)
            assert arrows(before.judgment, fact)[was] is item.stage


@given(st.lists(st.tuples(claims, _senders), max_size=6), claims)
def test_folding_takes_any_fact_at_any_time(history: list[tuple[Fact, str]], last: Fact) -> None:
    note = IrregularityNoted(J, "f", "WRONG_STATE", "vi", "en")
    known = Known()
    for fact, sender in [*history, (note, COURT), (last, COURT)]:
        known = evolve(known, fact, at(NOON, by=sender))
    assert known.judgment is None or known.judgment.stage in Stage


@given(histories)
def test_a_state_is_stored_and_read_back_unchanged(history: list[tuple[Claim, str]]) -> None:
    known = Known()
    for claim, sender in history:
        known = evolve(known, claim, at(NOON, by=sender))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(known), type=Known) == known


@given(histories, claims, _senders)
def test_deciding_twice_gives_the_same_answer(
    history: list[tuple[Claim, str]], claim: Claim, sender: str
) -> None:
    known = Known()
    for fact, by in history:
        known = evolve(known, fact, at(NOON, by=by))
    context = at(NOON, by=sender)
    assert decide(known, claim, context) == decide(known, claim, context)
