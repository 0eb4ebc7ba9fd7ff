"""When two spellings are one official number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.official_numbers import canonical, is_official_number, plain


@pytest.mark.parametrize(
    "spelled",
    ["702/QĐ-THADS", "702/qđ-thads", " 702 / QĐ - THADS ", "702/QĐ-THADS\N{NO-BREAK SPACE}"],
)
def test_one_number_is_found_however_it_is_spelled(spelled: str) -> None:
    assert canonical(spelled) == "702/QĐ-THADS"


def test_letters_composed_and_decomposed_are_one() -> None:
    assert canonical("4/QĐ-CC\N{LATIN SMALL LETTER E}\N{COMBINING CIRCUMFLEX ACCENT}") == "4/QĐ-CCÊ"
    assert canonical("702/QD-THADS") != canonical("702/QĐ-THADS")


def test_without_its_marks_a_number_is_plain() -> None:
    assert plain("55/xn-qđ cưỡng chế") == plain("55/XN-QD CUONG CHE") == "55/XN-QDCUONGCHE"


@pytest.mark.parametrize("stroked", ["Ð", "ð", "Ɖ", "ɖ", "đ", "D\u0335", "d\u0336"])
def test_what_looks_like_a_d_with_a_stroke_is_one(stroked: str) -> None:
    assert canonical(f"702/Q{stroked}-THADS") == "702/QĐ-THADS"
    assert plain(f"702/Q{stroked}-THADS") == "702/QD-THADS"


@pytest.mark.parametrize(
    "spelled",
    [
        "702/Q\u0110-\u0422\u041d\u0410D\u0405",
        "702/qđ-\u0442h\u0430ds",
        "702/QĐ-\u03a4\u0397\u0391DS",
        "\u0667\u0660\u0662/QĐ-THADS",
        "\u096d\u0966\u0968/QĐ-THADS",
        "702\\QĐ-THADS",
        "702/QĐ\u30fcTHADS",
    ],
)
def test_letters_and_digits_of_other_scripts_that_look_the_same_are_the_same(spelled: str) -> None:
    assert canonical(spelled) == "702/QĐ-THADS"


@pytest.mark.parametrize("dash", list("-‐‑‒–—―−﹘﹣－⸺"))
@pytest.mark.parametrize("slash", list("/⁄∕／⧸"))
def test_every_dash_is_one_and_every_slash_is_one(dash: str, slash: str) -> None:
    assert canonical(f"702{slash}QĐ{dash}THADS") == "702/QĐ-THADS"
    assert is_official_number(f"702{slash}QĐ{dash}THADS")


@pytest.mark.parametrize(
    "spelled",
    [
        "７０２／ＱĐ－ＴＨＡＤＳ",
        "702\u200b/QĐ-\u2060THADS\ufeff",
        "702/Q\u00adĐ-THADS\u202e",
        "702/Q\u034fĐ-THADS\u2800\u3164",
        "702\u3000/\u2009QĐ\t-\u00a0THADS\n",
    ],
)
def test_full_width_letters_spaces_and_what_nobody_sees_make_no_difference(spelled: str) -> None:
    assert canonical(spelled) == "702/QĐ-THADS"


@given(st.text(max_size=40))
def test_the_normal_form_of_a_normal_form_is_the_same(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert plain(plain(text)) == plain(text)
