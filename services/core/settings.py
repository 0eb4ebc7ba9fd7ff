"""Where the house finds its parts: one frozen struct, read once at the start of a process.

The environment speaks first (`LIENTHONG_<NAME>`), then `.lienthong/stack.json`, which
`lienthong up` writes, then the defaults below. What starts the local Kafka and PostgreSQL is
`core/runtime`.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta

PREFIX: Final = "LIENTHONG_"
STACK_FILE: Final = "stack.json"

_Port: TypeAlias = Annotated[int, Meta(ge=1, le=65_535)]
_Held: TypeAlias = Annotated[int, Meta(ge=0, le=10**6)]
_Limit: TypeAlias = Annotated[int, Meta(ge=1, le=10**12)]


class SettingsError(Exception):
    """A setting cannot be read; the message names it, what stood there and what is expected."""


def _home() -> Path:
    """Return the home beside the sources where these are a checkout, else in the current folder."""
    sources = Path(__file__).parents[2]
    return (sources if (sources / "pyproject.toml").exists() else Path()) / ".lienthong"


def _cache() -> Path:
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "lienthong"
    try:
        return Path.home() / ".cache" / "lienthong"
    except RuntimeError:
        raise SettingsError(
            "the user has no home folder where Kafka's jars could be kept: set XDG_CACHE_HOME"
        ) from None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What may differ between two installations. Everything else is a constant beside its use."""

    #: Data, logs and secrets of the local stack.
    home: Path = msgspec.field(default_factory=_home)
    #: Kafka's jars, shared by all checkouts of a machine.
    cache: Path = msgspec.field(default_factory=_cache)
    #: Where jars are loaded from instead of Maven's own repository: a mirror's address.
    maven_mirror: str | None = None
    #: The `java` to use; else JAVA_HOME's, the path's, the one that came with the packages.
    java: Path | None = None
    #: Ports of the local broker: for clients, and for its own controller.
    kafka_port: _Port = 19092
    controller_port: _Port = 19093

    kafka_bootstrap: str = "127.0.0.1:19092"
    #: Where agencies reach the broker, if not where the services do.
    kafka_agency_bootstrap: str = ""
    kafka_user: str = "platform"
    kafka_password: str = ""
    #: What `lienthong setup` gives Kafka's users `services` and `flows`; none: they are not made.
    kafka_services_password: str = ""
    kafka_flows_password: str = ""
    #: A host, or the folder of a unix socket.
    postgres_host: str = "127.0.0.1"
    postgres_port: _Port = 5432
    postgres_database: str = "lienthong"
    #: Of the services' roles; none where the server trusts its socket, as the embedded one does.
    postgres_password: str = ""
    #: Of the role `postgres`, who makes databases and roles; services need not know it.
    postgres_admin_password: str = ""

    topic_prefix: str = "thads"
    partitions: Annotated[int, Meta(ge=1, le=1_000)] = 12
    #: How long a lane belongs to a process that no longer renews it.
    lease_seconds: Annotated[float, Meta(ge=0.5, le=3_600)] = 10.0
    #: Where the gateway listens: the loopback, or in a container every address of it. Port 0: a
    #: free one, which `lienthong run` prints.
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Meta(ge=0, le=65_535)] = 8080
    #: Port on 127.0.0.1 where each process serves metrics and health without a token; 0: none.
    metrics_port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    #: How much one agency may ask of a gateway's process in a minute; ten seconds' worth may come
    #: at once. Operators and the platform itself are not limited.
    limit_submissions: _Limit = 6_000
    limit_dry_runs: _Limit = 3_000
    limit_corrections: _Limit = 120
    limit_sign_ins: _Limit = 300
    limit_bytes: _Limit = 600_000_000
    #: Of one remote address: those that present no valid token.
    limit_failed_sign_ins: _Limit = 600
    #: How much one agency may hold open at once: live lists, and requests that wait.
    limit_streams: _Held = 50
    limit_waits: _Held = 1_000
    #: Where the story clock starts; the wall's clock when None.
    story_start: datetime | None = None

    @property
    def secrets(self) -> Path:
        """Where keys are kept that belong to this house alone."""
        return self.home / "secrets"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment, then the running stack's file; raise SettingsError by name."""
        said = {
            field.name: _read(name, environ[name], field.type)
            for field in msgspec.structs.fields(cls)
            if (name := PREFIX + field.name.upper()) in environ
        }
        home = said.get("home", cls().home)
        known = _of_running_stack(home / STACK_FILE)
        return cls(**{**known, **said, "home": home.absolute()})


def _read(name: str, text: str, wanted: Any) -> Any:
    try:
        value = msgspec.convert(text, wanted, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{name}={text!r}: {error}. Set it right or leave it out") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise SettingsError(f"{name}={text!r}: expected a time with its offset, such as +07:00")
    return value


def _path(wanted: type, text: object) -> Any:
    if wanted is Path:
        return Path(str(text)).expanduser()
    raise NotImplementedError


class _StackFile(msgspec.Struct):
    """The part of `stack.json` that tells clients where the servers are."""

    settings: dict[str, str | int] = {}


def _of_running_stack(path: Path) -> dict[str, str | int]:
    """Return what the stack's file says, nothing if there is none."""
    try:
        told = msgspec.json.decode(path.read_bytes(), type=_StackFile).settings
        msgspec.convert(told, Settings)
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, OSError) as error:
        raise SettingsError(
            f"{path}: cannot be read ({error}). Remove it: `lienthong up` writes it anew"
        ) from None
    return told
