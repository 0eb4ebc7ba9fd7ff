"""How the OpenAPI description says what a path answers."""

from typing import Any, Final

from services.core.doors.problems import MEDIA_TYPE

REF: Final = "#/components/schemas/{name}"
#: Statuses after which the same may be sent again.
_AGAIN: Final = {
    429: "More than one agency may ask in a minute (`TOO_MANY`): send it again later.",
    503: "Not available now, or too much waits (`UNAVAILABLE`, `BUSY`): send it again later.",
}
_RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "Seconds to wait before the same is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


def ref(name: str) -> str:
    """Return the reference to a schema of the description."""
    return REF.format(name=name)


def answers(
    of: dict[str, tuple[str, dict[str, Any]]], media_type: str = "application/json"
) -> dict[str, Any]:
    """Return the answers by status, each with what it says and the schema of its body."""
    return {
        status: {"description": said, "content": {media_type: {"schema": schema}}}
        for status, (said, schema) in of.items()
    }


def problems(*statuses: int) -> dict[str, Any]:
    """Return the answers of these statuses, which are problems."""
    schema = {"$ref": ref("Problem")}
    described = answers(
        {str(status): ("Turned away; see `code`.", schema) for status in statuses}, MEDIA_TYPE
    )
    for status in _AGAIN.keys() & set(statuses):
        described[str(status)] |= {"description": _AGAIN[status], "headers": _RETRY_AFTER}
    return described
