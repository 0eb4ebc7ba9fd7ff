"""The OpenAPI description of the paths that need no token: health, schemas, the description."""

from typing import Any, Final

from services.gateway.openapi_answers import answers
from services.gateway.registry import MEDIA_TYPE, QUERY

_OBJECT: Final = {"type": "object"}
_LIST: Final = {"type": "array"}
_ERROR: Final = {
    "type": "object",
    "required": ["error_code", "message"],
    "properties": {"error_code": {"type": "integer"}, "message": {"type": "string"}},
}
#: Of each path of the registry that is read: its operation, what it answers, and that as a schema.
_READ: Final = {
    "/schemas": ("schemas", "Every version of every event type.", _LIST),
    "/schemas/types": ("schemaTypes", "The formats of schemas.", _LIST),
    "/schemas/ids/{schema_id}": ("schema", "The schema of an id, as text.", _OBJECT),
    "/schemas/ids/{schema_id}/schema": ("schemaOfId", "The schema of an id itself.", _OBJECT),
    "/schemas/ids/{schema_id}/subjects": ("subjectsOfId", "The event types of an id.", _LIST),
    "/schemas/ids/{schema_id}/versions": ("versionsOfId", "The versions of an id.", _LIST),
    "/subjects": ("subjects", "Every event type.", _LIST),
    "/subjects/{subject}/versions": ("versions", "The versions of a type.", _LIST),
    "/subjects/{subject}/versions/{version}": ("version", "One version of a type.", _OBJECT),
    "/subjects/{subject}/versions/{version}/schema": (
        "schemaOfVersion",
        "The schema of one version itself.",
        _OBJECT,
    ),
    "/subjects/{subject}/versions/{version}/referencedby": (
        "referencedBy",
        "The ids of schemas that refer to a version; none does.",
        _LIST,
    ),
    "/config": ("config", "The level of compatibility.", _OBJECT),
    "/config/{subject}": ("configOf", "The level of compatibility of a type.", _OBJECT),
    "/mode": ("mode", "READONLY: nothing is registered here.", _OBJECT),
    "/mode/{subject}": ("modeOf", "The mode of a type.", _OBJECT),
    "/contexts": ("contexts", "The contexts; there is one.", _LIST),
}


def public_paths() -> dict[str, Any]:
    """Return the descriptions of these paths."""
    health = {"type": "object", "properties": {"status": {"enum": ["ok", "failing"]}}}
    probe = answers({"200": ("It is.", health), "503": ("It is not.", health)})
    described = answers({"200": ("OpenAPI 3.1.", _OBJECT)})
    return {
        "/health/live": _read("live", "Is the process worth keeping?", probe),
        "/health/ready": _read("ready", "Does everything in the process work?", probe),
        "/openapi.json": _read("description", "This description.", described),
        **{path: _of_registry(path, *said) for path, said in _READ.items()},
        "/subjects/{subject}": {
            "post": {
                "operationId": "lookUp",
                "summary": "Which version of a type a schema is.",
                "parameters": _parameters("/subjects/{subject}"),
                "requestBody": {
                    "required": True,
                    "content": {
                        MEDIA_TYPE: {
                            "schema": {
                                "type": "object",
                                "required": ["schema"],
                                "properties": {"schema": {"type": "string"}},
                            }
                        }
                    },
                },
                "responses": _refusals(400, 404, 413, 422)
                | answers({"200": ("The version.", _OBJECT)}, MEDIA_TYPE),
            }
        },
    }


def _read(id_: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"operationId": id_, "summary": summary, "responses": responses}}


def _of_registry(path: str, id_: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    responses = _refusals(400, 404) | answers({"200": (summary, schema)}, MEDIA_TYPE)
    described = _read(id_, summary, responses)
    described["get"]["parameters"] = _parameters(path)
    return described


def _refusals(*statuses: int) -> dict[str, Any]:
    said = "Turned away, as the Confluent registry does."
    return answers({str(status): (said, _ERROR) for status in statuses}, MEDIA_TYPE)


def _parameters(path: str) -> list[dict[str, Any]]:
    """Return the parameters of a path, and those that clients of the registry add to any."""
    inside = [name for name in ("schema_id", "subject", "version") if f"{{{name}}}" in path]
    string = {"type": "string"}
    return [
        *({"name": name, "in": "path", "required": True, "schema": string} for name in inside),
        *(
            {
                "name": name,
                "in": "query",
                "description": "Taken, for clients of the registry send it.",
                "schema": string,
            }
            for name in QUERY
        ),
    ]
