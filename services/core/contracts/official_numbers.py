"""Official numbers in one normal form: two spellings that a reader takes for one are one number.

A number is recorded as it was written. Whoever compares two of them, or looks one up, compares what
`canonical` makes of them; `plain` is for who cannot type the marks of Vietnamese letters.
"""

import unicodedata
from typing import Final

from services.core.contracts.event import Event
from services.core.contracts.unseen import without_unseen

_STROKES: Final = "\u0335\u0336\u0337\u0338"  #: combining strokes: a D with one looks like Đ
_CYRILLIC: Final = (
    "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425\u0423"
)
_GREEK: Final = (
    "\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5\u0396"
)
_LOOK_ALIKES: Final = str.maketrans(
    {
        **dict.fromkeys("ÐðƉɖđᴆꟇꟈ", "Đ"),
        **dict.fromkeys("\u2044\u2215\u27cb\u29f8\u2571\\", "/"),
        **dict.fromkeys("\u2212\u2043\u02d7\u2796\u2500\u2501\u23af\u30fc", "-"),
        **dict(zip(_CYRILLIC, "ABCEHIJKMOPSTXY", strict=True)),
        **dict(zip(_GREEK, "ABEHIKMNOPTXYZ", strict=True)),
    }
)


def canonical(number: str) -> str:
    """Spell a number as it is compared: capitals, one Đ, one dash, one slash, no spaces.

    A Cyrillic or Greek capital that looks like a Latin one is that one.
    """
    # Soft hyphens and the like are left out first: they are invisible, whatever they compose to.
    seen = unicodedata.normalize("NFKC", without_unseen(number))
    letters = "".join(_plain_sign(each) for each in without_unseen(seen) if not each.isspace())
    for stroke in _STROKES:
        letters = letters.replace(f"D{stroke}", "Đ").replace(f"d{stroke}", "Đ")
    return unicodedata.normalize("NFC", letters.upper().translate(_LOOK_ALIKES))


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


def _plain_sign(letter: str) -> str:
    """Spell a dash as the hyphen, and a digit of any script as that of ASCII."""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return "-" if unicodedata.category(letter) == "Pd" else letter
