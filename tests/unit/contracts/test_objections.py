"""What refuses and what is noted: the mode of the type and the sort of the code decide."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from services.core.access.directory import Directory
from services.core.contracts.errors import CatalogueError
from services.core.contracts.event import Event
from services.core.contracts.events import judgment
from services.core.contracts.events.codes import CODES, COMMON, USES
from services.core.contracts.events.records import Doc
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id
from services.core.contracts.objections import refuses, settle
from tests.unit.contracts.generated import CATALOGUE

J = "01890000-0000-7000-8000-00000000000a"
NOW = datetime(2026, 8, 17, 2, tzinfo=UTC)
PAPER = Doc("d1", "ab")
RECEIVED = judgment.Received(J, NOW.date(), [])
TRANSFERRED = judgment.Transferred(J, "thads-da-nang", NOW, [])
WAS_TRANSFERRED = judgment.Transferred(
    J, "thads-da-nang", NOW, [], already_done=True, document=PAPER
)


CONTEXT = Context(
    id="01890000-0000-7000-8000-0000000000aa",
    cause="01890000-0000-7000-8000-0000000000aa",
    agency="toa-da-nang",
    officer=None,
    role="COURT",
    occurred_at=NOW,
    accepted_at=NOW,
    law="R2026",
    directory=Directory({}, {}, {}),
)


def settled(claim: Event, *codes: str) -> list[Event] | list[Refusal]:
    objections = [Refusal(code) for code in codes]
    return settle(claim, objections, CONTEXT, judgment.IrregularityNoted, J)


def test_without_objections_the_claim_is_the_fact() -> None:
    assert settled(RECEIVED) == [RECEIVED]


def test_an_act_is_refused_with_every_reason_and_its_article() -> None:
    assert settled(TRANSFERRED, "NOT_ENFORCEABLE_YET", "WRONG_STATE") == [
        Refusal("NOT_ENFORCEABLE_YET", article="Đ33.1"),
        Refusal("WRONG_STATE"),
    ]


def test_what_is_done_is_recorded_and_each_breach_beside_it() -> None:
    fact, note = settled(RECEIVED, "NOT_TRANSFERRED")
    assert fact == RECEIVED
    assert note == judgment.IrregularityNoted(
        J,
        fact_id=derived_id(CONTEXT.id, "judgment", 0),
        code="NOT_TRANSFERRED",
        vi="Chưa có việc chuyển giao bản án.",
        en="No transfer of this judgment stands.",
        article="Đ33.1",
    )


def test_what_is_done_is_refused_when_its_sender_or_content_cannot_be_believed() -> None:
    assert settled(RECEIVED, "NOT_TRANSFERRED", "OUT_OF_TERRITORY") == [Refusal("OUT_OF_TERRITORY")]


def test_an_act_already_done_is_recorded_like_one_when_its_signed_paper_is_there() -> None:
    facts = settled(WAS_TRANSFERRED, "NOT_ENFORCEABLE_YET", "WRONG_STATE")
    assert [type(fact) for fact in facts] == [
        judgment.Transferred,
        judgment.IrregularityNoted,
        judgment.IrregularityNoted,
    ]
    assert settled(WAS_TRANSFERRED, "OUT_OF_TERRITORY") == [Refusal("OUT_OF_TERRITORY")]


@pytest.mark.parametrize(
    "claim",
    [
        judgment.Transferred(J, "thads-da-nang", NOW, [], already_done=True),
        judgment.Transferred(J, "thads-da-nang", NOW, [], document=PAPER),
        judgment.Transferred(J, "thads-da-nang", NOW, [], already_done=False, document=PAPER),
    ],
)
def test_without_both_the_word_and_the_paper_an_act_stays_an_act(claim: Event) -> None:
    assert settled(claim, "WRONG_STATE") == [Refusal("WRONG_STATE")]


def test_a_code_that_the_catalogue_does_not_give_the_type_is_a_bug() -> None:
    with pytest.raises(CatalogueError, match="no code ITEMS_EMPTY"):
        settled(RECEIVED, "ITEMS_EMPTY")


def test_the_codes_in_python_say_what_the_catalogue_says() -> None:
    assert CATALOGUE.codes == CODES
    assert CATALOGUE.common == COMMON
    uses: Mapping[str, object] = {
        event.type: own
        for event in CATALOGUE.events.values()
        if (own := {code: use for code, use in event.codes.items() if code not in COMMON})
    }
    assert USES.keys() == uses.keys()
    for code, use in CATALOGUE.event(TRANSFERRED.TYPE).codes.items():
        assert refuses(TRANSFERRED, code) == (use.effect == "refuse")
