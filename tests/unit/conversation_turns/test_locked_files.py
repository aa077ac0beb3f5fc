"""Where a child and sexual abuse were named, no machine and no single person looks into a file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.conversation.case_files import FileRefusedError, list_files, lock_case_files, release_file
from bot.conversation.directives import RecordFacts
from bot.conversation.engine import Entity, TurnAnswer, TurnRequest, Understanding
from bot.conversation.scripted_engine import ScriptedEngine
from bot.database.states import FileKind, FileState
from bot.database.tables import Attachment, AuditEntry
from bot.messages.message import MessageKind, SentFile
from tests.unit.conversation_turns.sent_files import (
    a_file,
    newest_file,
    opens,
    pieces,
    sends,
    sends_picture,
    sends_voice,
    words,
)
from tests.unit.conversation_turns.two_phones import NEW, OLD, continues, given, hears
from tests.unit.house import House

BOTH = {
    "en": "she is 12 and they film her naked",
    "th": "เด็กอายุ 12 ถูกบังคับขายตัว",
    "km": "ក្មេងស្រីអាយុ ១២ ត្រូវគេបង្ខំលក់ខ្លួន",
    "vi": "bé gái 12 tuổi bị ép bán dâm",
    "my": "ကလေးမလေးကို မုဒိမ်းကျင့်နေတယ်",
}
ROUTE = "Call the child protection police unit; copy nothing. Agreement of 3 March."


@pytest.fixture
def with_a_route(house: House) -> House:
    """The operator has written down what the law asks."""
    deployment = house.wording.deployment.model_copy(update={"locked_files_route": ROUTE})
    return replace(house, wording=replace(house.wording, deployment=deployment))


def asks_for_release(house: House, staff_id: int, reason: str = "for_the_authority") -> bool:
    with house.database.transaction() as session:
        file_id = session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first() or 0
        deployment = house.wording.deployment
        return release_file(session, 101, file_id, staff_id=staff_id, reason=reason, deployment=deployment)


def locked_case(house: House) -> tuple[int, int]:
    """A locked file that is here; two people on call."""
    two = (house.on_call("Dara"), house.on_call("Noor", step=2))
    house.hears(BOTH["en"], channel="telegram")
    sends_picture(house)
    house.fetch()
    return two


@pytest.mark.parametrize("language", BOTH)
def test_a_file_in_such_a_case_is_locked_when_it_comes(house: House, language: str) -> None:
    house.hears(BOTH[language], channel="telegram")
    house.arrives(
        "", channel="telegram", kind=MessageKind.PHOTO, files=(a_file(house, FileKind.PICTURE, "image/jpeg"),)
    )
    assert newest_file(house).locked_at is not None, "at the door"
    house.settle()
    told = house.wording.render("utter_file_locked", house.conversation().language or "", sms=False).text
    assert told in [each.text for each in house.said()]


def test_the_reporter_is_told_that_it_is_locked_away(house: House) -> None:
    house.hears(BOTH["en"], channel="telegram")
    assert words(house, "utter_file_locked") in sends_picture(house)


def test_a_caption_locks_its_own_picture(house: House) -> None:
    sends_picture(house, caption=BOTH["en"])
    assert newest_file(house).locked_at is not None


def test_what_came_before_is_locked_at_the_moment_it_is_named_fetched_or_not(house: House) -> None:
    sends_picture(house)
    house.fetch()
    opens(house, house.on_call("Dara"), newest_file(house).id)
    sends_voice(house)
    house.hears("there is a girl, 13 years old", channel="telegram")
    with house.database.transaction() as session:
        assert not any(row.locked_at for row in session.scalars(select(Attachment)))
    house.hears("they make porn", channel="telegram")
    with house.database.transaction() as session:
        assert all(row.locked_at for row in session.scalars(select(Attachment)))


@pytest.mark.parametrize("text", ["she is 12, they locked the door", "a woman was raped", "they took my passport"])
def test_one_of_the_two_alone_locks_nothing(house: House, text: str) -> None:
    house.hears(text, channel="telegram")
    sends_picture(house)
    assert newest_file(house).locked_at is None


class _HearsAChild(ScriptedEngine):
    """An engine that names an age and a kind of work, as the model does."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        answer = await super().take_turn(request)
        entities = (Entity(entity="age", value="14", text="14"), Entity(entity="work", value="sex", text="guests"))
        return replace(answer, understanding=Understanding(entities=entities))


