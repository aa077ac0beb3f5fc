"""One person, one address. Numbers are of ranges reserved for fiction, or, where a country reserves none (Thailand,
Cambodia, Viet Nam, Myanmar), end in a row of zeros or ones nobody is given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.addresses import can_be_answered, telephone
from bot.errors import MalformedRequestError


@pytest.mark.parametrize(
    ("written", "home_region", "expected"),
    [
        pytest.param("+66 81 000 0000", "TH", "+66810000000", id="Thai, international"),
        pytest.param("081-000-0000", "TH", "+66810000000", id="Thai, national"),
        pytest.param("66810000000", "TH", "+66810000000", id="Thai, international without plus"),
        pytest.param("0066810000000", "TH", "+66810000000", id="Thai, with two zeros"),
        pytest.param("๐๘๑๐๐๐๐๐๐๐", "TH", "+66810000000", id="Thai digits"),
        pytest.param("\uff0b66 81 000 0000", "TH", "+66810000000", id="full-width plus"),
        pytest.param("+855 12 000 000", "TH", "+85512000000", id="Cambodian seen from Thailand"),
        pytest.param("85512000000", "TH", "+85512000000", id="Cambodian without plus seen from Thailand"),
        pytest.param("012 000 000", "KH", "+85512000000", id="Cambodian at home"),
        pytest.param("84900000000", "TH", "+84900000000", id="Vietnamese without plus seen from Thailand"),
        pytest.param("0900 000 000", "VN", "+84900000000", id="Vietnamese at home"),
        pytest.param("+95 9 250 000 000", "TH", "+959250000000", id="Burmese seen from Thailand"),
        pytest.param("09250000000", "MM", "+959250000000", id="Burmese at home"),
        pytest.param("+1 (202) 555-0111", "TH", "+12025550111", id="American, reserved for fiction"),
        pytest.param("+44 7700 900123", "TH", "+447700900123", id="British, reserved for fiction"),
        pytest.param("AIS", "TH", "name:AIS", id="a company's name"),
        pytest.param(" DTAC 2 ", "TH", "name:DTAC 2", id="a name with a digit"),
        pytest.param("1300", "TH", "short:1300", id="a short code"),
        pytest.param("191", "TH", "short:191", id="the police"),
    ],
)
def test_every_spelling_of_a_sender_is_one_address(written: str, home_region: str, expected: str) -> None:
    assert telephone(written, home_region) == expected


@pytest.mark.parametrize(
    "written",
    ["", " ", "+", "++", "()", "12", "12345678901234567890", "+12", "a" * 65, "+66\x0081", "\u202e0810000000"],
    ids=["nothing", "blank", "plus", "pluses", "brackets", "two", "twenty", "short", "long", "NUL", "direction mark"],
)
def test_what_is_no_sender_is_malformed(written: str) -> None:
    with pytest.raises(MalformedRequestError):
        telephone(written, "TH")


@pytest.mark.parametrize(
    ("address", "answerable"), [("+12025550111", True), ("name:AIS", False), ("short:1300", False)]
)
def test_only_a_telephone_can_be_answered(address: str, answerable: bool) -> None:
    assert can_be_answered(address) is answerable


@given(st.text(max_size=70))
def test_any_text_is_an_address_or_malformed(written: str) -> None:
    try:
        address = telephone(written, "TH")
    except MalformedRequestError:
        return
    assert address.startswith(("+", "name:", "short:"))


@given(st.from_regex(r"\+?[0-9]{5,15}", fullmatch=True))
def test_an_address_read_again_is_itself(written: str) -> None:
    try:
        address = telephone(written, "TH")
    except MalformedRequestError:
        return
    if can_be_answered(address):
        assert telephone(address, "KH") == address
