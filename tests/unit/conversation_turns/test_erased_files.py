"""Files go with the words: on the reporter's word, with their keys, also where a provider keeps a copy; after the time
of their case; and they move with their conversation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.conversation import case_desk
from bot.conversation.case_files import FileRefusedError
from bot.database.states import FileKind, FileState, ReportState
from bot.database.tables import Attachment, Conversation, FileChunk, Report
from bot.errors import LeaseLostError, TemporarySendError
from bot.messages import file_leases
from bot.messages.message import MessageKind, SentFile
from bot.privacy.file_sealing import FileSealer
from tests.unit.conversation_turns.sent_files import (
    a_file,
    newest_file,
    opens,
    pieces,
    rows_of_files,
    sends,
    sends_picture,
    sends_voice,
)
from tests.unit.house import House


def wipes(house: House, channel: str = "telegram") -> None:
    house.hears("wipe", channel=channel)
    house.hears("1", channel=channel)


def a_file_that_stays_there(house: House) -> SentFile:
    house.sms.files["MM1/ME1"] = b"\xff\xd8 mms"
    return SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", ref="MM1/ME1", stays_at_provider=True)


def test_a_wipe_destroys_pieces_and_keys_at_once(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_voice(house)
    house.fetch()
    file_id = newest_file(house).id
    wipes(house)
    row = newest_file(house)
    assert pieces(house) == []
    assert (row.state, row.key_sealed, row.digest_sealed, row.ref_sealed) == (FileState.ERASED, None, None, None)
    with pytest.raises(FileRefusedError, match="file_not_here"):
        opens(house, staff_id, file_id)
    house.tidy()
    assert rows_of_files(house) == []
    assert house.conversation().wiped_at is not None


def test_a_file_that_is_being_fetched_during_a_wipe_leaves_nothing(house: House) -> None:
    sends_voice(house)
    with house.database.transaction() as session:
        claimed = file_leases.claim(session, ["telegram"], house.keys)
    assert claimed is not None
    sealer = FileSealer()
    with house.database.transaction() as session:
        file_leases.keep_piece(session, claimed, 0, sealer.seal(b"x", last=False))
    wipes(house)
    with pytest.raises(LeaseLostError), house.database.transaction() as session:
        file_leases.keep_piece(session, claimed, 1, sealer.seal(b"y", last=True))
    assert pieces(house) == []


def test_after_fetching_the_providers_copy_is_deleted(house: House) -> None:
    sends(house, a_file_that_stays_there(house), channel="sms")
    house.fetch()
    row = newest_file(house)
    assert house.sms.file_deletions == ["MM1/ME1"]
    assert (row.state, row.at_provider, row.ref_sealed) == (FileState.HERE, False, None)


def test_a_deletion_that_fails_is_tried_again_and_the_file_is_here_meanwhile(house: House) -> None:
    sends(house, a_file_that_stays_there(house), channel="sms")
    with house.database.transaction() as session:
        claimed = file_leases.claim(session, ["sms"], house.keys)
        assert claimed is not None
    with house.database.transaction() as session:
        sealer = FileSealer()
        file_leases.keep_piece(session, claimed, 0, sealer.seal(b"x", last=True))
        file_leases.keep(session, claimed, secret=sealer.secret, digest="0", size_bytes=1)
    house.sms.fetch_failures.append(TemporarySendError())
    house.fetch()
    assert (newest_file(house).state, newest_file(house).at_provider) == (FileState.HERE, True)
    house.pass_time(timedelta(minutes=1))
    house.fetch()
    assert house.sms.file_deletions == ["MM1/ME1"]


def test_what_is_refused_does_not_stay_at_the_provider_either(house: House) -> None:
    file = replace(a_file_that_stays_there(house), media_type="application/octet-stream")
    sends(house, file, channel="sms")
    house.fetch()
    assert house.sms.file_deletions == ["MM1/ME1"]
    assert newest_file(house).state is FileState.REFUSED


def test_a_wipe_before_the_file_was_fetched_deletes_it_at_the_provider_and_the_keys_wait_for_that(house: House) -> None:
    sends(house, a_file_that_stays_there(house), channel="sms")
    wipes(house, "sms")
    house.tidy()
    assert house.conversation().wiped_at is None
    house.fetch()
    assert (house.sms.file_deletions, pieces(house)) == (["MM1/ME1"], [])
    house.tidy()
    assert house.conversation().wiped_at is not None
    assert rows_of_files(house) == []


def test_a_provider_that_does_not_delete_keeps_the_keys_alive_for_an_hour_only(house: House) -> None:
    sends(house, a_file_that_stays_there(house), channel="sms")
    wipes(house, "sms")
    house.sms.fetch_failures.extend([TemporarySendError()] * 9)
    house.fetch()
    house.pass_time(timedelta(minutes=61))
    house.tidy()
    assert house.conversation().wiped_at is not None
    assert rows_of_files(house) == []


def test_a_file_that_came_in_after_the_word_to_erase_lives_in_the_new_conversation(house: House) -> None:
    staff_id = house.on_call("Dara")
    house.hears("hello", channel="telegram")
    house.hears("wipe", channel="telegram")
    house.arrives("1", channel="telegram")
    content = b"\xff\xd8 after"
    file = a_file(house, FileKind.PICTURE, "image/jpeg", content)
    house.arrives("", channel="telegram", kind=MessageKind.PHOTO, files=(file,))
    asyncio.run(_fetch_before_it_is_handled(house))
    house.settle()
    house.tidy()
    row = newest_file(house)
    assert row.conversation_id == house.conversation().id
    assert opens(house, staff_id, row.id, number=house.report().number).content == content


async def _fetch_before_it_is_handled(house: House) -> None:
    await asyncio.to_thread(house.fetch)


@pytest.mark.parametrize(("days", "kept"), [(89, True), (91, False)])
def test_files_of_a_closed_case_are_kept_ninety_days(house: House, days: int, kept: bool) -> None:
    staff_id = house.on_call("Dara")
    sends_picture(house)
    house.fetch()
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=staff_id)
    house.pass_time(timedelta(days=days))
    house.tidy()
    assert (newest_file(house).state is FileState.HERE) is kept
    assert bool(pieces(house)) is kept


def test_an_open_case_keeps_its_files_and_so_does_a_later_one(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_picture(house)
    house.fetch()
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=staff_id)
    house.pass_time(timedelta(days=80))
    sends_voice(house)
    house.fetch()
    house.pass_time(timedelta(days=20))
    house.tidy()
    assert [row.state for row in rows_of_files(house)] == [FileState.ERASED, FileState.HERE]
    with house.database.transaction() as session:
        assert session.scalar(select(func.count()).where(Report.state == ReportState.OPEN)) == 1


def test_a_worker_that_died_in_the_middle_is_followed_by_one_that_begins_again(house: House) -> None:
    sends_voice(house)
    with house.database.transaction() as session:
        claimed = file_leases.claim(session, ["telegram"], house.keys)
        assert claimed is not None
    with house.database.transaction() as session:
        file_leases.keep_piece(session, claimed, 0, FileSealer().seal(b"half", last=False))
    assert house.fetch() == 0, "somebody has it"
    house.pass_time(timedelta(minutes=6))
    house.fetch()
    assert newest_file(house).state is FileState.HERE
    assert opens(house, house.on_call("Dara"), newest_file(house).id).content


def test_an_altered_or_missing_piece_is_never_shown_as_the_file(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_voice(house)
    house.fetch()
    with house.database.transaction() as session:
        session.execute(update(FileChunk).where(FileChunk.number == 1).values(number=9))
    with pytest.raises(Exception, match="not in its place"):
        opens(house, staff_id, newest_file(house).id)


def test_nothing_of_a_file_can_be_opened_with_the_key_of_another_conversation(house: House) -> None:
    staff_id = house.on_call("Dara")
    sends_voice(house)
    house.fetch()
    house.hears("they locked the door, help me", sender="+12025550112")
    with house.database.transaction() as session:
        other = session.scalars(select(Conversation.id).order_by(Conversation.created_at.desc())).first()
        session.execute(update(Attachment).values(conversation_id=other))
    with pytest.raises(Exception, match="sealed to another conversation"):
        opens(house, staff_id, newest_file(house).id, number=102)
