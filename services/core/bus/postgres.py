"""Every connection to PostgreSQL, its limits, and the migrations.

No other module makes connections. Limits are shorter than the lease, so that a process which stands
still cannot hold a lock beyond its ownership (B6).
"""

import asyncio
import contextlib
import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from services.core.bus.errors import (
    AccessRefused,
    BadDeploy,
    BusError,
    Doubt,
    LeaseLost,
    described,
    is_exit,
)
from services.core.settings import Settings

SUPERUSER: Final = "postgres"
_BUS_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_MIGRATING: Final = 0x7468_6164_73  #: the advisory lock of who migrates
_SECONDS: Final = 60.0  #: to connect where no lease is at stake
_IDLE_SECONDS: Final = 60.0  #: after which a pool closes a connection that nobody uses
_SERVICES: Final = Path(__file__).parents[2]
_DBMATE: Final = Path(sysconfig.get_path("scripts")) / "dbmate"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


class Culprit(BusError):
    """The database refuses a value: one record of the batch is to blame, find it (B8)."""


@contextlib.contextmanager
def blaming(what: str) -> Iterator[None]:
    """Turn whatever code of ours raises over records into a Culprit; there is no `await` within."""
    try:
        yield
    except BusError:
        raise
    except BaseException as error:
        if is_exit(error):
            raise
        raise Culprit(f"{what} raised {described(error)}") from error


def sorted_error(error: BaseException) -> BusError:
    """Say what an error of the database means for a lane: culprit, bad deploy, or doubt."""
    state = getattr(error, "sqlstate", None) or ""
    said = f"PostgreSQL: {state or type(error).__name__}: {error}"
    match state[:2]:
        case "20" | "21" | "22" | "23" | "2F" | "38" | "39" | "44" | "54" | "P0":
            return Culprit(said)
        case "42":
            return BadDeploy(f"{said}. The code and the schema do not fit: deploy again")
        case "28":
            return AccessRefused(
                f"{said}: set LIENTHONG_POSTGRES_PASSWORD (for `setup`, "
                f"LIENTHONG_POSTGRES_ADMIN_PASSWORD) to the password that is in force"
            )
        case "LT" if state == "LT001":
            return LeaseLost(said)
        case _:
            return Doubt(said)


#: What a connection may raise and what is therefore sorted.
FAILURES: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    TimeoutError,
    OSError,
)


def transaction_seconds(settings: Settings) -> float:
    """Return how long a transaction may take: shorter than the lease that it renews (B6)."""
    return settings.lease_seconds / 2


def _limits(settings: Settings) -> dict[str, str]:
    half_lease = str(int(transaction_seconds(settings) * 1_000))
    return {
        "statement_timeout": half_lease,
        "lock_timeout": half_lease,
        "transaction_timeout": half_lease,
        "idle_in_transaction_session_timeout": half_lease,
        "timezone": "UTC",
    }


async def connect(settings: Settings, service: str) -> asyncpg.Connection:
    """Connect as a service, to its own schema. Raises Doubt where the server does not answer."""
    try:
        return await asyncpg.connect(
            host=settings.postgres_host,
            port=settings.postgres_port,
            user=service,
            password=settings.postgres_password or None,
            database=settings.postgres_database,
            timeout=settings.lease_seconds,
            command_timeout=settings.lease_seconds,
            server_settings={
                **_limits(settings),
                "search_path": service,
                "application_name": f"lienthong {service}",
            },
        )
    except FAILURES as error:
        raise _away(settings, error) from error


