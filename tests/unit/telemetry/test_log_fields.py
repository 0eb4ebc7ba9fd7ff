"""Each field of each log call is in the allow-list, so that operators can read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from services.core.telemetry.logging import ALLOWED

SERVICES = Path(__file__).parents[3] / "services"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name("log"), attr=level)):
                    if level in LEVELS:
                        yield f"{path.relative_to(SERVICES)}:{node.lineno}", node


def test_every_field_that_is_logged_is_shown() -> None:
    fields = {
        (where, keyword.arg)
        for where, call in log_calls()
        for keyword in call.keywords
        if keyword.arg != "exc_info"  # it becomes `exception`
    }
    assert len(fields) > 50
    assert sorted(each for each in fields if each[1] not in ALLOWED) == []
