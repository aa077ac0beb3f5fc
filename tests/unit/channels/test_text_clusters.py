"""What is cut short stays readable: whole words, or at least whole letters, and a sign that there was more."""

from __future__ import annotations

import pytest

from bot.channels.text_clusters import clusters, shortened

LONG = {
    "th": "ร้านข้างบ้านรับคนงานต่างด้าวมาใหม่ ไม่มีบัตร",
    "km": "ឡានដឹកកម្មករចូលអគារខ្ពស់រាល់យប់",
    "vi": "quán karaoke gần chợ có mấy em nhỏ phải tiếp khách",
    "my": "ဆိုင်ရှင်က အလုပ်သမားတွေရဲ့ စာရွက်စာတမ်း သိမ်းထားတယ်",
    "en": "the boss of this shop keeps the passports of all cleaners",
}


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize("most", [12, 24, 30])
def test_a_cut_parts_no_letter_and_says_that_there_was_more(language: str, most: int) -> None:
    text = LONG[language]
    short = shortened(text, most)
    kept = short.removesuffix("...")
    assert kept != short
    assert len(short) <= most
    assert text.startswith(kept)
    assert len(kept) >= 4
    assert "".join(clusters(text)[: len(clusters(kept))]) == kept, "a letter was cut in two"


def test_words_stay_whole_where_a_word_fits() -> None:
    assert shortened(LONG["en"], 24) == "the boss of this shop..."
    assert shortened("Donaudampfschifffahrtsgesellschaft", 12) == "Donaudamp..."


def test_what_fits_is_left_alone() -> None:
    assert shortened("behind the blue temple", 24) == "behind the blue temple"
    assert shortened("–", 24) == "–"
