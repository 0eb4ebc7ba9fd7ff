"""The HTTP surface without its database: everything that is answered before the acceptance."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from httpx2._config import DEFAULT_LIMITS
from litestar import Request
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from services import all as composition
from services.console import live
from services.core.access import directory
from services.core.access.directory import load
from services.core.access.tokens import Issuer, Speaker
from services.core.bus.clients import Clients
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.events.delivery import Acknowledged
from services.core.contracts.identifiers import new_id
from services.core.doors.callers import Call, Callers, patience
from services.core.doors.limits import Limits
from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.core.telemetry.halted import Halted
from services.core.telemetry.metrics import REGISTRY
from services.core.telemetry.probes import KEEP_ALIVE_SECONDS, Pulse
from services.gateway import registry
from services.gateway.app import Gateway
from services.gateway.body import said as body_of
from tests.patience import PATIENCE

SECRET = "Nguyễn Văn Bí Mật"
COURT = "toa-da-nang"
ID = "01a20ae8-6e5e-7f6d-bb7b-2d3bc3429a08"


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(Settings(home=tmp_path)) as client:
        yield client


@contextlib.asynccontextmanager
async def served(settings: Settings, agency: str = COURT) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {
        "Authorization": bearer(settings.home, agency),
        "Content-Type": "application/json",
        "Idempotency-Key": "k",
    }
    transport = httpx2.ASGITransport(cast(Any, gateway_of(settings).app))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://gateway", headers=headers
    ) as client:
        yield client


def gateway_of(settings: Settings) -> Gateway:
    whole = composition.assemble(settings)
    return Gateway(
        whole.settings,
        catalogue=whole.catalogue,
        schemas=whole.schemas,
        codec=whole.codec,
        clock=whole.clock,
        directory=lambda: whole.directory,
        clients=Clients(settings),
        offer=lambda _: None,
        owner="",
        rehearsal=composition.rehearsal(whole),
        pulse=Pulse(lambda: True, lambda: True),
        doors=lambda callers, *ways: composition._doors(whole, callers, *ways),
    )


def bearer(home: Path, of: str, **changes: Any) -> str:
    """A token as the platform signs it for an agency, changed where a test wants it so."""
    known = load(load_catalogue()).agency(of)
    assert known is not None
    return f"Bearer {Issuer(Settings(home=home).secrets).issue(replace(known, **changes))}"


def counted(agency: str, code: str) -> float:
    labels = {"agency": agency, "code": code}
    return REGISTRY.get_sample_value("lienthong_edge_problems_total", labels) or 0.0


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert said["type"] == f"urn:lienthong:problem:{code.lower().replace('_', '-')}"
    assert said["title"]
    assert said["title_vi"]
    return said


def submission(**members: Any) -> bytes:
    whole = {"type": "thads.judgment.issued", "occurred_at": "2020-01-01T00:00:00Z", "data": {}}
    return json.dumps({**whole, **members}).encode()


async def test_every_wrong_field_is_told_at_once_and_no_value_is_repeated(
    http: httpx2.AsyncClient,
) -> None:
    body = submission(
        occurred_at="2026-08-03T09:00:00+07:00",
        data={"court_id": 7, "kind": SECRET, "judgment_no": "1", "enforceable": "ON_EFFECT"},
        officer="thu-ky-hoa",
    )
    answer = await http.post("/v1/submissions", content=body)
    said = problem(answer, 422, "MALFORMED")
    assert {(each["code"], each["pointer"]) for each in said["errors"]} == {
        ("MALFORMED", "#/data/court_id"),
        ("GROUND_UNKNOWN", "#/data/kind"),
        ("MALFORMED", "#/data/issued_on"),
        ("MALFORMED", "#/data/parties"),
        ("MALFORMED", "#/data/items"),
    }
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        submission(type=SECRET),
        submission(role=SECRET),
        submission(officer=SECRET),
        submission(occurred_at=SECRET),
        submission(data={SECRET: SECRET}),
        submission(data={"judgment_no": f"{SECRET}\u0001"}),
        submission(**{SECRET: SECRET}),
        f'{{"type": "{SECRET}'.encode(),
    ],
)
async def test_no_problem_repeats_what_was_sent(http: httpx2.AsyncClient, body: bytes) -> None:
    answer = await http.post("/v1/submissions", content=body)
    assert answer.is_client_error
    assert SECRET not in answer.text
    assert SECRET not in json.dumps(answer.json(), ensure_ascii=False)


async def test_what_is_turned_away_is_counted_by_agency_and_code(
    http: httpx2.AsyncClient,
) -> None:
    before = counted(COURT, "NOT_JSON"), counted("-", "UNAUTHENTICATED")
    await http.post("/v1/submissions", content=b"{")
    await http.post("/v1/submissions", content=b"{", headers={"Authorization": "Bearer x"})
    after = counted(COURT, "NOT_JSON"), counted("-", "UNAUTHENTICATED")
    assert after == (before[0] + 1, before[1] + 1)


async def test_metrics_at_the_port_of_agencies_are_for_operators_alone(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    problem(await http.get("/metrics"), 403, "NOT_OPERATOR")
    problem(await http.get("/metrics", headers={"Authorization": ""}), 401, "UNAUTHENTICATED")
    operator = bearer(tmp_path, "platform")
    answer = await http.get("/metrics", headers={"Authorization": operator})
    assert answer.status_code == 200
    assert 'lienthong_edge_problems_total{agency="toa-da-nang",code="NOT_OPERATOR"}' in answer.text


async def test_health_tells_anybody_ok_or_failing_and_no_more(http: httpx2.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await http.get(path, headers={"Authorization": ""})
        assert answer.json() in ({"status": "ok"}, {"status": "failing"})


async def test_operators_alone_see_on_the_console_which_lane_stands_still_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def halted(*_: object) -> list[Halted]:
        return [Halted("cases", 6, "BadDeploy", SECRET)]

    monkeypatch.setattr(composition, "halted_lanes", halted)
    for agency, sees in (("platform", True), (COURT, False)):
        async with served(Settings(home=tmp_path), agency) as http:
            token = http.headers["Authorization"].partition(" ")[2]
            page = await http.get("/console", headers={"Cookie": f"lienthong_token={token}"})
        assert page.status_code == 200 or not sees  # an agency's list needs the database
        assert all((word in page.text) is sees for word in ("cases/6", "BadDeploy", SECRET))


_EVERY_ANSWER = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize(
    "path",
    ["/v1/counts", "/v1/nothing", "/v1/submissions", "/health/live", "/openapi.json", "/subjects"],
)
async def test_no_answer_is_kept_by_caches_or_taken_for_another_type(
    http: httpx2.AsyncClient, path: str
) -> None:
    answer = await http.get(path)
    assert {name: answer.headers.get(name) for name in _EVERY_ANSWER} == _EVERY_ANSWER


async def test_the_schema_of_an_id_may_be_kept_for_ever(http: httpx2.AsyncClient) -> None:
    latest = (await http.get("/subjects/thads.judgment.issued/versions/latest")).json()
    answer = await http.get(f"/schemas/ids/{latest['id']}")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/health/live", "/openapi.json", "/v1/counts", "/v1/nothing"])
async def test_head_is_answered_as_get_without_content(http: httpx2.AsyncClient, path: str) -> None:
    whole, head = await http.get(path), await http.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)


async def test_a_method_that_does_not_exist_is_answered_with_those_that_do(
    http: httpx2.AsyncClient,
) -> None:
    for answer in (await http.head("/v1/submissions"), await http.delete("/v1/submissions")):
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {"OPTIONS", "POST"}
    assert "HEAD" in (await http.delete("/openapi.json")).headers["allow"]


async def test_a_body_too_large_is_not_read_to_its_end(http: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b" " * 100_000
        raise AssertionError("the gateway went on reading")

    problem(await http.post("/v1/submissions", content=b" " * 2_000_000), 413, "TOO_LARGE")
    problem(await http.post("/v1/submissions", content=endless()), 413, "TOO_LARGE")


@pytest.mark.parametrize("key", ["", " ", "a b", "\t", "k" * 256, "\x80"])
async def test_without_an_idempotency_key_nothing_is_taken(
    http: httpx2.AsyncClient, key: str
) -> None:
    answer = await http.post(
        "/v1/submissions", content=submission(), headers={b"Idempotency-Key": key.encode("latin-1")}
    )
    problem(answer, 400, "KEY_MISSING")


@pytest.mark.parametrize("name", ["Authorization", "Idempotency-Key"])
async def test_a_header_that_must_stand_once_is_refused_when_it_is_repeated(
    http: httpx2.AsyncClient, name: str
) -> None:
    repeated = [*http.headers.items(), (name, http.headers[name])]
    answer = await http.post("/v1/submissions", content=submission(), headers=repeated)
    problem(answer, 400, "HEADER_MALFORMED")


@pytest.mark.parametrize("token", ["", "Basic eDp5", "Bearer", "Bearer a.b.c"])
async def test_who_does_not_prove_who_he_is_is_told_how(
    http: httpx2.AsyncClient, token: str
) -> None:
    for path in ("/v1/counts", "/v1/submissions/01a20ae8-6e5e-7f6d-bb7b-2d3bc3429a08"):
        answer = await http.get(path, headers={"Authorization": token})
        problem(answer, 401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")


READ = (
    "/v1/counts",
    "/v1/events",
    "/v1/deadlines",
    f"/v1/submissions/{ID}",
    f"/v1/cases/{ID}",
    f"/v1/cases/{ID}/timeline",
    f"/v1/cases/{ID}/clocks",
)
"""Every path that shows something to whom a token names."""


@pytest.mark.parametrize(
    ("slug", "changes"), [("toa-hai-chau", {}), (COURT, {"slug": "nowhere"})], ids=["ended", "none"]
)
async def test_an_agency_that_is_not_in_being_today_neither_reads_nor_writes(
    http: httpx2.AsyncClient, tmp_path: Path, slug: str, changes: dict[str, str]
) -> None:
    token = bearer(tmp_path, slug, **changes)
    headers = {"Authorization": token}
    for path in READ:
        problem(await http.get(path, headers=headers), 401, "UNAUTHENTICATED")
    old = submission(occurred_at="2025-06-01T09:00:00+07:00")
    for query in ("", "?dry_run=true"):
        answer = await http.post(f"/v1/submissions{query}", content=old, headers=headers)
        problem(answer, 401, "UNAUTHENTICATED")
    path = f"/v1/events/{ID}/acknowledgements"
    answer = await http.post(path, content=b"{}", headers=headers)
    problem(answer, 401, "UNAUTHENTICATED")

    cookie = {"Cookie": f"lienthong_token={token.removeprefix('Bearer ')}"}
    assert (await http.get("/console/live", headers=cookie)).status_code == 401
    page = await http.get("/console", headers=cookie)
    assert (page.status_code, page.headers["location"]) == (303, "/console/sign-in")


async def test_what_another_process_revokes_ends_here_without_a_restart(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    elsewhere = Issuer(Settings(home=tmp_path).secrets)

    def revoke_token(token: str) -> None:
        elsewhere.revoke(token)

    def revoke_agency(_: str) -> None:
        elsewhere.revoke_agency(COURT)

    def revoke_key(_: str) -> None:
        elsewhere.keys.revoke(elsewhere.keys.signing()[0])

    for revoke in (revoke_token, revoke_agency, revoke_key):
        header = bearer(tmp_path, COURT)
        assert (await counts(http, header)).status_code == 403
        revoke(header.removeprefix("Bearer "))
        async with asyncio.timeout(PATIENCE):
            while (await counts(http, header)).status_code != 401:
                await asyncio.sleep(0.05)
        assert (await counts(http, bearer(tmp_path, COURT))).status_code == 403


async def counts(http: httpx2.AsyncClient, header: str) -> httpx2.Response:
    return await http.get("/v1/counts", headers={"Authorization": header})


async def test_an_open_stream_ends_with_its_token(
    http: httpx2.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.1)
    token = bearer(tmp_path, "platform").removeprefix("Bearer ")
    opened, ended = asyncio.Event(), asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            opened.set()
        if message["type"] == "http.response.body" and not message["more_body"]:
            ended.set()

    async def receive() -> dict[str, str]:
        await ended.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/console/live",
        "query_string": b"",
        "headers": [(b"cookie", b"lienthong_token=" + token.encode())],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("gateway", 80),
        "client": ("127.0.0.1", 1),
    }
    app = cast(Any, http._transport).app
    streaming = asyncio.create_task(app(scope, receive, send))
    await asyncio.wait_for(opened.wait(), PATIENCE)
    assert not ended.is_set()
    Issuer(Settings(home=tmp_path).secrets).revoke(token)
    await asyncio.wait_for(streaming, PATIENCE)


async def test_signing_out_of_the_console_revokes_its_token(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    header = bearer(tmp_path, COURT)
    cookie = {"Cookie": f"lienthong_token={header.removeprefix('Bearer ')}"}
    foreign = await http.post("/console/sign-out", headers=cookie)
    assert foreign.status_code == 403
    assert (await counts(http, header)).status_code == 403
    ours = {**cookie, "Sec-Fetch-Site": "same-origin"}
    assert (await http.post("/console/sign-out", headers=ours)).status_code == 303
    assert (await counts(http, header)).status_code == 401


async def test_who_waits_is_let_go_once_his_token_is_revoked(tmp_path: Path) -> None:
    whole = composition.assemble(Settings(home=tmp_path))
    issuer = Issuer(whole.settings.secrets)
    callers = Callers(issuer, lambda: whole.directory, whole.clock, Limits(whole.settings))
    header = bearer(tmp_path, COURT)
    headers = [(b"authorization", header.encode())]
    request: Call = Request({"type": "http", "headers": headers, "state": {}})  # type: ignore[arg-type]
    waiting = asyncio.create_task(callers.while_valid(request, asyncio.sleep(PATIENCE)))
    issuer.revoke(header.removeprefix("Bearer "))
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        await waiting
    assert await callers.while_valid(request, asyncio.sleep(0, "told")) == "told"


@pytest.fixture
def directory_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory's file, in a copy that a test may change."""
    path = tmp_path / "directory.yaml"
    path.write_bytes(directory.PATH.read_bytes())
    monkeypatch.setattr(directory, "PATH", path)
    return path


