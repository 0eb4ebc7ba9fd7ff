"""What may go wrong on the first start on any machine: one line each, with the remedy.

* StackError
  * PortTaken
  * NoNetwork
  * JarBroken
  * JavaUnfit
  * DiskFull
  * Unwritable
  * PathTooLong
  * DataDamaged
  * RunsElsewhere
  * Busy
  * ServerFailed
"""

from pathlib import Path


class StackError(Exception):
    """The local stack cannot do what was asked; the message says why and what to do."""


class PortTaken(StackError):
    """Another process listens where one of our servers must."""

    def __init__(self, port: int, holder: str, setting: str) -> None:
        super().__init__(
            f"port {port} on 127.0.0.1 is taken by {holder}: "
            f"end it, or choose another port with {setting}=<port>"
        )


class NoNetwork(StackError):
    """Kafka's jars are not all here and cannot be loaded."""

    def __init__(self, names: list[str], folder: Path, cause: str) -> None:
        first = ", ".join(names[:2]) + (" …" if len(names) > 2 else "")  # noqa: PLR2004
        super().__init__(
            f"{len(names)} of Kafka's jars missing or broken in {folder} ({first}), "
            f"and not to be had ({cause}): connect to the network once, "
            "or copy that folder from a machine that has it"
        )


class JarBroken(StackError):
    """A jar just loaded is not the one the lock names."""

    def __init__(self, path: Path, found: str, expected: str) -> None:
        super().__init__(
            f"{path.name} was loaded with SHA-256 {found[:16]}…, the lock says {expected[:16]}…: "
            "something on the way changes what is loaded, find it; nothing is started with this jar"
        )


class JavaUnfit(StackError):
    """No Java here can run the broker."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"Kafka needs Java 17 or later, found {found}: "
            "install one, or name one with LIENTHONG_JAVA=/path/to/java"
        )


class DiskFull(StackError):
    """There is not enough room for the data."""

    def __init__(self, folder: Path, free: int, needed: int) -> None:
        super().__init__(
            f"{folder} has {free >> 20:,} MB free, the stack needs {needed >> 20:,} MB: "
            "make room, or choose another disk with LIENTHONG_HOME=<folder>"
        )


class Unwritable(StackError):
    """The system does not let us write where the data belong."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} cannot be written ({reason}): give this user the right to, "
            "or choose another folder with LIENTHONG_HOME=<folder>"
        )


class PathTooLong(StackError):
    """A unix socket's path holds 107 bytes and no more."""

    def __init__(self, socket: Path, limit: int) -> None:
        super().__init__(
            f"the path of PostgreSQL's socket has {len(bytes(socket))} bytes, the system allows "
            f"{limit} ({socket}): choose a shorter folder with LIENTHONG_HOME=<folder>"
        )


class DataDamaged(StackError):
    """A data folder lacks what a finished one has, so somebody took it away."""

    def __init__(self, folder: Path, missing: str) -> None:
        super().__init__(
            f"{folder} holds data but no {missing}: restore it from a copy, or, where its history "
            f"may be lost, remove {folder.parent} and start afresh"
        )


class RunsElsewhere(StackError):
    """The broker runs, but not where the settings want it."""

    def __init__(self, pid: int, wanted: str) -> None:
        super().__init__(
            f"Kafka (process {pid}) already runs on another port than {wanted}: "
            "run `lienthong down` first, or leave the port settings out"
        )


class Busy(StackError):
    """Another command is starting or stopping the same stack and does not finish."""

    def __init__(self, lock: Path, seconds: float) -> None:
        super().__init__(
            f"another command has been starting or stopping this stack for {seconds:.0f} s "
            f"(it holds {lock}): wait for it, or end it and try again"
        )


class ServerFailed(StackError):
    """A server ended, or does not answer, though nothing we know of stood in its way."""

    def __init__(self, server: str, what: str, log: Path) -> None:
        super().__init__(f"{server} {what}; its last line: {_last_line(log)}; see {log}")


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").split("\n")
    except OSError:
        return "none"
    said = [line.strip() for line in lines if line.strip()]
    telling = [line for line in said if "ERROR" in line or "FATAL" in line] or said
    return telling[-1][:300] if telling else "none"