class _AnswersChildren(ScriptedEngine):
    """An engine that heard of sexual violence, and was answered that there are children."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        answer = await super().take_turn(request)
        understanding = Understanding(themes=(("sexual_violence", 0.9), ("child_in_danger", 0.9)))
        return replace(answer, understanding=understanding, do=(*answer.do, RecordFacts(facts={"children": "yes"})))


@pytest.mark.parametrize("engine", [_HearsAChild(), _AnswersChildren()], ids=["entities", "themes and answers"])
def test_what_the_model_heard_and_what_was_answered_locks_too(house: House, engine: ScriptedEngine) -> None:
    sends_picture(house)
    replace(house, engine=engine).hears("a few words more", channel="telegram")
    assert newest_file(house).locked_at is not None


def test_nothing_automated_looks_into_a_locked_file(house: House) -> None:
    """A program under the name of a picture would be refused; to know that, one has to look."""
    house.hears(BOTH["en"], channel="telegram")
    sends_picture(house, b"MZ not a picture")
    house.fetch()
    assert newest_file(house).state is FileState.HERE
    inline = SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", content=b"MZ not a picture")
    sends(house, inline)
    assert newest_file(house).state is FileState.HERE


def test_nobody_opens_a_locked_file_alone(with_a_route: House) -> None:
    dara, noor = locked_case(with_a_route)
    for staff_id in (dara, noor):
        with pytest.raises(FileRefusedError, match="file_locked"):
            opens(with_a_route, staff_id, newest_file(with_a_route).id)
    assert not asks_for_release(with_a_route, dara)
    with pytest.raises(FileRefusedError, match="file_locked"):
        opens(with_a_route, dara, newest_file(with_a_route).id)
    assert len(pieces(with_a_route)) == 1, "it is kept"


def test_the_second_person_is_another_one(with_a_route: House) -> None:
    dara, noor = locked_case(with_a_route)
    assert not asks_for_release(with_a_route, dara)
    with pytest.raises(FileRefusedError, match="second_person"):
        asks_for_release(with_a_route, dara)
    assert asks_for_release(with_a_route, noor)
    with pytest.raises(FileRefusedError, match="file_not_here"):
        asks_for_release(with_a_route, noor)


def test_nobody_agrees_to_a_reason_they_have_not_seen(with_a_route: House) -> None:
    """Both had the page on which nobody had asked yet: the second one would agree to letting everybody open it."""
    dara, noor = locked_case(with_a_route)
    assert not asks_for_release(with_a_route, dara, "wrongly_locked")
    for seen in ("for_the_authority", ""):
        with pytest.raises(FileRefusedError, match="asked_meanwhile"):
            asks_for_release(with_a_route, noor, seen)
    file = newest_file(with_a_route)
    assert (file.released_at, file.released_by_second, file.release_reason) == (None, None, "wrongly_locked")
    assert asks_for_release(with_a_route, noor, "wrongly_locked")


def test_a_release_is_in_the_audit_with_both_names_and_the_reason(with_a_route: House) -> None:
    dara, noor = locked_case(with_a_route)
    asks_for_release(with_a_route, dara, "to_protect_a_child")
    asks_for_release(with_a_route, noor, "to_protect_a_child")
    file = newest_file(with_a_route)
    with with_a_route.database.transaction() as session:
        entries = [(each.staff_id, each.action, each.detail) for each in session.scalars(select(AuditEntry))]
    detail = f"file_{file.id}:to_protect_a_child"
    assert entries == [(dara, "file_release_asked", detail), (noor, "file_released", detail)]


@pytest.mark.parametrize(("reason", "others_may"), [("for_the_authority", False), ("wrongly_locked", True)])
def test_a_released_file_is_for_the_two_unless_it_was_locked_by_mistake(
    with_a_route: House, reason: str, others_may: bool
) -> None:
    dara, noor = locked_case(with_a_route)
    third = with_a_route.on_call("Vanna", step=3)
    asks_for_release(with_a_route, dara, reason)
    asks_for_release(with_a_route, noor, reason)
    file_id = newest_file(with_a_route).id
    assert opens(with_a_route, noor, file_id).content == opens(with_a_route, dara, file_id).content
    if others_may:
        assert opens(with_a_route, third, file_id).content
    else:
        with pytest.raises(FileRefusedError, match="file_locked"):
            opens(with_a_route, third, file_id)


def test_without_a_written_route_or_a_reason_nothing_is_released(house: House, with_a_route: House) -> None:
    dara, _ = locked_case(house)
    with pytest.raises(FileRefusedError, match="no_route"):
        asks_for_release(house, dara)
    with pytest.raises(FileRefusedError, match="no_reason"):
        asks_for_release(with_a_route, dara, "because")


def test_a_person_can_lock_what_no_machine_noticed_also_what_was_released(with_a_route: House) -> None:
    dara, noor = with_a_route.on_call("Dara"), with_a_route.on_call("Noor", step=2)
    sends_picture(with_a_route)
    with_a_route.fetch()
    with with_a_route.database.transaction() as session:
        lock_case_files(session, 101, staff_id=noor)
    asks_for_release(with_a_route, dara, "wrongly_locked")
    asks_for_release(with_a_route, noor, "wrongly_locked")
    opens(with_a_route, dara, newest_file(with_a_route).id)
    with with_a_route.database.transaction() as session:
        lock_case_files(session, 101, staff_id=dara)
    with pytest.raises(FileRefusedError, match="file_locked"):
        opens(with_a_route, dara, newest_file(with_a_route).id)
    sends_voice(with_a_route)
    assert newest_file(with_a_route).locked_at is not None, "and whatever comes"


def test_a_file_of_another_case_is_not_here(house: House) -> None:
    dara = house.on_call("Dara")
    sends_picture(house)
    house.fetch()
    file_id = newest_file(house).id
    house.hears("they took my passport and locked the door", sender="+12025550112")
    with pytest.raises(FileRefusedError, match="file_not_here"):
        opens(house, dara, file_id, number=102)


def test_the_list_says_what_each_person_may_do(with_a_route: House) -> None:
    dara, noor = locked_case(with_a_route)
    asks_for_release(with_a_route, dara)
    conversation = with_a_route.conversation()
    with with_a_route.database.transaction() as session:
        (hers,) = list_files(session, conversation, staff_id=dara)
        (his,) = list_files(session, conversation, staff_id=noor)
    assert (hers.locked, hers.may_open, hers.may_release) == (True, False, False)
    assert (his.locked, his.may_open, his.may_release, his.released_first_by) == (True, False, True, "Dara")


def test_what_the_same_phone_sent_before_it_came_back_by_a_code_is_locked_too(told: House) -> None:
    code = given(told, **OLD)
    sends(told, a_file(told, FileKind.PICTURE, "image/jpeg"), channel="sms")
    assert hears(told, code, **NEW) == continues(told)
    assert newest_file(told).locked_at is None
    hears(told, BOTH["en"], **NEW)
    assert newest_file(told).locked_at is not None


def test_signs_that_one_of_two_joined_conversations_had_lock_the_others_files(told: House) -> None:
    code = given(told, **OLD)
    hears(told, BOTH["en"], **OLD)
    sends(told, a_file(told, FileKind.PICTURE, "image/jpeg"), channel="sms")
    assert newest_file(told).locked_at is None, "nobody knows yet that it is one person"
    hears(told, code, **NEW)
    assert newest_file(told).locked_at is not None
