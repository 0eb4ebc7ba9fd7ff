"""What a command says in one line, and with which exit code it ends."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
NOT_UNDERSTOOD: Final = 2
NOT_RUNNING: Final = 3
INTERRUPTED: Final = 130


class CommandError(Exception):
    """A command cannot do what it was asked; the message says why and what to do."""

    exit_code = FAILED


class StackAway(CommandError):
    """Kafka, PostgreSQL or the gateway does not answer, or there is no platform in the home."""

    exit_code = NOT_RUNNING
