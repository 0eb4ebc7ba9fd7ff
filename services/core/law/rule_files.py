"""Reading `schemas/law`: what is incomplete, contradictory or unknown is refused, with its line."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from msgspec import UNSET, Struct, UnsetType, field

from services.core.contracts import strict_yaml
from services.core.law.errors import RuleFileFlaw
from services.core.law.rules import (
    POLICY,
    Book,
    Effect,
    Extension,
    Kind,
    Law,
    Rule,
    Sentence,
    Unit,
    Words,
)

FOLDER: Final = Path(__file__).parents[3] / "schemas" / "law"
VERSIONS: Final = ("R2009", "R2015", "R2026")  #: the oldest first; each has a file of its name

_ID: Final = re.compile(r"[LODCPK]-[0-9A-Z]+(-[0-9A-Z]+)*")
_LIMIT: Final = re.compile(r"[a-z][a-z-]*")
#: What ends a rule of each kind.
_STOPS: Final[dict[Kind, str]] = {
    "duty": "ACT",
    "cycle": "ACT",
    "period": "EXPIRY",
    "check": "CHECK",
    "lead": "DAY",
    "bound": "NONE",
}
_BACKWARDS: Final = frozenset({"DAY", "OPENING"})  #: starts from which one counts backwards


class _Days(Struct, frozen=True, forbid_unknown_fields=True):
    since: date = field(name="from")
    until: date | None


class _Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """One of several limits of a row; what it does not say it has from its row."""

    amount: int | None
    unit: Unit | None
    vi: str
    en: str
    kind: Kind | None = None
    start: str | None = None
    stop: str | None = None
    day: date | None = None


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    article: str | None
    kind: Kind
    start: str
    stop: str
    who: str
    effect: Effect
    verified: bool
    vi: str
    en: str
    amount: int | UnsetType | None = UNSET
    unit: Unit | UnsetType | None = UNSET
    day: date | None = None
    was: str | None = None
    extension: Extension | None = None
    exception: Sentence | None = None
    source: str | None = None
    default_from: str | None = None
    figures: dict[str, _Limit] | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    in_force: _Days
    source: str
    rules: dict[str, dict[str, Any]]


@cache
def law() -> Law:
    """Return the law of the house. Raises RuleFileFlaw."""
    return load(FOLDER)


def load(folder: Path) -> Law:
    """Read a folder of rule files. Raises RuleFileFlaw: file, line and what is wrong there."""
    words = _convert(_raw(folder / "words.yaml"), Words, folder / "words.yaml")
    books: dict[str, Book] = {}
    for version in VERSIONS:
        books[version] = _book(folder / f"{version.lower()}.yaml", version, words, books)
    policy = _book(folder / "policy.yaml", POLICY, words, books)
    newest_first = tuple(books[version] for version in reversed(VERSIONS))
    for newer, older in pairwise(newest_first):
        if older.until is None or (newer.since - older.until).days != 1:
            raise RuleFileFlaw(
                f"{folder / f'{older.version.lower()}.yaml'}: in_force: until is {older.until}, "
                f"and {newer.version} begins on {newer.since}: expected the day before"
            )
    return Law(newest_first, policy, words)


def _book(path: Path, version: str, words: Words, older: dict[str, Book]) -> Book:
    file = _convert(_raw(path), _File, path)
    if file.version != version:
        raise RuleFileFlaw(f"{path}: version: {file.version}, expected {version}")
    lines, rules = _lines(path), dict[str, Rule]()
    for id_, said in file.rules.items():
        at = f"{path}:{lines[id_]}: {id_}"
        if not _ID.fullmatch(id_) or (id_[0] == "K") is not (version == POLICY):
            raise RuleFileFlaw(f"{at}: no id of this file; K-… are policy, all others law")
        try:
            row = msgspec.convert(said, _Row)
            for rule in _rules(id_, row, file, lines[id_], older):
                rules[rule.id] = rule
        except msgspec.ValidationError as error:
            raise RuleFileFlaw(f"{at}: {error}") from error
        except _Wrong as error:
            raise RuleFileFlaw(f"{at}: {error}") from error
    for rule in rules.values():
        for wrong in _wrongs(rule, rules, words, older):
            raise RuleFileFlaw(f"{path}:{rule.line}: {rule.id}: {wrong}")
    return Book(version, file.in_force.since, file.in_force.until, rules)


class _Wrong(Exception):
    """A row that makes no rule."""


def _rules(id_: str, row: _Row, file: _File, line: int, older: dict[str, Book]) -> Iterator[Rule]:
    """Yield the rules of a row. Raises _Wrong unless it says its number in just one way."""
    has_number = row.amount is not UNSET or row.unit is not UNSET
    if [has_number, row.figures is not None, row.default_from is not None].count(True) != 1:
        raise _Wrong("expected either amount and unit, or figures, or default_from")
    common = Rule(
        id=id_,
        version=file.version,
        article=row.article,
        says=Sentence(row.vi, row.en),
        kind=row.kind,
        start=row.start,
        stop=row.stop,
        who=row.who,
        amount=None,
        unit=None,
        effect=row.effect,
        verified=row.verified,
        source=row.source or file.source,
        line=line,
        day=row.day,
        was=row.was,
        extension=row.extension,
        exception=row.exception,
        default_from=row.default_from,
    )
    if row.default_from is not None:
        yield from _defaults(common, row.default_from, older)
    elif row.figures is not None:
        for name, limit in row.figures.items():
            if not _LIMIT.fullmatch(name):
                raise _Wrong(f"figures: {name} is no name of a limit: small letters and hyphens")
            yield _limit(common, name, limit)
    elif row.amount is UNSET or row.unit is UNSET:
        raise _Wrong("amount and unit go together; both are null where the law sets no number")
    else:
        yield msgspec.structs.replace(common, amount=row.amount, unit=row.unit)


def _limit(common: Rule, name: str, limit: _Limit) -> Rule:
    return msgspec.structs.replace(
        common,
        id=f"{common.id}/{name}",
        says=Sentence(f"{common.says.vi}: {limit.vi}", f"{common.says.en}: {limit.en}"),
        kind=limit.kind or common.kind,
        start=limit.start or common.start,
        stop=limit.stop or common.stop,
        amount=limit.amount,
        unit=limit.unit,
        day=limit.day,
    )


def _defaults(common: Rule, version: str, older: dict[str, Book]) -> Iterator[Rule]:
    """Yield what an older version says under the same id: a stand-in, never verified."""
    found = older[version].limits(common.id) if version in older else []
    if not found:
        raise _Wrong(f"default_from: {version} has no {common.id} to stand in")
    for rule in found:
        yield msgspec.structs.replace(
            common,
            id=rule.id,
            says=rule.says if rule.id != common.id else common.says,
            kind=rule.kind,
            start=rule.start,
            stop=rule.stop,
            amount=rule.amount,
            unit=rule.unit,
            was=rule.id,
        )


def _wrongs(
    rule: Rule, rules: dict[str, Rule], words: Words, older: dict[str, Book]
) -> Iterator[str]:
    """Yield what a rule contradicts: the words, itself, its own file or an older one."""
    for name, code, known in (
        ("start", rule.start, words.start),
        ("stop", rule.stop, words.stop),
        ("who", rule.who, words.who),
    ):
        if code not in known:
            yield f"{name}: {code} is no word of words.yaml"
    yield from _number(rule.amount, rule.unit, rule.kind)
    if rule.stop != _STOPS[rule.kind]:
        yield f"stop: {rule.stop} contradicts kind {rule.kind}, which ends by {_STOPS[rule.kind]}"
    if (rule.kind == "lead") is not (rule.start in _BACKWARDS):
        yield f"start: {rule.start} contradicts kind {rule.kind}: a lead counts from DAY or OPENING"
    if rule.article is None and rule.version != POLICY:
        yield "article: a rule of the law names its article"
    if not rule.verified and rule.effect == "refuse":
        yield "effect: what is not verified may note, never refuse"
    if rule.verified and (rule.default_from is not None or rule.version == POLICY):
        yield "verified: neither a default nor policy is ever verified"
    if rule.was is not None and not any(book.find(rule.was) for book in older.values()):
        yield f"was: no older version has {rule.was}"
    if rule.extension is not None:
        yield from _extension(rule.extension, rule, rules)


def _number(amount: int | None, unit: Unit | None, kind: Kind) -> Iterator[str]:
    if amount is None and unit not in {None, "NGAY"}:
        yield f"unit: {unit} without an amount"
    if amount is not None and unit in {None, "NGAY"}:
        yield f"amount: {amount} without a unit that can be counted"
    if amount is not None and amount < 1:
        yield f"amount: {amount}, expected 1 or more"
    if unit == "PHAN_TRAM" and kind != "bound":
        yield f"unit: PHAN_TRAM is no term, and kind is {kind}"
    if unit == "NGAY" and kind in {"bound", "lead", "check"}:
        yield f"unit: NGAY contradicts kind {kind}"


def _extension(extension: Extension, rule: Rule, rules: dict[str, Rule]) -> Iterator[str]:
    yield from (
        f"extension: {wrong}" for wrong in _number(extension.amount, extension.unit, rule.kind)
    )
    by = rules.get(extension.rule) if extension.rule is not None else None
    if extension.rule is not None and by is None:
        yield f"extension: rule: this version has no {extension.rule}"
    if by is not None and (by.amount, by.unit) != (extension.amount, extension.unit):
        yield (
            f"extension: {extension.amount} {extension.unit}, and {by.id} says "
            f"{by.amount} {by.unit}"
        )
    if extension.total and (extension.unit != rule.unit or extension.amount <= (rule.amount or 0)):
        yield "extension: a total is in the unit of the term, and longer"


def _raw(path: Path) -> Any:
    try:
        return strict_yaml.load(path)
    except (OSError, yaml.YAMLError) as error:
        raise RuleFileFlaw(f"{path}: {error}") from error


def _convert(raw: Any, type_: Any, path: Path) -> Any:
    try:
        return msgspec.convert(raw, type_)
    except msgspec.ValidationError as error:
        raise RuleFileFlaw(f"{path}: {error}") from error


def _lines(path: Path) -> dict[str, int]:
    """Return the line on which each rule begins."""
    tree: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    rules = next(value for key, value in tree.value if key.value == "rules")
    return {key.value: key.start_mark.line + 1 for key, _ in rules.value}