def end(file: Path, slug: str) -> None:
    """Let an agency have ended."""
    entry = re.compile(rf"^(  {slug}: .*)}}$", re.MULTILINE)
    text, changed = entry.subn(r"\1, valid_to: 2026-01-31}", file.read_text())
    assert changed == 1
    file.write_text(text)


async def test_an_agency_that_ends_in_the_directory_is_shut_out_without_a_restart(
    directory_file: Path, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    header = bearer(tmp_path, COURT)
    assert (await counts(http, header)).status_code == 403
    end(directory_file, COURT)
    async with asyncio.timeout(PATIENCE):
        while (await counts(http, header)).status_code != 401:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("body", "status", "code", "pointers"),
    [
        ({"officer": "le-van-an", SECRET: 1}, 422, "MALFORMED", ["#/?"]),
        ({"officer": "le-van-an", "012345678901": 1}, 422, "MALFORMED", ["#/?"]),
        ({"officer": ["012345678901"]}, 422, "MALFORMED", ["#/officer"]),
        ({"officer": "le-van-an", "role": "HEAD\u202e\x85"}, 422, "MALFORMED", ["#/role"]),
        ({"officer": 7}, 422, "MALFORMED", ["#/officer"]),
        ({}, 422, "MALFORMED", ["#/officer"]),
        ({"officer": "a", "acknowledged_at": "soon"}, 422, "MALFORMED", ["#/acknowledged_at"]),
        ({"officer": f"{SECRET}\x00"}, 422, "MALFORMED", ["#/officer"]),
        ([], 400, "NOT_JSON", []),
        ('{"officer": "a", "officer": "b"}', 400, "NOT_JSON", []),
    ],
)
async def test_an_acknowledgement_is_read_as_strictly_as_a_submission(
    http: httpx2.AsyncClient, body: Any, status: int, code: str, pointers: list[str]
) -> None:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = await http.post(f"/v1/events/{ID}/acknowledgements", content=content)
    said = problem(answer, status, code)
    assert [each["pointer"] for each in said.get("errors", ())] == pointers
    assert SECRET not in answer.text
    assert "012345678901" not in answer.text


