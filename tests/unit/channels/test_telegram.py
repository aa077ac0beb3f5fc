"""The Telegram channel against a Bot API on loopback: what is sent, how it polls, and the secret it insists on."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.quiet_http import Timeouts
from bot.channels.telegram import TelegramChannel
from bot.errors import (
    BadSignatureError,
    ConfigurationError,
    PermanentSendError,
    RetryAfterError,
    TemporarySendError,
    UncertainSendError,
)
from bot.messages.message import Audience, Button, OutboundMessage
from tests.fakes.http_provider import Fault
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram, person, webhook_post

pytestmark = pytest.mark.anyio
CHAT = 7_000_000_001
URL = "https://sampan.example/webhooks/telegram"


@pytest.fixture
def telegram() -> object:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def channel(telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    built = build(telegram.url)
    yield built
    await built.close()


def build(
    base_url: str, *, token: str = TOKEN, secret: str | None = SECRET, by_webhook: bool = False
) -> TelegramChannel:
    return TelegramChannel(
        name="telegram",
        token=SecretStr(token),
        secret_token=SecretStr(secret) if secret is not None else None,
        by_webhook=by_webhook,
        base_url=base_url,
        timeouts=Timeouts(answer=timedelta(seconds=1)),
        long_poll=timedelta(0),
    )


def message(text: str = "hello", **changed: object) -> OutboundMessage:
    fields: dict[str, object] = {"key": "row-1", "audience": Audience.REPORTER, "address": str(CHAT), "text": text}
    return OutboundMessage(**(fields | changed))  # type: ignore[arg-type]


async def test_text_is_sent_plain_without_preview_and_can_be_kept(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    result = await channel.send(message("<b>*see* https://example.org</b>"))
    (sent,) = telegram.sent
    assert sent.text == "<b>*see* https://example.org</b>"
    assert "parse_mode" not in telegram.received[-1].fields
    assert (sent.preview, sent.protected) == (False, False)
    assert result.provider_id == str(sent.message_id)


async def test_a_page_cannot_be_forwarded(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    await channel.send(message(audience=Audience.RESPONDER))
    assert telegram.sent[0].protected is True


async def test_buttons_stand_one_to_a_line_with_their_payload(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    buttons = (Button(title="ใช่", payload="yes"), Button(title="ไม่", payload="no"))
    await channel.send(message(buttons=buttons))
    assert telegram.sent[0].buttons == (("ใช่", "yes"), ("ไม่", "no"))
    assert [len(row) for row in json.loads(telegram.received[-1].fields["reply_markup"])["inline_keyboard"]] == [1, 1]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"buttons": (Button(title="x", payload="ก" * 22),)}, id="a payload of 66 bytes"),
        pytest.param({"address": "-100200"}, id="a group"),
        pytest.param({"address": "@somebody"}, id="a username"),
        pytest.param({"text": ""}, id="no words"),
    ],
)
async def test_rule_23_what_telegram_would_refuse_never_leaves(
    channel: TelegramChannel, telegram: FakeTelegram, changed: dict[str, object]
) -> None:
    with pytest.raises(PermanentSendError):
        await channel.send(message(**({"text": "x"} | changed)))  # type: ignore[arg-type]
    assert telegram.received == []


@pytest.mark.parametrize(("reply_to", "expected"), [("41", 41), (None, None), ("not-an-id", None)])
async def test_rule_22_a_reply_points_to_the_message_and_is_sent_even_if_that_is_gone(
    channel: TelegramChannel, telegram: FakeTelegram, reply_to: str | None, expected: int | None
) -> None:
    await channel.send(message(reply_to=reply_to))
    assert telegram.sent[0].reply_to == expected
    if expected:
        assert json.loads(telegram.received[-1].fields["reply_parameters"])["allow_sending_without_reply"] is True


async def test_a_long_text_is_split_and_only_the_last_part_has_the_buttons(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    text = "ช่วยด้วย 🆘 " * 500
    result = await channel.send(message(text, buttons=(Button(title="ok", payload="ok"),), reply_to="41"))
    assert "".join(sent.text for sent in telegram.sent) == text
    assert all(len(sent.text.encode("utf-16-le")) // 2 <= 4096 for sent in telegram.sent)
    assert [len(sent.buttons) for sent in telegram.sent] == [0, 1]
    assert [sent.reply_to for sent in telegram.sent] == [41, None]
    assert (result.parts, result.provider_id) == (2, str(telegram.sent[-1].message_id))


async def test_once_a_part_has_left_every_failure_is_uncertain(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    first = telegram.answer

    def fail_after_the_first(request: object) -> object:
        telegram.answer = first  # type: ignore[method-assign]
        answer = first(request)  # type: ignore[arg-type]
        telegram.fail_next(Fault.TOO_MANY)
        return answer

    telegram.answer = fail_after_the_first  # type: ignore[assignment,method-assign]
    with pytest.raises(UncertainSendError):
        await channel.send(message("a " * 4000))
    assert len(telegram.sent) == 1


async def test_an_answer_without_the_message_is_uncertain(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    telegram.fail_next(Fault.GARBAGE)
    with pytest.raises(UncertainSendError):
        await channel.send(message())


async def test_polling_confirms_only_what_was_committed(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    first, second = telegram.person_writes(CHAT, "one"), telegram.person_writes(CHAT, "two")
    messages, offset = await channel.poll(0)
    assert [read.text for read in messages] == ["one", "two"]
    assert offset == second["update_id"] + 1
    again, _ = await channel.poll(0)
    assert [read.provider_id for read in again] == [str(first["update_id"]), str(second["update_id"])]
    assert await channel.poll(offset) == ((), offset)


async def test_polling_asks_for_the_kinds_we_know_and_drops_nothing_that_waits(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.poll(5)
    asked = telegram.received[-1].fields
    assert json.loads(asked["allowed_updates"]) == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert (asked["offset"], "drop_pending_updates" in asked) == ("5", False)
    assert [request.path.rsplit("/", 1)[1] for request in telegram.received] == ["getUpdates"]


async def test_an_update_that_cannot_be_read_does_not_stop_the_others(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.queue({"message": {"text": "no chat"}})
    last = telegram.person_writes(CHAT, "after")
    messages, offset = await channel.poll(0)
    assert [read.text for read in messages] == ["after"]
    assert offset == last["update_id"] + 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.TOO_MANY, RetryAfterError),
        (Fault.BAD_GATEWAY, UncertainSendError),
        (Fault.SERVER_ERROR, TemporarySendError),
        (Fault.BAD_CREDENTIALS, PermanentSendError),
    ],
)
async def test_a_failed_poll_says_whether_to_go_on(
    channel: TelegramChannel, telegram: FakeTelegram, fault: Fault, error: type[Exception]
) -> None:
    telegram.fail_next(fault, of="poll")
    with pytest.raises(error):
        await channel.poll(0)


async def test_a_wrong_token_is_permanent_and_not_repeated_in_the_error(telegram: FakeTelegram) -> None:
    channel = build(telegram.url, token="1000000002:another-token-of-nobody")
    with pytest.raises(PermanentSendError) as caught:
        await channel.send(message())
    assert "another-token" not in str(caught.value)
    await channel.close()


async def test_rule_23_a_tap_is_answered_and_a_long_answer_is_cut(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.answer_tap("tap-1", "x" * 300)
    await channel.answer_tap("tap-2", "")
    assert telegram.answered == [("tap-1", "x" * 200), ("tap-2", "")]


async def test_rule_23_a_tap_answered_too_late_is_not_an_error(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.fail_next(Fault.BAD_ADDRESS, of="tap")
    await channel.answer_tap("tap-1", "done")
    assert telegram.answered == []


async def test_the_webhook_is_set_with_the_secret_and_keeps_what_waits(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.set_webhook(URL)
    assert (telegram.webhook["url"], telegram.webhook["secret_token"]) == (URL, SECRET)
    assert telegram.webhook["drop_pending_updates"] == "false"
    await channel.delete_webhook()
    assert telegram.webhook["drop_pending_updates"] == "false"


@pytest.mark.parametrize("secret", [None, "", "  "])
async def test_webhook_mode_without_a_secret_refuses_to_start(secret: str | None) -> None:
    with pytest.raises(ConfigurationError):
        build("http://127.0.0.1:9", secret=secret, by_webhook=True)


async def test_a_secret_telegram_would_refuse_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError):
        build("http://127.0.0.1:9", secret="not allowed!", by_webhook=True)


@pytest.mark.parametrize("header", [None, "", SECRET], ids=["no header", "empty header", "some secret"])
async def test_a_bot_that_polls_without_a_secret_takes_no_webhook(header: str | None) -> None:
    channel = build("http://127.0.0.1:9", secret=None)
    with pytest.raises(BadSignatureError):
        channel.verify(webhook_post({"update_id": 1}, secret=header).to(URL))
    await channel.close()


async def test_the_library_cannot_log_texts_or_the_token_even_at_debug(
    channel: TelegramChannel, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.queue({"message": {"text": "TEXT-MARKER", "chat": [], "from": person(CHAT)}})
    telegram.fail_next(Fault.GARBAGE)
    with pytest.raises(UncertainSendError):
        await channel.send(message("TEXT-MARKER"))
    await channel.poll(0)
    assert "MARKER" not in caplog.text
    assert TOKEN not in caplog.text


async def test_both_sides_of_a_chat_are_deleted_and_what_is_gone_already_is_skipped(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.person_writes(CHAT, "one")
    ((read,), _) = await channel.poll(0)
    sent = await channel.send(message())
    assert read.chat_message_id is not None
    result = await channel.delete(str(CHAT), [read.chat_message_id, *sent.chat_message_ids, "999999"])
    assert (result.deleted, result.not_deletable) == (3, 0)
    assert telegram.deleted == [(str(CHAT), int(each)) for each in (read.chat_message_id, *sent.chat_message_ids)]
    assert telegram.known_ids == set()
    assert telegram.unexpected == []


async def test_every_part_of_a_long_text_can_be_deleted(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    result = await channel.send(message("ช่วยด้วย " * 900))
    assert result.chat_message_ids == tuple(str(sent.message_id) for sent in telegram.sent)
    assert len(result.chat_message_ids) == result.parts > 1


async def test_one_message_that_is_too_old_does_not_keep_the_others(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    ids = [(await channel.send(message())).provider_id for _ in range(7)]
    telegram.too_old = {int(ids[2])}
    result = await channel.delete(str(CHAT), ids)
    assert (result.deleted, result.not_deletable) == (6, 1)
    assert telegram.known_ids == {int(ids[2])}


async def test_somebody_who_blocked_the_bot_has_a_chat_that_can_never_be_deleted(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.fail_next(Fault.BLOCKED, of="delete")
    result = await channel.delete(str(CHAT), ["1", "2"])
    assert (result.deleted, result.not_deletable) == (0, 2)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault.TOO_MANY, RetryAfterError, id="too many requests"),
        pytest.param(Fault.SERVER_ERROR, TemporarySendError, id="an error there"),
        pytest.param(Fault.BAD_GATEWAY, UncertainSendError, id="a gateway between"),
        pytest.param(Fault.TAKEN_THEN_SILENT, UncertainSendError, id="no answer"),
        pytest.param(Fault.GARBAGE, UncertainSendError, id="an answer nobody can read"),
        pytest.param(Fault.BAD_CREDENTIALS, PermanentSendError, id="a token that is refused"),
    ],
)
async def test_a_failed_deletion_says_that_it_may_be_tried_again(
    channel: TelegramChannel, telegram: FakeTelegram, fault: Fault, error: type[Exception]
) -> None:
    telegram.fail_next(fault, of="delete")
    with pytest.raises(error):
        await channel.delete(str(CHAT), ["1", "2"])
    assert len(telegram.received) == 1, "it is not asked for again in halves"
