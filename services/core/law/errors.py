"""What can be wrong with a rule file, or with a question to the law.

LawError
  + RuleFileFlaw     a rule file is incomplete, contradicts itself or holds an unknown word
  + UnknownRule      no version has a rule of this id
  + NotYetHeld       the rule is known, and this version of the law has nothing like it
  + SeveralLimits    the rule has several limits, and one of them must be named
  + NoTerm           the rule sets no term that could be counted
  + NaiveTime        a time does not say its distance from UTC
  + TooFarAway       a day lies so far away that no term may be counted from it
  + ExtensionRefused the law provides no extension, or none so long
"""


class LawError(Exception):
    """Root of all that can be wrong with the law as data and with questions to it."""


class RuleFileFlaw(LawError):
    """A rule file cannot be used; the message names file, line and reason."""


class UnknownRule(LawError):
    """No version of the law has a rule of this id."""


class NotYetHeld(LawError):
    """The rule is known, and nothing like it holds in the version asked for."""


class SeveralLimits(LawError):
    """The rule has several limits; one of them must be named."""


class NoTerm(LawError):
    """The rule sets no term that could be counted."""


class NaiveTime(LawError):
    """A time does not say its distance from UTC."""


class TooFarAway(LawError):
    """A day lies so far away that no term may be counted from it."""


class ExtensionRefused(LawError):
    """The law provides no extension here, or none so long."""