@pytest.mark.parametrize("path", ["/v1/submissions", f"/v1/events/{ID}/acknowledgements"])
async def test_whatever_is_submitted_passes_the_same_checks(
    http: httpx2.AsyncClient, path: str
) -> None:
    whole = b'{"officer": "le-van-an"}'
    for content in (b'{"officer":"\xff"}', b"\xff", '{"officer":"Lê"}'.encode("utf-16")):
        problem(await http.post(path, content=content), 400, "NOT_JSON")
    for query in ("?dry_rum=true", "?wait=5", "?012345678901"):
        answer = await http.post(path + query, content=whole)
        problem(answer, 400, "QUERY_MALFORMED")
        assert "012345678901" not in answer.text
    for name, value, status, code in (
        ("Content-Type", "application/json; charset=iso-8859-1", 415, "NOT_UTF8_JSON"),
        ("Content-Encoding", "gzip", 415, "NOT_UTF8_JSON"),
        ("Idempotency-Key", "k" * 256, 400, "KEY_MISSING"),
    ):
        answer = await http.post(path, content=whole, headers={name: value})
        problem(answer, status, code)


async def test_nothing_is_recorded_beside_what_the_edge_refuses(tmp_path: Path) -> None:
    recorded = []

    async def before() -> None:
        recorded.append("receipt")
        raise Problem("UNAVAILABLE")

    desk = gateway_of(Settings(home=tmp_path))._desk
    court = Speaker(COURT, ("COURT",))
    members = {
        "type": Acknowledged.TYPE,
        "occurred_at": "2026-08-03T09:00:00+07:00",
        "data": {
            "delivered_part": ID,
            "event_id": ID,
            "officer_id": "thu-ky-hoa",
            "acknowledged_at": "2026-08-03T09:00:00+07:00",
        },
    }
    for officer, code, times in (("nobody", "ROLE_NOT_ALLOWED", 0), ("thu-ky-hoa", "UNAV", 1)):
        said = body_of(members | {"officer": officer})
        with pytest.raises(Problem, match=code):
            await desk.submit(said, "k", court, None, 0.0, before)
        assert len(recorded) == times


