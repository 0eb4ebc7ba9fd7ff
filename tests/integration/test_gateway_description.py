"""The OpenAPI description and the running application say the same, whatever is sent."""

import asyncio
import time
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as effort
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from services.core.settings import Settings
from tests.doors.house import COURT, OPERATOR, Door, open_door, until_ready
from tests.patience import PATIENCE

EXAMPLES, AWAY = 15, 503
#: Data that follow the schema may still be refused at the edge (a date, a role); and whether tokens
#: are asked for has tests of its own.
ELSEWHERE = [positive_data_acceptance, ignored_auth]


@pytest.mark.timeout(600)  # hundreds of requests of each kind
async def test_every_answer_is_as_described(settings: Settings) -> None:
    async with open_door(settings) as door:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            await asyncio.to_thread(_try_everything, door, mode)
        await until_ready(door)
        await door.quiet()


def _try_everything(door: Door, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{door.url}/openapi.json")
    operations: Any = schema.get_all_operations()
    for found in operations:
        operation: Any = found.ok()
        agency = OPERATOR if operation.path == "/v1/counts" else COURT
        try:
            _try(operation, mode, {"Authorization": f"Bearer {door.token(agency)}"})
        except Unsatisfiable:  # what takes anything, or nothing, can be sent nothing wrong
            assert mode is GenerationMode.NEGATIVE


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @effort(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        if case.query and case.query.get("wait") in range(2, 31):
            case.query["wait"] = 1  # how long nothing comes is of no interest here
        assume(not (case.query or {}).get("dry_run") or "Idempotency-Key" in (case.headers or {}))
        until = time.monotonic() + PATIENCE
        answer = case.call(headers=headers, timeout=PATIENCE)
        while answer.status_code == AWAY and time.monotonic() < until:  # the house had no time
            time.sleep(0.1)
            answer = case.call(headers=headers, timeout=PATIENCE)
        case.validate_response(answer, excluded_checks=ELSEWHERE)

    one()
