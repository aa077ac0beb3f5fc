"""The return code as digits: no slip of the thumb makes another code of it, and it is found however it is written."""

from __future__ import annotations

import pytest

from bot.messages.normalising import read
from bot.privacy.return_codes import (
    CODE_DIGITS,
    LAST_DIGITS,
    codes_within,
    draw_code,
    grouped,
    is_well_formed,
    last_four,
    lone_digits,
)

CODE = "4821093755261823"
NATIVE = {"Thai": "๐", "Khmer": "០", "Burmese": "၀", "Lao": "໐", "Shan": "႐", "full width": "０"}


def _native(text: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(sign)) if sign.isdecimal() else sign for sign in text)


def test_a_drawn_code_has_sixteen_digits_with_the_right_check_digits() -> None:
    codes = [draw_code() for _ in range(2000)]
    assert all(is_well_formed(code) for code in codes)
    assert len(set(codes)) == 2000
    assert any(code.startswith("0") for code in codes), "a leading zero is a digit like any other"


def test_the_check_digits_are_those_of_the_standard() -> None:
    """ISO/IEC 7064 gives 794 with the check digits 44 for MOD 97-10."""
    assert is_well_formed("0000000000079444")
    assert is_well_formed(CODE)


def test_every_single_wrong_digit_is_noticed() -> None:
    for code in [CODE, *(draw_code() for _ in range(50))]:
        for place in range(CODE_DIGITS):
            for digit in set("0123456789") - {code[place]}:
                assert not is_well_formed(code[:place] + digit + code[place + 1 :])


def test_every_two_neighbours_that_changed_places_are_noticed() -> None:
    for code in [CODE, *(draw_code() for _ in range(200))]:
        for place in range(CODE_DIGITS - 1):
            changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert changed == code or not is_well_formed(changed)


def test_it_is_shown_in_groups_like_a_telephone_number() -> None:
    assert grouped(CODE) == "4821 0937 5526 1823"
    assert last_four(CODE) == "1823"


WRITTEN = {
    "as shown": "4821 0937 5526 1823",
    "without spaces": CODE,
    "dashes": "4821-0937-5526-1823",
    "long dashes": "4821–0937—5526‑1823",
    "dots": "4821.0937.5526.1823.",
    "two by two": "48 21 09 37 55 26 18 23",
    "lines": "4821 0937\n5526 1823\n",
    "as a telephone number": "+4821 0937 5526 1823",
    "in brackets": "(4821 0937 5526 1823)",
    "invisible signs": "\u200b4821\u200b 0937\xa05526 1823",
    "letters that look like Burmese digits": "၄၈၂၁ ဝ၉၃ရ ၅၅၂၆ ၁၈၂၃",
    **{name: _native(grouped(CODE), zero) for name, zero in NATIVE.items()},
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_lone_code_is_read_however_it_is_written(text: str) -> None:
    assert lone_digits(read(text).text, CODE_DIGITS) == CODE


NO_LONE_CODE = {
    "a digit missing": "4821 0937 5526 182",
    "a digit more": "4821 0937 5526 18231",
    "a word before": "code 4821 0937 5526 1823",
    "a Thai word before": "รหัส 4821 0937 5526 1823",
    "a letter for a digit": "4821 O937 5526 1823",
    "nothing": "",
    "signs": "---",
}


@pytest.mark.parametrize("text", NO_LONE_CODE.values(), ids=NO_LONE_CODE)
def test_anything_else_is_no_lone_code(text: str) -> None:
    assert lone_digits(read(text).text, CODE_DIGITS) is None


def test_four_digits_alone_are_read_the_same_way() -> None:
    assert lone_digits(read("๑๘ ๒๓").text, LAST_DIGITS) == "1823"
    assert lone_digits(read("I am 1823").text, LAST_DIGITS) is None


WITHIN = {
    "words around": "my number is 4821 0937 5526 1823 please",
    "stuck to words": "code:4821-0937-5526-1823!",
    "a number right before": "on 12 34 4821 0937 5526 1823",
    "a number right after": "4821 0937 5526 1823 12 34",
    "inside a longer row of digits": "994821093755261823",
    "Khmer words and digits": "លេខ ៤៨២១ ០៩៣៧ ៥៥២៦ ១៨២៣ របស់ខ្ញុំ",
    "stuck to Burmese words": "ကုဒ်၄၈၂၁ ၀၉၃၇ ၅၅၂၆ ၁၈၂၃ပါ",
}


@pytest.mark.parametrize("text", WITHIN.values(), ids=WITHIN)
def test_a_code_is_found_inside_other_words(text: str) -> None:
    assert CODE in codes_within(read(text).text)


def test_other_numbers_are_no_codes() -> None:
    assert list(codes_within("account 4821 0937 5526 1824, phone 081 234 5678, 22.11.2026 02:14")) == []
    assert not is_well_formed("48210937552618२३"), "digits are normalised before they come here"
    assert not is_well_formed("")