ROUTES = [
    (route.path_format, method)
    for route in gateway_of(Settings(home=Path("/nonexistent"))).routed.routes
    if isinstance(route, HTTPRoute)
    for method in sorted(route.methods - {"OPTIONS"})
]
"""Every path that the platform serves over HTTP, with its methods."""


@pytest.mark.parametrize(("path", "method"), ROUTES)
async def test_no_path_takes_a_parameter_that_it_does_not_have(
    http: httpx2.AsyncClient, path: str, method: str
) -> None:
    concrete = re.sub(r"\{[^}]*\}", ID, path)
    answer = await http.request(method, concrete, params={"012345678901": SECRET})
    assert answer.status_code == 400
    assert "012345678901" not in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"as_of={day}"
            for day in ("2026-W40-1", "20260928", "2026-9-28", "0001-01-01", "9999-12-31")
        ),
        *(f"known_at={day}" for day in ("20260928T000000Z", "2026-W40-1T00:00:00Z", "2026-09-28")),
        "known_at=9999-12-31T23:59:59-14:00",
        "known_at=0001-01-01T00:00:00%2B14:00",
        "known_at=2026-09-28T00:00:00",
    ],
)
async def test_a_day_has_one_spelling_and_lies_in_the_calendar(
    http: httpx2.AsyncClient, query: str
) -> None:
    for path in (f"/v1/cases/{ID}", f"/v1/cases/{ID}/timeline"):
        problem(await http.get(f"{path}?{query}"), 400, "QUERY_MALFORMED")
    for good in ("as_of=2026-09-28", "known_at=2026-09-28T00:00:00+07:00"):
        problem(await http.get(f"/v1/cases/{ID}?{good}"), 503, "UNAVAILABLE")  # no database here


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (["respond-async", "wait=10"], 10),
        (["wait=10", "respond-async"], 10),
        (["respond-async, wait=10"], 10),
        (["wait=99"], 30),
        (["respond-async"], 0),
        ([], 0),
    ],
)
def test_a_preference_may_stand_on_several_lines(lines: list[str], seconds: float) -> None:
    headers = [(b"prefer", line.encode()) for line in lines]
    assert patience(Request(cast(Any, {"type": "http", "headers": headers}))) == seconds


