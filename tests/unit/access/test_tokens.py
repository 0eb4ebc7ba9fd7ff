import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.core.access import tokens
from services.core.access.directory import Agency
from services.core.access.secrets import SecretExposed
from services.core.access.token_keys import FILE, KeyUnknown
from services.core.access.tokens import LONGEST_LIFETIME, Issuer

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
COURT = Agency("toa-da-nang", "Tòa án", "court", ("COURT",), ("da-nang",), None, NOW.date(), None)
BANK = Agency("nh-song-cam", "Ngân hàng", "bank", ("HOLDER",), (), None, NOW.date(), None)


def signed(folder: Path, **changes: Any) -> str:
    """A header whose token the folder's key has signed, with claims that are changed."""
    (key,) = json.loads((folder / FILE).read_bytes())
    issued = NOW.timestamp()
    claims = {
        "iss": "lienthong",
        "aud": "lienthong-gateway",
        "sub": "toa-da-nang",
        "jti": "1",
        "iat": issued,
        "nbf": issued,
        "exp": int(issued) + 3600,
        **changes,
    }
    header = {"alg": "Ed25519", "kid": key["kid"]}
    signing = OKPKey.import_key(key["jwk"])
    return f"Bearer {jwt.encode(header, claims, signing, algorithms=['Ed25519'])}"


def test_a_token_says_which_agency_speaks_and_until_when(tmp_path: Path) -> None:
    token = Issuer(tmp_path).issue(COURT, now=NOW)
    said = Issuer(tmp_path).verify(f"Bearer {token}", NOW)
    assert (said.agency, said.issued_at) == ("toa-da-nang", NOW.timestamp())
    assert said.ends_at == (NOW + timedelta(hours=1)).timestamp()


def test_a_token_ends_when_its_time_is_over_even_if_it_was_verified_before(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    header = f"Bearer {issuer.issue(COURT, timedelta(hours=1), NOW)}"
    issuer.verify(header, NOW + timedelta(minutes=59))
    with pytest.raises(tokens.TokenExpired):
        issuer.verify(header, NOW + timedelta(hours=1))


def test_a_token_of_another_house_is_forged(tmp_path: Path) -> None:
    foreign = Issuer(tmp_path / "elsewhere").issue(COURT, now=NOW)
    with pytest.raises(tokens.TokenForged):
        Issuer(tmp_path / "here").verify(f"Bearer {foreign}", NOW)


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (None, tokens.TokenMissing),
        ("", tokens.TokenMalformed),
        ("Bearer", tokens.TokenMalformed),
        ("Basic dG9hOnRvYQ==", tokens.TokenMalformed),
        ("Bearer not.a.token", tokens.TokenMalformed),
        ("Bearer Ünïcödé", tokens.TokenMalformed),
        ("Bearer " + "a" * 5000, tokens.TokenMalformed),
        # {"alg": "none"}: the oldest trick
        ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0b2EtZGEtbmFuZyJ9.", tokens.TokenMalformed),
    ],
)
def test_whatever_is_not_a_token_is_refused_as_such(
    tmp_path: Path, header: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Issuer(tmp_path).verify(header, NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, None),
        ({"aud": "elsewhere"}, tokens.TokenElsewhere),
        ({"iss": "elsewhere"}, tokens.TokenElsewhere),
        ({"iat": NOW.timestamp() + 60}, tokens.TokenNotYetValid),
        ({"nbf": NOW.timestamp() + 60}, tokens.TokenNotYetValid),
        ({"exp": int(NOW.timestamp()) + 8 * 24 * 3600}, tokens.TokenTooLong),
        ({"exp": 10**400}, tokens.TokenTooLong),
        ({"exp": NOW.timestamp() + 0.5}, tokens.TokenMalformed),
        ({"jti": None}, tokens.TokenMalformed),
        ({"iat": None}, tokens.TokenMalformed),
        ({"nbf": "now"}, tokens.TokenMalformed),
    ],
)
def test_a_signed_token_is_taken_for_its_time_and_for_this_door_alone(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception] | None
) -> None:
    issuer = Issuer(tmp_path)
    header = signed(tmp_path, **changes)
    if error is None:
        issuer.verify(header, NOW)
    else:
        with pytest.raises(error):
            issuer.verify(header, NOW)


