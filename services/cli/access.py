"""`lienthong token AGENCY` and `lienthong access …`: what lets an agency in, by HTTP and by Kafka.

A token lets it speak for an hour, or longer where asked so, unless it is taken back. A grant makes
its own topic, and a user of Kafka's that may read this topic and nothing else, until it is revoked.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from cyclopts import App

from services.cli.errors import CommandError
from services.cli.platform_home import settings_of_platform, settings_of_servers
from services.core.access import directory
from services.core.access.directory import Agency
from services.core.access.token_keys import KeyUnknown
from services.core.access.tokens import LIFETIME, LONGEST_LIFETIME, Issuer, TokenError
from services.core.bus.grants import Grants
from services.core.clock import clock_of
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.days import day_of
from services.core.settings import Settings

_PLATFORM: Final = "platform"

_HOUR: Final = timedelta(hours=1)
_HOURS: Final = LIFETIME / _HOUR

token = App(name="token", help="Tokens of agencies: issue them, take them back, renew their keys.")
access = App(name="access", help="Who may read a topic of its own with a Kafka client.")


@token.default
def issue(agency: str, *, hours: float = _HOURS, json: bool = False) -> int:
    """Print a token of an agency of the directory; `platform` is the operators'.

    Parameters
    ----------
    agency
        Its short name, such as toa-da-nang.
    hours
        For how long it is valid, up to a week.
    json
        Print the token with its agency, roles and end as JSON.
    """
    settings = settings_of_platform()
    entry = _in_being(_known(agency), settings)
    try:
        issued = Issuer(settings.secrets).issue(entry, timedelta(hours=hours))
    except (ValueError, OverflowError) as error:
        raise CommandError(f"--hours {hours}: {error}") from None
    if json:
        said = {"agency": entry.slug, "roles": entry.roles, "token": issued, "hours": hours}
        print(msgspec.json.encode(said).decode())
    else:
        print(issued)
    return 0


@token.command(name="revoke")
def revoke_tokens(
    token: str | None = None, *, agency: str | None = None, key: str | None = None
) -> int:
    """Take back one token, all of an agency that were issued until now, or all of a signing key.

    It takes effect in every process of this house within a second or two.

    Parameters
    ----------
    token
        The token itself.
    agency
        The short name of an agency, in the directory or not.
    key
        The id of a signing key, as `lienthong token keys` lists it.
    """
    issuer = Issuer(settings_of_platform().secrets)
    match token, agency, key:
        case str(), None, None:
            try:
                revoked = issuer.revoke(token)
            except TokenError as error:
                raise CommandError(f"there is nothing to revoke: {error}") from None
            print(f"token {revoked.id} of {revoked.agency}: revoked")
        case None, str(), None:
            issuer.revoke_agency(agency)
            print(f"every token of {agency} that was issued until now: revoked")
        case None, None, str():
            try:
                signing = issuer.keys.revoke(key)
            except KeyUnknown as error:
                raise CommandError(str(error)) from None
            print(f"every token signed with {key}: revoked; {signing} signs")
        case _:
            raise CommandError("name what to revoke: a token, --agency or --key, one of them")
    return 0


@token.command
def rotate(*, overlap: float = LONGEST_LIFETIME / _HOUR) -> int:
    """Let a new key sign tokens from now on; the former ones verify for a while longer.

    Parameters
    ----------
    overlap
        For how many hours, a week by default: as long as the longest token is valid.
    """
    keys = Issuer(settings_of_platform().secrets).keys
    kid, until = keys.rotate(_overlap(overlap), datetime.now(UTC))
    print(f"{kid} signs; those before it verify until {until:%Y-%m-%dT%H:%M:%SZ}")
    return 0


@token.command
def keys() -> int:
    """List the signing keys in force, the one that signs last."""
    for each in Issuer(settings_of_platform().secrets).keys.in_force(datetime.now(UTC)):
        print(
            f"{each.kid}  "
            + (f"verifies until {each.ends_at:%Y-%m-%dT%H:%M:%SZ}" if each.ends_at else "signs")
        )
    return 0


@access.command
def grant(agency: str, *, overlap: float = 0, json: bool = False) -> int:
    """Make an agency's topic and a user that may read it; the password is shown this once.

    Granting again gives another user and password; the former one reads on for the overlap.

    Parameters
    ----------
    agency
        Its short name, such as nh-song-cam.
    overlap
        For how many hours the former user may read on, up to a week; none by default.
    json
        Print what the agency needs to connect as JSON.
    """
    settings = settings_of_servers()
    entry = _in_being(_known(agency), settings)
    if entry.kind == _PLATFORM:
        raise CommandError(f"{agency} is this house itself: agencies of other kinds have topics")
    grants = Grants(settings)
    told = asyncio.run(grants.grant(agency, _overlap(overlap), datetime.now(UTC)))
    if json:
        print(msgspec.json.encode(told).decode())
    else:
        fields = msgspec.structs.asdict(told)
        print("".join(f"{name:10} {value}\n" for name, value in fields.items()), end="")
    return 0


@access.command(name="revoke")
def revoke_access(agency: str) -> int:
    """Take an agency's users and their rights away; the topic stays, and is filled no more.

    Parameters
    ----------
    agency
        Its short name, such as nh-song-cam, in the directory or not.
    """
    asyncio.run(Grants(settings_of_servers()).revoke(agency))
    print(f"the topic of {agency}: nobody reads it now")
    return 0


@access.command
def expire() -> int:
    """Take the rights of former users away whose overlap is over."""
    for user in asyncio.run(Grants(settings_of_servers()).expire(datetime.now(UTC))):
        print(f"{user}: reads no more")
    return 0


def _overlap(hours: float) -> timedelta:
    longest = LONGEST_LIFETIME / _HOUR
    if not 0 <= hours <= longest:
        raise CommandError(f"--overlap {hours}: expected 0 to {longest:.0f}")
    return timedelta(hours=hours)


def _in_being(entry: Agency, settings: Settings) -> Agency:
    today = day_of(clock_of(settings).now())
    if not entry.existed_on(today):
        raise CommandError(
            f"{entry.slug} is not in being on {today} but from {entry.valid_from} to "
            f"{entry.valid_to or 'now'}: it gets no token and no topic"
        )
    return entry


def _known(agency: str) -> Agency:
    known = directory.load(load_catalogue())
    entry = known.agency(agency)
    if entry is None:
        names = ", ".join(known.agencies)
        raise CommandError(f"the directory has no agency {agency}; it has {names}")
    return entry
