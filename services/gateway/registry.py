"""The schemas on the Confluent registry's paths, to read only.

So the deserializers that agencies have already can read our topics. A subject is an event type
(record name strategy); ids are computed from the schemas themselves (`contracts.schemas`), so
nothing is ever registered here.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from services.core.contracts.schemas import Schema, Schemas

MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"
#: An id is computed from the text of its schema.
_IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_NUMBER: Final = re.compile(r"[0-9]{1,10}")
#: What clients of Confluent's registry add to their requests. None of it changes an answer here:
#: nothing is deleted, and each schema has one text, one format and one level of compatibility.
_QUERY: Final = (
    *("subject", "deleted", "deletedOnly", "latestOnly", "normalize", "format"),
    *("referenceFormat", "fetchMaxId", "defaultToGlobal", "verbose"),
)
_SUBJECT_UNKNOWN: Final = 40401
_VERSION_UNKNOWN: Final = 40402
_SCHEMA_UNKNOWN: Final = 40403


def routes(schemas: Schemas) -> list[HTTPRouteHandler]:
    """Return the registry's paths over these schemas."""

    @get("/schemas/types", query=_QUERY, sync_to_thread=False)
    def types() -> Response[bytes]:
        return _answer(["AVRO"])

    @get("/schemas/ids/{schema_id:str}", query=_QUERY, sync_to_thread=False)
    def text_of_id(schema_id: FromPath[str]) -> Response[bytes]:
        return _of_id(schemas, schema_id, lambda schema: {"schema": schema.text})

    @get("/schemas/ids/{schema_id:str}/versions", query=_QUERY, sync_to_thread=False)
    def versions_of_id(schema_id: FromPath[str]) -> Response[bytes]:
        return _of_id(
            schemas,
            schema_id,
            lambda schema: [{"subject": schema.type, "version": schema.version}],
        )

    @get("/subjects", query=_QUERY, sync_to_thread=False)
    def subjects() -> Response[bytes]:
        return _answer(sorted(schemas.versions))

    @get("/subjects/{subject:str}/versions", query=_QUERY, sync_to_thread=False)
    def versions(subject: FromPath[str]) -> Response[bytes]:
        return _of_subject(
            schemas, subject, lambda texts: _answer([schema.version for schema in texts])
        )

    @get("/subjects/{subject:str}/versions/{version:str}", query=_QUERY, sync_to_thread=False)
    def version(subject: FromPath[str], version: FromPath[str]) -> Response[bytes]:
        return _of_subject(schemas, subject, lambda texts: _version(texts, version))

    @get("/config", query=_QUERY, sync_to_thread=False)
    def config() -> Response[bytes]:
        return _answer({"compatibilityLevel": "FULL_TRANSITIVE"})

    return [types, text_of_id, versions_of_id, subjects, versions, version, config]


def _of_id(schemas: Schemas, text: str, tell: Callable[[Schema], object]) -> Response[bytes]:
    found = schemas.by_id.get(int(text)) if _NUMBER.fullmatch(text) else None
    if found is None:
        return _unknown(_SCHEMA_UNKNOWN, "Schema not found")
    answer = _answer(tell(found))
    answer.headers.update(_IMMUTABLE)
    return answer


def _of_subject(
    schemas: Schemas, subject: str, tell: Callable[[list[Schema]], Response[bytes]]
) -> Response[bytes]:
    texts = schemas.versions.get(subject)
    return tell(texts) if texts else _unknown(_SUBJECT_UNKNOWN, "Subject not found")


def _version(texts: list[Schema], version: str) -> Response[bytes]:
    if version in {"latest", "-1"}:
        return _described(texts[-1])
    for schema in texts:
        if str(schema.version) == version:
            return _described(schema)
    return _unknown(_VERSION_UNKNOWN, "Version not found")


def _described(schema: Schema) -> Response[bytes]:
    return _answer(
        {
            "subject": schema.type,
            "version": schema.version,
            "id": schema.id,
            "schemaType": "AVRO",
            "schema": schema.text,
        }
    )


def _answer(content: object, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(content), media_type=MEDIA_TYPE, status_code=status)


def _unknown(code: int, message: str) -> Response[bytes]:
    return _answer({"error_code": code, "message": message}, 404)
