"""structlog, set up once a process: event names and fields, one line each.

Fields outside the allow-list are masked, so that no payload can slip into a log by accident.
"""

import contextlib
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO, cast

import structlog

ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "logger",
        "lane", "kind", "why", "doubt", "service", "owner", "partition", "epoch", "count",
        "agency", "code", "status", "path", "method", "bytes", "body_hash", "seconds", "port",
        "pid", "step", "topic", "offset", "number", "submission_id", "type", "exception",
        "key", "keys", "records", "position", "said", "would", "fact", "other", "office",
    }
)  # fmt: skip


def _mask(_: object, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: value if name in ALLOWED else "…" for name, value in fields.items()}


class _Stderr:
    """Standard error as it is when something is said; that nobody listens stops no work."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


class _Libraries(logging.Handler):
    """What libraries say through the standard library, as lines like any other."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno,
            "library_message",
            logger=record.name,
            why=record.getMessage(),
            exc_info=record.exc_info,
        )


def set_up(*, json: bool = False, level: int = logging.INFO) -> None:
    """Write logs to standard error: JSON lines for machines, plain text for people."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    logging.getLogger("aiokafka").propagate = False  # what it says, it raises too
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Stderr())),
        cache_logger_on_first_use=False,
    )
