"""What the model makes of a message counts: it raises alarms, fills facts, and listens while a human speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import case_desk
from bot.conversation.engine import Entity, TurnAnswer, TurnRequest, Understanding
from bot.conversation.scripted_engine import ScriptedEngine
from bot.messages.normalising import read, to_zawgyi
from bot.reports.queue_cards import find_card, list_queue
from tests.unit.house import House

QUIET = "the blue house near the river"  # the floor hears nothing in it
BURMESE = "ကျွန်တော် ဒီနေ့ ဈေးကို သွားမယ်"


class ListeningEngine:
    """The scripted engine with a model's ears: it understands what the test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.understood = Understanding()
        self.asked: list[TurnRequest] = []
        self._scripted = ScriptedEngine()

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        self.asked.append(request)
        return replace(await self._scripted.take_turn(request), understanding=self.understood)


@pytest.fixture
def ears() -> ListeningEngine:
    return ListeningEngine()


@pytest.fixture
def listening(house: House, ears: ListeningEngine) -> House:
    return replace(house, engine=ears)


def named(*entities: tuple[str, str, str]) -> Understanding:
    return Understanding(
        intent="help_self",
        confidence=0.9,
        entities=tuple(Entity(entity=entity, value=value, text=text) for entity, value, text in entities),
    )


def test_a_theme_the_model_hears_wakes_somebody(listening: House, ears: ListeningEngine) -> None:
    listening.on_call("Dara")
    ears.understood = Understanding(intent="help_self", confidence=0.9, themes=(("weapon", 0.8), ("confined", 0.3)))
    listening.hears(QUIET)
    with listening.database.transaction() as session:
        card = find_card(session, 101)
    assert (card.urgency, card.reasons) == ("CRITICAL", ("weapon",))
    assert len(listening.pages()) == 1


def test_a_doubt_of_the_model_puts_the_case_before_a_human_and_wakes_nobody(
    listening: House, ears: ListeningEngine
) -> None:
    listening.on_call("Dara")
    ears.understood = Understanding(intent="out_of_scope", confidence=0.9, perhaps_urgent=True)
    listening.hears(QUIET)
    with listening.database.transaction() as session:
        card = find_card(session, 101)
    assert (card.urgency, card.reasons) == ("HIGH", ("perhaps_urgent",))
    assert listening.pages() == []


def test_the_model_is_heard_while_a_human_speaks_and_says_nothing(listening: House, ears: ListeningEngine) -> None:
    dara = listening.on_call("Dara")
    listening.hears("help")
    with listening.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=1)
    listening.settle()
    ears.understood = Understanding(intent="help_self", confidence=0.9, themes=(("suicide", 0.9),))
    assert listening.hears(QUIET) == []
    with listening.database.transaction() as session:
        assert find_card(session, 101).urgency == "CRITICAL"


def test_what_is_named_stands_in_the_case_with_its_words(listening: House, ears: ListeningEngine) -> None:
    dara = listening.on_call("Dara")
    listening.hears("help")
    ears.understood = named(("place", "poipet", "ปอยเปต"), ("people", "4", "4"))
    listening.hears(QUIET)
    with listening.database.transaction() as session:
        case = case_desk.open_case(session, 101, staff_id=dara, keys=listening.keys, wording=listening.wording)
    assert (case.facts["heard_place"], case.facts["heard_people"]) == ("poipet (ปอยเปต)", "4")


def test_when_it_was_written_goes_along_so_that_tonight_is_that_night(listening: House, ears: ListeningEngine) -> None:
    listening.hears(QUIET)
    received = ears.asked[0].received_at
    assert received is not None
    assert received.tzinfo is not None


def test_a_near_deadline_goes_first_among_those_of_the_same_urgency(listening: House, ears: ListeningEngine) -> None:
    for sender in ("+12025550141", "+12025550142"):
        listening.hears("I want to talk to a person", sender=sender)
        listening.pass_time(timedelta(minutes=1))
    with listening.database.transaction() as session:
        before = [card.number for card in list_queue(session)]
        now = list_queue(session)[0].now
    far = now + timedelta(days=3)
    near = now + timedelta(hours=5)
    for sender, when in (("+12025550141", far), ("+12025550142", near)):
        ears.understood = named(("deadline", f"{when.isoformat()}/{when.isoformat()}", "then"))
        listening.hears(QUIET, sender=sender)
    with listening.database.transaction() as session:
        after = [card.number for card in list_queue(session)]
    assert (before, after) == ([101, 102], [102, 101])


def test_who_writes_in_zawgyi_is_answered_in_zawgyi(house: House) -> None:
    (first, *_) = house.hears(to_zawgyi(BURMESE))
    assert read(first).encoding == "zawgyi"
    (unicode_again, *_) = house.hears(BURMESE + " မနက်ဖြန်လည်း သွားမယ်")
    assert read(unicode_again).encoding == "unicode"


def test_another_language_is_answered_in_english_and_in_the_one_spoken_before(house: House) -> None:
    house.hears("สวัสดีครับ ขอถามหน่อย")
    english, thai, *_ = house.hears("请帮帮我，他们不让我走")
    assert english.isascii()
    assert min(letter for letter in thai if letter.isalpha()) >= "ก"


def test_another_language_without_one_before_is_answered_in_english(house: House) -> None:
    (only, *more) = house.hears("请帮帮我，他们不让我走")
    assert only.isascii()
    assert all(each.isascii() for each in more)
