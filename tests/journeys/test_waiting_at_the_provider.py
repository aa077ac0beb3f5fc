"""What people wrote while we were away waits at Telegram for up to a day: it wakes somebody, and is not answered into
a hand that may be another by now."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import select

from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import OutboxState
from bot.database.tables import OutboxMessage
from bot.privacy.sealing import ServiceKeys
from tests.journeys.world import REPORTER_CHAT, RESPONDER_CHAT, World, eventually, night

TWENTY_MINUTES = 1200


def held(world: World) -> list[str]:
    """Keys of the messages kept back."""
    with world.database.transaction() as session:
        return list(session.scalars(select(OutboxMessage.key).where(OutboxMessage.state == OutboxState.HELD)))


def test_an_answer_to_words_that_waited_at_telegram_is_held_until_they_say_that_it_is_safe(
    database: Database, keys: ServiceKeys, tmp_path: Path, wording: Wording
) -> None:
    def words(*responses: str) -> list[str]:
        return [wording.render(response, "en", sms=False).text for response in responses]

    with night(database, keys, tmp_path, ScriptedEngine()) as world:
        world.on_call("Dara", chat=RESPONDER_CHAT)
        long_ago = int(time.time()) - TWENTY_MINUTES
        world.telegram.person_writes(REPORTER_CHAT, "help me, they locked the door", date=long_ago)
        assert "101" in world.pages_read(1)[0]
        eventually(lambda: held(world), 2)
        assert [sent.text for sent in world.telegram.sent] == []
        world.telegram.person_writes(REPORTER_CHAT, "are you there")
        assert world.chat_read(1) == words("utter_ask_safe_now")
        world.telegram.person_writes(REPORTER_CHAT, "1")
        assert world.chat_read(3)[1:] == words("utter_urgent_received", "utter_ask_whose")
        world.telegram.person_writes(REPORTER_CHAT, "1")
        assert world.chat_read(5)[3:] == words("utter_who_ngo", "utter_ask_danger_now"), "who we are made room for it"
