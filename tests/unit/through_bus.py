"""Families in the tests of domains, used as the bus uses them: who may submit comes first."""

from collections.abc import Callable
from typing import Any

from services.core.access import competence
from services.core.bus.items import Families
from services.core.bus.service import Service, Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.family import Context, Family
from services.core.contracts.schemas import load_schemas

_CATALOGUE = load_catalogue()
_CODEC = Codec(_CATALOGUE, load_schemas())


def through_bus(
    family: Family[Any],
) -> tuple[Callable[[Any, Any, Context], Any], Callable[[Any, Any, Context], Any]]:
    """Return how the bus decides a claim by a family, and how it folds a fact."""
    service = Service(name="tried", families=(family,))
    families = Families(service, Topics("tried", 1), _CODEC, _CATALOGUE)

    def decide(state: Any, claim: Any, context: Context) -> Any:
        refusal = competence.objection(claim, context, state.involved)
        return [refusal] if refusal else family.decide(state, claim, context)

    def evolve(state: Any, event: Any, context: Context) -> Any:
        return families.folded(family, state, event, context)

    return decide, evolve
