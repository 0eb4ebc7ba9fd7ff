"""The OpenAPI 3.1 description, made from the catalogue: every claim's data with its own schema.

The paths are written down here beside each other, since the bodies are read by `body` and not by
the framework; schemathesis holds them against the running application.
"""

from typing import Any, Final

import msgspec

from services.core.contracts.catalogue import Catalogue, EventType
from services.core.contracts.codec import Codec
from services.core.doors.json_body import MAX_BYTES
from services.gateway.counting import Counts
from services.gateway.desk import Standing
from services.gateway.dry_run import DryRun
from services.gateway.openapi_answers import REF, answers, problems, ref
from services.gateway.openapi_forms import add_forms, form_of
from services.gateway.openapi_public import public_paths

_ID: Final = {"type": "string", "format": "uuid", "description": "UUIDv7"}
_CASE: Final = {
    "type": "string",
    "pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[a-z0-9]+)*$",
    "description": "The id of a judgment, or of a case or part inside it",
}
_SLUG: Final = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
_FACT: Final = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


def document(catalogue: Catalogue, codec: Codec) -> bytes:
    """Return the document, as it is served."""
    claims = [event for event in catalogue.events.values() if event.is_claim]
    (standing, dry_run, counts), components = msgspec.json.schema_components(
        [Standing, DryRun, Counts], ref_template=REF
    )
    components |= {"Problem": _problem(), "Submission": _submission(claims)}
    for claim in claims:
        components |= _data(claim, codec, catalogue)
    for record, fields in catalogue.records.items():
        add_forms(components.get(record.title(), {}).get("properties", {}), fields, catalogue)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Liên Thông",
                "version": "1",
                "description": "Agencies submit what they did and intend; the outcome is recorded "
                "with its facts, refused with every reason, or held.",
            },
            "paths": _paths(standing, dry_run, counts),
            "components": {
                "schemas": components,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _paths(
    standing: dict[str, Any], dry_run: dict[str, Any], counts: dict[str, Any]
) -> dict[str, Any]:
    prefer = {
        "name": "Prefer",
        "in": "header",
        "description": "wait=N: answer once the outcome is known, after N (at most 30) seconds "
        "in any case",
        "schema": {"type": "string"},
        "example": "wait=10",
    }
    known = answers(
        {"200": ("What became of it.", standing), "202": ("It is pending; see Location.", standing)}
    )
    dry = {
        "name": "dry_run",
        "in": "query",
        "description": "true: answer at once, with 200, what would become of it now, and record "
        "nothing; an Idempotency-Key is not looked at then",
        "schema": {"type": "boolean"},
    }
    submitted = {"anyOf": [standing, dry_run]}
    return {
        "/v1/submissions": {
            "post": {
                "operationId": "submit",
                "summary": "Submit one claim, once.",
                "description": "Accepted for ever when it is answered with 200 or 202. The same "
                "Idempotency-Key with the same body gets the first submission again. A dry run "
                "is answered without one too.",
                "security": [{"token": []}],
                "parameters": [
                    _KEY | {"description": "Required, except of a dry run."},
                    dry,
                    prefer,
                ],
                "requestBody": {
                    "required": True,
                    "description": f"At most {MAX_BYTES} bytes of UTF-8.",
                    "content": {"application/json": {"schema": {"$ref": ref("Submission")}}},
                },
                "responses": known
                | answers({"200": ("What became of it, or would.", submitted)})
                | problems(400, 401, 403, 413, 415, 422, 429, 503),
            }
        },
        "/v1/submissions/{submission_id}": {
            "get": {
                "operationId": "standing",
                "summary": "What became of a submission; for its sender alone.",
                "security": [{"token": []}],
                "parameters": [
                    {"name": "submission_id", "in": "path", "required": True, "schema": _ID},
                    prefer,
                ],
                "responses": known | problems(401, 404, 429, 503),
            }
        },
        "/v1/counts": {
            "get": {
                "operationId": "counts",
                "summary": "All that was accepted, by what became of it; for operators.",
                "security": [{"token": []}],
                "responses": answers({"200": ("As of one moment.", counts)})
                | problems(401, 403, 429, 503),
            }
        },
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "Counters for Prometheus; for operators.",
                "security": [{"token": []}],
                "responses": {"200": {"description": "Text.", "content": {"text/plain": {}}}}
                | problems(401, 403, 429),
            }
        },
        **_of_feeds(known, prefer),
        **_of_cases(),
        **_of_clocks(),
        **public_paths(),
    }


