"""Official numbers in one normal form: two spellings that a reader takes for one are one number.

A number is recorded as it was written. Whoever compares two of them, or looks one up, compares what
`canonical` makes of them; `plain` is for who cannot type the marks of Vietnamese letters.
"""

import unicodedata
from typing import Final

from services.core.contracts.event import Event
from services.core.contracts.unseen import without_unseen

_STROKES: Final = "\u0335\u0336\u0337\u0338"  #: combining strokes: a D with one looks like Đ
_LOOK_ALIKES: Final = str.maketrans(
    {
        **dict.fromkeys("ÐðƉɖđᴆꟇꟈ", "Đ"),
        **dict.fromkeys("\u2044\u2215\u27cb\u29f8\u2571", "/"),
        **dict.fromkeys("\u2212\u2043\u02d7\u2796\u2500", "-"),
    }
)


def canonical(number: str) -> str:
    """Spell a number as it is compared: capitals, one Đ, one dash, one slash, no spaces."""
    # Soft hyphens and the like are left out first: they are invisible, whatever they compose to.
    seen = unicodedata.normalize("NFKC", without_unseen(number))
    letters = "".join(_dash(each) for each in without_unseen(seen) if not each.isspace())
    for stroke in _STROKES:
        letters = letters.replace(f"D{stroke}", "Đ").replace(f"d{stroke}", "Đ")
    return unicodedata.normalize("NFC", letters.translate(_LOOK_ALIKES).upper())


def plain(number: str) -> str:
    """Spell a number without its marks: many keyboards have none."""
    parts = unicodedata.normalize("NFD", canonical(number).replace("Đ", "D"))
    return "".join(each for each in parts if not unicodedata.combining(each))


def number_of(event: Event) -> str | None:
    """Return the number of the decision that an event reports, with its type, or None.

    Two events of one type and number report one decision.
    """
    number = getattr(event, "decision_no", None)
    return f"{event.TYPE} {canonical(number)}" if number else None


def is_official_number(text: str) -> bool:
    """Say whether a text looks like an official number, which has a slash, and not like an id."""
    return "/" in canonical(text)


def _dash(letter: str) -> str:
    return "-" if unicodedata.category(letter) == "Pd" else letter