async def pool(
    settings: Settings,
    service: str,
    size: int,
    what: str,
) -> asyncpg.Pool:
    """A pool for some part of a service, such as its routes. Callers give every acquire a timeout.

    It connects when it is first used, and keeps no connections alive of its own accord.
    """
    try:
        return await asyncpg.create_pool(
            host=settings.postgres_host,
            port=settings.postgres_port,
            user=service,
            password=settings.postgres_password or None,
            database=settings.postgres_database,
            min_size=0,
            max_size=size,
            max_inactive_connection_lifetime=_IDLE_SECONDS,
            reset=_as_it_is,
            timeout=settings.lease_seconds,
            command_timeout=settings.lease_seconds,
            server_settings={
                **_limits(settings),
                "search_path": service,
                "application_name": f"lienthong {service} {what}",
            },
        )
    except FAILURES as error:
        raise _away(settings, error) from error


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Leave a session as it is when it goes back: no statement of ours changes one.

    Putting it back would be a round trip more for each statement.
    """


async def migrate(settings: Settings, services: list[str]) -> None:
    """Bring the schema of each service up to date: the bus tables, then its own.

    Creates database, roles and schemas that are missing, and sets the password of the roles where
    the settings name one. May be run at any time and again, by several processes at once: one goes
    first, the others find everything done. Raises Doubt where the server does not let us in.
    """
    try:
        await _migrated(settings, services)
    except FAILURES as error:
        raise _away(settings, error) from error


def _away(settings: Settings, error: BaseException) -> BusError:
    """Sort what connecting raised; a doubt names the server that does not let us in."""
    found = sorted_error(error)
    if not isinstance(found, Doubt):
        return found
    place = f"{settings.postgres_host}:{settings.postgres_port}"
    return type(found)(f"PostgreSQL at {place} does not let us in: {found}")


async def _migrated(settings: Settings, services: list[str]) -> None:
    server = await _connected(settings, "postgres")
    try:
        known = await server.fetchval(
            "select true from pg_database where datname = $1", settings.postgres_database
        )
        if not known:
            await _make(server, f'create database "{settings.postgres_database}"')
    finally:
        server.terminate()
    turn = await _connected(settings, settings.postgres_database)
    try:
        await turn.execute("select pg_advisory_lock($1)", _MIGRATING)
        stale = [each for each in services if not await _stands(turn, each)]
        for service in stale:
            await _make(turn, f'create role "{service}" login')
            await _make(turn, f'create schema "{service}" authorization "{service}"')
        if settings.postgres_password:
            said = await turn.fetchval("select quote_literal($1)", settings.postgres_password)
            for service in services:
                await turn.execute(f'alter role "{service}" password {said}')
        await asyncio.gather(*(asyncio.to_thread(_migrate, settings, each) for each in stale))
    finally:
        turn.terminate()


async def _stands(connection: Any, service: str) -> bool:
    """Whether every migration of a service has gone through here."""
    table = f'"{service}".migrations'
    if await connection.fetchval("select to_regclass($1)::text", table) is None:
        return False
    rows = await connection.fetch(f"select version from {table}")
    wanted = {file.name.partition("_")[0] for each in _folders(service) for file in each.iterdir()}
    return wanted <= {row["version"] for row in rows}


async def has_tables(settings: Settings, service: str) -> bool:
    """Whether a service was ever migrated here. Raises Doubt where the server does not answer."""
    try:
        connection = await _connected(settings, settings.postgres_database, service)
        try:
            table = await connection.fetchval("select to_regclass($1)::text", f"{service}.lanes")
        finally:
            connection.terminate()
    except asyncpg.InvalidPasswordError as error:
        raise sorted_error(error) from error
    except (asyncpg.InvalidCatalogNameError, asyncpg.InvalidAuthorizationSpecificationError):
        return False
    except FAILURES as error:
        raise sorted_error(error) from error
    return table is not None


async def _make(connection: Any, statement: str) -> None:
    """Make what is missing; who was faster has made the same."""
    with contextlib.suppress(
        asyncpg.DuplicateDatabaseError,
        asyncpg.DuplicateObjectError,
        asyncpg.DuplicateSchemaError,
        asyncpg.UniqueViolationError,
    ):
        await connection.execute(statement)


async def _connected(settings: Settings, database: str, service: str | None = None) -> Any:
    password = settings.postgres_password if service else settings.postgres_admin_password
    return await asyncpg.connect(
        host=settings.postgres_host,
        port=settings.postgres_port,
        user=service or SUPERUSER,
        password=password or None,
        database=database,
        timeout=_SECONDS,
    )


class MigrationFailed(BusError):
    """A migration did not go through; the message is dbmate's own."""


def _folders(service: str) -> list[Path]:
    own = _SERVICES / service / "migrations"
    return [_BUS_MIGRATIONS, own] if own.is_dir() else [_BUS_MIGRATIONS]


def _migrate(settings: Settings, service: str) -> None:
    password = settings.postgres_password and f":{quote(settings.postgres_password, safe='')}"
    url = (
        f"postgres://{quote(service)}{password}@/{quote(settings.postgres_database)}"
        f"?host={quote(settings.postgres_host, safe='')}&port={settings.postgres_port}"
        f"&search_path={quote(service)}&sslmode=disable"
    )
    arguments = [str(_DBMATE), "--no-dump-schema"]
    arguments += [f"--migrations-dir={folder}" for folder in _folders(service)]
    arguments += [f"--migrations-table={service}.migrations", "migrate"]
    environment = {**os.environ, "DATABASE_URL": url}  # a command line can be read by others
    done = subprocess.run(  # noqa: S603
        arguments, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise MigrationFailed(f"{service}: {done.stderr.strip() or done.stdout.strip()}")
