"""The page of states draws what the catalogue says, and tells when it no longer does."""

import re
from pathlib import Path

import msgspec
import pytest

from services.cli import schemas as command
from services.core.contracts.machine import OPENS, RETURNS, STAYS
from services.core.contracts.pages import is_fresh
from services.core.contracts.states_page import PATH as STATES
from services.core.contracts.states_page import states_page
from tests.unit.contracts.generated import CATALOGUE

PAGE = states_page(CATALOGUE)
SECTIONS = {
    section.partition(":")[0]: section for section in re.split("^## ", PAGE, flags=re.MULTILINE)[1:]
}


def rows(section: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]


def test_the_committed_page_is_the_one_that_the_catalogue_makes() -> None:
    assert is_fresh(PAGE, STATES)


def test_every_family_has_a_section_in_the_catalogues_order() -> None:
    assert list(SECTIONS) == list(CATALOGUE.families)


@pytest.mark.parametrize("family", CATALOGUE.machines)
def test_every_state_of_a_machine_is_drawn_and_every_move_has_its_row(family: str) -> None:
    machine = CATALOGUE.machines[family]
    drawing = SECTIONS[family].split("```")[1]
    drawn = set(re.findall(r"--> ([A-Z_]+)", drawing))
    led_to = {move.target for move in machine.moves if move.target not in (STAYS, RETURNS)}
    assert drawn == led_to
    assert all(f"{state} --> [*]" in drawing for state in machine.final)
    moves = [row for row in rows(SECTIONS[family]) if len(row) == 5][2:]
    assert [row[3] for row in moves] == [move.target for move in machine.moves]
    assert [row[2] for row in moves] == [CATALOGUE.event(move.event).vi for move in machine.moves]


def test_an_arrow_that_returns_leads_to_the_state_before() -> None:
    assert "POSTPONED --> kept: resumed" in SECTIONS["case"]
    assert 'state "the state before" as kept' in SECTIONS["case"]
    assert OPENS not in re.findall(r"(\S+) -->", SECTIONS["case"])


def test_a_condition_names_its_field_and_its_words() -> None:
    said = "| RECEIVED | `revised` | giữ nguyên, sửa, hủy bản án | ANNULLED |"
    assert said.replace("| RECEIVED", "| ISSUED, EFFECTIVE, TRANSFERRED, RECEIVED") in PAGE
    assert "| `outcome`: ANNULLED; all items |" in SECTIONS["judgment"]
    assert "| VERIFYING | `rule_id`: L-36-1 |" in SECTIONS["case"]


def test_every_event_names_its_codes_with_their_article_under_what_they_do() -> None:
    decided = next(row for row in rows(SECTIONS["coercion"]) if row[0] == "`decided`" and row[3])
    assert decided[1:4] == ["quyết định cưỡng chế", "act", "OFFICER"]
    assert "`OFFICER_NOT_ASSIGNED` (Đ23)" in decided[4]
    assert "`PERSUASION_MISSING` (L-93-1, if `person`: true)" in decided[4]
    assert decided[5] == "`PERSUASION_MISSING` (K-PERSUADE)"
    listed = {
        row[0].strip("`") for section in SECTIONS.values() for row in rows(section) if len(row) == 6
    }
    assert {event.type.rpartition(".")[2] for event in CATALOGUE.events.values()} <= listed


def test_a_page_that_is_missing_or_edited_is_stale_until_it_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "PAGES", ((tmp_path / "states.md", states_page),))
    assert command.check() == 1
    assert "run `lienthong schemas generate`" in capsys.readouterr().err
    assert command.generate_classes() == 0
    assert "written anew: states.md" in capsys.readouterr().out
    assert command.check() == 0
    (tmp_path / "states.md").write_text(PAGE.replace("VERIFYING", "VERIFIED"), encoding="utf-8")
    assert command.check() == 1


def test_a_changed_catalogue_changes_the_page() -> None:
    machine = CATALOGUE.machines["measure"]
    without = msgspec.structs.replace(machine, moves=machine.moves[:-1])
    other = msgspec.structs.replace(CATALOGUE, machines={**CATALOGUE.machines, "measure": without})
    assert not is_fresh(states_page(other), STATES)
