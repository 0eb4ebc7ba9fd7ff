"""Whom an event concerns besides its sender: the agencies that its payload names by slug."""

from collections.abc import Iterator

from services.core.access.directory import Directory
from services.core.contracts.catalogue import Catalogue, Scalar
from services.core.contracts.event import Event


def agencies_named(
    event: Event, sender: str, catalogue: Catalogue, directory: Directory
) -> Iterator[str]:
    """Yield the agencies that an event names beside its sender, in the order of its fields."""
    for field in catalogue.event(event.TYPE).fields:
        slug = getattr(event, field.attribute) if field.kind == Scalar("slug") else None
        if slug and slug != sender and directory.agency(slug):
            yield str(slug)
