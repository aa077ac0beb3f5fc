"""Whose clock a time for a check-in goes by: of the country they named, else of their language; and it is confirmed as
they said it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conversation.engine import Understanding
from tests.unit.conversation_turns.covered import check_in
from tests.unit.conversation_turns.test_what_is_understood import ListeningEngine, named
from tests.unit.house import House

WORD = "small lantern"


@pytest.mark.parametrize("written", ["23:47", "២៣:៤៧", "၂၃:၄၇", "๒๓.๔๗"])
def test_whose_language_tells_no_country_means_the_clock_of_the_deployment(house: House, written: str) -> None:
    for words in ("hello", "1", "check in", written, WORD):
        house.hears(words)
    assert f"{check_in(house).expected_at.astimezone(house.wording.deployment.zone):%H:%M}" == "23:47"


@pytest.mark.parametrize(
    ("language", "hello", "ask", "zone"),
    [
        ("my", "မင်္ဂလာပါ ခင်ဗျာ", "အချိန်ချိန်း", "Asia/Yangon"),
        ("th", "สวัสดีค่ะ", "นัดเวลา", "Asia/Bangkok"),
    ],
)
def test_a_time_is_read_by_the_clock_of_their_language_and_confirmed_as_they_said_it(
    house: House, language: str, hello: str, ask: str, zone: str
) -> None:
    house.on_call("Dara")
    for words in (hello, "1", ask):
        house.hears(words)
    house.hears("23:47")
    [confirmed] = house.hears(WORD)
    assert f"{check_in(house).expected_at.astimezone(ZoneInfo(zone)):%H:%M}" == "23:47"
    assert "23:47" in confirmed
    assert house.conversation().language == language


def test_the_country_they_named_tells_the_clock_before_their_language_does(house: House) -> None:
    ears = ListeningEngine()
    listening = replace(house, engine=ears)
    listening.on_call("Dara")
    ears.understood = named(("place", "myawaddy", "เมียวดี"))
    for words in ("สวัสดีค่ะ", "1"):
        listening.hears(words)
    listening.hears("อยู่เมียวดีค่ะ")
    ears.understood = Understanding()
    listening.hears("นัดเวลา")
    listening.hears("23:47")
    [confirmed] = listening.hears(WORD)
    assert f"{check_in(listening).expected_at.astimezone(ZoneInfo('Asia/Yangon')):%H:%M}" == "23:47"
    assert "23:47" in confirmed


def test_the_model_is_told_whose_clock_a_time_in_words_goes_by(house: House) -> None:
    ears = ListeningEngine()
    listening = replace(house, engine=ears)
    for words in ("မင်္ဂလာပါ ခင်ဗျာ", "1", "အချိန်ချိန်း"):
        listening.hears(words)
    listening.hears("ည ၁၁ နာရီ")
    received_at = ears.asked[-1].received_at
    assert received_at is not None
    assert received_at.utcoffset() == timedelta(hours=6, minutes=30)
