"""`lienthong token AGENCY`: a bearer token with which an agency may speak for a month."""

import msgspec
from cyclopts import App

from services.cli.errors import CommandError
from services.core.access import directory
from services.core.access.tokens import LIFETIME, Issuer
from services.core.contracts.catalogue_file import load_catalogue
from services.core.settings import Settings


def add_to(app: App) -> None:
    """Add this group's commands."""
    app.command(token)


def token(agency: str, *, json: bool = False) -> int:
    """Print a token of an agency of the directory; `platform` is the operators'.

    Parameters
    ----------
    agency
        Its short name, such as toa-da-nang.
    json
        Print the token with its agency and roles as JSON.
    """
    known = directory.load(load_catalogue())
    entry = known.agency(agency)
    if entry is None:
        names = ", ".join(known.agencies)
        raise CommandError(f"the directory has no agency {agency}; it has {names}")
    issued = Issuer(Settings.load().secrets).issue(entry)
    if json:
        said = {"agency": entry.slug, "roles": entry.roles, "token": issued, "days": LIFETIME.days}
        print(msgspec.json.encode(said).decode())
    else:
        print(issued)
    return 0
