"""The OpenAPI description and the running application say the same, whatever is sent."""

import asyncio
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as effort
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from services.core.doors import problems
from services.core.settings import Settings
from tests.doors.house import COURT, OPERATOR, Door, open_door, until_ready
from tests.patience import PATIENCE

EXAMPLES, FEW, AWAY = 4, 2, 503
#: Data that follow the schema may still be refused at the edge (a date, a role); and whether tokens
#: are asked for has tests of its own.
ELSEWHERE = [positive_data_acceptance, ignored_auth]


_LONG = 8  #: characters of a text that no answer holds by chance


@pytest.mark.timeout(600)  # hundreds of requests of each kind
async def test_every_answer_is_as_described(settings: Settings) -> None:
    async with open_door(settings) as door:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            await asyncio.to_thread(_try_everything, door, mode)
        await until_ready(door)
        await door.quiet()


def _try_everything(door: Door, mode: GenerationMode) -> None:
    """Send something to every operation as an agency, as an operator and as nobody."""
    schema = schemathesis.openapi.from_url(f"{door.url}/openapi.json")
    told = msgspec.json.encode([schema.raw_schema, problems._DOOR]).decode()
    operations: Any = schema.get_all_operations()
    for found in operations:
        operation: Any = found.ok()
        is_public = not operation.definition.raw.get("security")
        for agency in (None,) if is_public else (COURT, OPERATOR, None):
            headers = {"Authorization": f"Bearer {door.token(agency)}"} if agency else {}
            try:
                _try(operation, mode, headers, told, EXAMPLES if agency or is_public else FEW)
            except Unsatisfiable:  # what takes anything, or nothing, can be sent nothing wrong
                assert mode is GenerationMode.NEGATIVE


def _try(
    operation: Any, mode: GenerationMode, headers: dict[str, str], told: str, examples: int
) -> None:
    @effort(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,  # a request that nobody tried before must not fail another's change
    )
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
        case.validate_response(answer, excluded_checks=_elsewhere(case))
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            repeated = [text for text in _texts(case) if text not in told and text in answer.text]
            assert not repeated

    one()


def _elsewhere(case: Any) -> list[Any]:
    """Return the checks that do not hold of a case: a query may lose what is no single value."""
    values = (case.query or {}).values()
    is_lost = any(value is None or isinstance(value, list | dict) for value in values)
    return [*ELSEWHERE, negative_data_rejection] if is_lost else ELSEWHERE


def _texts(case: Any) -> Iterator[str]:
    """Yield the longer texts that a case sends in its query and its body, names and values."""
    waiting = [case.query, case.path_parameters, case.body]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and len(each) >= _LONG:
            yield each
