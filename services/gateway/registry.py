"""The schemas on the Confluent registry's paths, to read only.

So the deserializers that agencies have already can read our topics. A subject is an event type
(record name strategy); ids are computed from the schemas themselves (`contracts.schemas`), so
nothing is ever registered here. Whatever goes wrong under these paths is answered as the registry
does, with a numeric `error_code`: its clients read nothing else.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from services.core.contracts.schemas import Schema, Schemas
from services.core.doors.callers import Call

MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"
#: An id is computed from the text of its schema.
_IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_NUMBER: Final = re.compile(r"[0-9]{1,10}")
#: What clients of Confluent's registry add to their requests. None of it changes an answer here:
#: nothing is deleted, and each schema has one text, one format and one level of compatibility.
QUERY: Final = (
    *("subject", "deleted", "deletedOnly", "latestOnly", "normalize", "format"),
    *("referenceFormat", "fetchMaxId", "defaultToGlobal", "verbose"),
)
_ROOTS: Final = frozenset({"subjects", "schemas", "config", "mode", "contexts", "compatibility"})
_LEVEL: Final = "FULL_TRANSITIVE"
_SUBJECT_UNKNOWN: Final = 40401
_VERSION_UNKNOWN: Final = 40402
_SCHEMA_UNKNOWN: Final = 40403
_SCHEMA_MALFORMED: Final = 42201


class _LookUp(Struct):
    """The body by which a client asks which version a schema is."""

    schema: str


def is_registry(path: str) -> bool:
    """Whether a path is the registry's, served or not."""
    return path.lstrip("/").partition("/")[0] in _ROOTS


def refusal(status: int, title: str) -> Response[bytes]:
    """Return how the registry answers a request that is turned away."""
    return _refused(status, title, status)


def routes(schemas: Schemas) -> list[HTTPRouteHandler]:
    """Return the registry's paths over these schemas."""
    return [*_of_ids(schemas), *_of_subjects(schemas), *_of_settings(schemas)]


def _of_ids(schemas: Schemas) -> list[HTTPRouteHandler]:
    @get("/schemas", query=QUERY, sync_to_thread=False)
    def every() -> Response[bytes]:
        return _answer([_said(each) for texts in schemas.versions.values() for each in texts])

    @get("/schemas/types", query=QUERY, sync_to_thread=False)
    def types() -> Response[bytes]:
        return _answer(["AVRO"])

    @get("/schemas/ids/{schema_id:str}", query=QUERY, sync_to_thread=False)
    def text_of_id(schema_id: FromPath[str]) -> Response[bytes]:
        return _of_id(schemas, schema_id, lambda schema: {"schema": schema.text})

    @get("/schemas/ids/{schema_id:str}/schema", query=QUERY, sync_to_thread=False)
    def schema_of_id(schema_id: FromPath[str]) -> Response[bytes]:
        return _of_id(schemas, schema_id, lambda schema: msgspec.Raw(schema.text.encode()))

    @get("/schemas/ids/{schema_id:str}/subjects", query=QUERY, sync_to_thread=False)
    def subjects_of_id(schema_id: FromPath[str]) -> Response[bytes]:
        return _of_id(schemas, schema_id, lambda schema: [schema.type])

    @get("/schemas/ids/{schema_id:str}/versions", query=QUERY, sync_to_thread=False)
    def versions_of_id(schema_id: FromPath[str]) -> Response[bytes]:
        return _of_id(
            schemas,
            schema_id,
            lambda schema: [{"subject": schema.type, "version": schema.version}],
        )

    return [every, types, text_of_id, schema_of_id, subjects_of_id, versions_of_id]


