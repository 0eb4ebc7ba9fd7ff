from datetime import UTC, datetime

import pytest

from services.core.law.versions import version_at


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        ("2009-07-01T08:00:00+07:00", "R2009"),
        ("2015-06-30T23:59:59+07:00", "R2009"),
        ("2015-07-01T00:00:00+07:00", "R2015"),
        ("2026-06-30T16:59:59+00:00", "R2015"),
        ("2026-06-30T17:00:00+00:00", "R2026"),
    ],
)
def test_an_act_is_governed_by_the_law_of_its_day_in_viet_nam(moment: str, version: str) -> None:
    assert version_at(datetime.fromisoformat(moment)) == version
    assert version_at(datetime.fromisoformat(moment).astimezone(UTC)) == version
