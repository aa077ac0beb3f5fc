"""Somebody who cannot write sends a voice message at night. A person is woken although nobody answers; the recording is
fetched, sealed, and heard by a named person."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select, update

from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.session import Database, wake
from bot.database.states import AlarmState, FileState
from bot.database.tables import Alarm, Attachment, AuditEntry, FileChunk, Staff
from bot.privacy.sealing import ServiceKeys
from tests.fakes.http_provider import Fault
from tests.journeys.staff_browser import StaffBrowser
from tests.journeys.world import REPORTER_CHAT, RESPONDER_CHAT, World, eventually, night

RECORDING = b"OggS VOICE-MARKER " + bytes(range(256)) * 2000
PICTURE = b"\xff\xd8 PICTURE-MARKER"


def states(world: World) -> list[str]:
    with world.database.transaction() as session:
        return list(session.scalars(select(Attachment.state).order_by(Attachment.id)))


def until(world: World, state: FileState, count: int = 1) -> None:
    eventually(lambda: [each for each in states(world) if each is state], count)


def sends_voice(world: World) -> None:
    world.telegram.holds_file("voice-of-nobody", RECORDING)
    voice = {"file_id": "voice-of-nobody", "file_size": len(RECORDING), "duration": 9, "mime_type": "audio/ogg"}
    world.telegram.person_sends(REPORTER_CHAT, voice=voice)


def two_minutes_pass(world: World) -> None:
    with world.database.transaction() as session:
        session.execute(update(Alarm).values(next_action_at=func.now()))
        wake(session, "alarms")


def test_a_voice_message_at_night_wakes_a_person_and_is_heard_by_her(
    database: Database, keys: ServiceKeys, tmp_path: Path, wording: Wording
) -> None:
    def words(name: str) -> str:
        return wording.render(name, "en", sms=False).text

    with night(database, keys, tmp_path, ScriptedEngine()) as world:
        world.on_call("Dara", chat=RESPONDER_CHAT)
        world.telegram.fail_next(Fault.UNAVAILABLE, of="file")
        sends_voice(world)
        assert world.chat_read(2) == [words("utter_voice_taken"), words("utter_ask_danger_now")]
        assert world.staff_bot.sent == []
        with world.database.transaction() as session:
            assert session.scalars(select(Alarm.state)).one() is AlarmState.WAITING
        two_minutes_pass(world)
        assert "101" in world.pages_read(1)[0]
        world.responder_taps("101")
        assert words("utter_person_reached") in world.chat_read(3)

        until(world, FileState.HERE)
        with world.database.transaction() as session:
            sealed = b"".join(session.scalars(select(FileChunk.content_sealed)))
        assert len(sealed) > len(RECORDING)
        assert b"VOICE-MARKER" not in sealed
        assert b"VOICE-MARKER" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

        browser = StaffBrowser(world, "Dara")
        browser.open_case(101)
        given = browser.open_file()
        assert (given.content, given.headers["content-type"]) == (RECORDING, "audio/ogg")
        assert given.headers["content-disposition"].startswith("attachment;")
        with world.database.transaction() as session:
            who = session.execute(
                select(Staff.name)
                .join(AuditEntry, AuditEntry.staff_id == Staff.id)
                .where(AuditEntry.action == "file_opened")
            )
            assert who.scalar_one() == "Dara"
        assert words("utter_file_opened") in world.chat_read(4)
        assert words("utter_person_read") not in world.chat_read(4), "she heard it; there was nothing to read"


def test_a_picture_by_sms_is_fetched_with_the_login_and_does_not_stay_at_twilio(
    database: Database, keys: ServiceKeys, tmp_path: Path, wording: Wording
) -> None:
    with night(database, keys, tmp_path, ScriptedEngine()) as world:
        handle = world.twilio.holds_media(PICTURE)
        door = world.door("sms_twilio")
        fields = world.twilio.media_fields(handle, "image/jpeg")
        assert world.post("sms_twilio", world.twilio.inbound(door, "+12025550111", "", **fields)) == 200
        assert world.sms_read(1)[0] == wording.render("utter_picture_taken", "en", sms=True).text
        until(world, FileState.HERE)
        eventually(lambda: world.twilio.media_deleted, 1)
        assert world.twilio.media_deleted == [handle]


def test_a_wipe_takes_the_file_with_it(database: Database, keys: ServiceKeys, tmp_path: Path, wording: Wording) -> None:
    with night(database, keys, tmp_path, ScriptedEngine()) as world:
        sends_voice(world)
        until(world, FileState.HERE)
        world.chat_read(2)
        world.telegram.person_writes(REPORTER_CHAT, "wipe")
        world.chat_read(3)
        world.telegram.person_writes(REPORTER_CHAT, "1")
        assert wording.render("utter_wiped", "en", sms=False).text in world.chat_read(4)
        eventually(lambda: ["gone"] if not states(world) else [], 1)
        with world.database.transaction() as session:
            assert session.scalar(select(func.count()).select_from(FileChunk)) == 0
