"""State machines as data: which event leads a part from which state to which.

The catalogue declares them, `generator` writes them to `events.machines`, `docs/states.md` draws
them, and domains ask them; so none of these can differ. A condition on the payload is decided here,
one that is said in words (`when`) is the domain's to decide.
"""

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, Final

from msgspec import Struct

from services.core.contracts.event import Event

OPENS: Final = "-"  #: where an arrow begins that opens a part
STAYS: Final = "="
RETURNS: Final = "^"  #: to the state that stood before


class Arrow(Struct, frozen=True):
    """One way from some states to another."""

    sources: tuple[str, ...]
    target: str
    if_: dict[str, Any] = {}  #: what the payload must say; of a list, one of its values
    when: str = ""  #: what must hold besides, in words


def always(_when: str) -> bool:
    """Hold every condition that is said in words for met."""
    return True


class Machine(Struct, frozen=True):
    """The states of a family's parts. States are the catalogue's words."""

    final: frozenset[str]
    arrows: Mapping[str, tuple[Arrow, ...]]  #: by the full name of the event's type

    def follows(
        self,
        state: str | None,
        event: Event,
        *,
        kept: str | None = None,
        holds: Callable[[str], bool] = always,
    ) -> str | None:
        """Return the state to which the event leads, or None where it does not follow.

        `state` is None for a part that does not exist yet; `kept` is the state before this one, to
        which some events return; `holds` decides the conditions that are said in words.
        """
        for arrow in self.arrows.get(event.TYPE, ()):
            if (
                (state or OPENS) in arrow.sources
                and all(says(event, name, wanted) for name, wanted in arrow.if_.items())
                and (not arrow.when or holds(arrow.when))
            ):
                return {STAYS: state, RETURNS: kept}.get(arrow.target, arrow.target)
        return None


def says(event: Event, name: str, wanted: Any) -> bool:
    """Say whether a field holds what is wanted, or one of it; of a list, whether one value does."""
    said = getattr(event, f"{name}_" if iskeyword(name) else name)
    accepted = wanted if isinstance(wanted, list) else [wanted]
    return any(each in accepted for each in said) if isinstance(said, list) else said in accepted