async def test_what_an_operator_signs_in_with_looks_and_submits_nothing(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    headers = {"Authorization": bearer(tmp_path, "platform")}
    problem(await http.get("/v1/counts", headers=headers), 503, "UNAVAILABLE")  # no database here
    lifted = submission(type="thads.coercion.lifted", data={"coercion_id": "x", "ground": "4a"})
    for query in ("", "?dry_run=true"):
        answer = await http.post(f"/v1/submissions{query}", content=lifted, headers=headers)
        problem(answer, 403, "ROLE_NOT_ALLOWED")


async def test_the_roles_of_a_token_are_those_of_the_directory(
    http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    headers = {"Authorization": bearer(tmp_path, "nh-song-cam", roles=("PLATFORM", "COURT"))}
    problem(await http.get("/v1/counts", headers=headers), 403, "NOT_OPERATOR")
    answer = await http.post("/v1/submissions", content=submission(), headers=headers)
    problem(answer, 403, "ROLE_NOT_ALLOWED")


async def test_what_is_not_there_is_a_problem_too(http: httpx2.AsyncClient) -> None:
    problem(await http.get("/v1/nothing"), 404, "NOT_FOUND")
    problem(await http.get("/v1/submissions/no-id"), 404, "NOT_FOUND")
    problem(await http.delete("/v1/submissions"), 405, "METHOD_NOT_ALLOWED")
    problem(await http.get("/v1/counts"), 403, "NOT_OPERATOR")


async def test_without_a_database_the_sender_is_asked_to_try_again(
    http: httpx2.AsyncClient,
) -> None:
    answer = await http.get("/v1/submissions/01a20ae8-6e5e-7f6d-bb7b-2d3bc3429a08")
    problem(answer, 503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0
    assert (await http.get("/health/live")).status_code == 200
    assert (await http.get("/health/ready")).status_code == 503


async def test_the_description_is_openapi_3_1_and_names_every_claim(
    http: httpx2.AsyncClient,
) -> None:
    said = (await http.get("/openapi.json")).json()
    assert said["openapi"] == "3.1.0"
    alternatives = said["components"]["schemas"]["Submission"]["oneOf"]
    assert "thads.judgment.issued" in {each["title"] for each in alternatives}
    assert "thads.judgment.irregularity_noted" not in {each["title"] for each in alternatives}


async def test_schemas_stand_on_the_registrys_paths(http: httpx2.AsyncClient) -> None:
    subjects = (await http.get("/subjects")).json()
    assert "thads.judgment.issued" in subjects
    for subject in subjects:
        assert (await http.get(f"/subjects/{subject}/versions")).json() == [1]
        latest = (await http.get(f"/subjects/{subject}/versions/latest")).json()
        by_id = (await http.get(f"/schemas/ids/{latest['id']}")).json()
        assert by_id == {"schema": latest["schema"]}
        assert json.loads(latest["schema"])["namespace"] + "." in subject


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/subjects", "deleted=true"),
        ("/subjects/thads.judgment.issued/versions/latest", "deleted=true&format="),
        ("/config", "defaultToGlobal=true"),
    ],
)
async def test_what_clients_of_the_registry_add_changes_no_answer(
    http: httpx2.AsyncClient, path: str, query: str
) -> None:
    plain, added = await http.get(path), await http.get(f"{path}?{query}")
    assert (added.status_code, added.content) == (200, plain.content)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/subjects/thads.none/versions", 40401),
        ("/subjects/thads.judgment.issued/versions/99", 40402),
        ("/subjects/thads.judgment.issued/versions/first", 40402),
        ("/schemas/ids/1", 40403),
        ("/schemas/ids/none", 40403),
        (f"/schemas/ids/{'9' * 5000}", 40403),
    ],
)
async def test_what_the_registry_does_not_know_it_says_as_confluents_does(
    http: httpx2.AsyncClient, path: str, code: int
) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["error_code"] == code


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/config/thads.judgment.issued", {"compatibilityLevel": "FULL_TRANSITIVE"}),
        ("/config/none?defaultToGlobal=true", {"compatibilityLevel": "FULL_TRANSITIVE"}),
        ("/mode", {"mode": "READONLY"}),
        ("/mode/thads.judgment.issued", {"mode": "READONLY"}),
        ("/contexts", ["."]),
        ("/subjects/thads.judgment.issued/versions/1/referencedby", []),
    ],
)
async def test_consoles_of_the_registry_find_what_they_ask_for(
    http: httpx2.AsyncClient, path: str, said: object
) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.json()) == (200, said)


