"""Pages and pieces of them, as text."""

import pytest

from services.console.live import Batch, row_of
from services.console.pages import Pages, Static, ago, short
from services.console.visitors import way_on
from services.console.words import WORDS
from services.core.contracts.identifiers import new_id
from services.core.telling.lines import Line, Teller
from tests.unit.contracts.generated import CATALOGUE, CODEC
from tests.unit.telling.threads import BEGUN, CASE, DIRECTORY, entry

PAGES = Pages(Static())
TELLER = Teller(CATALOGUE, CODEC, DIRECTORY)


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    assert all(
        WORDS["vi"][name].count("{}") == WORDS["en"][name].count("{}") for name in WORDS["vi"]
    )


def test_a_refusal_is_marked_with_its_article_and_what_would_be_allowed() -> None:
    reason = {
        "code": "FORBIDDEN_HOURS",
        "article": "Đ72.5",
        "vi": "Không cưỡng chế từ 22 giờ đến 6 giờ.",
        "en": "No coercion between 22:00 and 06:00.",
        "next_allowed": "2026-08-04T23:00:00Z",
    }
    refused = entry(
        "submission.refused",
        CASE,
        submission_id=new_id(),
        claim_type="thads.coercion.scheduled",
        reasons=[reason],
    )
    line = TELLER.line(refused.record, refused.envelope)
    text = PAGES.rows(Batch([row_of("1", CASE, line)], "1"), "vi")
    assert 'class="refused"' in text
    assert "<b>TỪ CHỐI</b> FORBIDDEN_HOURS (Đ72.5): Không cưỡng chế" in text
    assert "được phép từ 05-08-2026 06:00" in text
    assert f'href="/console/cases/{CASE}#f-1"' in text


def test_the_newest_stands_on_top_and_what_was_skipped_below_it() -> None:
    rows = [row_of(str(n), CASE, line()) for n in (1, 2)]
    text = PAGES.rows(Batch(rows, "2", skipped=7), "en")
    assert text.index('id="f-2"') < text.index('id="f-1"') < text.index("7 events skipped")
    assert "\n" not in text


def test_what_an_event_says_is_never_markup() -> None:
    text = PAGES.rows(Batch([row_of("1", "", line("<script>"))], "1"), "vi")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def line(detail: str = "") -> Line:
    return Line(BEGUN, "toa-da-nang", "thads-da-nang", "x.y", "", "recorded", detail)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/console/cases/1?lang=en", "/console/cases/1?lang=en"),
        ("/console", "/console"),
        (None, "/console"),
        ("/v1/counts", "/console"),
        ("/consoles", "/console"),
        ("//elsewhere.example/console/", "/console"),
        ("https://elsewhere.example/console/", "/console"),
    ],
)
def test_the_sign_in_leads_on_to_pages_of_the_console_alone(asked: str | None, given: str) -> None:
    assert way_on(asked) == given


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "3 s"), (59, "59 s"), (120, "2 min"), (5_400, "1.5 h"), (200_000, "2 d")],
)
def test_how_long_ago(seconds: float, said: str) -> None:
    assert ago(seconds) == said


def test_a_part_is_called_by_what_tells_it_apart() -> None:
    assert short("0190.c2.k1") == ".c2.k1"
    assert short("019012345678") == "…345678"
