"""A voice message, a picture, a document: taken, sealed, told of truthfully, opened by a named person. Waking somebody
never waits for a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.conversation import case_desk
from bot.conversation.case_files import FileRefusedError
from bot.database.states import AlarmState, FileKind, FileState, InboxState
from bot.database.tables import AuditEntry, InboxMessage
from bot.errors import TemporarySendError, UncertainSendError
from bot.messages.message import MessageKind, SentFile
from tests.unit.conversation_turns.sent_files import (
    SOUND,
    a_file,
    newest_file,
    opens,
    pieces,
    rows_of_files,
    sends,
    sends_picture,
    sends_voice,
    words,
)
from tests.unit.house import House

PICTURE_MESSAGE = {"channel": "telegram", "kind": MessageKind.PHOTO}


def test_a_voice_message_is_answered_truthfully_and_danger_is_asked(house: House) -> None:
    assert sends_voice(house) == [words(house, "utter_voice_taken"), words(house, "utter_ask_danger_now")]
    assert house.alarm().state is AlarmState.WAITING
    assert house.report().urgency == "HIGH"


@pytest.mark.parametrize(
    ("kind", "media_type", "response"),
    [
        (FileKind.PICTURE, "image/jpeg", "utter_picture_taken"),
        (FileKind.VIDEO, "video/mp4", "utter_video_taken"),
        (FileKind.DOCUMENT, "application/pdf", "utter_document_taken"),
    ],
)
def test_each_kind_is_told_by_whom_it_is_opened(house: House, kind: FileKind, media_type: str, response: str) -> None:
    said = sends(house, a_file(house, kind, media_type))
    assert said == [words(house, response), words(house, "utter_ask_danger_now")]
    assert "person" in said[0]


def test_without_an_answer_somebody_is_paged_after_two_minutes_though_the_provider_is_down(house: House) -> None:
    house.on_call("Dara")
    sends_voice(house)
    house.telegram.fetch_failures.extend([TemporarySendError()] * 50)
    house.fetch()
    house.pass_time(timedelta(minutes=2, seconds=1))
    house.sweep()
    house.send()
    assert len(house.pages()) == 1
    assert newest_file(house).state is FileState.WAITING


def test_danger_one_pages_at_once(house: House) -> None:
    house.on_call("Dara")
    sends_voice(house)
    house.hears("1", channel="telegram")
    assert len(house.pages()) == 1


def test_an_urgent_caption_pages_at_the_door(house: House) -> None:
    house.on_call("Dara")
    file = a_file(house, FileKind.PICTURE, "image/jpeg")
    house.arrives("help me, they locked the door", **PICTURE_MESSAGE, files=(file,))
    house.send()
    assert len(house.pages()) == 1, "before the message was handled or the file fetched"


def test_a_fetched_file_lies_sealed_and_comes_out_as_it_was(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_voice(house)
    house.fetch()
    row = newest_file(house)
    assert (row.state, row.size_bytes, row.ref_sealed) == (FileState.HERE, len(SOUND), None)
    assert len(pieces(house)) == 3
    assert not any(SOUND[start : start + 40] in b"".join(pieces(house)) for start in range(0, 400, 40))
    opened = opens(house, staff_id, row.id)
    assert (opened.content, opened.media_type, opened.suffix) == (SOUND, "audio/ogg", "ogg")


def test_the_handle_is_sealed_with_the_message_before_anything_is_fetched(house: House) -> None:
    file = a_file(house, FileKind.VOICE, "audio/ogg")
    house.arrives("", channel="telegram", kind=MessageKind.VOICE, files=(file,))
    row = newest_file(house)
    assert file.ref is not None
    assert row.ref_sealed is not None
    assert file.ref.encode() not in row.ref_sealed


def test_opening_is_in_the_audit_and_the_reporter_is_told_once(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_voice(house)
    sends_picture(house)
    house.fetch()
    for row in rows_of_files(house):
        opens(house, staff_id, row.id)
    house.send()
    assert [each.text for each in house.said()].count(words(house, "utter_file_opened")) == 1
    with house.database.transaction() as session:
        entries = [(each.staff_id, each.action, each.detail) for each in session.scalars(select(AuditEntry))]
    assert entries == [(staff_id, "file_opened", f"file_{row.id}") for row in rows_of_files(house)]


def test_reading_the_case_is_not_said_of_a_file_that_nobody_opened(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_voice(house)
    with house.database.transaction() as session:
        view = case_desk.open_case(session, 101, staff_id=staff_id, keys=house.keys, wording=house.wording)
    house.send()
    assert words(house, "utter_person_read") not in [each.text for each in house.said()]
    assert [(each.kind, each.state, each.may_open) for each in view.files] == [("voice", "waiting", False)]


def test_a_file_can_be_opened_only_once_its_message_was_read(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_picture(house)
    house.fetch()
    row = newest_file(house)
    with house.database.transaction() as session:
        session.execute(update(InboxMessage).values(state=InboxState.PENDING))
    with pytest.raises(FileRefusedError, match="file_not_yet"):
        opens(house, staff_id, row.id)


def test_a_provider_that_is_down_loses_nothing(house: House) -> None:
    sends_voice(house)
    house.telegram.fetch_failures.extend([TemporarySendError(), UncertainSendError()])
    for _ in range(3):
        house.fetch()
        house.pass_time(timedelta(minutes=1))
    assert newest_file(house).state is FileState.HERE
    assert len(pieces(house)) == 3


def test_what_the_provider_no_longer_has_is_told_to_staff(house: House) -> None:
    sends_voice(house)
    house.telegram.files.clear()
    for _ in range(12):
        house.fetch()
        house.pass_time(timedelta(minutes=10))
    row = newest_file(house)
    assert (row.state, row.error_kind, row.ref_sealed) == (FileState.FAILED, "file_unavailable", None)


def test_after_a_week_of_failures_it_is_given_up(house: House) -> None:
    sends_voice(house)
    house.telegram.fetch_failures.extend([TemporarySendError()] * 3)
    house.fetch()
    house.pass_time(timedelta(days=6))
    house.fetch()
    assert newest_file(house).state is FileState.WAITING
    house.pass_time(timedelta(days=2))
    house.fetch()
    assert newest_file(house).state is FileState.FAILED


def test_a_picture_that_came_without_a_way_to_get_it_is_told_to_staff(house: House) -> None:
    said = sends(house, SentFile(kind=FileKind.PICTURE, media_type="image/jpeg"))
    assert said[0] == words(house, "utter_words_only")
    assert newest_file(house).state is FileState.FAILED


REFUSED = {
    "too large": ("image/jpeg", 20 * 1024 * 1024 + 1, "utter_file_too_large"),
    "a program": ("application/octet-stream", 100, "utter_file_not_taken"),
    "an archive": ("application/zip", 100, "utter_file_not_taken"),
    "a web page": ("text/html", 100, "utter_file_not_taken"),
    "a drawing that can hold script": ("image/svg+xml", 100, "utter_file_not_taken"),
}


@pytest.mark.parametrize(("media_type", "size", "response"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_taken_is_answered_clearly_and_a_person_is_told(
    house: House, media_type: str, size: int, response: str
) -> None:
    said = sends(house, a_file(house, FileKind.DOCUMENT, media_type, size=size))
    assert said == [words(house, response), words(house, "utter_ask_danger_now")]
    assert (newest_file(house).state, newest_file(house).ref_sealed) == (FileState.REFUSED, None)
    assert house.fetch() == 0
    assert house.alarm().state is AlarmState.WAITING


def test_the_forty_first_file_of_a_day_is_not_taken(house: House) -> None:
    files = tuple(a_file(house, FileKind.PICTURE, "image/jpeg", b"\xff\xd8") for _ in range(41))
    house.arrives("", **PICTURE_MESSAGE, files=files[:40])
    said = house.hears("", **PICTURE_MESSAGE, files=files[40:])
    assert words(house, "utter_file_too_many") in said
    assert [row.state for row in rows_of_files(house)].count(FileState.REFUSED) == 1


def test_a_file_that_turns_out_to_be_too_large_leaves_nothing(house: House) -> None:
    limited = house.settings.model_copy(update={"max_file_bytes": 300_000})
    small = House(database=house.database, settings=limited, wording=house.wording, keys=house.keys)
    sends_voice(small)
    small.fetch()
    assert (newest_file(small).state, newest_file(small).error_kind) == (FileState.REFUSED, "too_large")
    assert pieces(small) == []


@pytest.mark.parametrize("head", [b"MZ\x90", b"\x7fELF", b"PK\x03\x04", b"#!/bin/sh", b"<html>", b"Rar!\x1a"])
def test_a_program_under_the_name_of_a_picture_is_not_kept(house: House, head: bytes) -> None:
    sends_picture(house, head + b"x" * 1000)
    house.fetch()
    assert newest_file(house).state is FileState.REFUSED
    assert pieces(house) == []


def test_of_an_album_only_the_first_picture_is_answered(house: House) -> None:
    assert len(sends_picture(house)) == 2
    assert sends_picture(house) == []
    assert sends_picture(house) == []
    house.fetch()
    assert [row.state for row in rows_of_files(house)] == [FileState.HERE] * 3
    house.pass_time(timedelta(seconds=40))
    assert len(sends_picture(house)) == 2


def test_what_is_refused_within_an_album_is_said(house: House) -> None:
    sends_picture(house)
    said = sends(house, a_file(house, FileKind.VIDEO, "video/mp4", size=10**9))
    assert said[0] == words(house, "utter_file_too_large")


def test_a_sticker_is_no_evidence(house: House) -> None:
    said = house.hears("", channel="telegram", kind=MessageKind.STICKER)
    assert said[0] == words(house, "utter_words_only")
    assert rows_of_files(house) == []


def test_a_contact_card_is_a_fact_of_the_case(house: House) -> None:
    staff_id = house.on_call("Dara")
    said = house.hears("+12025550142, Uncle Lee", channel="telegram", kind=MessageKind.CONTACT)
    assert said == [words(house, "utter_contact_taken"), words(house, "utter_ask_danger_now")]
    with house.database.transaction() as session:
        view = case_desk.open_case(session, 101, staff_id=staff_id, keys=house.keys, wording=house.wording)
    assert view.facts["contact"] == "+12025550142, Uncle Lee"


def test_of_a_card_that_could_not_be_read_nothing_is_claimed(house: House) -> None:
    said = house.hears("", channel="telegram", kind=MessageKind.CONTACT)
    assert said[0] == words(house, "utter_words_only")


def test_while_a_human_speaks_the_bot_says_nothing_of_a_file(house: House) -> None:
    staff_id = house.on_call("Dara")
    house.hears("help me, they locked the door", channel="telegram")
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)
    house.send()
    assert sends_picture(house) == []
    house.fetch()
    assert newest_file(house).state is FileState.HERE


def test_a_picture_that_the_phone_fetched_later_belongs_to_the_one_it_announced(house: House) -> None:
    house.hears("", kind=MessageKind.PHOTO)
    file = SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", content=b"\xff\xd8 mms")
    assert house.hears("", kind=MessageKind.PHOTO, files=(file,), completes_earlier=True) == []
    row = newest_file(house)
    with house.database.transaction() as session:
        first = session.scalars(select(InboxMessage.id).order_by(InboxMessage.id)).first()
    assert (row.state, row.inbox_id) == (FileState.HERE, first)
    assert opens(house, house.on_call("Dara"), row.id).content == b"\xff\xd8 mms"


def test_the_same_without_an_announcement_is_a_message_of_its_own(house: House) -> None:
    file = SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", content=b"\xff\xd8 mms")
    said = house.hears("", kind=MessageKind.PHOTO, files=(file,), completes_earlier=True)
    assert said[0] == words(house, "utter_picture_taken", sms=True)


def test_while_all_files_together_take_too_much_room_they_wait_and_nothing_is_lost(house: House) -> None:
    sends_voice(house)
    house.fetch()
    sends_picture(house)
    full = replace(house, settings=house.settings.model_copy(update={"most_file_bytes_kept": len(SOUND)}))
    assert full.fetch() == 0
    assert newest_file(house).state is FileState.WAITING
    house.fetch()
    assert newest_file(house).state is FileState.HERE