def _of_feeds(known: dict[str, Any], prefer: dict[str, Any]) -> dict[str, Any]:
    """The paths of the delivery: what an agency may see, and what its officers say of it."""

    def number(name: str, what: str, most: int, least: int = 0) -> dict[str, Any]:
        schema = {"type": "integer", "minimum": least, "maximum": most}
        return {"name": name, "in": "query", "description": what, "schema": schema}

    event = {
        "type": "object",
        "required": ["number", "event"],
        "properties": {
            "number": {"type": "integer", "minimum": 1},
            "event": {"type": "object", "description": "CloudEvents 1.0."},
        },
    }
    page = {
        "type": "object",
        "required": ["events", "last", "feed"],
        "properties": {
            "events": {"type": "array", "items": event},
            "last": {"type": "integer", "description": "`after` of the next request."},
            "feed": {
                "type": "string",
                "format": "uuid",
                "description": "The feed in which the numbers count.",
            },
        },
    }
    acknowledgement = {
        "type": "object",
        "required": ["officer"],
        "additionalProperties": False,
        "properties": {
            "officer": _SLUG,
            "role": {"type": "string"},
            "acknowledged_at": {"type": "string", "format": "date-time"},
        },
    }
    return {
        "/v1/events": {
            "get": {
                "operationId": "events",
                "summary": "What the caller may see, numbered without a gap.",
                "description": "Asking for what comes after a number says that everything up to it "
                "was received.",
                "security": [{"token": []}],
                "parameters": [
                    number(
                        "after",
                        "The last number received; 0 at first. Beyond the last number given the "
                        "answer is 422 NUMBER_UNKNOWN.",
                        2**63 - 1,
                    ),
                    {
                        "name": "feed",
                        "in": "query",
                        "description": "The `feed` of the page that `after` is from. Where the "
                        "database was made anew the answer is 422 FEED_CHANGED.",
                        "schema": {"type": "string", "format": "uuid"},
                    },
                    number("limit", "How many at most; 4 MB may be fewer.", 1_000, 1),
                    number("wait", "Seconds to wait where nothing stands yet.", 30),
                ],
                "responses": answers({"200": ("The next events, oldest first.", page)})
                | problems(400, 401, 422, 429, 503),
            }
        },
        "/v1/events/{event_id}/acknowledgements": {
            "post": {
                "operationId": "acknowledge",
                "summary": "An officer has taken note of an event.",
                "security": [{"token": []}],
                "parameters": [
                    {
                        "name": "event_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "format": "uuid"},
                    },
                    _KEY,
                    prefer,
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": acknowledgement}},
                },
                "responses": known | problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
            }
        },
    }


def _of_cases() -> dict[str, Any]:
    """The paths of the ledger: a case as it stands or stood, as far as the caller may see it."""
    parameters = [
        {"name": "case_id", "in": "path", "required": True, "schema": _CASE},
        {
            "name": "as_of",
            "in": "query",
            "description": "As it stood at the end of this day in Viet Nam.",
            "schema": {"type": "string", "format": "date"},
        },
        {
            "name": "known_at",
            "in": "query",
            "description": "As it was known at this moment.",
            "schema": {"type": "string", "format": "date-time"},
        },
    ]
    after = {
        "name": "after",
        "in": "query",
        "description": "The `after` of the page before, which is null on the last one.",
        "schema": {"type": "string", "format": "uuid"},
    }
    shown = {
        "": (
            "case",
            "Where a case or judgment stands, its open clocks (`duties`), possible steps (`next`).",
            ["id", "family", "state", "parts", "duties", "next", "counts"],
            parameters,
        ),
        "/timeline": (
            "timeline",
            "All that happened in it, in order, page by page.",
            ["id", "entries", "after"],
            [*parameters, after],
        ),
    }
    return {
        f"/v1/cases/{{case_id}}{path}": {
            "get": {
                "operationId": operation,
                "summary": f"{summary} What the caller may not see is left out.",
                "security": [{"token": []}],
                "parameters": parameters,
                "responses": answers({"200": ("As far as the caller may see.", _with(required))})
                | problems(400, 401, 404, 429, 503),
            }
        }
        for path, (operation, summary, required, parameters) in shown.items()
    }


