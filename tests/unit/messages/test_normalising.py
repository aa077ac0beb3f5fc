"""Text as it can be compared; never a failure, whatever somebody typed."""

from __future__ import annotations

import unicodedata

import icu
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.normalising import read, without_marks

BURMESE = "ကူညီပါ တံခါးသော့ခတ်ထားတယ် ထွက်မရဘူး"
READ = {
    "spaces are folded": ("  a \t\n b\u3000c ", "a b c"),
    "nul": ("a\x00b", "ab"),
    "lone surrogate": ("a\ud800b", "ab"),
    "zero width": ("a\u200bb\u200d\ufeff", "ab"),
    "overrides": ("\u202eabc\u2066", "abc"),
    "composed": ("e\u0301", "é"),
    "empty": ("", ""),
    "soft hyphen": ("he\u00adlp", "help"),
    "khmer stays whole": ("ខ្ញុំស្ថិតនៅ", "ខ្ញុំស្ថិតនៅ"),
    "thai stays whole": ("ช่วยด้วยน้ำ", "ช่วยด้วยน้ำ"),
}


@pytest.mark.parametrize(("raw", "clean"), READ.values(), ids=READ)
def test_what_is_read(raw: str, clean: str) -> None:
    assert read(raw).all == (clean,)


def test_ten_thousand_marks_on_one_letter_are_cut_short() -> None:
    assert len(read("a" + "\u0301" * 10_000).text) <= 8


def test_unicode_burmese_is_left_alone_and_zawgyi_is_converted() -> None:
    zawgyi = icu.Transliterator.createInstance("my-Zawgyi").transliterate(BURMESE)
    assert (read(BURMESE).text, read(BURMESE).zawgyi) == (BURMESE, False)
    assert (read(zawgyi).text, read(zawgyi).zawgyi) == (BURMESE, True)


def test_where_the_encoding_cannot_be_told_both_readings_are_kept() -> None:
    undecided = next(
        (reading for reading in map(read, ("ေက", "ကေ", "မေ", "ေမ", "ျမ", "မြ", "ၾကည့္", "သြား")) if reading.other), None
    )
    assert undecided is not None
    assert len(undecided.all) == 2


MARKS = {
    "vietnamese": ("cứu em với Đường", "cuu em voi Duong"),
    "thai": ("ช่วย", "ช่วย"),
    "khmer": ("ជួយ", "ជួយ"),
    "burmese": ("ကူညီ", "ကူညီ"),
    "plain": ("abc", "abc"),
}


@pytest.mark.parametrize(("text", "plain"), MARKS.values(), ids=MARKS)
def test_marks_are_taken_off_latin_letters_only(text: str, plain: str) -> None:
    assert without_marks(text) == plain


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=300, deadline=None)
def test_reading_never_fails_and_is_stable(raw: str) -> None:
    for text in read(raw).all:
        assert not any(unicodedata.category(sign) == "Cs" or sign == "\x00" for sign in text)
        assert text == text.strip()
        text.encode()