async def test_a_schema_is_found_by_its_text_however_it_is_spelled(
    http: httpx2.AsyncClient,
) -> None:
    latest = (await http.get("/subjects/thads.judgment.issued/versions/latest")).json()
    by_id, text = f"/schemas/ids/{latest['id']}", json.loads(latest["schema"])
    assert latest in (await http.get("/schemas")).json()
    assert (await http.get(f"{by_id}/schema")).json() == text
    assert (await http.get(f"{by_id}/subjects")).json() == ["thads.judgment.issued"]
    assert (await http.get("/subjects/thads.judgment.issued/versions/1/schema")).json() == text
    for spelled in (latest["schema"], json.dumps(text, indent=2)):
        answer = await http.post(
            "/subjects/thads.judgment.issued",
            content=json.dumps({"schema": spelled, "schemaType": "AVRO"}),
            headers={"Content-Type": registry.MEDIA_TYPE},
        )
        assert (answer.status_code, answer.json()) == (200, latest)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/subjects/thads.judgment.issued", b"", 405, 405),
        ("DELETE", "/subjects", b"", 405, 405),
        ("PUT", "/config", b"{}", 405, 405),
        ("GET", "/config/none", b"", 404, 40401),
        ("GET", "/mode/none", b"", 404, 40401),
        ("GET", "/schemas/none", b"", 404, 404),
        ("GET", "/contexts/none", b"", 404, 404),
        ("POST", "/compatibility/subjects/none/versions/latest", b"{}", 404, 404),
        ("GET", f"/subjects?{SECRET}=1", b"", 400, 400),
        ("GET", "/subjects?deleted=1&deleted=2", b"", 400, 400),
        ("POST", "/subjects/none", b"{}", 404, 40401),
        ("POST", "/subjects/thads.judgment.issued", b'{"schema": "{}"}', 404, 40403),
        ("POST", "/subjects/thads.judgment.issued", b'{"schema": "\xff"}', 422, 42201),
        ("POST", "/subjects/thads.judgment.issued", b'{"schema": 7}', 422, 42201),
        ("POST", "/subjects/thads.judgment.issued", b"[" * 100_000, 422, 42201),
        ("POST", "/subjects/thads.judgment.issued", b" " * 2_000_000, 413, 413),
    ],
)
async def test_every_refusal_of_the_registry_has_a_number(
    http: httpx2.AsyncClient, method: str, path: str, body: bytes, status: int, code: int
) -> None:
    answer = await http.request(method, path, content=body)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert answer.headers["content-type"] == registry.MEDIA_TYPE
    assert ("allow" in answer.headers) is (status == 405)
    assert SECRET not in answer.text


