"""The page of visibility says of every event who reads it, or is told to be stale."""

import msgspec
import pytest

from services.core.contracts.errors import CatalogueError
from services.core.contracts.pages import is_fresh
from services.core.contracts.visibility_page import PATH, load_relations, visibility_page
from tests.unit.contracts.generated import CATALOGUE

PAGE = visibility_page(CATALOGUE)


def test_the_committed_page_is_the_one_that_the_catalogue_makes() -> None:
    assert is_fresh(PAGE, PATH)


def test_every_event_is_read_by_the_relations_that_are_marked_and_by_no_others() -> None:
    columns: list[str] = []
    found = {}
    for line in PAGE.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if cells[0] == "event":
            columns = cells
        elif f"thads.{cells[0]}" in CATALOGUE.events:
            marked = zip(columns, cells, strict=True)
            found[f"thads.{cells[0]}"] = {name for name, cell in marked if cell == "●"}
    assert found == {type_: set(event.readers) for type_, event in CATALOGUE.events.items()}


def test_a_relation_of_which_nobody_says_who_holds_it_is_named() -> None:
    relations = {**CATALOGUE.relations, "neighbour": CATALOGUE.relations["public"]}
    with pytest.raises(CatalogueError, match="neighbour"):
        load_relations(msgspec.structs.replace(CATALOGUE, relations=relations))
