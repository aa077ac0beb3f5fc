"""Help, a tip and questions from the first word to the last: in all five languages, by SMS and on Telegram, answered by
numbers (a tap, where there are buttons), by the digits of their script, and by words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

from bot.channels.text_clusters import shortened
from bot.conversation.chosen_words import as_a_number
from bot.conversation.engine import TurnRequest
from bot.conversation.handle_message import opener_of
from bot.conversation.wording import Wording
from bot.dialogue.questions import CHOICES, YES_OR_NO
from bot.dialogue.state import empty_state
from bot.reports.report_store import read_facts
from tests.conversations.words import LANGUAGES, WORDS
from tests.unit.conversation_turns.two_phones import NEW, OLD
from tests.unit.house import House

DIGITS = {"th": "๐๑๒๓๔๕๖๗๘๙", "km": "០១២៣៤៥៦៧៨៩", "my": "၀၁၂၃၄၅၆၇၈၉"}
PHONES = {"sms": NEW, "telegram": OLD}
WAYS = ("number", "digits of their own", "words")
every_way = pytest.mark.parametrize(
    ("language", "phone", "way"),
    [pytest.param(*each, id=" ".join(each)) for each in itertools.product(LANGUAGES, PHONES, WAYS)],
)
# The question that is open, the number that answers it (or a key of WORDS), and all that is said to it.
Told = tuple[tuple[str, int | str, str], ...]
HELP: Told = (
    ("", "<help>", "urgent_received ask_safe_now"),
    ("safe_now", 1, "who ask_whose"),
    ("whose", 1, "who_is_told ask_danger_now"),
    ("danger_now", 2, "who_can_see ask_place"),
    ("place", "<where>", "ask_details"),
    ("details", "<where>", "ask_people"),
    ("people", "<where>", "ask_write_back"),
    ("write_back", 2, "ask_write_when"),
    ("write_when", "<where>", "ask_tell_whom"),
    ("tell_whom", 3, "filed offer_words"),
)
TIP: Told = (
    ("", "<tip>", "ask_safe_now"),
    ("safe_now", 1, "who ask_danger_now"),
    ("danger_now", 2, "who_is_told ask_details"),
    ("details", "<where>", "who_can_see ask_place"),
    ("place", "<where>", "ask_when"),
    ("when", "<where>", "ask_people"),
    ("people", "<where>", "ask_children"),
    ("children", 2, "ask_how_known"),
    ("how_known", "<where>", "ask_confirmed"),
    ("confirmed", 1, "filed offer_words"),
)
ASKS: Told = (
    ("", "<question>", "ask_safe_now"),
    ("safe_now", 1, "who ask_info_topic"),
)
QUESTIONS: dict[str, Told] = {
    "is this job offer real": (*ASKS, ("info_topic", 1, "info_job_offer ask_departure")),
    "my rights at work": (*ASKS, ("info_topic", 2, "info_work")),
    "I am out and have no passport": (*ASKS, ("info_topic", 3, "info_out_th ask_whose")),
    "what happens if I tell you": (*ASKS, ("info_topic", 4, "info_reporting")),
    "lost money": (*ASKS, ("info_topic", 5, "who_is_told ask_scam_kind"), ("scam_kind", 1, "info_lost_money")),
    "brought to work": (
        *ASKS,
        ("info_topic", 5, "who_is_told ask_scam_kind"),
        ("scam_kind", 2, "who_can_see ask_whose"),
    ),
    "I was scammed": (
        ("", "<scammed>", "ask_safe_now"),
        ("safe_now", 1, "who ask_scam_kind"),
        ("scam_kind", 1, "info_lost_money"),
    ),
    "what I saw or know": (
        ("", "<thanks>", "ask_safe_now"),
        ("safe_now", 1, "who ask_topic"),
        ("topic", 2, "who_is_told ask_danger_now"),
    ),
    **{
        kind: (*ASKS, ("info_topic", 6, "who_is_told ask_aid_kind"), ("aid_kind", number, f"info_{kind}"))
        for number, kind in enumerate(CHOICES["aid_kind"], start=1)
    },
}


def _written(wording: Wording, language: str, way: str, question: str, answer: int | str) -> str:
    """What is written to answer; a tap is the number as well."""
    if isinstance(answer, str):
        return WORDS[language][answer]
    if way == "digits of their own":
        return DIGITS[language][answer] if language in DIGITS else f"{answer}."
    if way == "words" and question in YES_OR_NO:
        return WORDS[language]["<yes>" if answer == 1 else "<no>"]
    if way == "words":
        return wording.render(f"utter_ask_{question}", language, sms=True).text.split("\n")[answer].partition(" = ")[2]
    return str(answer)


def _play(house: House, told: Told, language: str, phone: str, way: str) -> None:
    house.on_call("Noor")
    for question, answer, shows in told:
        heard = house.hears(_written(house.wording, language, way, question, answer), **PHONES[phone])
        assert heard == _in_words(house, shows.split(), language, phone), (question, answer)


def _in_words(house: House, names: Sequence[str], language: str, phone: str) -> list[str]:
    told = dict.fromkeys(("details", "place", "when", "people"), shortened(WORDS[language]["<where>"], 24))
    render = house.wording.render
    return [render(f"utter_{each}", language, sms=phone == "sms", arguments=told).text for each in names]


def _facts(house: House) -> Mapping[str, str]:
    return read_facts(house.report(), opener_of(house.conversation(), house.keys))


@every_way
def test_a_request_for_help_is_told_and_filed(house: House, language: str, phone: str, way: str) -> None:
    _play(house, HELP, language, phone, way)
    facts = _facts(house)
    assert (facts["whose"], facts["danger_now"], facts["write_back"], facts["tell_whom"]) == (
        "self",
        "no",
        "at_times",
        "embassy",
    )
    assert facts["write_when"] == facts["place"] == WORDS[language]["<where>"]


@every_way
def test_a_tip_is_told_read_back_and_filed(house: House, language: str, phone: str, way: str) -> None:
    _play(house, TIP, language, phone, way)
    facts = _facts(house)
    assert (facts["danger_now"], facts["children"], facts["how_known"]) == ("no", "no", WORDS[language]["<where>"])


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_is_told(house: House, language: str, question: str) -> None:
    place = LANGUAGES.index(language) + list(QUESTIONS).index(question)  # every way, and both phones, in turn
    _play(house, QUESTIONS[question], language, list(PHONES)[place % 2], WAYS[place % 3])


# --- Words for numbers ---


def _request(question: str, text: str, language: str) -> TurnRequest:
    state = {**empty_state(), "loop": "report_form", "requested_slot": question}
    return TurnRequest(state=state, text=text, language=language, channel="sms")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", CHOICES)
def test_the_words_of_every_choice_are_its_number(wording: Wording, question: str, language: str) -> None:
    buttons = wording.render(f"utter_ask_{question}", language, sms=False).buttons
    assert len(buttons) == len(CHOICES[question])
    for button in buttons:
        for text in (button.title, f" {button.title.upper()}. "):
            asked = as_a_number(_request(question, text, language), wording)
            is_a_command = asked.text == text  # it means the same at every question: "report", "a question"
            assert asked.text == button.payload or (is_a_command and question == "topic"), text


def test_other_words_than_those_are_no_choice(wording: Wording) -> None:
    for text in ("maybe police", "police officer", "not police", "an aid group or police", "5 police"):
        assert as_a_number(_request("tell_whom", text, "en"), wording).text == text
    assert as_a_number(_request("place", "Police", "en"), wording).text == "Police"
    closed = TurnRequest(state={**empty_state(), "requested_slot": None}, text="Police", language="en", channel="sms")
    assert as_a_number(closed, wording) is closed
