"""The glossary has every word of the catalogue in both languages, or is told to be stale."""

from pathlib import Path

import msgspec
import pytest

from services.cli import schemas as command
from services.core.contracts.errors import CatalogueError
from services.core.contracts.glossary_page import PATH, glossary_page
from services.core.contracts.pages import is_fresh
from tests.unit.contracts.generated import CATALOGUE

PAGE = glossary_page(CATALOGUE)


def test_the_committed_page_is_the_one_that_the_catalogue_makes() -> None:
    assert is_fresh(PAGE, PATH)


@pytest.mark.parametrize("kind", ["roles", "relations", "codes", "events"])
def test_every_word_stands_beside_its_translation(kind: str) -> None:
    for name, word in getattr(CATALOGUE, kind).items():
        assert f"| `{name.removeprefix('thads.')}` | {word.vi} | {word.en} |" in PAGE


def test_every_state_is_named_with_what_leads_to_it() -> None:
    effective = "| `judgment` | `EFFECTIVE` | có hiệu lực | in effect |"
    assert f"{effective} có hiệu lực (`judgment.made_effective`) |" in PAGE
    for family, machine in CATALOGUE.machines.items():
        for move in machine.moves:
            if move.target not in "=^":
                assert f"| `{family}` | `{move.target}` |" in PAGE


def test_every_kind_of_agency_and_every_family_has_its_words_in_both_languages() -> None:
    assert "| `court` | Tòa án nhân dân | people's court |" in PAGE
    assert "| `case` | việc thi hành án | enforcement case |" in PAGE
    for name in (*CATALOGUE.agency_kinds, *CATALOGUE.families):
        assert f"| `{name}` | " in PAGE


def test_what_the_catalogue_names_and_nobody_translated_is_named() -> None:
    kinds = (*CATALOGUE.agency_kinds[1:], "harbour")
    other = msgspec.structs.replace(
        CATALOGUE,
        agency_kinds=kinds,
        families={**CATALOGUE.families, "weather": CATALOGUE.families["unit"]},
        machines={**CATALOGUE.machines, "unit": CATALOGUE.machines["delivery"]},
    )
    with pytest.raises(CatalogueError) as error:
        glossary_page(other)
    for said in (
        "agency_kinds.harbour has no words: add them",
        "agency_kinds.court is not in the catalogue",
        "families.weather has no words: add them",
        "states.unit.ACKNOWLEDGED has no words: add them",
        "states.unit.BOOKED is not in the catalogue",
    ):
        assert said in str(error.value)


def test_a_word_that_changed_makes_the_page_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    court = msgspec.structs.replace(CATALOGUE.roles["COURT"], vi="Toà")
    other = msgspec.structs.replace(CATALOGUE, roles={**CATALOGUE.roles, "COURT": court})
    assert not is_fresh(glossary_page(other), PATH)
    monkeypatch.setattr(command, "PAGES", ((tmp_path / "glossary.md", glossary_page),))
    assert command.check() == 1
    assert f"Stale: {tmp_path / 'glossary.md'}" in capsys.readouterr().err
