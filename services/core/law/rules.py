"""A rule of the law, the book of one version, and the law: all versions and the house's policy.

A rule has one limit. A row of the rule files with several (`O-140-1`) makes as many rules, each
with a name behind the stroke (`O-140-1/second`).
"""

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from services.core.law.errors import NotYetHeld, SeveralLimits, UnknownRule

Unit: TypeAlias = Literal["NLV", "N", "TH", "NAM", "GIO", "NGAY", "PHAN_TRAM"]
Kind: TypeAlias = Literal[
    "duty",  #: somebody must act before it ends
    "period",  #: something changes when it ends by itself
    "check",  #: it does not run; it is looked at when the act comes
    "lead",  #: counted backwards from a day that is fixed
    "cycle",  #: a duty that begins again each time it is done
    "bound",  #: no term: hours of the day, a percentage, a date, a plain rule
]
Effect: TypeAlias = Literal["refuse", "note", "alarm"]

POLICY: Final = "POLICY"  #: the version of the house's own configuration: it holds beside every law
_STROKE: Final = "/"


class Sentence(Struct, frozen=True, forbid_unknown_fields=True):
    """The same thing said in both languages."""

    vi: str
    en: str


class Extension(Struct, frozen=True, forbid_unknown_fields=True):
    """How much longer a term may become: `total` in all, else added at its normal end."""

    amount: int
    unit: Unit
    total: bool
    rule: str | None = None


class Rule(Struct, frozen=True):
    """One limit. `amount` is None where the law sets no number, or sets `NGAY`, at once."""

    id: str
    version: str
    article: str | None
    says: Sentence
    kind: Kind
    start: str
    stop: str
    who: str
    amount: int | None
    unit: Unit | None
    effect: Effect  #: what a breach of it may do: refuse an act, be noted, raise an alarm
    verified: bool  #: whether the text of the law was read; else it may never refuse
    source: str
    line: int
    day: date | None = None
    was: str | None = None  #: what said it in the version before
    extension: Extension | None = None
    exception: Sentence | None = None
    default_from: str | None = None  #: the version whose number stands in for an unread text


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What the codes of the rule files mean."""

    start: dict[str, Sentence]
    stop: dict[str, Sentence]
    who: dict[str, Sentence]


class Book(Struct, frozen=True):
    """The rules of one version, in the order of its file."""

    version: str
    since: date
    until: date | None  #: its last day
    rules: dict[str, Rule]

    def find(self, id_: str) -> Rule | None:
        """Return the rule of this id, or the one limit of the row it belongs to."""
        return self.rules.get(id_) or self.rules.get(row_of(id_))

    def limits(self, row: str) -> list[Rule]:
        """Return the rules that a row of the file makes."""
        return [rule for rule in self.rules.values() if row_of(rule.id) == row]


class Law(Struct, frozen=True):
    """Every version, the newest first, and the policy of the house."""

    books: tuple[Book, ...]
    policy: Book
    words: Words

    def version_on(self, day: date) -> str:
        """Return the version in force on a day; before the first, the first."""
        return next(
            (book.version for book in self.books if day >= book.since), self.books[-1].version
        )

    def book(self, version: str) -> Book:
        """Return the book of a version. Raises UnknownRule."""
        for book in (*self.books, self.policy):
            if book.version == version:
                return book
        known = ", ".join(book.version for book in reversed(self.books))
        raise UnknownRule(f"there is no version {version} of the law: the versions are {known}")

    def rule(self, id_: str, version: str) -> Rule:
        """Return what holds in a version under the id a rule has in any version.

        The ids of two versions differ; each rule names what said it before. Raises UnknownRule,
        NotYetHeld, or SeveralLimits, whose message names what could be meant.
        """
        found = self.policy.find(id_) or self._in(version, id_)
        if found is not None:
            return found
        named = [book for book in self.books if book.limits(row_of(id_))]
        if not named:
            near = get_close_matches(id_.upper(), self.ids(), n=3, cutoff=0.5)
            hint = f"near it are {', '.join(near)}" if near else "`lienthong law list` names all"
            raise UnknownRule(f"the law has no rule {id_}: {hint}")
        limits = [rule.id for rule in self.alike(id_, version)]
        if limits:
            raise SeveralLimits(
                f"{version} has several limits for {id_}; name one of {', '.join(limits)}"
            )
        held = ", ".join(
            f"{book.version} (since {book.since}"
            + (f", until {book.until})" if book.until else ")")
            for book in named
        )
        raise NotYetHeld(f"{version} has nothing like {id_}; it holds in {held}")

    def ids(self) -> list[str]:
        """Return every id of every version, rows with several limits included."""
        all_ = (rule.id for book in (*self.books, self.policy) for rule in book.rules.values())
        return list(dict.fromkeys(each for id_ in all_ for each in (row_of(id_), id_)))

    def holds(self, id_: str) -> list[str]:
        """Return the versions that have something under an id, the oldest first."""
        return [book.version for book in reversed(self.books) if self.alike(id_, book.version)]

    def alike(self, id_: str, version: str) -> list[Rule]:
        """Return all that a version has under an id of any version; nothing where it has none."""
        book = self.book(version)
        found = self.policy.find(id_) or self._in(version, id_)
        if found is not None:
            return [found]
        return book.limits(row_of(id_)) or _became(book, id_)

    def _in(self, version: str, id_: str) -> Rule | None:
        """Return the rule itself, or what it was before, or what it became, in a version."""
        book = self.book(version)
        if found := book.find(id_):
            return found
        for older in self._before(id_):
            if found := book.find(older):
                return found
        became = _became(book, id_)
        return became[0] if len(became) == 1 else None

    def _before(self, id_: str) -> Iterator[str]:
        for book in self.books:
            rule = book.find(id_)
            if rule is not None and rule.was is not None:
                yield rule.was


def row_of(id_: str) -> str:
    """Return the id of the row of the file that a rule comes from."""
    return id_.partition(_STROKE)[0]


def _became(book: Book, id_: str) -> list[Rule]:
    return [
        rule
        for rule in book.rules.values()
        if rule.was is not None and id_ in {rule.was, row_of(rule.was)}
    ]