def test_no_token_is_issued_for_longer_than_a_week(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    issuer.verify(f"Bearer {issuer.issue(COURT, timedelta(days=7), NOW)}", NOW)
    for lifetime in (timedelta(days=7, seconds=1), timedelta(), timedelta(hours=-1)):
        with pytest.raises(ValueError, match="valid for up to 7 days"):
            issuer.issue(COURT, lifetime, NOW)


def test_a_token_that_is_revoked_speaks_no_more_and_others_do(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    one, other = (issuer.issue(COURT, now=NOW) for _ in range(2))
    issuer.verify(f"Bearer {one}", NOW)
    issuer.revoke(one, NOW)
    with pytest.raises(tokens.TokenRevoked):
        issuer.verify(f"Bearer {one}", NOW)
    issuer.verify(f"Bearer {other}", NOW)
    with pytest.raises(tokens.TokenRevoked):
        issuer.revoke(one, NOW)


def test_what_was_issued_to_an_agency_is_revoked_and_what_is_issued_then_speaks(
    tmp_path: Path,
) -> None:
    issuer, later = Issuer(tmp_path), NOW + timedelta(milliseconds=1)
    old, of_bank = issuer.issue(COURT, now=NOW), issuer.issue(BANK, now=NOW)
    issuer.revoke_agency("toa-da-nang", NOW)
    with pytest.raises(tokens.TokenRevoked):
        issuer.verify(f"Bearer {old}", later)
    issuer.verify(f"Bearer {of_bank}", later)
    issuer.verify(f"Bearer {issuer.issue(COURT, now=later)}", later)


def test_revocations_last_as_long_as_what_they_revoke_and_no_longer(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    week = issuer.issue(COURT, LONGEST_LIFETIME, NOW)
    issuer.revoke(issuer.issue(BANK, now=NOW), NOW)
    issuer.revoke_agency("toa-da-nang", NOW)
    late = NOW + LONGEST_LIFETIME - timedelta(seconds=1)
    issuer.revoke_agency("nobody", late)
    with pytest.raises(tokens.TokenRevoked):
        issuer.verify(f"Bearer {week}", late)
    kept = json.loads((tmp_path / "token-revocations.json").read_bytes())
    assert kept["tokens"] == {}
    assert set(kept["agencies"]) == {"toa-da-nang", "nobody"}


def test_while_keys_overlap_tokens_of_both_speak(tmp_path: Path) -> None:
    issuer, overlap = Issuer(tmp_path), timedelta(hours=2)
    old = issuer.issue(COURT, timedelta(hours=3), NOW)
    fresh_key, until = issuer.keys.rotate(overlap, NOW)
    fresh = issuer.issue(COURT, timedelta(hours=3), NOW)
    assert [key.kid for key in issuer.keys.in_force(NOW)][-1] == fresh_key
    for token in (old, fresh):
        issuer.verify(f"Bearer {token}", until - timedelta(seconds=1))
    issuer.verify(f"Bearer {fresh}", until)
    with pytest.raises(tokens.TokenForged):
        issuer.verify(f"Bearer {old}", until)


def test_a_key_that_is_revoked_verifies_nothing_and_another_signs(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    old = issuer.issue(COURT, now=NOW)
    issuer.verify(f"Bearer {old}", NOW)
    (key,) = issuer.keys.in_force(NOW)
    assert issuer.keys.revoke(key.kid) != key.kid
    with pytest.raises(tokens.TokenForged):
        issuer.verify(f"Bearer {old}", NOW)
    issuer.verify(f"Bearer {issuer.issue(COURT, now=NOW)}", NOW)
    with pytest.raises(KeyUnknown, match="no signing key of that id"):
        issuer.keys.revoke(key.kid)


def test_keys_that_others_make_and_revoke_are_known_here_without_a_restart(tmp_path: Path) -> None:
    here, elsewhere = Issuer(tmp_path), Issuer(tmp_path)
    elsewhere.keys.rotate(timedelta(), NOW)
    here.verify(f"Bearer {elsewhere.issue(COURT, now=NOW)}", NOW)
    (tmp_path / FILE).rename(tmp_path / "lost")
    here.verify(f"Bearer {Issuer(tmp_path).issue(COURT, now=NOW)}", NOW)


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    Issuer(tmp_path)
    path = tmp_path / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(SecretExposed, match="rights 644, expected 600"):
        Issuer(tmp_path)
