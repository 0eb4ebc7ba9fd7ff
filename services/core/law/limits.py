"""The limits of the law as domains ask for them, in the version that governs.

A version may set no number, or its text may not have been read: then there is no limit to hold
anybody to, and the answer is None. Where a count hangs on a day off that is not certain, the answer
is the laxer one.
"""

from datetime import date
from typing import Final

from services.core.law.counting import count
from services.core.law.errors import NotYetHeld
from services.core.law.rule_files import law
from services.core.law.rules import Rule

_MONTHS: Final = {"TH": 1, "NAM": 12}


def amount(rule_id: str, version: str) -> int | None:
    """Return the bare number of a rule, in its own unit."""
    rule = _numbered(rule_id, version)
    return rule.amount if rule else None


def months(rule_id: str, version: str) -> int | None:
    """Return the length of a rule of months or years in months."""
    rule = _numbered(rule_id, version)
    return rule.amount * _MONTHS[rule.unit] if rule and rule.amount and rule.unit else None


def last_day(rule_id: str, version: str, since: date) -> date | None:
    """Return the last day of a term that begins after a day."""
    rule = _numbered(rule_id, version)
    return count(rule, since).last if rule else None


def latest_day(rule_id: str, version: str, fixed: date) -> date | None:
    """Return the latest day on which what must come before a fixed day is still in time."""
    rule = _numbered(rule_id, version)
    return count(rule, fixed).latest if rule else None


def _numbered(rule_id: str, version: str) -> Rule | None:
    try:
        rule = law().rule(rule_id, version)
    except NotYetHeld:
        return None
    return None if rule.amount is None else rule
