"""What a text costs as SMS, and that no part ever breaks a letter."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms_segments import PART_UNITS, SINGLE_UNITS, Encoding, count_units, encoding_of, part_count, segments
from bot.channels.text_clusters import clusters

THAI = "ช่วยด้วย เก็บหนังสือเดินทาง แสดง ใจกะ น้ำ กำลัง "
KHMER = "ខ្ញុំត្រូវការជំនួយ ស្ត្រី ព្រះ "
BURMESE = "ကျွန်ုပ်ကူညီပါ ဗုဒ္ဓ သင်္ဘော ကမ္ဘာ ယောက်ျား မြန်မာ "
VIETNAMESE = "Xin hãy giúp tôi, họ giữ hộ chiếu của tôi "
LETTERS = st.sampled_from(
    [*THAI, *KHMER, *BURMESE, *VIETNAMESE, *"abc @€{\n", "👨\u200d👩\u200d👧", "🇰🇭", "🆘", "e\u0301"]
)
TEXTS = st.lists(LETTERS, max_size=400).map("".join) | st.text(max_size=300)


@pytest.mark.parametrize(
    ("text", "encoding", "units"),
    [
        pytest.param("", Encoding.GSM7, 0, id="nothing"),
        pytest.param("Are you safe?", Encoding.GSM7, 13, id="English"),
        pytest.param("€[]{}", Encoding.GSM7, 10, id="extension table costs two each"),
        pytest.param("\f^\\~|", Encoding.GSM7, 10, id="rest of the extension table"),
        pytest.param("Ç", Encoding.GSM7, 1, id="capital c with cedilla is in the table"),
        pytest.param("ç", Encoding.UCS2, 1, id="small c with cedilla is not"),
        pytest.param("`", Encoding.UCS2, 1, id="a backtick turns the whole message"),
        pytest.param("xóa", Encoding.UCS2, 3, id="Vietnamese"),
        pytest.param("xo\u0301a", Encoding.UCS2, 3, id="Vietnamese typed with a combining accent counts in NFC"),
        pytest.param("e\u0300", Encoding.GSM7, 1, id="composing brings it back into GSM-7"),
        pytest.param("🆘", Encoding.UCS2, 2, id="an emoji is a surrogate pair"),
        pytest.param("น้ำ", Encoding.UCS2, 3, id="Thai counts every mark"),
    ],
)
def test_units_are_counted_as_the_network_counts_them(text: str, encoding: Encoding, units: int) -> None:
    assert (encoding_of(text), count_units(text)) == (encoding, units)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("a" * 160, 1, id="160 septets"),
        pytest.param("a" * 161, 2, id="161 septets"),
        pytest.param("a" * 306, 2, id="two full parts"),
        pytest.param("a" * 307, 3, id="one more"),
        pytest.param("€" * 80, 1, id="80 euro signs"),
        pytest.param("€" * 153, 3, id="an escape is never parted from its character: 76 to a part"),
        pytest.param("ก" * 70, 1, id="70 Thai letters"),
        pytest.param("ก" * 71, 2, id="71 Thai letters"),
        pytest.param("ก" * 134, 2, id="two full Thai parts"),
        pytest.param("🆘" * 35, 1, id="35 emoji"),
        pytest.param("🆘" * 36, 2, id="36 emoji: 33 to a part"),
        pytest.param("🆘" * 66, 2, id="66 emoji: a pair is never parted"),
        pytest.param("a" * 159 + "ก", 3, id="one Thai letter turns 160 Latin ones"),
    ],
)
def test_the_number_of_parts_is_what_a_phone_would_show(text: str, parts: int) -> None:
    assert part_count(text) == parts


def test_cutting_between_words_may_take_a_part_more_than_the_network_would() -> None:
    assert (part_count("ก" * 134), len(segments("ก" * 134))) == (2, 3)


@given(TEXTS)
def test_cutting_between_words_never_takes_fewer_parts(text: str) -> None:
    assert part_count(text) <= len(segments(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ខ្ញុំ", ("ខ្ញុំ",), id="Khmer: a consonant below, coeng"),
        pytest.param("ស្ត្រី", ("ស្ត្រី",), id="Khmer: two consonants below"),
        pytest.param("ត្រូវ", ("ត្រូ", "វ"), id="Khmer: the stack ends at the next consonant"),
        pytest.param("ဗုဒ္ဓ", ("ဗု", "ဒ္ဓ"), id="Burmese: a stack"),
        pytest.param("သင်္ဘော", ("သ", "င်္ဘော"), id="Burmese: kinzi above"),
        pytest.param("ကမ္ဘာ", ("က", "မ္ဘာ"), id="Burmese: a stack with a long vowel, which ICU parts"),
        pytest.param("ကြွေး", ("ကြွေး",), id="Burmese: medials, vowel and tone"),
        pytest.param("ယောက်ျား", ("ယော", "က်ျား"), id="Burmese: a medial after asat"),
        pytest.param("น้ำ", ("น้ำ",), id="Thai: sara am"),
        pytest.param("เก็บ", ("เก็", "บ"), id="Thai: a vowel before its consonant"),
        pytest.param("กะ", ("กะ",), id="Thai: a vowel after its consonant"),
        pytest.param("👨\u200d👩\u200d👧🇰🇭", ("👨\u200d👩\u200d👧", "🇰🇭"), id="emoji family and a flag"),
        pytest.param("e\u0301x", ("e\u0301", "x"), id="combining accent"),
    ],
)
def test_what_a_reader_sees_as_one_letter_stays_whole(text: str, expected: tuple[str, ...]) -> None:
    assert clusters(text) == expected


@pytest.mark.parametrize("sentence", [THAI, KHMER, BURMESE, VIETNAMESE], ids=["th", "km", "my", "vi"])
def test_parts_end_between_words_in_every_language(sentence: str) -> None:
    parts = segments(sentence * 6)
    whole = sentence.split()
    assert len(parts) > 2
    for part in parts[:-1]:
        # The last word before the cut is a whole one, or the beginning of a run of words written without a space.
        assert part.endswith(" ") or any(word.startswith(part.split()[-1]) for word in whole)


@given(TEXTS)
def test_the_parts_joined_are_the_text(text: str) -> None:
    assert "".join(segments(text)) == unicodedata.normalize("NFC", text)


@given(TEXTS)
def test_no_part_is_longer_than_it_may_be(text: str) -> None:
    parts, encoding = segments(text), encoding_of(text)
    limit = SINGLE_UNITS[encoding] if len(parts) == 1 else PART_UNITS[encoding]
    assert all(_units(part, encoding) <= limit for part in parts)


@given(TEXTS)
def test_no_part_begins_with_a_mark_unless_the_letter_before_fills_a_part(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    longest = max((_units(cluster, encoding_of(text)) for cluster in clusters(composed)), default=0)
    for part in segments(text)[1:]:
        assert not unicodedata.category(part[0]).startswith("M") or longest > PART_UNITS[Encoding.UCS2]


@given(TEXTS)
def test_cuts_fall_between_clusters(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    whole = clusters(composed)
    assert "".join(whole) == composed
    if all(_units(cluster, encoding_of(text)) <= PART_UNITS[encoding_of(text)] for cluster in whole):
        assert _ends(segments(text)) <= _ends(whole)


def test_ten_thousand_marks_on_one_letter_are_cut_rather_than_looped_over() -> None:
    started = time.perf_counter()
    parts = segments("ก" + "\u0e49" * 10_000)
    assert time.perf_counter() - started < 5
    assert len(parts) == 150
    assert max(len(part) for part in parts) == 67


def _units(text: str, encoding: Encoding) -> int:
    """Units of a piece in the encoding the whole message has, counted apart from the code under test."""
    if encoding is Encoding.UCS2:
        return len(text.encode("utf-16-le")) // 2
    return sum(2 if character in "\f^{}\\[~]|€" else 1 for character in text)


def _ends(pieces: tuple[str, ...]) -> set[int]:
    ends, position = set(), 0
    for piece in pieces:
        position += len(piece)
        ends.add(position)
    return ends