#: Pages for people, which answer with HTML: nothing for whoever writes a client.
_NOT_DESCRIBED = "/console"


async def test_every_path_that_is_served_is_described_with_its_methods_and_parameters(
    http: httpx2.AsyncClient,
) -> None:
    described = {
        (path, method.upper()): {
            each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"
        }
        for path, methods in (await http.get("/openapi.json")).json()["paths"].items()
        for method, operation in methods.items()
    }
    served = {
        (route.path_format, method): set(handler.opt.get("query", ()))
        for route in gateway_of(Settings(home=Path("/nonexistent"))).routed.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith(_NOT_DESCRIBED)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    }
    assert described == served


async def test_who_submits_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    few = Settings(home=tmp_path, limit_submissions=18, limit_dry_runs=12, limit_corrections=6)
    undoing = submission(corrects=new_id(), occurred_at="2999-01-01T00:00:00Z")
    async with served(few) as http:
        for path, times in (("/v1/submissions", 3), ("/v1/submissions?dry_run=true", 2)):
            for _ in range(times):
                assert (await http.post(path, content=b"{")).status_code == 400
            answer = await http.post(path, content=b"{")
            problem(answer, 429, "TOO_MANY")
            assert 1 <= int(answer.headers["retry-after"]) <= 60
    async with served(few) as http:
        assert (await http.post("/v1/submissions", content=undoing)).status_code == 422
        problem(await http.post("/v1/submissions", content=undoing), 429, "TOO_MANY")
    async with served(few, "platform") as http:
        for _ in range(5):
            assert (await http.post("/v1/submissions", content=b"{")).status_code == 400


