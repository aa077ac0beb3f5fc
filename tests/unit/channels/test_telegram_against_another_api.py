"""The Telegram channel against a Bot API made by others, over real HTTP (see tests/fakes/telegram_test_api)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.channel import ProviderRequest
from bot.channels.telegram import TelegramChannel
from bot.errors import BadSignatureError
from bot.messages.message import Audience, Button, MessageKind, OutboundMessage
from tests.fakes.telegram_test_api import install
from tests.fakes.telegram_test_api.api import Door, MendingProxy, Person, running

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not install.is_installed(), reason="run `python -m tests.fakes.telegram_test_api.install` once"),
]
TOKEN = "1000000003:test-token-of-nobody"
SECRET = "test-secret_token"
CHAT = 7_000_000_003


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
async def channel(origin: str) -> AsyncIterator[TelegramChannel]:
    with MendingProxy(origin) as proxy:
        built = TelegramChannel(
            name="telegram",
            token=SecretStr(TOKEN),
            secret_token=SecretStr(SECRET),
            base_url=proxy.url,
            long_poll=timedelta(0),
        )
        yield built
        await built.close()


@pytest.fixture
def person(origin: str) -> Person:
    return Person(origin=origin, token=TOKEN, chat_id=CHAT)


async def test_a_message_is_polled_and_answered(channel: TelegramChannel, person: Person) -> None:
    person.writes("ကူညီပါ")
    (read,), offset = await channel.poll(0)
    assert (read.text, read.address, read.kind) == ("ကူညီပါ", str(CHAT), MessageKind.TEXT)
    assert offset == int(read.provider_id) + 1
    result = await channel.send(
        OutboundMessage(
            key="row-1",
            audience=Audience.REPORTER,
            address=read.address,
            text="ဘေးကင်းလား",
            buttons=(Button(title="1", payload="safe"), Button(title="2", payload="not_safe")),
        )
    )
    (shown,) = person.reads()
    assert shown["text"] == "ဘေးကင်းလား"
    keyboard = shown["reply_markup"]["inline_keyboard"]
    assert [[button["callback_data"] for button in row] for row in keyboard] == [["safe"], ["not_safe"]]
    assert result.provider_id.isdecimal()


async def test_a_tapped_button_is_read_and_answered(channel: TelegramChannel, person: Person) -> None:
    person.taps("not_safe")
    (read,), _ = await channel.poll(0)
    assert (read.text, read.address) == ("not_safe", str(CHAT))
    assert read.callback_id
    await channel.answer_tap(read.callback_id, "ok")


async def test_a_webhook_is_posted_to_and_taken_only_with_the_secret(channel: TelegramChannel, person: Person) -> None:
    with Door() as door:
        await channel.set_webhook(door.url + "/webhooks/telegram")
        person.writes("by webhook")
        assert door.wait_until(1, door.posted)
        await channel.delete_webhook()
    request = ProviderRequest(method="POST", url="https://sampan.example", headers={}, body=door.posted[0])
    with pytest.raises(BadSignatureError):  # this server sends no secret; Telegram does
        channel.verify(request)
    (read,) = channel.parse(request).messages
    assert (read.text, read.address) == ("by webhook", str(CHAT))


async def test_after_the_webhook_is_deleted_updates_are_polled_again(channel: TelegramChannel, person: Person) -> None:
    await channel.delete_webhook()
    person.writes("polled again")
    (read,), _ = await channel.poll(0)
    assert read.text == "polled again"
