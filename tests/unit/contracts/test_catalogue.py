"""The catalogue is read strictly: what it cannot mean is an error that says where."""

from pathlib import Path

import pytest

from services.core.contracts.catalogue import Scalar
from services.core.contracts.catalogue_file import SCHEMAS, load_catalogue
from services.core.contracts.errors import CatalogueError, UnknownEventType
from tests.unit.contracts.generated import CATALOGUE

TEXT = (SCHEMAS / "catalogue.yaml").read_text(encoding="utf-8")


def refused(tmp_path: Path, old: str, new: str) -> str:
    """Return what is said of the catalogue when `old` reads `new`."""
    assert old in TEXT
    (tmp_path / "catalogue.yaml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    return str(raised.value)


def test_it_says_who_may_say_a_type_and_what_follows() -> None:
    asked = CATALOGUE.event("thads.judgment.clarification_requested")
    assert asked.by == ("HEAD", "VP_HEAD", "PARTY")
    assert (asked.opens, asked.parent, asked.part) == (True, "judgment_id", "clarification_id")
    assert (asked.mode, asked.data_class, asked.is_claim) == ("done", "C1", True)
    assert not CATALOGUE.event("thads.submission.refused").is_claim


def test_readers_are_those_of_the_family_unless_the_type_names_its_own() -> None:
    assert "debtor" in CATALOGUE.event("thads.judgment.issued").readers
    assert "debtor" not in CATALOGUE.event("thads.judgment.irregularity_noted").readers


def test_a_common_code_refuses_an_act_and_may_only_be_noted_beside_what_is_done() -> None:
    assert CATALOGUE.event("thads.judgment.transferred").codes["WRONG_STATE"].effect == "refuse"
    assert CATALOGUE.event("thads.judgment.received").codes["WRONG_STATE"].effect == "note"


def test_an_own_code_cites_its_article() -> None:
    use = CATALOGUE.event("thads.judgment.transferred").codes["NOT_ENFORCEABLE_YET"]
    assert (use.effect, use.article) == ("refuse", "Đ33.1")


def test_an_act_has_the_fields_of_an_act_already_done() -> None:
    names = [field.name for field in CATALOGUE.event("thads.judgment.transferred").fields]
    assert names == ["judgment_id", "to_agency", "sent_at", "documents", "already_done", "document"]


def test_the_id_of_a_part_is_as_deep_as_its_parents_and_one() -> None:
    assert CATALOGUE.depth("judgment_id") == 0
    assert CATALOGUE.depth("clarification_id") == 1
    assert CATALOGUE.depth("about") is None


def test_no_field_is_sealed_before_sealing_exists() -> None:
    kinds = {field.kind for event in CATALOGUE.events.values() for field in event.fields}
    assert Scalar("sealed") not in kinds


def test_what_the_platform_asks_of_itself_comes_as_a_claim_though_no_agency_may_say_it() -> None:
    assert CATALOGUE.event("thads.unit.booked").is_claim
    assert not CATALOGUE.event("thads.unit.booking_refused").is_claim


def test_a_group_of_states_stands_for_each_of_them() -> None:
    machine = CATALOGUE.machines["case"]
    completed = next(m for m in machine.moves if m.event == "thads.case.completed")
    assert completed.sources == machine.groups["live"]


def test_a_type_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownEventType, match="the catalogue knows"):
        CATALOGUE.event("thads.judgment.rumoured")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "part: judgment_id, opens: true",
            "part: judgment_id, opened: true",
            "events.judgment.issued",
        ),
        ("agency_kinds:", "agency_sorts:", "agency_sorts"),
        ("    en: a judgment was issued", "    en: a\n    en: b", "the key en stands twice"),
        ("{court_id: slug,", "{court_id: snail,", "events.judgment.issued.court_id"),
        ("{court_id: slug,", "{court_id: {set: slug},", "events.judgment.issued.court_id"),
        (
            "by: {COURT: [new",
            "by: {JUDGE: [new",
            "events.judgment.issued.by: JUDGE is declared nowhere",
        ),
        ("COURT: [new", "COURT: [old", "events.judgment.issued.by.COURT: old is declared nowhere"),
        ("class: C1", "class: C9", "C9 is declared nowhere"),
        ("mode: done", "mode: planned", "events.judgment.issued"),
        ("planned: [due_on]", "planned: [due]", "records.item.planned: due is declared nowhere"),
        ("parent: judgment_id", "parent: verdict_id", "nothing opens a verdict_id"),
        ("{ITEMS_EMPTY: {effect", "{ITEMS_FULL: {effect", "ITEMS_FULL is declared nowhere"),
        (
            "CLARIFICATION_UNKNOWN: {effect: note",
            "CLARIFICATION_UNKNOWN: {effect: refuse",
            "order may only note",
        ),
        ("hears: []", "hears: [case.lost]", "thads.case.lost is declared nowhere"),
        ("readers: [sender]", "readers: [everyone]", "everyone is declared nowhere"),
        ("of: [court]", "of: [tribunal]", "roles.COURT.of: tribunal is declared nowhere"),
        ('["-", judgment.issued, ISSUED]', '["-", judgment.issued]', "machines.judgment"),
        ('["-", judgment.issued, ISSUED]', '["-", judgment.born, ISSUED]', "judgment.born"),
        ("items: {list: int}}", "items: {list: int}, effective_on: date}", "stands twice"),
        ("conventions:", "conventions: [", "catalogue.yaml"),
    ],
)
def test_what_it_cannot_mean_is_an_error_that_says_where(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert said in refused(tmp_path, old, new)
