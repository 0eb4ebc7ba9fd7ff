"""Who reads what of whom, laid out: producers on the left, readers on the right, edges between.

A pure function of the picture: the same picture is the same drawing, byte for byte.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from services.flows.picture import STALE_SECONDS

WIDTH: Final = 960
_ROW: Final = 34
_TOP: Final = 20
_LEFT: Final = 330
_RIGHT: Final = 630
_WIDEST: Final = 9.0
_NARROWEST: Final = 1.2


class Flow(Struct, frozen=True):
    """What one agency brings about and another may read."""

    producer: str
    reader: str
    rate: float  #: events a minute
    age: float  #: seconds since the last one
    late: float | None = None  #: seconds from the act to its record, a mean


class Picture(Struct, frozen=True):
    """All flows of a moment, by the wall's clock."""

    at: datetime
    flows: tuple[Flow, ...]

    def is_stale(self, now: datetime) -> bool:
        """Whether it is so old that it says nothing of now."""
        return (now - self.at).total_seconds() > STALE_SECONDS


class Pictures(Protocol):
    """Where the picture comes from."""

    async def latest(self) -> Picture | None:
        """Return the latest picture, or None where there is none."""


class Node(Struct, frozen=True):
    """An agency, and where its name stands."""

    slug: str
    name: str
    x: int
    y: int
    is_left: bool


class Edge(Struct, frozen=True):
    """A flow, and how it is drawn."""

    flow: Flow
    path: str
    width: float
    is_quiet: bool


class Drawing(Struct, frozen=True):
    """The picture, laid out."""

    width: int
    height: int
    nodes: list[Node]
    edges: list[Edge]


def drawn(picture: Picture, name: Callable[[str], str]) -> Drawing:
    """Lay a picture out; `name` gives an agency's name."""
    left = _column((flow.producer for flow in picture.flows), _LEFT, name, is_left=True)
    right = _column((flow.reader for flow in picture.flows), _RIGHT, name, is_left=False)
    most = max((flow.rate for flow in picture.flows), default=0.0)
    edges = [
        Edge(
            flow,
            _path(left[flow.producer], right[flow.reader]),
            _width(flow.rate, most),
            not flow.rate,
        )
        for flow in picture.flows
    ]
    height = 2 * _TOP + _ROW * max(len(left), len(right), 1)
    return Drawing(WIDTH, height, [*left.values(), *right.values()], edges)


def _column(
    slugs: Iterable[str], x: int, name: Callable[[str], str], *, is_left: bool
) -> dict[str, Node]:
    return {
        slug: Node(slug, name(slug), x, _TOP + _ROW * place + _ROW // 2, is_left)
        for place, slug in enumerate(sorted(set(slugs)))
    }


def _path(one: Node, other: Node) -> str:
    begin, end = one.x + 8, other.x - 8
    middle = (begin + end) // 2
    return f"M{begin} {one.y}C{middle} {one.y} {middle} {other.y} {end} {other.y}"


def _width(rate: float, most: float) -> float:
    return round(_NARROWEST + (_WIDEST - _NARROWEST) * (rate / most if most else 0.0), 1)
