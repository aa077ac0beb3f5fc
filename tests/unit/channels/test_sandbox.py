"""The sandbox's phones: the same doors as the real channels."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.channels.sandbox import SandboxChannel
from bot.errors import MalformedRequestError
from bot.messages.message import Audience, Button, MessageKind, OutboundMessage
from tests.fakes.phones import SECRET, MemoryPhones, page_posts

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:8000/webhooks/sandbox"


def build(name: str, phones: MemoryPhones | None = None) -> SandboxChannel:
    return SandboxChannel(
        name=name,
        secret=SecretStr(SECRET),
        store=phones or MemoryPhones(),
        home_region="TH",
        writes_as_sms=name == "sandbox_sms",
        taps=name == "sandbox_staff",
    )


@pytest.mark.parametrize(
    ("name", "posted", "kind", "text"),
    [
        pytest.param("sandbox_telegram", {"text": "help"}, MessageKind.TEXT, "help", id="a text"),
        pytest.param("sandbox_telegram", {"text": ""}, MessageKind.EMPTY, "", id="nothing"),
        pytest.param("sandbox_telegram", {}, MessageKind.EMPTY, "", id="no text at all"),
        pytest.param("sandbox_telegram", {"text": "/start"}, MessageKind.START, "", id="start"),
        pytest.param("sandbox_telegram", {"kind": "voice"}, MessageKind.VOICE, "", id="a voice note"),
        pytest.param(
            "sandbox_telegram", {"kind": "location", "text": "1, 2"}, MessageKind.LOCATION, "1, 2", id="a place"
        ),
        pytest.param("sandbox_telegram", {"kind": "smell", "text": "x"}, MessageKind.TEXT, "x", id="a kind unknown"),
        pytest.param("sandbox_telegram", {"kind": "tap", "text": "x"}, MessageKind.TEXT, "x", id="no tap by its name"),
        pytest.param(
            "sandbox_telegram", {"text": "yes", "callback": "c1"}, MessageKind.TEXT, "yes", id="a reporter's tap"
        ),
        pytest.param(
            "sandbox_staff", {"text": "ack", "callback": "c1"}, MessageKind.TAP, "ack", id="a responder's tap"
        ),
    ],
)
async def test_what_the_page_posts_is_read_as_decided(
    name: str, posted: dict[str, str], kind: MessageKind, text: str
) -> None:
    request = page_posts({"id": "post-1", "from": "phone-7"} | posted).to(URL)
    (read,) = build(name).parse(request).messages
    assert (read.kind, read.text, read.address, read.channel) == (kind, text, "phone-7", name)
    assert read.callback_id == posted.get("callback")


async def test_an_sms_phone_has_a_number_however_it_is_written() -> None:
    (read,) = (
        build("sandbox_sms").parse(page_posts({"id": "1", "from": "0810000000", "text": "/start"}).to(URL)).messages
    )
    assert (read.address, read.kind) == ("+66810000000", MessageKind.TEXT)


@pytest.mark.parametrize("sender", ["", "two words", "x" * 65, "โทร"])
async def test_a_phone_without_a_plain_name_is_malformed(sender: str) -> None:
    with pytest.raises(MalformedRequestError):
        build("sandbox_telegram").parse(page_posts({"id": "1", "from": sender, "text": "x"}).to(URL))


async def test_what_the_bot_says_appears_on_the_phone_once() -> None:
    phones = MemoryPhones()
    channel = build("sandbox_telegram", phones)
    button = Button(title="ใช่", payload="yes")
    message = OutboundMessage(
        key="row-1", audience=Audience.REPORTER, address="phone-7", text="hello", buttons=(button,)
    )
    first, second = await channel.send(message), await channel.send(message)
    assert first == second
    (shown,) = phones.shown.values()
    assert (shown.phone, shown.text, shown.buttons) == ("phone-7", "hello", (button,))
    await channel.answer_tap("c1", "done")
    await channel.close()


async def test_the_sms_phone_counts_parts() -> None:
    message = OutboundMessage(key="row-1", audience=Audience.REPORTER, address="+66810000000", text="ก" * 71)
    assert (await build("sandbox_sms").send(message)).parts == 2


async def test_a_chats_messages_can_be_taken_off_the_phone_on_both_sides() -> None:
    phones = MemoryPhones()
    channel = build("sandbox_telegram", phones)
    (read,) = channel.parse(page_posts({"id": "post-1", "from": "phone-7", "text": "hello"}).to(URL)).messages
    message = OutboundMessage(key="row-1", audience=Audience.REPORTER, address="phone-7", text="hello")
    sent = await channel.send(message)
    assert read.chat_message_id is not None
    result = await channel.delete("phone-7", [read.chat_message_id, *sent.chat_message_ids])
    assert (result.deleted, phones.shown, phones.removed_own) == (2, {}, ["post-1"])


async def test_an_sms_and_a_tap_leave_nothing_that_could_be_deleted() -> None:
    message = OutboundMessage(key="row-1", audience=Audience.REPORTER, address="+12025550111", text="hello")
    assert (await build("sandbox_sms").send(message)).chat_message_ids == ()
    posts = {"sandbox_sms": {"from": "+12025550111"}, "sandbox_telegram": {"from": "phone-7", "callback": "c1"}}
    for name, posted in posts.items():
        (read,) = build(name).parse(page_posts({"id": "post-1", "text": "1"} | posted).to(URL)).messages
        assert read.chat_message_id is None
