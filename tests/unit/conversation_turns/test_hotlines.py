"""Whom else they can call: asked for by a word, or told under the truth that nobody was reached. Checked ones only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from bot.channels.sms_segments import part_count
from bot.conversation import case_desk
from bot.conversation.engine import Entity, TurnAnswer, TurnRequest, Understanding
from bot.conversation.hotline_words import PLACES, countries_named
from bot.conversation.scripted_engine import ScriptedEngine
from bot.database.session import database_now
from bot.database.tables import HotlineVerification, Staff
from bot.reports.hotlines import expire, verify
from tests.unit.house import CRY, House

OWN = "https://example.org/our-lines"
CHILDLINE, ISSARA, POLICE, CHILD_HELPLINE, APLE = (f"+1 202 555 01{number:02}" for number in range(5))
NUMBERS = {
    "th_childline": CHILDLINE,
    "th_issara_burmese": ISSARA,
    "th_tourist_police": POLICE,
    "kh_child_helpline": CHILD_HELPLINE,
    "kh_aple": APLE,
}
STEP = timedelta(seconds=61)


class NamingEngine:
    """The scripted engine with ears for what a message names: the entities that the test says."""

    def __init__(self) -> None:
        self.named: tuple[Entity, ...] = ()
        self._scripted = ScriptedEngine()

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        answer = await self._scripted.take_turn(request)
        return replace(answer, understanding=Understanding(entities=self.named))


@pytest.fixture
def ears() -> NamingEngine:
    return NamingEngine()


@pytest.fixture
def checked(house: House, ears: NamingEngine) -> Callable[..., House]:
    """A house in which these lines were called and found to answer, by fictional numbers."""

    def check(*keys: str, days: int = 90) -> House:
        with house.database.transaction() as session:
            caller = Staff(name="Caller")
            session.add(caller)
            session.flush()
            today = database_now(session).date()
            for key in keys:
                verify(session, key, staff_id=caller.id, today=today, days=days, number=NUMBERS[key], source=OWN)
        return replace(house, engine=ears)

    return check


def heard(entity: str, value: str) -> Entity:
    return Entity(entity=entity, value=value, text=f"word for {value}")


def asked(house: House, word: str = "numbers", **more: object) -> str:
    """What is said first after this word."""
    before = len(house.said())
    house.hears(word, **more)
    return house.said()[before].text


def safe(house: House, first: str = "hello", **more: object) -> None:
    house.hears(first, **more)
    house.hears("1", **more)


def words(house: House, name: str, language: str = "en") -> str:
    return house.wording.render(name, language, sms=True).text


# --- Asked for ---


def test_nothing_is_told_before_it_is_safe(checked: Callable[..., House]) -> None:
    house = checked("th_childline")
    house.hears("hello")
    assert asked(house) == words(house, "utter_ask_safe_now")
    assert all(CHILDLINE not in each.text for each in house.said())


def test_after_a_gap_it_is_asked_again_whether_it_is_safe(checked: Callable[..., House]) -> None:
    house = checked("th_childline")
    safe(house)
    house.pass_time(timedelta(minutes=30))
    assert asked(house) == words(house, "utter_ask_safe_now")


def test_without_a_checked_number_the_truth_is_told(house: House) -> None:
    safe(house)
    assert asked(house) == words(house, "utter_no_hotlines")


def test_a_line_tells_its_country_what_it_records_and_that_it_may_not_answer(checked: Callable[..., House]) -> None:
    house = checked("th_childline")
    safe(house)
    first, line = asked(house).split("\n")
    assert first == "What you asked for:"
    assert line == f"Thailand: Childline {CHILDLINE}. May record calls. It may not answer."


@pytest.mark.parametrize(
    ("records", "words_told"), [("yes", "Records calls."), ("no", "Does not record calls."), ("unknown", "May record")]
)
def test_what_was_heard_about_recording_goes_before_what_the_list_says(
    checked: Callable[..., House], records: str, words_told: str
) -> None:
    house = checked("th_childline")
    house.change(HotlineVerification, records=records)
    safe(house)
    assert f"{CHILDLINE}. {words_told}" in asked(house)


def test_the_open_question_is_asked_again(checked: Callable[..., House]) -> None:
    house = checked("th_childline")
    safe(house)
    open_question = house.said()[-1].text
    assert house.hears("numbers")[-1] == open_question


LANGUAGES = {"th": ("ช่วยด้วย", "สายด่วน", "ไทย"), "km": ("ជួយផង", "សុំលេខទូរស័ព្ទ", "ថៃ"),
             "vi": ("cứu em với", "đường dây nóng", "Thái Lan"), "my": ("ကူညီပါ", "ဖုန်းနံပါတ်ပေးပါ", "ထိုင်း")}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_asked_and_told_in_every_language(checked: Callable[..., House], language: str) -> None:
    help_word, numbers, country = LANGUAGES[language]
    house = checked("th_childline")
    safe(house, help_word)
    line = asked(house, numbers).split("\n")[1]
    assert line.startswith(country)
    assert CHILDLINE in line
    assert words(house, "utter_hotline_records_unknown", language) in line


def test_the_country_that_a_place_names_decides(checked: Callable[..., House], ears: NamingEngine) -> None:
    house = checked("th_childline", "kh_child_helpline")
    ears.named = (heard("place", "poipet"),)
    safe(house, CRY)
    told = asked(house)
    assert CHILD_HELPLINE in told
    assert CHILDLINE not in told


def test_a_country_without_checked_numbers_gets_no_others(checked: Callable[..., House], ears: NamingEngine) -> None:
    house = checked("th_childline", "kh_child_helpline")
    ears.named = (heard("country", "MM"),)
    safe(house, CRY)
    assert asked(house) == words(house, "utter_no_hotlines")


def test_where_no_country_is_named_the_deployments_own_comes_first(checked: Callable[..., House]) -> None:
    house = checked("th_childline", "kh_child_helpline")
    safe(house)
    told = asked(house)
    assert told.index(CHILDLINE) < told.index(CHILD_HELPLINE)


def test_the_police_are_told_of_last(checked: Callable[..., House]) -> None:
    house = checked("th_tourist_police", "kh_child_helpline")
    safe(house)
    told = asked(house)
    assert told.index(CHILD_HELPLINE) < told.index(POLICE)


def test_a_number_that_expired_or_was_taken_back_is_told_no_more(checked: Callable[..., House]) -> None:
    house = checked("th_childline", "kh_child_helpline")
    with house.database.transaction() as session:
        expire(session, "th_childline", staff_id=1)
        session.execute(
            update(HotlineVerification)
            .where(HotlineVerification.key == "kh_child_helpline")
            .values(expires_on=func.current_date() - 1)
        )
    safe(house)
    assert asked(house) == words(house, "utter_no_hotlines")


@pytest.mark.parametrize(("channel", "lines"), [("sms", 1), ("telegram", 4)])
def test_no_more_is_told_than_can_be_read(checked: Callable[..., House], channel: str, lines: int) -> None:
    house = checked(*NUMBERS)
    safe(house, "ช่วยด้วย", channel=channel)
    told = asked(house, "สายด่วน", channel=channel)
    assert len(told.split("\n")) == 1 + lines
    if channel == "sms":
        assert part_count(told) <= 2


# --- Nobody was reached ---


def test_nobody_was_reached_and_the_checked_numbers_stand_under_it(
    checked: Callable[..., House], ears: NamingEngine
) -> None:
    house = checked("th_childline", "kh_child_helpline")
    ears.named = (heard("place", "poipet"),)
    house.hears(CRY)
    (told,) = [each.text for each in house.said() if words(house, "utter_nobody_yet") in each.text]
    truth, line = told.split("\n")
    assert truth == words(house, "utter_nobody_yet")
    assert line == f"Cambodia: Child Helpline {CHILD_HELPLINE}. May record calls. It may not answer."


def test_without_a_checked_number_it_is_the_truth_alone(house: House) -> None:
    house.hears(CRY)
    assert words(house, "utter_nobody_yet") in [each.text for each in house.said()]


@pytest.mark.parametrize("implicated", [False, True])
def test_where_an_official_was_named_the_police_are_not_offered_unasked(
    checked: Callable[..., House], ears: NamingEngine, implicated: bool
) -> None:
    house = checked("th_tourist_police")
    ears.named = (heard("official", "police"),) if implicated else ()
    house.hears(CRY)
    told = "\n".join(each.text for each in house.said())
    assert words(house, "utter_nobody_yet") in told
    assert (POLICE in told) is not implicated


def test_it_is_held_with_its_numbers_until_it_is_safe_and_chosen_when_it_goes(checked: Callable[..., House]) -> None:
    house = checked("th_childline")
    house.on_call("Dara")
    house.hears(CRY)
    house.pass_time(timedelta(minutes=30))
    for _ in range(12):
        house.pass_time(STEP)
        house.sweep()
        house.send()
    assert all(CHILDLINE not in each.text for each in house.said())
    with house.database.transaction() as session:
        expire(session, "th_childline", staff_id=1)
    safe(house, "hello")
    house.settle()
    assert words(house, "utter_nobody_yet") in [each.text for each in house.said()]


def test_staff_see_the_numbers_that_were_told_though_they_have_expired(checked: Callable[..., House]) -> None:
    house = checked("th_childline")
    house.hears(CRY)
    with house.database.transaction() as session:
        expire(session, "th_childline", staff_id=1)
    with house.database.transaction() as session:
        view = case_desk.open_case(session, 101, staff_id=1, keys=house.keys, wording=house.wording)
    (entry,) = [each for each in view.entries if words(house, "utter_nobody_yet") in each.text]
    assert CHILDLINE in entry.text


# --- Which country ---


@pytest.mark.parametrize(
    ("facts", "countries"),
    [
        ({}, []),
        ({"place": "somewhere in KH"}, []),
        ({"heard_place": "poipet (ปอยเปต)\nbavet"}, ["KH"]),
        ({"heard_country": "VN (Việt Nam)\nTH", "heard_place": "poipet (Poipet)"}, ["KH", "VN", "TH"]),
        ({"heard_place": "a_place_of_another_model", "heard_nationality": "VN"}, []),
    ],
)
def test_the_countries_are_those_of_the_places_then_those_named(facts: dict[str, str], countries: list[str]) -> None:
    assert countries_named(facts) == countries


def test_the_places_are_those_that_the_model_knows() -> None:
    assert PLACES.is_file()
