"""The demo's phones in the database."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.database.session import Database
from bot.database.tables import SandboxMessage
from bot.messages.message import Button
from bot.privacy.sealing import ServiceKeys
from bot.webhooks.sandbox_phones import MOST_SHOWN, PhoneMessage, SandboxPhones

PHONE = "+447700900142"
BUTTONS = (Button(title="បាន", payload="1"), Button(title="មិនបាន", payload="2"))


@pytest.fixture
def phones(database: Database, keys: ServiceKeys) -> SandboxPhones:
    return SandboxPhones(database, keys)


def read(phones: SandboxPhones, *, after: int = 0, with_own: bool = False) -> list[PhoneMessage]:
    return list(asyncio.run(phones.read(PHONE, after=after, with_own=with_own)))


def test_a_message_arrives_as_it_was_sent(phones: SandboxPhones) -> None:
    shown = asyncio.run(phones.put(PHONE, "សួស្តី \ud800\0", BUTTONS, "key"))
    [message] = read(phones)
    assert (str(message.id), message.text, message.buttons) == (shown, "សួស្តី \ud800\0", BUTTONS)


def test_the_same_key_shows_nothing_new(phones: SandboxPhones) -> None:
    first = asyncio.run(phones.put(PHONE, "once", (), "key"))
    assert asyncio.run(phones.put(PHONE, "twice", (), "key")) == first
    assert [message.text for message in read(phones)] == ["once"]


def test_only_what_is_newer_is_read(phones: SandboxPhones) -> None:
    first = asyncio.run(phones.put(PHONE, "one", (), "1"))
    asyncio.run(phones.put(PHONE, "two", (), "2"))
    asyncio.run(phones.put("+447700900143", "another phone", (), "3"))
    assert [message.text for message in read(phones, after=int(first))] == ["two"]


def test_what_the_holder_wrote_is_shown_only_when_asked_for(phones: SandboxPhones) -> None:
    asyncio.run(phones.note_own(PHONE, "help", "key"))
    asyncio.run(phones.put(PHONE, "answer", (), "key"))
    assert [(message.text, message.own) for message in read(phones, with_own=True)] == [
        ("help", True),
        ("answer", False),
    ]
    assert [message.text for message in read(phones)] == ["answer"]


def test_a_very_long_talk_shows_its_end(phones: SandboxPhones) -> None:
    for number in range(MOST_SHOWN + 2):
        asyncio.run(phones.put(PHONE, str(number), (), str(number)))
    texts = [message.text for message in read(phones)]
    assert (texts[0], texts[-1], len(texts)) == ("2", str(MOST_SHOWN + 1), MOST_SHOWN)


def test_nothing_said_lies_open_in_the_database_or_in_a_repr(phones: SandboxPhones, database: Database) -> None:
    asyncio.run(phones.put(PHONE, "a secret", BUTTONS, "key"))
    with database.transaction() as session:
        row = session.scalars(select(SandboxMessage)).one()
    assert b"secret" not in row.body_sealed
    assert "secret" not in repr(read(phones))


def test_what_is_removed_is_gone_from_this_phone_only(phones: SandboxPhones) -> None:
    asyncio.run(phones.put(PHONE, "said", (), "1"))
    asyncio.run(phones.put(PHONE, "stays", (), "2"))
    asyncio.run(phones.note_own(PHONE, "written", "1"))
    asyncio.run(phones.put("+447700900143", "another phone", (), "3"))
    asyncio.run(phones.remove(PHONE, ["1", "3"], ["1"]))
    assert [message.text for message in read(phones, with_own=True)] == ["stays"]
    assert len(asyncio.run(phones.read("+447700900143", after=0, with_own=True))) == 1