def _of_clocks() -> dict[str, Any]:
    """The paths of the clocks: what must be done before when, as far as the caller may see it."""
    states = ["open", "RUNNING", "PAUSED", "OVERDUE", "EXPIRED", "STOPPED", "CANCELLED"]
    clock_id = {"type": "string", "format": "uuid"}

    def asked(name: str, what: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "description": what, "schema": schema}

    return {
        "/v1/cases/{case_id}/clocks": {
            "get": {
                "operationId": "clocks",
                "summary": "Every clock of a case, a part of it or a judgment, what is due first "
                "before others. What the caller may not see is left out.",
                "security": [{"token": []}],
                "parameters": [
                    {"name": "case_id", "in": "path", "required": True, "schema": _CASE},
                    asked("after", "The `after` of the page before.", clock_id),
                ],
                "responses": answers(
                    {
                        "200": (
                            "`after` is null on the last page.",
                            _with(["id", "clocks", "after"]),
                        )
                    }
                )
                | problems(400, 401, 404, 429, 503),
            }
        },
        "/v1/deadlines": {
            "get": {
                "operationId": "deadlines",
                "summary": "What is due first before others, as far as the caller may see it.",
                "description": "Of an agency: the clocks of which it is responsible, and what has "
                "climbed to it or past it because it stayed overdue below.",
                "security": [{"token": []}],
                "parameters": [
                    asked("agency", "Whose; the caller's own where it is left out.", _SLUG),
                    asked(
                        "state",
                        "open: running, paused or overdue.",
                        {"enum": [*states, "WITHDRAWN"], "default": "open"},
                    ),
                    asked(
                        "limit",
                        "How many at most.",
                        {"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
                    ),
                    asked("after", "The `after` of the page before.", clock_id),
                ],
                "responses": answers(
                    {"200": ("`after` is null on the last page.", _with(["clocks", "after"]))}
                )
                | problems(400, 401, 429, 503),
            }
        },
    }


def _with(required: list[str]) -> dict[str, Any]:
    return {"type": "object", "required": required}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "RFC 9457. Values sent are never repeated.",
        "required": ["type", "title", "title_vi", "status", "code"],
        "properties": {
            "type": text,
            "title": text,
            "title_vi": text,
            "status": {"type": "integer"},
            "code": text,
            "detail": text,
            "now": {
                "type": "string",
                "format": "date-time",
                "description": "The platform's time, where it decides.",
            },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["code", "detail", "pointer"],
                    "properties": {"code": text, "detail": text, "pointer": text},
                },
            },
        },
    }


def _submission(claims: list[EventType]) -> dict[str, Any]:
    """One alternative a type, for each has its own data."""
    return {
        "oneOf": [
            {
                "type": "object",
                "title": claim.type,
                "description": f"{claim.vi} — {claim.en}. Said by {', '.join(claim.by)}.",
                "additionalProperties": False,
                "required": ["type", "occurred_at", "data"],
                "properties": {
                    "type": {"const": claim.type},
                    "occurred_at": {
                        "type": "string",
                        "format": "date-time",
                        "description": "When the act happened; it chooses the law.",
                    },
                    "data": {"$ref": ref(_name(claim))},
                    "officer": _SLUG,
                    "role": {"enum": list(claim.by)},
                    "corrects": _FACT
                    | {
                        "description": "The fact of yours, of this type and part, whose place this "
                        "takes."
                    },
                    "withdraws": _FACT
                    | {
                        "description": "The fact of yours, of this type and part, that is to count "
                        "no more; say its data again."
                    },
                },
                "not": {"required": ["corrects", "withdraws"]},
            }
            for claim in claims
        ]
    }


def _data(claim: EventType, codec: Codec, catalogue: Catalogue) -> dict[str, Any]:
    """The schema of a claim's data and of the records in it, each under a name of its own."""
    class_ = codec.event_class(claim.type)
    _, components = msgspec.json.schema_components([class_], ref_template=REF)
    data = components.pop(class_.__name__)
    add_forms(data["properties"], claim.fields, catalogue)
    if claim.opens:
        data["required"] = [name for name in data["required"] if name != claim.part]
        if claim.parent:
            data["properties"][claim.parent] = {
                "type": "string",
                "description": f"Instead of {claim.part}, whose id is then made.",
                **form_of(claim.parent, catalogue),
            }
    return {_name(claim): data, **components}


def _name(claim: EventType) -> str:
    return claim.type.replace(".", "_")
