"""Schemas: an id says what the text says, and a text once released is read for ever."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from fastavro import schemaless_writer

from services.core.contracts import schemas as schemas_module
from services.core.contracts.agreement import disagreements
from services.core.contracts.catalogue_file import SCHEMAS
from services.core.contracts.codec import Codec
from services.core.contracts.compatibility import breaches
from services.core.contracts.errors import IdCollision, Incompatible, SchemaError
from services.core.contracts.events import judgment
from services.core.contracts.schemas import Schemas, load_schemas, schema_id
from tests.unit.contracts.generated import CATALOGUE

MADE_EFFECTIVE = "thads.judgment.made_effective"
Change: TypeAlias = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the house's schemas, free to be spoiled."""
    return Path(shutil.copytree(SCHEMAS, tmp_path / "schemas"))


def changed(folder: Path, change: Change, name: str = "judgment/made_effective.avsc") -> Schemas:
    path = folder / name
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")
    return load_schemas(folder)


def release(folder: Path, version: int = 1) -> None:
    """Release the current text of made_effective."""
    target = folder / "released" / MADE_EFFECTIVE
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "judgment" / "made_effective.avsc", target / f"{version}.avsc")


def added(schema: dict[str, Any]) -> None:
    """Add a field that may be absent: the change that is always allowed."""
    schema["fields"].append(
        {"name": "panel", "type": ["null", "string"], "default": None, "doc": "hội đồng — panel"}
    )


# ---- ids


def test_the_id_is_31_bits_and_the_same_on_every_machine() -> None:
    assert schema_id({"type": "record", "name": "a", "fields": []}) == 1_521_731_972
    assert all(0 <= id_ < 2**31 for id_ in load_schemas().by_id)


def test_words_layout_and_attributes_of_our_own_do_not_count() -> None:
    plain = {"type": "record", "name": "a", "fields": [{"name": "b", "type": "int"}]}
    dressed = {
        "fields": [{"type": "int", "name": "b", "doc": "x", "class": "C1"}],
        "name": "a",
        "doc": "words",
        "type": "record",
    }
    assert schema_id(plain) == schema_id(dressed)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "b", "type": {"type": "int", "logicalType": "date"}},
        {"name": "b", "type": "int", "default": 0},
        {"name": "b", "type": "long"},
        {"name": "c", "type": "int"},
    ],
)
def test_logical_types_and_defaults_count(other: dict[str, Any]) -> None:
    plain = {"type": "record", "name": "a", "fields": [{"name": "b", "type": "int"}]}
    assert schema_id(plain) != schema_id({**plain, "fields": [other]})


def test_two_texts_with_one_id_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas_module, "schema_id", lambda _: 7)
    with pytest.raises(IdCollision, match="have one id, 7"):
        load_schemas()


# ---- versions


def test_before_a_release_there_is_one_version() -> None:
    assert [schema.version for schema in load_schemas().versions[MADE_EFFECTIVE]] == [1]


def test_a_released_text_that_still_stands_is_the_current_one(folder: Path) -> None:
    release(folder)
    loaded = load_schemas(folder)
    assert [schema.version for schema in loaded.versions[MADE_EFFECTIVE]] == [1]
    assert loaded.released(MADE_EFFECTIVE) == []


def test_what_was_written_before_a_change_is_read_into_the_class_of_today(folder: Path) -> None:
    today = (folder / "judgment/made_effective.avsc").read_text(encoding="utf-8")
    changed(folder, added)
    release(folder)
    (folder / "judgment/made_effective.avsc").write_text(today, encoding="utf-8")
    loaded = load_schemas(folder)
    old, new = loaded.versions[MADE_EFFECTIVE]
    assert (old.version, new.version, loaded.current[MADE_EFFECTIVE]) == (1, 2, new)
    assert list(breaches(loaded)) == []

    data = {"judgment_id": "j", "effective_on": date(2026, 8, 3), "items": [1], "panel": "five"}
    buffer = BytesIO()
    buffer.write(b"\0" + old.id.to_bytes(4, "big"))
    schemaless_writer(buffer, old.parsed, data)
    read = Codec(CATALOGUE, loaded).decode(buffer.getvalue())
    assert read == judgment.MadeEffective("j", date(2026, 8, 3), [1])


