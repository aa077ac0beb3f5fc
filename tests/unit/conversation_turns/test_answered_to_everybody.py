"""What is not words, what nobody here can read, small talk, rudeness, children: in every language, with buttons and
without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.database.states import AlarmState, FileKind, FileState
from bot.database.tables import Report
from bot.messages.message import MessageKind, SentFile
from tests.unit.conversation_turns.sent_files import a_file, newest_file, rows_of_files
from tests.unit.conversation_turns.somebody import BY_SMS, EVERYBODY, ON_TELEGRAM, Somebody
from tests.unit.conversation_turns.test_manners import A_CHILD
from tests.unit.conversation_turns.two_phones import hears, read_by_staff

TWO_MINUTES = timedelta(minutes=2, seconds=1)
MANY = 5  # of one sender in a minute, in these tests
NOBODY_HERE_READS_IT = "我被关在一个园区里，请帮帮我"
KINDS = (
    (FileKind.VOICE, "audio/ogg", None, "voice_taken"),
    (FileKind.PICTURE, "image/jpeg", None, "picture_taken"),
    (FileKind.VIDEO, "video/mp4", None, "video_taken"),
    (FileKind.DOCUMENT, "application/pdf", None, "document_taken"),
    (FileKind.DOCUMENT, "application/zip", None, "file_not_taken"),
    (FileKind.PICTURE, "image/jpeg", 20 * 1024**2 + 1, "file_too_large"),
)


def _sends(writer: Somebody, file: SentFile) -> list[str]:
    kind = MessageKind.VOICE if file.kind is FileKind.VOICE else MessageKind.PHOTO
    return hears(writer.house, "", **writer.phone, kind=kind, files=(file,))


def _nobody_answers(writer: Somebody) -> None:
    """Two minutes pass without a word."""
    assert writer.house.alarm().state is AlarmState.WAITING
    assert writer.house.pages() == []
    writer.house.pass_time(TWO_MINUTES)
    writer.house.sweep()
    writer.house.send()
    assert len(writer.house.pages()) == 1


@ON_TELEGRAM
def test_whatever_is_not_words_is_answered_truthfully_and_danger_is_asked(writer: Somebody) -> None:
    house = writer.at_ease().house
    for kind, media_type, size, response in KINDS:
        told, question = _sends(writer, a_file(house, kind, media_type, size=size))
        assert told == writer.reads(response, megabytes="20")
        assert question == writer.reads("ask_danger_now")
    assert [row.state for row in rows_of_files(house)] == [FileState.WAITING] * 4 + [FileState.REFUSED] * 2
    card = hears(house, "+12025550142, Lee", **writer.phone, kind=MessageKind.CONTACT)
    assert writer.is_told(card, "contact_taken", "ask_danger_now")
    writer.chooses(2)
    place = hears(house, "13.6586, 102.5632", **writer.phone, kind=MessageKind.LOCATION)
    assert writer.reads("ask_place") not in place
    house.on_call("Noor")
    writer.writes(writer.cry)
    assert read_by_staff(house).facts["place"] == "13.6586, 102.5632"


@ON_TELEGRAM
def test_a_voice_message_and_then_nothing_pages_after_two_minutes_and_a_yes_at_once(writer: Somebody) -> None:
    house = writer.at_ease().house
    _sends(writer, a_file(house, FileKind.VOICE, "audio/ogg"))
    _nobody_answers(writer)
    _sends(writer, a_file(house, FileKind.VOICE, "audio/ogg"))
    writer.chooses(1)
    assert "danger_now" in house.report().urgency_reasons


@BY_SMS
def test_a_picture_by_sms_is_taken_and_a_yes_pages_at_once(writer: Somebody) -> None:
    house = writer.at_ease().house
    told = _sends(writer, a_file(house, FileKind.PICTURE, "image/jpeg"))
    assert writer.is_told(told, "picture_taken", "ask_danger_now")
    assert newest_file(house).state is FileState.WAITING
    writer.chooses(1)
    assert len(house.pages()) == 1


@EVERYBODY
def test_words_nobody_here_can_read_are_asked_for_danger_and_page_after_two_minutes(writer: Somebody) -> None:
    writer.at_ease()
    english = writer.house.wording.render("utter_ask_danger_now", "en", sms=writer.sms).text
    asked = writer.writes(NOBODY_HERE_READS_IT)
    assert asked == list(dict.fromkeys([english, writer.reads("ask_danger_now")]))
    _nobody_answers(writer)


@EVERYBODY
def test_thanks_small_talk_and_rudeness_are_answered_in_a_sentence_and_back_to_the_question(writer: Somebody) -> None:
    question = writer.at_ease().says("skip")[-1]
    assert writer.says("thanks") == [writer.reads("thanks"), question]
    assert writer.says("insult") == [writer.reads("insult"), question]
    assert writer.says("who") == [writer.reads("who"), question]
    assert writer.house.pages() == []


@EVERYBODY
def test_stop_is_obeyed_start_begins_with_the_safe_question_and_a_cry_is_heard(writer: Somebody) -> None:
    writer.at_ease()
    assert writer.is_told(writer.says("stop"), "stop")
    assert writer.is_told(writer.says("start"), "ask_safe_now")
    assert writer.is_told(writer.says("stop"), "stop")
    assert writer.is_told(writer.writes(writer.cry), "urgent_received", "ask_safe_now")
    assert len(writer.house.pages()) == 1


@EVERYBODY
def test_a_child_is_asked_in_simpler_words_and_never_offered_a_secret(writer: Somebody) -> None:
    house = writer.house
    house.on_call("Dara")
    writer.writes(A_CHILD[writer.language])
    said = [*writer.chooses(1), *writer.chooses(1), *writer.chooses(1)]
    said += [each for _ in range(7) for each in writer.says("skip")]
    simpler = {
        name.removeprefix("utter_").removesuffix("_child") for name in house.wording.responses if "_child" in name
    }
    for name in ("ask_danger_now", "ask_place", "ask_details", "filed"):
        assert name in simpler
        assert writer.reads(f"{name}_child") in said
        assert writer.reads(name) not in said
    assert writer.reads("offer_words") not in said
    assert house.rows(Report) == 1


@EVERYBODY
def test_a_flood_is_slowed_and_the_cry_at_its_end_is_not(writer: Somebody) -> None:
    house = writer.at_ease().house
    hasty = replace(house, settings=house.settings.model_copy(update={"many_messages": MANY}))
    for _ in range(2 * MANY):
        hasty.arrives(writer.word("insult"), **writer.phone)
    before = len(house.said())
    replies = replace(writer, house=hasty).writes(writer.cry)
    assert writer.reads("urgent_received") in replies
    assert len(house.said()) - before < 2 * 2 * MANY, "not an answer to each"
    assert len(house.pages()) == 1
