"""Text as it can be compared; never a failure, whatever somebody typed."""

from __future__ import annotations

import unicodedata

import icu
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.normalising import Encoding, canonical, read, without_marks

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
    "full width": ("ｈｅｌｐ　１１９！", "help 119!"),
    "letters styled as mathematics": ("𝐡𝗲𝒍𝓹 ①", "help 1"),
    "variation selector": ("🙏\ufe0f ok", "🙏 ok"),
    "khmer stays whole": ("ខ្ញុំស្ថិតនៅ", "ខ្ញុំស្ថិតនៅ"),
    "khmer vowel typed before the subscript": ("ខុ្ញំ", "ខ្ញុំ"),
    "khmer sign typed before the vowel": ("ខ្ញំុ", "ខ្ញុំ"),
    "khmer subscript ro typed first": ("ស្រ្តី", "ស្ត្រី"),
    "khmer oe in two signs": ("ធ្វេីការ", "ធ្វើការ"),
    "khmer oo in two signs": ("បេាះ", "បោះ"),
    "khmer ae in two signs": ("េេ ខេេ", "េេ ខែ"),
    "khmer subscript da and ta look alike": ("ស្ដាប់", "ស្តាប់"),
    "khmer u typed for the shifter": ("សុីភូប៉ី", "ស៊ីភូប៉ី"),
    "khmer zero width space": ("ជួយ\u200bខ្ញុំ\u200bផង", "ជួយខ្ញុំផង"),
    "khmer sign typed twice": ("ជួួយ", "ជួយ"),
    "khmer digits": ("៥០០ ដុល្លារ", "500 ដុល្លារ"),
    "thai stays whole": ("ช่วยด้วยน้ำ", "ช่วยด้วยน้ำ"),
    "thai sara am in two signs": ("ทํางาน", "ทำงาน"),
    "thai sara am in two signs around a tone": ("นํ้า น้ํา", "น้ำ น้ำ"),
    "thai tone typed before the vowel": ("ท่ีน้ี", "ที่นี้"),
    "thai tone typed twice": ("ช่่วยด้้วย", "ช่วยด้วย"),
    "thai vowel typed twice": ("ทีีนีี่", "ทีนี่"),
    "thai sara e twice is sara ae": ("เเม่", "แม่"),
    "thai digits": ("๑๙๑", "191"),
    "lao digits": ("໑໒໓", "123"),
    "burmese digits": ("၁၉၉", "199"),
    "burmese nought typed for wa": ("၀န်ထမ်း", "ဝန်ထမ်း"),
    "burmese seven typed for ra": ("၇န်ကုန်", "ရန်ကုန်"),
    "burmese medials typed out of order": ("ကွျန်တော်", "ကျွန်တော်"),
    "burmese asat and dot below": ("ခွင့်ပြု ခွင့်ပြု", "ခွင့်ပြု ခွင့်ပြု"),
    "burmese u typed for nya": ("ဥာဏ် ပစ္စည်း ဥ်", "ဥာဏ် ပစ္စည်း ဉ်"),
    "burmese asat twice": ("ကျွန််မ", "ကျွန်မ"),
    "burmese market": ("စျေး", "ဈေး"),
    "vietnamese tone on the second vowel": ("hoà khoẻ thuý uỷ", "hòa khỏe thúy ủy"),
    "vietnamese capitals": ("HOÀ Thuý", "HÒA Thúy"),
    "vietnamese tone of a closed syllable": ("hòan", "hoàn"),
    "vietnamese qu": ("qúy quý", "quý quý"),
    "vietnamese composed": ("cu\u031b\u0301u em vo\u031b\u0301i", "cứu em với"),
}


@pytest.mark.parametrize(("raw", "clean"), READ.values(), ids=READ)
def test_what_is_read(raw: str, clean: str) -> None:
    assert read(raw).all == (unicodedata.normalize("NFC", clean),)


def test_ten_thousand_marks_on_one_letter_are_cut_short() -> None:
    assert len(read("a" + "\u0301" * 10_000).text) <= 8


def test_unicode_burmese_is_left_alone_and_zawgyi_is_converted() -> None:
    zawgyi = icu.Transliterator.createInstance("my-Zawgyi").transliterate(BURMESE)
    assert (read(BURMESE).text, read(BURMESE).zawgyi, read(BURMESE).encoding) == (BURMESE, False, Encoding.UNICODE)
    assert (read(zawgyi).text, read(zawgyi).zawgyi, read(zawgyi).encoding) == (BURMESE, True, Encoding.ZAWGYI)


def test_where_the_encoding_cannot_be_told_both_readings_are_kept() -> None:
    reading = read("ကြာကြာ")
    assert reading.encoding is Encoding.UNCLEAR
    assert reading.all == ("ကြာကြာ", "ကွာကွာ")


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


def _signs(*ranges: tuple[int, int]) -> str:
    return "".join(chr(point) for first, last in ranges for point in range(first, last + 1))


THAI, KHMER, BURMESE_SIGNS = _signs((0x0E01, 0x0E5B)), _signs((0x1780, 0x17E9)), _signs((0x1000, 0x1049))
ALPHABETS = {
    "thai": THAI + " ",
    "khmer": KHMER + "\u200b ",
    "burmese": BURMESE_SIGNS + " ",
    "vietnamese and english": "abcdeghiklmnopqrstuvxyăâđêôơưàáảãạòóỏõọùúủũụỳýỷỹỵèéẻẽẹ " + _signs((0x0300, 0x0323)),
}
MIXED = st.sampled_from([*ALPHABETS.values(), "".join(ALPHABETS.values())]).flatmap(
    lambda alphabet: st.text(alphabet, max_size=40)
)


@given(MIXED)
@settings(max_examples=600, deadline=None)
def test_reading_a_reading_changes_nothing(raw: str) -> None:
    once = read(raw).text
    assert read(once).text == once
    assert canonical(canonical(raw)) == canonical(raw)


# Pairs that are one letter for a reader: subscript da and ta, nya and u, jha spelt as ca and ya, old letters.
_ONE_LETTER = str.maketrans("\u178a\u17a3\u17a4\u1025\u1008\u1026", "\u178f\u17a2\u17a2\u1009\u1005\u1009")
_CONSONANTS = frozenset(_signs((0x0E01, 0x0E2E), (0x1780, 0x17A2), (0x1000, 0x1021), (0x61, 0x7A)))


@given(MIXED)
@settings(max_examples=600, deadline=None)
def test_no_consonant_of_the_five_languages_is_dropped(raw: str) -> None:
    def consonants(text: str) -> list[str]:
        plain = without_marks(text).lower().translate(_ONE_LETTER)
        return [sign for sign in plain if sign in _CONSONANTS and sign not in "ဝရ"]  # typed as nought and seven

    assert sorted(consonants(raw)) == sorted(consonants(canonical(raw)))
