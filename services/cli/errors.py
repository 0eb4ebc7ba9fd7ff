"""What a command of its own may have to say before it ends with exit code 1."""


class CommandError(Exception):
    """The command cannot do what was asked; the message says why and what to do."""
