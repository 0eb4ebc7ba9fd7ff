"""A guarantee names the test that holds it, and that test exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/guarantees.md").read_text()


def test_every_guarantee_names_tests_that_exist() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line][1:]
    named = [re.findall(r"`(tests/[^`]+\.py)`", row) for row in rows]
    assert len(rows) >= 10
    assert all(named), "a guarantee without a test"
    assert [path for each in named for path in each if not (ROOT / path).is_file()] == []


def test_every_threat_names_tests_that_exist() -> None:
    page = (ROOT / "docs/threat-model.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line]
    rows = [row for row in rows if not row.startswith("| threat ")]
    named = [re.findall(r"`(tests/[^`]+\.py)`", row) for row in rows]
    assert len(rows) >= 30
    assert all(named), "a threat without a test"
    assert [path for each in named for path in each if not (ROOT / path).is_file()] == []


def test_every_rule_is_named_and_no_other() -> None:
    rules = {f"B{n}" for n in range(1, 13)} | {f"T{n}" for n in range(1, 8)}
    assert set(re.findall(r"\b[BT]\d+\b", PAGE)) == rules
