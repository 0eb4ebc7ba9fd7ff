"""Characters that no reader sees, or that move what he sees: claims may not hold them."""

import re
import unicodedata
from typing import Final

_FORBIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""What Unicode lets a screen leave out, apart from the categories above."""


def is_forbidden(text: str) -> bool:
    """Say whether a text holds a character that no reader sees or that moves what he sees."""
    if _UNSEEN.search(text):
        return True
    if text.isprintable():
        return False
    return any(unicodedata.category(each) in _FORBIDDEN for each in text)


def without_unseen(text: str) -> str:
    """Return a text without what a screen leaves out; control characters stay."""
    seen = _UNSEEN.sub("", text)
    return "".join(each for each in seen if unicodedata.category(each) != "Cf")
