"""The rule files hold each row of the law, agree with the codes, and refuse what is not sound."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue_file import load_catalogue
from services.core.law.errors import NotYetHeld, RuleFileFlaw, SeveralLimits, UnknownRule
from services.core.law.rule_files import FOLDER, law, load
from services.core.law.rules import Rule, row_of
from services.core.law.working_days import calendar
from services.core.law.working_days import load as load_calendar

HERE = Path(__file__).parent
SERVICES = HERE.parents[2] / "services"
ROWS: list[Any] = strict_yaml.load(HERE / "rows.yaml")
CLOCKS: list[Any] = strict_yaml.load(HERE / "clocks.yaml")


def limit(rule: Rule) -> str:
    if rule.day is not None:
        return rule.day.isoformat()
    if rule.unit == "NGAY":
        return "NGAY"
    return "-" if rule.amount is None else f"{rule.amount} {rule.unit}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_each_row_of_the_law_stands_in_its_version_with_its_article_and_its_limits(
    row: list[str],
) -> None:
    version, id_, article, *limits = row
    found = law().book(version).limits(id_)
    assert [limit(rule) for rule in found] == limits
    assert {rule.article for rule in found} == {article}


@pytest.mark.parametrize("clock", CLOCKS, ids=lambda clock: f"{clock[0]}-{clock[1]}")
def test_what_starts_a_clock_or_is_cited_holds_in_each_version_or_says_when(
    clock: list[str | None],
) -> None:
    id_, now, older, before = clock
    assert id_ is not None
    versions = law().holds(id_)
    assert versions
    if now is not None:
        assert now in {limit(rule) for rule in law().alike(id_, versions[-1])}
    if older is not None:
        told = law().alike(id_, "R2015")
        assert {row_of(rule.id) for rule in told} == {older}
        assert before is None or before in {limit(rule) for rule in told}
    for version in {"R2009", "R2015", "R2026"} - set(versions):
        with pytest.raises(NotYetHeld, match=f"{version} has nothing like {id_}; it holds in R"):
            law().rule(id_, version)


CITED = [
    (type_.type, code, id_, effect)
    for type_ in load_catalogue().events.values()
    for code, use in type_.codes.items()
    for id_, effect in [
        (use.rule, use.effect),
        (use.refuse_when.rule if use.refuse_when else None, "refuse"),
    ]
    if id_
]


@pytest.mark.parametrize(("type_", "code", "id_", "effect"), CITED)
def test_a_code_cites_a_rule_of_the_law_in_force_that_carries_its_effect(
    type_: str, code: str, id_: str, effect: str
) -> None:
    assert law().alike(id_, "R2026")
    effects = {rule.effect for version in law().holds(id_) for rule in law().alike(id_, version)}
    assert effect != "refuse" or "refuse" in effects, "no version lets it refuse"


NAMED = [
    (path.parent.name, id_)
    for path in sorted(SERVICES.rglob("*.py"))
    if "core" not in path.parts and "cli" not in path.parts
    for id_ in re.findall(r"\"([LODCPK]-[0-9A-Z]+(?:-[0-9A-Z]+)*(?:/[a-z-]+)?)\"", path.read_text())
]


@pytest.mark.parametrize(("where", "id_"), NAMED)
def test_a_rule_that_code_names_is_one_rule_of_the_law_that_knows_it(where: str, id_: str) -> None:
    version = "R2015" if id_.startswith("O-") else "R2026"
    assert len(law().alike(id_, version)) == 1


def test_what_is_not_verified_never_refuses_and_no_number_is_made_up() -> None:
    rules = [rule for book in (*law().books, law().policy) for rule in book.rules.values()]
    assert not [rule.id for rule in rules if not rule.verified and rule.effect == "refuse"]
    unread = law().book("R2009").rules.values()
    assert {(rule.amount, rule.unit, rule.verified) for rule in unread} == {(None, None, False)}


def test_an_unread_decree_has_the_number_of_the_law_before_as_a_default_never_verified() -> None:
    rule = law().rule("D-27-2", "R2026")
    assert (rule.amount, rule.unit, rule.verified) == (60, "N", False)
    assert rule.default_from == "R2015"


@pytest.mark.parametrize(
    ("id_", "version", "became"),
    [
        ("L-36-1", "R2015", "O-45-1"),
        ("L-36-1", "R2009", "O-45-1"),
        ("O-45-1", "R2026", "L-36-1"),
        ("L-37-5", "R2015", "O-44-4/accounts"),
        ("L-37-5", "R2009", "O-44-4"),
        ("K-SILENCE", "R2009", "K-SILENCE"),
    ],
)
def test_a_rule_is_found_in_another_version_under_the_name_it_had_there(
    id_: str, version: str, became: str
) -> None:
    assert law().rule(id_, version).id == became


def test_a_row_of_several_limits_wants_one_of_them_named() -> None:
    with pytest.raises(SeveralLimits, match="name one of O-140-1/a, O-140-1/blockade"):
        law().rule("O-140-1", "R2015")
    with pytest.raises(SeveralLimits, match="L-96-1"):
        law().rule("O-140-1", "R2026")


def test_an_unknown_rule_names_those_near_it() -> None:
    with pytest.raises(UnknownRule, match="L-36-1"):
        law().rule("L-36-11", "R2026")


def folder(path: Path, file: str, before: str, after: str) -> Path:
    for each in FOLDER.glob("*.yaml"):
        shutil.copy(each, path)
    text = (path / file).read_text("utf-8")
    assert before in text
    (path / file).write_text(text.replace(before, after, 1), "utf-8")
    return path


L_36_1 = (
    "  L-36-1: {article: Đ36.1, kind: period, amount: 10, unit: N, start: NOTICE, stop: EXPIRY,"
)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("article: Đ36.1, ", "", "missing required field `article`"),
        ("amount: 10, unit: N", "amount: 10", "amount and unit go together"),
        ("amount: 10, unit: N, ", "", "either amount and unit, or figures, or default_from"),
        ("amount: 10, unit: N", "amount: 10, unit: NGAY", "without a unit that can be counted"),
        ("amount: 10, unit: N", "amount: null, unit: N", "unit: N without an amount"),
        ("amount: 10, unit: N", "amount: 0, unit: N", "expected 1 or more"),
        ("amount: 10, unit: N", "amount: 10, unit: W", "Invalid enum value 'W'"),
        ("amount: 10, unit: N", "amount: 10, unit: N, colour: red", "unknown field `colour`"),
        ("start: NOTICE", "start: RUMOUR", "start: RUMOUR is no word of words.yaml"),
        ("start: NOTICE", "start: DAY", "a lead counts from DAY or OPENING"),
        ("stop: EXPIRY", "stop: ACT", "contradicts kind period, which ends by EXPIRY"),
        ("L-36-1", "K-36-1", "K-… are policy, all others law"),
        ("L-36-1", "36-1", "no id of this file"),
        ("amount: 10", "was: O-1-1, amount: 10", "stands twice"),
        ("amount: 10", "default_from: R2015, amount: 10", "either amount and unit"),
        ("amount: 10", "amount: 10, amount: 11", "stands twice"),
        ("amount: 10", "extension: {amount: 9, unit: N, total: true}, amount: 10", "and longer"),
        (
            "amount: 10",
            "extension: {amount: 9, unit: N, total: false, rule: L-9-9}, amount: 10",
            "this version has no L-9-9",
        ),
        (
            "amount: 10",
            "extension: {amount: 9, unit: N, total: false, rule: L-37-1}, amount: 10",
            None,
        ),
    ],
)
def test_a_row_that_is_incomplete_contradictory_or_unknown_is_refused_with_its_line(
    before: str, after: str, reason: str | None, tmp_path: Path
) -> None:
    path = folder(tmp_path, "r2026.yaml", L_36_1, L_36_1.replace(before, after, 1))
    if reason is None:
        assert load(path).rule("L-36-1", "R2026").extension is not None
        return
    with pytest.raises(RuleFileFlaw, match=re.escape(reason)) as flaw:
        load(path)
    lines = FOLDER.joinpath("r2026.yaml").read_text("utf-8").splitlines()
    line = next(n for n, each in enumerate(lines, 1) if each.startswith("  L-36-1:"))
    assert re.search(rf"r2026\.yaml(:{line}:|.*line {line},)", str(flaw.value), re.DOTALL)


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("r2026.yaml", "was: O-45-1", "was: O-9-9", "no older version has O-9-9"),
        ("r2026.yaml", "default_from: R2015", "default_from: R2009", "has no D-11-1 to stand in"),
        ("r2015.yaml", "until: 2026-06-30", "until: 2026-06-29", "expected the day before"),
        ("r2015.yaml", "version: R2015", "version: R2016", "version: R2016, expected R2015"),
        ("policy.yaml", "effect: note, verified: false", "effect: note, verified: true", "policy"),
        ("policy.yaml", "effect: note", "effect: refuse", "may note, never refuse"),
        ("words.yaml", "start:", "begin:", "begin"),
        ("r2015.yaml", "      normal:", "      Normal:", "Normal is no name of a limit"),
    ],
)
def test_files_that_contradict_each_other_are_refused(
    file: str, before: str, after: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(RuleFileFlaw, match=reason) as flaw:
        load(folder(tmp_path, file, before, after))
    assert file in str(flaw.value)


def test_a_calendar_that_was_changed_has_a_new_revision() -> None:
    """By its revision it is found which clocks ran by the older one."""
    assert calendar().version == {1: "1-f2c80629", 2: "2-8653a364"}[calendar().revision], (
        "raise `revision`"
    )


def test_a_day_cannot_be_both_off_and_worked(tmp_path: Path) -> None:
    before, after = "days_worked:", "days_worked:\n  2026-01-02: {vi: làm, en: worked}"
    with pytest.raises(RuleFileFlaw, match="2026-01-02 stands under days_off and"):
        load_calendar(folder(tmp_path, "calendar.yaml", before, after) / "calendar.yaml")
