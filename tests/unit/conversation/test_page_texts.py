"""What a page that names several cases says, and how long it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.channels.sms_segments import part_count
from bot.conversation.page_cases import PageCase
from bot.conversation.page_texts import page_words, ranges
from bot.conversation.page_words import Form
from bot.conversation.wording import Wording
from bot.deployment import OfferedLanguage
from bot.messages.outbox import Words
from bot.messages.paging_limits import MOST_BUTTONS, MOST_SIGNS, MOST_SMS_PARTS
from bot.reports.urgency import Urgency

URL = "https://hotline.example/console"
CASE = PageCase(
    alarm_id=1,
    number=101,
    urgency=Urgency.URGENT,
    language="km",
    minutes=4,
    code="4F7K",
    first=True,
    drill=False,
    may_be_repeat=False,
)


def _cases(count: int, *, first: bool = True, step: int = 1, start: int = 101) -> list[PageCase]:
    return [
        replace(CASE, alarm_id=index, number=start + index * step, minutes=9 - index % 10, first=first)
        for index in range(count)
    ]


def _page(wording: Wording, cases: Sequence[PageCase], *, language: str = "en", sms: bool = True) -> Words:
    return page_words(wording.catalogues, language, cases, again=False, form=Form.SMS if sms else Form.CHAT, url=URL)


RANGES = {
    "none": ([], ""),
    "one": ([7], "7"),
    "in a row": ([3, 1, 2], "1-3"),
    "two rows": ([1, 2, 4, 6, 7, 8], "1-2, 4, 6-8"),
    "twice the same": ([5, 5], "5"),
}


@pytest.mark.parametrize(("numbers", "written"), RANGES.values(), ids=RANGES)
def test_numbers_are_written_as_people_write_them(numbers: list[int], written: str) -> None:
    assert ranges(numbers) == written


def test_the_most_urgent_stand_first_then_what_is_new_then_who_waited_longest_and_tests_last() -> None:
    drill = replace(CASE, number=1, urgency=Urgency.CRITICAL, drill=True)
    long = replace(CASE, number=2, minutes=50)
    told = replace(CASE, number=3, minutes=90, first=False)
    critical = replace(CASE, number=4, urgency=Urgency.CRITICAL, minutes=0, first=False)
    ordered = sorted([drill, told, CASE, long, critical], key=lambda case: case.place)
    assert [case.number for case in ordered] == [4, 2, 101, 3, 1]


@pytest.mark.parametrize("language", [each.value for each in OfferedLanguage])
@pytest.mark.parametrize("count", [2, 5, 20, 500])
@pytest.mark.parametrize("sms", [True, False], ids=["sms", "chat"])
def test_in_every_language_it_keeps_its_length_and_names_every_new_case(
    wording: Wording, language: str, count: int, sms: bool
) -> None:
    text = _page(wording, _cases(count), language=language, sms=sms).text
    assert part_count(text) <= MOST_SMS_PARTS if sms else len(text) <= MOST_SIGNS
    shown = text.count("ACK 1") + text.count("ACK 2")
    assert shown >= 1
    if shown < count:
        assert f"{101 + shown}-{100 + count}" in text or shown == count - 1
        assert URL in text


def test_cases_told_of_before_are_only_counted_when_there_is_no_room(wording: Wording) -> None:
    text = _page(wording, [*_cases(2), *_cases(100, first=False, start=301)]).text
    assert "102 urgent cases waiting" in text
    assert "Open the console" in text
    assert "399" not in text
    assert "among them" not in text


def test_new_cases_that_are_not_in_a_row_are_named_even_if_the_page_becomes_longer(wording: Wording) -> None:
    text = _page(wording, _cases(300, step=2)).text
    assert part_count(text) > MOST_SMS_PARTS
    assert all(f"{number}" in text for number in range(101, 101 + 600, 2))


def test_a_page_of_several_has_a_button_for_each_of_the_first_eight(wording: Wording) -> None:
    words = _page(wording, _cases(20), sms=False)
    assert [button.payload for button in words.buttons] == [f"ACK {101 + index} 4F7K" for index in range(MOST_BUTTONS)]
    assert _page(wording, _cases(20), sms=True).buttons == ()


def test_a_voice_asks_about_one_case_and_its_key_takes_the_most_urgent(wording: Wording) -> None:
    words = page_words(wording.catalogues, "en", _cases(3), again=False, form=Form.SPOKEN, url=URL)
    assert words.text == "3 urgent cases waiting. The first: URGENT. Case 101. To take it, press 1."
    assert [button.payload for button in words.buttons] == ["ACK 101 4F7K"]


def test_a_page_that_cannot_be_answered_names_the_cases_and_tells_no_code(wording: Wording) -> None:
    words = page_words(wording.catalogues, "en", _cases(3), again=False, form=Form.LINK, url=URL)
    assert words.text == f"3 urgent cases waiting, oldest 9 min: 101-103.\n{URL}"
    assert words.buttons == ()


def test_one_case_in_a_page_that_cannot_be_answered_has_its_own_link(wording: Wording) -> None:
    words = page_words(wording.catalogues, "en", _cases(1), again=False, form=Form.LINK, url=URL)
    assert words.text.endswith(f"\n{URL}/cases/101")
    assert "4F7K" not in words.text