async def test_who_guesses_tokens_is_slowed_and_who_has_one_is_not(tmp_path: Path) -> None:
    wrong = {"Authorization": "Bearer x"}
    async with served(Settings(home=tmp_path, limit_failed_sign_ins=18)) as http:
        for _ in range(3):
            problem(await http.get("/v1/counts", headers=wrong), 401, "UNAUTHENTICATED")
        problem(await http.get("/v1/counts", headers=wrong), 429, "TOO_MANY")
        problem(await http.get("/v1/counts"), 403, "NOT_OPERATOR")


async def test_what_was_sent_to_an_agency_counts_and_not_to_operators(tmp_path: Path) -> None:
    few = Settings(home=tmp_path, limit_bytes=600)
    for agency, second in ((COURT, (429, "TOO_MANY")), ("platform", (404, "NOT_FOUND"))):
        async with served(few, agency) as http:
            problem(await http.get("/v1/submissions/none"), 404, "NOT_FOUND")
            problem(await http.get("/v1/submissions/none"), *second)


async def test_requests_that_wait_are_counted_at_once_and_free_when_they_end(
    tmp_path: Path,
) -> None:
    path, waits = "/v1/submissions/01a20ae8-6e5e-7f6d-bb7b-2d3bc3429a08", {"Prefer": "wait=1"}
    async with served(Settings(home=tmp_path, limit_waits=0)) as http:
        problem(await http.get(path, headers=waits), 429, "TOO_MANY")
        problem(await http.get(path), 503, "UNAVAILABLE")
    async with served(Settings(home=tmp_path, limit_waits=1)) as http:
        for _ in range(3):
            problem(await http.get(path, headers=waits), 503, "UNAVAILABLE")


async def test_sign_ins_and_live_lists_have_limits_of_their_own(tmp_path: Path) -> None:
    few = Settings(home=tmp_path, limit_sign_ins=12, limit_failed_sign_ins=12, limit_streams=0)
    async with served(few) as http:
        token = http.headers.pop("Authorization").removeprefix("Bearer ")
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://gateway"}
        for sent, status in ((f"token={token}", 303), ("token=x", 403)):
            for _ in range(2):
                answer = await http.post("/console/sign-in", content=sent, headers=form)
                assert answer.status_code == status
            answer = await http.post("/console/sign-in", content=sent, headers=form)
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0
            assert "Hãy chờ một phút" in answer.text
        kept = {"Cookie": f"lienthong_token={token}"}
        assert (await http.get("/console/live", headers=kept)).status_code == 429


def test_a_connection_at_rest_is_let_go_by_its_client_first() -> None:
    resting = DEFAULT_LIMITS.keepalive_expiry
    assert resting is not None
    assert resting < KEEP_ALIVE_SECONDS
