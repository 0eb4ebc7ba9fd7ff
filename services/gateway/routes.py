"""The HTTP surface for agencies and operators; `registry` has that for readers of schemas.

Bodies are read by `body`, not by the framework, for it would forgive too much. Whatever is turned
away is a Problem and is counted, by agency and code, with its size and keyed hash, never its text.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from litestar import Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ExceptionHandlersMap

from services.core.access.tokens import Speaker
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.identifiers import is_uuid7
from services.core.doors.callers import Call, Callers, idempotency_key, json, patience
from services.core.doors.door import Form, PlatformProcess, Submitting, SubmittingAsPlatform
from services.core.doors.json_body import members_of
from services.core.doors.problems import MEDIA_TYPE, Problem
from services.core.telemetry import probes
from services.core.telemetry.metrics import DRY_RUNS, REFUSED_AT_EDGE
from services.core.telemetry.probes import Pulse
from services.gateway import body, registry
from services.gateway.desk import Desk, Standing
from services.gateway.dry_run import DryRun

_NOBODY: Final = "-"  #: counted where no token says who it was
_STATUS_CODES: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE"}

log = structlog.get_logger()


def routes(desk: Desk, callers: Callers, pulse: Pulse, openapi: bytes) -> list[HTTPRouteHandler]:
    """Return the paths of the gateway."""
    return [
        *_for_agencies(desk, callers),
        *_for_operators(desk, callers),
        *_for_machines(pulse, openapi),
    ]


def submitting(desk: Desk, callers: Callers) -> Submitting:
    """Return how this path and those of other doors take submissions."""

    async def submit(request: Call, form: Form) -> Response[bytes]:
        speaker = callers.speaker(request)
        dry_run = request.state.dry_run = _is_dry_run(request)
        desk.count("dry_runs" if dry_run else "submissions", speaker)
        key = "" if dry_run else idempotency_key(request)
        wait, headers = patience(request), request.headers
        whole = request.state.body = await request.body()
        sent = members_of(
            whole, headers.get("content-type"), headers.get("content-encoding"), form.members
        )
        members = await form.submission(sent, speaker)
        said = body.said(members, {**sent, **request.path_params})
        if dry_run:
            return _foretold(await desk.dry_run(said, speaker), speaker, said.type)
        submitted = desk.submit(
            said, key, speaker, headers.get("traceparent"), wait, partial(form.before, speaker)
        )
        return _answer(await callers.while_valid(request, submitted), wait)

    return submit


def submitting_as_platform(desk: Desk) -> SubmittingAsPlatform:
    """Return how processes of the platform submit."""

    async def submit(members: Mapping[str, Any], key: str) -> None:
        await desk.submit(body.said(members), key, PlatformProcess(), None, 0.0)

    return submit


def _for_agencies(desk: Desk, callers: Callers) -> list[HTTPRouteHandler]:
    take = submitting(desk, callers)
    form = Form(members=body.MEMBERS)

    @post("/v1/submissions", query=("dry_run",))
    async def submit(request: Call) -> Response[bytes]:
        return await take(request, form)

    @get("/v1/submissions/{submission_id:str}")
    async def standing(request: Call, submission_id: FromPath[str]) -> Response[bytes]:
        speaker, wait = callers.speaker(request), patience(request)
        found = None
        if is_uuid7(submission_id):
            asked = desk.standing(submission_id, speaker, wait)
            found = await callers.while_valid(request, asked)
        if found is None:
            raise Problem("NOT_FOUND")
        return _answer(found, wait)

    return [submit, standing]


def _for_operators(desk: Desk, callers: Callers) -> list[HTTPRouteHandler]:
    @get("/v1/counts")
    async def counts(request: Call) -> Response[bytes]:
        callers.operator(request)
        return json(msgspec.json.encode(await desk.counts()))

    @get("/metrics", sync_to_thread=False)
    def metrics(request: Call) -> Response[bytes]:
        callers.operator(request)
        return probes.metrics()

    return [counts, metrics]


def _for_machines(pulse: Pulse, openapi: bytes) -> list[HTTPRouteHandler]:
    @get("/openapi.json", sync_to_thread=False)
    def described() -> Response[bytes]:
        return json(openapi)

    return [described, *probes.health_routes(pulse)]


def troubles(catalogue: Catalogue, hash_of: Callable[[bytes], bytes]) -> ExceptionHandlersMap:
    """Return how everything that goes wrong is answered: as a problem, counted."""

    def turned_away(request: Call, problem: Problem) -> Response[bytes]:
        agency = request.state.get("agency", _NOBODY)
        sent = request.state.get("body", b"")
        counter = DRY_RUNS if request.state.get("dry_run") else REFUSED_AT_EDGE
        counter.labels(agency, problem.code).inc()
        log.info(
            "turned_away",
            agency=agency,
            code=problem.code,
            bytes=len(sent),
            body_hash=hash_of(sent).hex() if sent else "",
        )
        if registry.is_registry(request.url.path):
            answer = registry.refusal(problem.status, problem.title(catalogue))
            answer.headers.update(problem.headers)
            return answer
        return Response(
            problem.document(catalogue),
            status_code=problem.status,
            headers={**problem.headers, "Content-Type": MEDIA_TYPE},
        )

    def by_framework(request: Call, error: HTTPException) -> Response[bytes]:
        answer = turned_away(request, Problem(_STATUS_CODES.get(error.status_code, "NOT_FOUND")))
        if allowed := (error.headers or {}).get("allow"):
            answer.headers["Allow"] = allowed.replace("GET", "GET, HEAD")
        return answer

    def by_us(request: Call, error: Exception) -> Response[bytes]:
        log.error("request_failed", path=request.url.path, exc_info=error)
        return turned_away(request, Problem("FAILED"))

    return {Problem: turned_away, HTTPException: by_framework, Exception: by_us}


def _is_dry_run(request: Call) -> bool:
    """Say whether nothing shall be recorded. A name mistyped would submit, so it is a problem."""
    match request.query_params.get("dry_run", "false"):
        case "true":
            return True
        case "false":
            return False
    raise Problem("QUERY_MALFORMED", "dry_run: expected true or false")


def _foretold(dry_run: DryRun, speaker: Speaker, type_: str) -> Response[bytes]:
    """200 whatever the claim would become; logged, for a dry run leaves no other trace."""
    DRY_RUNS.labels(speaker.agency, dry_run.would).inc()
    log.info("dry_run", agency=speaker.agency, type=type_, would=dry_run.would)
    return json(msgspec.json.encode(dry_run))


def _answer(standing: Standing, wait: float) -> Response[bytes]:
    """202 with a Location while pending, 200 with the outcome once it is known."""
    at = f"/v1/submissions/{standing.id}"
    pending = standing.status == "pending"
    headers = {"Location": at, "Retry-After": "1"} if pending else {"Content-Location": at}
    if wait:
        headers["Preference-Applied"] = f"wait={wait:.0f}"
    return json(msgspec.json.encode(standing), 202 if pending else 200, headers)
