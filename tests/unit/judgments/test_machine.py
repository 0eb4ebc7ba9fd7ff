"""The machine of judgments is the catalogue's: an item by itself, no history leads out of it."""

from datetime import date

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.events.judgment import Claim, Fact, IrregularityNoted
from services.core.contracts.family import Refusal
from services.judgments.domain import STAGES, Item, Known
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
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

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


def drawn() -> set[tuple[str, str, str]]:
    """Return every way from stage to stage that the catalogue draws, with its event."""
    return {
        (source, move.event, source if move.target == "=" else move.target)
        for move in CATALOGUE.machines["judgment"].moves
        for source in move.sources
    }


def leads(known: Known, claim: Claim) -> list[str | None]:
    """Return where each stage is led, from the least advanced on."""
    judgment = known.judgment
    assert judgment is not None
    return [judgment.leads(Item(stage, date(2026, 8, 3)), claim) for stage in STAGES]


def test_stages_stand_in_the_order_of_a_judgments_way() -> None:
    assert STAGES == ("ISSUED", "EFFECTIVE", "TRANSFERRED", "RECEIVED", "ANNULLED")
    assert CATALOGUE.machines["judgment"].final == STAGES[-1:]


def test_the_conditions_of_the_machine_are_those_of_the_law() -> None:
    plain, at_once = after(issued()), after(issued(enforceable="AT_ONCE"))
    assert leads(plain, transferred()) == [None, "TRANSFERRED", None, None, None]
    assert leads(at_once, transferred()) == ["TRANSFERRED", "TRANSFERRED", None, None, None]
    assert leads(plain, revised("AMENDED")) == [*STAGES[:-1], None]
    assert leads(plain, revised("ANNULLED")) == [*["ANNULLED"] * 4, None]


def test_the_family_takes_and_hears_what_the_catalogue_says() -> None:
    types = [event.TYPE for event in FAMILY.claims]
    assert types == [event.type for event in CATALOGUE.family("judgment") if event.is_claim]
    assert [event.TYPE for event in FAMILY.hears] == list(CATALOGUE.families["judgment"].hears)
    assert {event for _, event, _ in drawn()} == set(types)


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
        assert now.judgment.stage == "ISSUED"
        return
    assert now.judgment.items.keys() == before.judgment.items.keys()
    for number, item in now.judgment.items.items():
        was = before.judgment.items[number].stage
        if item.stage != was:
            assert not isinstance(fact, IrregularityNoted)
            assert (was, fact.TYPE, item.stage) in drawn()


@given(st.lists(st.tuples(claims, _senders), max_size=6), claims)
def test_folding_takes_any_fact_at_any_time(history: list[tuple[Fact, str]], last: Fact) -> None:
    note = IrregularityNoted(J, "f", "WRONG_STATE", "vi", "en")
    known = Known()
    for fact, sender in [*history, (note, COURT), (last, COURT)]:
        known = evolve(known, fact, at(NOON, by=sender))
    assert known.judgment is None or known.judgment.stage in STAGES


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
