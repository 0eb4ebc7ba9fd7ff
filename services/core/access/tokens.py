"""Bearer tokens from a local issuer: one per agency, signed with a key that stays in the house.

A token says which agency speaks and in which roles; what the agency may say in them is judged at
the gateway's edge. Time is always the wall's: a story's clock opens no door.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from msgspec import Struct

from services.core.access.directory import Agency
from services.core.access.secrets import kept

ISSUER: Final = "lienthong"
AUDIENCE: Final = "lienthong-gateway"
LIFETIME: Final = timedelta(days=30)
_ALGORITHM: Final = "Ed25519"
_LONGEST: Final = 4_096
_KNOWN: Final = 1_000  #: verified tokens remembered, so that a busy agency's costs one lookup


class TokenError(Exception):
    """A request does not prove who speaks.

    TokenError
      + TokenMissing, TokenMalformed, TokenForged, TokenExpired, TokenElsewhere
    """


class TokenMissing(TokenError):
    """The request bears no token. Send `Authorization: Bearer <token>`."""


class TokenMalformed(TokenError):
    """What the request bears is not a token of this issuer's form."""


class TokenForged(TokenError):
    """The token's signature is not this issuer's."""


class TokenExpired(TokenError):
    """The token's time is over. Ask for a new one: `lienthong token AGENCY`."""


class TokenElsewhere(TokenError):
    """The token was issued by somebody else or for another door."""


class Speaker(Struct, frozen=True):
    """An agency that a valid token speaks for, with its roles by the directory of today."""

    agency: str
    roles: tuple[str, ...]
    is_operator: bool = False  #: whether it may see everything; no right to submit follows


class _Claims(Struct, frozen=True):
    iss: str
    aud: str
    sub: str
    roles: tuple[str, ...]
    exp: int


class Issuer:
    """Signs tokens and verifies them. Several processes share one key by sharing the folder."""

    def __init__(self, folder: Path) -> None:
        """Take the key of the folder, making one where there is none."""
        key = kept(folder, "token-issuer.json", _new_key)
        self._key = OKPKey.import_key(json.loads(key))
        self._known: dict[str, _Claims] = {}

    def issue(
        self, agency: Agency, lifetime: timedelta = LIFETIME, now: datetime | None = None
    ) -> str:
        """Return a token for all the roles in which the agency may speak."""
        issued = now or datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": agency.slug,
            "roles": list(agency.roles),
            "iat": int(issued.timestamp()),
            "exp": int((issued + lifetime).timestamp()),
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])

    def verify(self, authorization: str | None, now: datetime | None = None) -> Speaker:
        """Return who speaks, from the value of the header `Authorization`. Raises TokenError."""
        if authorization is None:
            raise TokenMissing(TokenMissing.__doc__)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
            raise TokenMalformed(TokenMalformed.__doc__)
        claims = self._known.get(token) or self._verified(token)
        if claims.exp <= (now or datetime.now(UTC)).timestamp():
            raise TokenExpired(TokenExpired.__doc__)
        return Speaker(claims.sub, claims.roles)

    def _verified(self, token: str) -> _Claims:
        try:
            signed = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            claims = msgspec.convert(signed.claims, _Claims)
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            raise TokenMalformed(TokenMalformed.__doc__) from error
        except JoseError as error:
            kind = TokenForged if error.error == "bad_signature" else TokenMalformed
            raise kind(kind.__doc__) from error
        if claims.iss != ISSUER or claims.aud != AUDIENCE:
            raise TokenElsewhere(TokenElsewhere.__doc__)
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[token] = claims
        return claims


def _new_key() -> bytes:
    key = OKPKey.generate_key("Ed25519")
    return json.dumps(key.as_dict(private=True)).encode()