def test_released_versions_have_no_gap(folder: Path) -> None:
    release(folder, version=2)
    with pytest.raises(SchemaError, match=r"expected 1\.avsc, 2\.avsc"):
        load_schemas(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not a valid Avro schema"),
        ('{"type": "record", "name": "a", "fields": [{"name": "b", "type": "c"}]}', "not a valid"),
        (
            '{"type": "record", "name": "held", "fields": []}',
            "expected the record thads.judgment.x",
        ),
        ('"string"', "found no record"),
    ],
)
def test_a_file_must_hold_the_record_of_its_name(folder: Path, text: str, said: str) -> None:
    (folder / "judgment/x.avsc").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=said):
        load_schemas(folder)


# ---- what a change may do


def refused(folder: Path, change: Change) -> list[str]:
    release(folder)
    return [str(breach) for breach in breaches(changed(folder, change))]


def test_a_field_that_may_be_absent_can_be_added(folder: Path) -> None:
    assert refused(folder, added) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: schema["fields"].append({"name": "panel", "type": "string"}),
        lambda schema: schema["fields"].pop(),
        lambda schema: schema["fields"][0].update(type="long"),
        lambda schema: schema["fields"][1].update(type="int"),
        lambda schema: schema["fields"][2].update(name="numbers"),
    ],
)
def test_a_change_that_breaks_readers_of_then_or_now_is_refused(
    folder: Path, change: Change
) -> None:
    found = refused(folder, change)
    assert found
    assert all(MADE_EFFECTIVE in each for each in found)


def test_every_released_version_counts_not_the_last_alone(folder: Path) -> None:
    release(folder)
    changed(folder, added)
    release(folder, version=2)
    found = list(breaches(changed(folder, lambda schema: schema["fields"].pop(1))))
    assert {type(each) for each in found} == {Incompatible}
    assert {"version 1" in str(each) for each in found} == {True, False}


def test_enums_are_refused(folder: Path) -> None:
    def enumerated(schema: dict[str, Any]) -> None:
        schema["fields"][2]["type"]["items"] = {"type": "enum", "name": "e", "symbols": ["A"]}

    found = list(breaches(changed(folder, enumerated)))
    assert [str(each) for each in found] == [
        f"{MADE_EFFECTIVE} version 1: an enum; use a string and a list of codes"
    ]


def test_a_default_of_the_wrong_type_is_refused(folder: Path) -> None:
    def spoiled(schema: dict[str, Any]) -> None:
        schema["fields"][0]["default"] = 5

    with pytest.raises(SchemaError, match="Default value"):
        changed(folder, spoiled)


# ---- catalogue and schemas say the same


def test_the_house_agrees_with_itself() -> None:
    assert list(disagreements(CATALOGUE, load_schemas())) == []
    assert list(breaches(load_schemas())) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (added, f"{MADE_EFFECTIVE}.panel: the schema has it, the catalogue has not"),
        (lambda schema: schema["fields"].pop(), f"{MADE_EFFECTIVE}.items: the catalogue has it"),
        (lambda schema: schema["fields"][1].update(type="string"), "effective_on: expected"),
        (lambda schema: schema["fields"].reverse(), "expected the order judgment_id, effective_on"),
        (lambda schema: schema["fields"][0].update(doc="the judgment"), "Vietnamese — English"),
        (lambda schema: schema.pop("doc"), "Vietnamese — English"),
    ],
)
def test_where_they_differ_the_field_is_named(folder: Path, change: Change, said: str) -> None:
    assert said in "\n".join(
        str(each) for each in disagreements(CATALOGUE, changed(folder, change))
    )


def test_a_type_needs_both(folder: Path) -> None:
    (folder / "judgment/received.avsc").unlink()
    shutil.copy(folder / "judgment/revised.avsc", folder / "judgment/x.avsc")
    changed(folder, lambda schema: schema.update(name="x"), "judgment/x.avsc")
    said = [str(each) for each in disagreements(CATALOGUE, load_schemas(folder))]
    assert said == [
        "thads.judgment.received: it has no schema",
        "thads.judgment.x: it has no entry in the catalogue",
    ]


def test_the_served_text_says_all_that_the_id_stands_for() -> None:
    for schema in load_schemas().by_id.values():
        assert schema_id(json.loads(schema.text)) == schema.id
        assert json.loads(schema.text)["doc"]
