from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.core.access import directory as directories
from services.core.access.directory import Directory, DirectoryError, load, watched
from services.core.contracts.catalogue_file import load_catalogue

CATALOGUE = load_catalogue()
COURT = "{vi: Tòa án, kind: court, roles: [COURT], territory: [da-nang], valid_from: 2025-07-01%s}"


PLACES = "{viet-nam: null, da-nang: viet-nam}"


def written(
    folder: Path, agencies: str, officers: str = "{}", territories: str = PLACES
) -> Directory:
    path = folder / "directory.yaml"
    path.write_text(
        f"territories: {territories}\nagencies: {agencies}\nofficers: {officers}\n",
        encoding="utf-8",
    )
    return load(CATALOGUE, path)


def test_the_house_has_a_directory() -> None:
    directory = load(CATALOGUE)
    court = directory.agency("toa-da-nang")
    clerk = directory.officer("thu-ky-hoa")
    assert court is not None
    assert court.kind == "court"
    assert clerk is not None
    assert clerk.agency == "toa-da-nang"
    assert directory.agency("toa-sai-gon") is None


def test_an_agency_that_ended_existed_until_its_last_day() -> None:
    ended = load(CATALOGUE).agency("toa-hai-chau")
    assert ended is not None
    assert ended.existed_on(date(2025, 6, 30))
    assert not ended.existed_on(date(2025, 7, 1))
    assert not ended.existed_on(date(1996, 12, 31))


def test_the_duties_of_an_agency_that_ended_are_its_successors_from_the_next_day_on() -> None:
    known = load(CATALOGUE)
    assert known.heir("toa-hai-chau", date(2025, 6, 30)) == "toa-hai-chau"
    assert known.heir("toa-hai-chau", date(2025, 7, 1)) == "toa-da-nang"
    assert known.inherited("toa-da-nang", date(2025, 6, 30)) == ["toa-da-nang"]
    assert known.inherited("toa-da-nang", date(2026, 9, 1)) == ["toa-da-nang", "toa-hai-chau"]


@pytest.mark.parametrize(
    ("agencies", "complaint"),
    [
        ("{toa: " + COURT % ", succeeded_by: toa-2" + "}", r"toa\.succeeded_by: toa-2 is not"),
        ("{toa: " + COURT % ", succeeded_by: toa" + "}", "succeeded_by toa, but has no valid_to"),
        (
            "{toa: " + COURT % ", valid_to: 2026-06-30, succeeded_by: toa" + "}",
            "toa ends on 2026-06-30, no later",
        ),
        ("{toa: " + COURT % ", reports_to: nobody" + "}", r"agencies\.toa\.reports_to: nobody"),
        ("{toa: " + COURT % ", colour: red" + "}", "unknown field `colour`.*toa|colour"),
        ("{toa: " + COURT % ", parent: nobody" + "}", r"agencies\.toa\.parent: nobody"),
        ("{Toa.Án: " + COURT % "" + "}", "a short name holds small letters"),
        ("{toa: " + COURT % ", valid_to: 2025-06-30" + "}", "ends on 2025-06-30"),
        ("{toa: " + COURT % "" + ", toa: " + COURT % "" + "}", "the key toa stands twice"),
        ("{toa: " + (COURT % "").replace("court", "castle") + "}", r"agencies\.toa\.kind: castle"),
        ("{toa: " + (COURT % "").replace("[COURT]", "[HEAD]") + "}", "kind as HEAD: court is not"),
        ("{toa: {vi: Tòa}}", "missing required field `kind`"),
        ("{toa: " + (COURT % "").replace("[da-nang]", "[mars]") + "}", r"agencies\.toa\.territory"),
    ],
)
def test_a_flaw_in_the_file_is_named(tmp_path: Path, agencies: str, complaint: str) -> None:
    with pytest.raises(DirectoryError, match=complaint):
        written(tmp_path, agencies)


def test_an_officer_speaks_only_in_roles_of_the_agency(tmp_path: Path) -> None:
    officers = "{hoa: {agency: toa, roles: [HEAD], valid_from: 2025-07-01}}"
    with pytest.raises(DirectoryError, match=r"officers\.hoa\.roles: HEAD"):
        written(tmp_path, "{toa: " + COURT % "" + "}", officers)


@pytest.mark.parametrize(
    ("territories", "complaint"),
    [
        ("{da-nang: viet-nam}", r"territories\.da-nang: viet-nam is not one of"),
        ("{da-nang: hue, hue: da-nang}", r"territories\.da-nang: it lies within itself"),
    ],
)
def test_a_territory_lies_in_one_that_is_known_and_not_in_itself(
    tmp_path: Path, territories: str, complaint: str
) -> None:
    with pytest.raises(DirectoryError, match=complaint):
        written(tmp_path, "{}", territories=territories)


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ("vks-khu-vuc-3", "thads-da-nang", True),
        ("thads-da-nang", "ubnd-phuong-song-cam", True),
        ("nh-song-cam", "ubnd-phuong-song-cam", True),
        ("toa-hai-chau", "ubnd-phuong-song-cam", False),
        ("toa-da-nang", "nobody", False),
    ],
)
def test_territories_meet_where_one_lies_in_the_other(one: str, other: str, met: object) -> None:
    assert load(CATALOGUE).meet(one, other) is met
    assert load(CATALOGUE).meet(other, one) is met


def test_the_directory_is_read_anew_and_a_broken_one_is_refused_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "directory.yaml"
    monkeypatch.setattr(directories, "PATH", path)
    written(tmp_path, "{toa-mot: " + COURT % "" + "}")
    current = watched(CATALOGUE)
    assert list(current().agencies) == ["toa-mot"]

    path.write_text("agencies: {toa-mot: {kind: cour")
    with capture_logs() as logs:
        current.look()
    assert list(current().agencies) == ["toa-mot"]
    (said,) = logs
    assert (said["log_level"], said["event"]) == ("error", "file_refused")
    assert str(path) in said["why"]

    written(tmp_path, "{toa-hai: " + COURT % "" + "}")
    current.look()
    assert list(current().agencies) == ["toa-hai"]