def _of_subjects(schemas: Schemas) -> list[HTTPRouteHandler]:
    @get("/subjects", query=QUERY, sync_to_thread=False)
    def subjects() -> Response[bytes]:
        return _answer(sorted(schemas.versions))

    @post("/subjects/{subject:str}", query=QUERY, status_code=200)
    async def look_up(request: Call, subject: FromPath[str]) -> Response[bytes]:
        body = await request.body()
        return _of_subject(schemas, subject, lambda texts: _looked_up(texts, body))

    @get("/subjects/{subject:str}/versions", query=QUERY, sync_to_thread=False)
    def versions(subject: FromPath[str]) -> Response[bytes]:
        return _of_subject(
            schemas, subject, lambda texts: _answer([schema.version for schema in texts])
        )

    @get("/subjects/{subject:str}/versions/{version:str}", query=QUERY, sync_to_thread=False)
    def version(subject: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        return _of_subject(schemas, subject, lambda texts: _version(texts, version, _said))

    @get("/subjects/{subject:str}/versions/{version:str}/schema", query=QUERY, sync_to_thread=False)
    def schema(subject: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        return _of_subject(
            schemas,
            subject,
            lambda texts: _version(texts, version, lambda found: msgspec.Raw(found.text.encode())),
        )

    @get(
        "/subjects/{subject:str}/versions/{version:str}/referencedby",
        query=QUERY,
        sync_to_thread=False,
    )
    def referenced_by(subject: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        return _of_subject(schemas, subject, lambda texts: _version(texts, version, lambda _: []))

    return [subjects, look_up, versions, version, schema, referenced_by]


def _of_settings(schemas: Schemas) -> list[HTTPRouteHandler]:
    @get("/config", query=QUERY, sync_to_thread=False)
    def config() -> Response[bytes]:
        return _answer({"compatibilityLevel": _LEVEL})

    @get("/config/{subject:str}", query=QUERY, sync_to_thread=False)
    def config_of(request: Call, subject: FromPath[str]) -> Response[bytes]:
        if request.query_params.get("defaultToGlobal") == "true":
            return _answer({"compatibilityLevel": _LEVEL})
        return _of_subject(schemas, subject, lambda _: _answer({"compatibilityLevel": _LEVEL}))

    @get("/mode", query=QUERY, sync_to_thread=False)
    def mode() -> Response[bytes]:
        return _answer({"mode": "READONLY"})

    @get("/mode/{subject:str}", query=QUERY, sync_to_thread=False)
    def mode_of(request: Call, subject: FromPath[str]) -> Response[bytes]:
        if request.query_params.get("defaultToGlobal") == "true":
            return _answer({"mode": "READONLY"})
        return _of_subject(schemas, subject, lambda _: _answer({"mode": "READONLY"}))

    @get("/contexts", query=QUERY, sync_to_thread=False)
    def contexts() -> Response[bytes]:
        return _answer(["."])

    return [config, config_of, mode, mode_of, contexts]


def _of_id(schemas: Schemas, text: str, tell: Callable[[Schema], object]) -> Response[bytes]:
    found = schemas.by_id.get(int(text)) if _NUMBER.fullmatch(text) else None
    if found is None:
        return _refused(_SCHEMA_UNKNOWN, "Schema not found")
    answer = _answer(tell(found))
    answer.headers.update(_IMMUTABLE)
    return answer


def _of_subject(
    schemas: Schemas, subject: str, tell: Callable[[list[Schema]], Response[bytes]]
) -> Response[bytes]:
    texts = schemas.versions.get(subject)
    return tell(texts) if texts else _refused(_SUBJECT_UNKNOWN, "Subject not found")


def _version(
    texts: list[Schema], version: str, tell: Callable[[Schema], object]
) -> Response[bytes]:
    if version in {"latest", "-1"}:
        return _answer(tell(texts[-1]))
    for schema in texts:
        if str(schema.version) == version:
            return _answer(tell(schema))
    return _refused(_VERSION_UNKNOWN, "Version not found")


def _looked_up(texts: list[Schema], body: bytes) -> Response[bytes]:
    """Answer which version a schema is, however its JSON is spelled."""
    try:
        asked = msgspec.json.decode(msgspec.json.decode(body, type=_LookUp).schema)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _refused(_SCHEMA_MALFORMED, "Invalid schema", 422)
    for schema in texts:
        if msgspec.json.decode(schema.text) == asked:
            return _answer(_said(schema))
    return _refused(_SCHEMA_UNKNOWN, "Schema not found")


def _said(schema: Schema) -> dict[str, object]:
    return {
        "subject": schema.type,
        "version": schema.version,
        "id": schema.id,
        "schemaType": "AVRO",
        "schema": schema.text,
    }


def _answer(content: object, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(content), media_type=MEDIA_TYPE, status_code=status)


def _refused(code: int, message: str, status: int = 404) -> Response[bytes]:
    return _answer({"error_code": code, "message": message}, status)
