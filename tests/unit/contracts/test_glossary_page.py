"""The glossary has every word of the catalogue in both languages, or is told to be stale."""

from pathlib import Path

import msgspec
import pytest

from services.cli import schemas as command
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
    assert "| `judgment` | `EFFECTIVE` | có hiệu lực (`judgment.made_effective`) |" in PAGE
    for family, machine in CATALOGUE.machines.items():
        for move in machine.moves:
            if move.target not in "=^":
                assert f"| `{family}` | `{move.target}` |" in PAGE


def test_a_word_that_changed_makes_the_page_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    court = msgspec.structs.replace(CATALOGUE.roles["COURT"], vi="Toà")
    other = msgspec.structs.replace(CATALOGUE, roles={**CATALOGUE.roles, "COURT": court})
    assert not is_fresh(glossary_page(other), PATH)
    monkeypatch.setattr(command, "PAGES", ((tmp_path / "glossary.md", glossary_page),))
    assert command.check() == 1
    assert f"Stale: {tmp_path / 'glossary.md'}" in capsys.readouterr().err
