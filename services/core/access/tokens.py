"""Bearer tokens from a local issuer: short-lived, one agency each, and they can be taken back.

A token says which agency speaks; in which roles, the directory says, and what the agency may say in
them is judged at the gateway's edge. Time is always the wall's: a story's clock opens no door.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from msgspec import Struct

from services.core.access.directory import Agency
from services.core.access.revocations import Revocations
from services.core.access.token_keys import TokenKeys
from services.core.contracts.identifiers import new_id

ISSUER: Final = "lienthong"
AUDIENCE: Final = "lienthong-gateway"
LIFETIME: Final = timedelta(hours=1)
LONGEST_LIFETIME: Final = timedelta(days=7)
_CLOCK_SKEW_SECONDS: Final = 5.0  #: between the machine that signs and the one that verifies
_ALGORITHM: Final = "Ed25519"
_LONGEST: Final = 4_096
_KNOWN: Final = 1_000  #: verified tokens remembered, so that a busy agency's costs one lookup


class TokenError(Exception):
    """A request does not prove who speaks.

    TokenError
      + TokenMissing, TokenMalformed, TokenForged, TokenElsewhere
      + TokenExpired, TokenNotYetValid, TokenTooLong, TokenRevoked
    """


class TokenMissing(TokenError):
    """The request bears no token. Send `Authorization: Bearer <token>`."""


class TokenMalformed(TokenError):
    """What the request bears is not a token of this issuer's form."""


class TokenForged(TokenError):
    """The token's signature is not by a key of this issuer that is in force."""


class TokenElsewhere(TokenError):
    """The token was issued by somebody else or for another door."""


class TokenExpired(TokenError):
    """The token's time is over. Ask for a new one: `lienthong token AGENCY`."""


class TokenNotYetValid(TokenError):
    """The token was issued for a later time."""


class TokenTooLong(TokenError):
    """The token is valid for longer than any token of this issuer may be."""


class TokenRevoked(TokenError):
    """The token was revoked. Ask for a new one: `lienthong token AGENCY`."""


class Speaker(Struct, frozen=True):
    """An agency that a valid token speaks for, with its roles by the directory of today."""

    agency: str
    roles: tuple[str, ...]
    is_operator: bool = False  #: whether it may see everything; no right to submit follows


class Token(Struct, frozen=True):
    """What a token says, once it is verified."""

    agency: str
    id: str
    issued_at: float
    ends_at: int


class _Claims(Struct, frozen=True):
    iss: str
    aud: str
    sub: str
    jti: str
    iat: float
    nbf: float
    exp: int


class _Known(Struct, frozen=True):
    kid: str
    claims: _Claims


class Issuer:
    """Signs tokens, verifies them and takes them back.

    Processes that share the folder share keys and revocations, within a second of each change.
    """

    def __init__(self, folder: Path) -> None:
        """Take the keys of the folder, making one where there is none."""
        self.keys = TokenKeys(folder)
        self._revocations = Revocations(folder, LONGEST_LIFETIME.total_seconds())
        self._known: dict[str, _Known] = {}

    def issue(
        self, agency: Agency, lifetime: timedelta = LIFETIME, now: datetime | None = None
    ) -> str:
        """Return a token of an agency. Raises ValueError for a lifetime above the longest."""
        if not timedelta() < lifetime <= LONGEST_LIFETIME:
            raise ValueError(f"a token is valid for up to {LONGEST_LIFETIME}, not for {lifetime}")
        issued = now or datetime.now(UTC)
        kid, key = self.keys.signing()
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": agency.slug,
            "jti": new_id(),
            "iat": issued.timestamp(),
            "nbf": int(issued.timestamp()),
            "exp": int((issued + lifetime).timestamp()),
        }
        header = {"alg": _ALGORITHM, "kid": kid}
        return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])

    def verify(self, authorization: str | None, now: datetime | None = None) -> Token:
        """Return what the token of a header `Authorization` says. Raises TokenError."""
        if authorization is None:
            raise TokenMissing(TokenMissing.__doc__)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
            raise TokenMalformed(TokenMalformed.__doc__)
        moment = now or datetime.now(UTC)
        claims = self._verified(token, moment)
        _check_times(claims, moment.timestamp())
        if self._revocations.holds(claims.jti, claims.sub, claims.iat):
            raise TokenRevoked(TokenRevoked.__doc__)
        return Token(claims.sub, claims.jti, claims.iat, claims.exp)

    def revoke(self, token: str, now: datetime | None = None) -> Token:
        """Take one token back. Raises TokenError where it is not valid anyway."""
        moment = now or datetime.now(UTC)
        revoked = self.verify(f"Bearer {token}", moment)
        self._revocations.revoke_token(revoked.id, revoked.ends_at, moment)
        return revoked

    def revoke_agency(self, agency: str, now: datetime | None = None) -> None:
        """Take every token back that was issued to an agency until now."""
        self._revocations.revoke_agency(agency, now or datetime.now(UTC))

    def _verified(self, token: str, now: datetime) -> _Claims:
        """Return the claims of a token that a key in force has signed."""
        known = self._known.get(token)
        kid = known.kid if known else _kid(token)
        key = self.keys.verifying(kid, now)
        if key is None:
            raise TokenForged(TokenForged.__doc__)
        if known:
            return known.claims
        try:
            signed = jwt.decode(token, key, algorithms=[_ALGORITHM])
            claims = msgspec.convert(signed.claims, _Claims)
        except (msgspec.ValidationError, ValueError, TypeError, RecursionError) as error:
            raise TokenMalformed(TokenMalformed.__doc__) from error
        except JoseError as error:
            kind = TokenForged if error.error == "bad_signature" else TokenMalformed
            raise kind(kind.__doc__) from error
        if claims.iss != ISSUER or claims.aud != AUDIENCE:
            raise TokenElsewhere(TokenElsewhere.__doc__)
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[token] = _Known(kid, claims)
        return claims


def _kid(token: str) -> str:
    """Return which key a token names. Raises TokenMalformed."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise TokenMalformed(TokenMalformed.__doc__) from error
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise TokenMalformed(TokenMalformed.__doc__)
    return kid


def _check_times(claims: _Claims, now: float) -> None:
    if claims.exp <= now:
        raise TokenExpired(TokenExpired.__doc__)
    if max(claims.iat, claims.nbf) > now + _CLOCK_SKEW_SECONDS:
        raise TokenNotYetValid(TokenNotYetValid.__doc__)
    if claims.exp > claims.iat + LONGEST_LIFETIME.total_seconds():
        raise TokenTooLong(TokenTooLong.__doc__)
