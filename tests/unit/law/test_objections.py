"""What refuses and what is noted: the type's mode, the sort of the code, and the law decide."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.access.directory import Directory
from services.core.contracts.catalogue import EventType
from services.core.contracts.errors import CatalogueError
from services.core.contracts.event import Event
from services.core.contracts.events import judgment, sale
from services.core.contracts.events.codes import CODES, COMMON, USES
from services.core.contracts.events.records import Doc
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id
from services.core.law.errors import NotYetHeld
from services.core.law.objections import settle
from services.core.law.rule_files import VERSIONS, law
from tests.unit.coercion.sentences import MORNING, scheduled
from tests.unit.contracts.generated import CATALOGUE, CODEC, TYPES, events

J = "01890000-0000-7000-8000-00000000000a"
NOW = datetime(2026, 8, 17, 2, tzinfo=UTC)
PAPER = Doc("d1", "ab")
RECEIVED = judgment.Received(J, NOW.date(), [])
TRANSFERRED = judgment.Transferred(J, "thads-da-nang", NOW, [])
WAS_TRANSFERRED = judgment.Transferred(
    J, "thads-da-nang", NOW, [], already_done=True, document=PAPER
)
SCHEDULED = scheduled(*MORNING)
NOTES = {
    type_.family: CODEC.event_class(type_.type)
    for type_ in TYPES
    if type_.type.endswith(".irregularity_noted")
}


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
    fact, note = settled(RECEIVED, "WRONG_STATE")
    assert fact == RECEIVED
    assert note == judgment.IrregularityNoted(
        J,
        fact_id=derived_id(CONTEXT.id, "judgment", 0),
        code="WRONG_STATE",
        vi="Không thể thực hiện ở trạng thái hiện tại.",
        en="This does not follow from the present state.",
    )


def test_what_is_done_is_refused_when_its_sender_or_content_cannot_be_believed() -> None:
    assert settled(RECEIVED, "WRONG_STATE", "OUT_OF_TERRITORY") == [Refusal("OUT_OF_TERRITORY")]


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


# ---- the law decides


def weighed(claim: Event, objection: Refusal, version: str) -> tuple[bool, str | None, str | None]:
    """Return whether an objection refuses a claim under a version, and the rule and article cited.

    That the version does not know the type at all is another objection, and no matter here.
    """
    family = claim.TYPE.split(".")[1]
    beside = NOTES.get(family, judgment.IrregularityNoted)
    context = replace(CONTEXT, law=version)
    answer: Sequence[Any] = settle(claim, [objection], context, beside, claim.part)
    found = next((each for each in answer if getattr(each, "code", "") == objection.code), None)
    if found is None:  # it does not refuse, and the version does
        return False, None, None
    return isinstance(found, Refusal), found.rule_id, found.article


def is_read(rule_id: str, version: str) -> bool:
    """Whether a version has a rule whose text was read and whose breach may refuse."""
    try:
        rule = law().rule(rule_id, version)
    except NotYetHeld:
        return False
    return rule.verified and rule.effect == "refuse"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.type)
@effort(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_code_that_rests_on_an_unread_rule_ever_refuses(
    type_: EventType, version: str, data: st.DataObject
) -> None:
    any_claim = data.draw(events(type_))
    for code, use in type_.codes.items():
        if code == "RULE_VERSION_MISMATCH":
            continue
        stricter = use.refuse_when
        claims = {use.rule: any_claim}
        if stricter is not None:
            off = dict.fromkeys(stricter.if_)
            claims = {
                use.rule: replace(any_claim, **off),
                stricter.rule: replace(any_claim, **stricter.if_),
            }
        for rule_id, claim in claims.items():
            refused, cited, _ = weighed(claim, Refusal(code), version)
            if rule_id is not None:
                assert not refused or is_read(rule_id, version)
                assert cited is None or cited in law().book(version).rules or cited[0] == "K"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rule_that_the_domain_names_refuses_where_it_was_read_and_nowhere_else(
    version: str,
) -> None:
    refusing = set()
    for rule_id in law().ids():
        if len(law().alike(rule_id, version)) > 1:
            continue
        objection = Refusal("LEAD_TIME_TOO_SHORT", rule_id=rule_id)
        refused, cited, article = weighed(SCHEDULED, objection, version)
        assert refused == is_read(rule_id, version), rule_id
        if cited is not None:
            assert article == law().rule(rule_id, version).article
        refusing |= {cited} if refused else set()
    assert refusing == {
        rule.id
        for rule in law().book(version).rules.values()
        if rule.verified and rule.effect == "refuse"
    }


@pytest.mark.parametrize(
    ("code", "version", "expected"),
    [
        ("FORBIDDEN_HOURS", "R2026", (True, "L-72-2", "Đ72.5")),
        ("FORBIDDEN_HOURS", "R2015", (True, "O-46-1", "Đ46.2")),
        ("FORBIDDEN_HOURS", "R2009", (False, "O-46-1", "Đ46")),  # its text was not read
        ("FORBIDDEN_TET", "R2026", (False, "D-13-1", "NĐ 62/2015 Đ13.2")),  # nor the new decree's
        ("FORBIDDEN_TET", "R2015", (True, "D-13-1", "NĐ 62/2015 Đ13.2")),
        ("CASE_POSTPONED", "R2026", (True, None, "Đ46")),
        ("CASE_POSTPONED", "R2015", (True, None, None)),  # the article is that of the new law
    ],
)
def test_each_version_answers_for_itself(
    code: str, version: str, expected: tuple[bool, str | None, str | None]
) -> None:
    assert weighed(SCHEDULED, Refusal(code), version) == expected


def test_an_objection_may_rest_on_another_version_than_that_of_the_act() -> None:
    objection = Refusal("FORBIDDEN_HOURS", law="R2015")
    assert weighed(SCHEDULED, objection, "R2026") == (True, "O-46-1", "Đ46.2")


def test_what_rests_on_an_assumption_is_noted() -> None:
    refused, *_ = weighed(SCHEDULED, Refusal("FORBIDDEN_DAY", is_certain=False), "R2026")
    assert not refused


def test_where_a_version_has_no_such_rule_nothing_is_cited_and_nothing_refused() -> None:
    halted = sale.Halted("a.b.c.d", "PAUSE", "OTHER", NOW)
    assert weighed(halted, Refusal("WINNER_ANNOUNCED"), "R2015") == (False, None, None)
    assert weighed(halted, Refusal("WINNER_ANNOUNCED"), "R2026") == (True, "L-84-1", "Đ84.3")
