"""Every kind of Telegram update has a decided answer; the table in docs/channels.md says the same in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.channels.telegram import TelegramChannel
from bot.database.states import FileKind
from bot.errors import MalformedRequestError
from bot.messages.message import InboundMessage, MessageKind
from tests.fakes.telegram import SECRET, TOKEN, webhook_post

PAYLOADS = Path(__file__).parents[2] / "payloads" / "telegram"
CHAT = "7000000001"
URL = "https://sampan.example/webhooks/telegram"

READ = {
    "private_text": (MessageKind.TEXT, "ช่วยด้วย พวกเขายึดหนังสือเดินทาง"),
    "start_bare": (MessageKind.START, ""),
    "start_with_payload": (MessageKind.START, "poster-7_TH"),
    "start_with_bot_name": (MessageKind.START, ""),
    "start_followed_by_words": (MessageKind.TEXT, "/start ช่วยด้วย เร็วๆ"),
    "other_command": (MessageKind.TEXT, "/status"),
    "command_that_looks_like_an_intent": (MessageKind.TEXT, '/inform{"danger":"no"}'),
    "longest_text": (MessageKind.TEXT, "ก" * 4096),
    "blank_text": (MessageKind.EMPTY, ""),
    "half_a_surrogate_pair": (MessageKind.TEXT, "\ufffd help"),
    "edited_text": (MessageKind.TEXT, "xin cứu tôi, sửa lại"),
    "text_with_link": (MessageKind.TEXT, "see https://example.org/x"),
    "forwarded_text": (MessageKind.TEXT, "they took my phone"),
    "reply_with_quote": (MessageKind.TEXT, "yes, that one"),
    "sticker": (MessageKind.STICKER, ""),
    "voice": (MessageKind.VOICE, ""),
    "voice_with_caption": (MessageKind.VOICE, "ฟังนี่"),
    "audio": (MessageKind.VOICE, ""),
    "photo": (MessageKind.PHOTO, ""),
    "photo_with_caption": (MessageKind.PHOTO, "ဒီနေရာမှာ ရှိတယ်"),
    "album_photo": (MessageKind.PHOTO, ""),
    "video": (MessageKind.PHOTO, "they lock the door"),
    "video_note": (MessageKind.PHOTO, ""),
    "document": (MessageKind.PHOTO, ""),
    "animation": (MessageKind.STICKER, ""),
    "dice": (MessageKind.STICKER, ""),
    "game": (MessageKind.STICKER, ""),
    "story": (MessageKind.PHOTO, ""),
    "poll": (MessageKind.TEXT, "Should I run tonight?\nyes\nno"),
    "contact_card": (MessageKind.CONTACT, "+12025550142, CONTACT-MARKER"),
    "location": (MessageKind.LOCATION, "13.756331, 100.501762"),
    "live_location": (MessageKind.LOCATION, "13.756331, 100.501762"),
    "venue": (MessageKind.LOCATION, "16.700000, 98.570000"),
    "kind_of_tomorrow": (MessageKind.EMPTY, ""),
    "sender_left_out": (MessageKind.TEXT, "hello"),
    "tap": (MessageKind.TEXT, "yes"),
    "tap_under_an_old_message": (MessageKind.TEXT, "yes"),
}

DROPPED = [
    "live_location_moved",
    "service_pinned",
    "service_timer",
    "service_write_access",
    "service_passport",
    "group_text",
    "supergroup_text",
    "group_joined",
    "message_from_a_bot",
    "channel_post",
    "tap_in_a_group",
    "tap_by_somebody_else",
    "tap_without_data",
    "tap_on_an_inline_message",
    "bot_blocked",
    "bot_unblocked",
    "inline_query",
]

MALFORMED = {
    "no update id": {"message": {}},
    "update id is text": {"update_id": "1", "message": {}},
    "message is a list": {"update_id": 1, "message": []},
    "chat is missing": {"update_id": 1, "message": {"text": "x"}},
    "chat id is text": {"update_id": 1, "message": {"chat": {"id": "7", "type": "private"}, "text": "x"}},
    "location without numbers": {
        "update_id": 1,
        "message": {"chat": {"id": 7, "type": "private"}, "location": {"latitude": "north"}},
    },
    "tap without its id": {
        "update_id": 1,
        "callback_query": {"from": {"id": 7}, "message": {"chat": {"id": 7, "type": "private"}}, "data": "x"},
    },
    "not an object": [1, 2],
}


def bot(*, taps: bool = False) -> TelegramChannel:
    return TelegramChannel(name="telegram", token=SecretStr(TOKEN), secret_token=SecretStr(SECRET), taps=taps)


def parsed(payload: str, *, taps: bool = False) -> tuple[InboundMessage, ...]:
    update = json.loads((PAYLOADS / f"{payload}.json").read_text())
    delivery = bot(taps=taps).parse(webhook_post(update).to(URL))
    assert delivery.receipts == ()
    return delivery.messages


@pytest.mark.parametrize("payload", READ)
def test_what_a_person_sends_is_read_as_decided(payload: str) -> None:
    (message,) = parsed(payload)
    assert (message.kind, message.text) == READ[payload]
    assert (message.channel, message.address) == ("telegram", CHAT)
    assert message.provider_id == str(json.loads((PAYLOADS / f"{payload}.json").read_text())["update_id"])


@pytest.mark.parametrize("payload", DROPPED)
def test_what_we_have_no_use_for_is_dropped(payload: str) -> None:
    assert parsed(payload) == ()


@pytest.mark.parametrize("payload", ["tap_in_a_group", "tap_by_somebody_else"])
def test_rule_23_a_responders_tap_counts_only_from_whose_chat_it_is(payload: str) -> None:
    """In a group anybody could tap for another: membership of a chat authorises nobody."""
    assert parsed(payload, taps=True) == ()


def test_every_payload_file_has_a_decided_answer() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == READ.keys() | set(DROPPED)


@pytest.mark.parametrize("payload", READ.keys() - {"contact_card"})  # the card is what they wanted to tell
def test_only_the_chat_id_is_taken_of_who_wrote(payload: str) -> None:
    (message,) = parsed(payload)
    kept = " ".join(str(getattr(message, name)) for name in message.__dataclass_fields__).upper()
    assert "MARKER" not in kept
    assert "5550142" not in kept


def test_a_tap_on_a_responders_button_is_a_tap() -> None:
    (message,) = parsed("tap", taps=True)
    assert (message.kind, message.text, message.callback_id) == (MessageKind.TAP, "yes", "4382bfdwdsb323b2d9")


def test_a_tap_on_a_reporters_button_is_its_words_and_can_be_answered() -> None:
    (message,) = parsed("tap")
    assert (message.kind, message.callback_id) == (MessageKind.TEXT, "4382bfdwdsb323b2d9")


def test_an_edit_is_a_message_of_its_own_written_when_it_was_edited() -> None:
    (message,) = parsed("edited_text")
    assert message.sent_at == datetime.fromtimestamp(1_790_000_060, UTC)


@pytest.mark.parametrize("label", MALFORMED)
def test_an_update_without_what_every_update_has_is_malformed(label: str) -> None:
    with pytest.raises(MalformedRequestError):
        bot().parse(webhook_post(MALFORMED[label]).to(URL))


def test_nesting_too_deep_to_read_is_malformed() -> None:
    post = webhook_post({})
    deep = type(post)(headers=post.headers, body=b'{"update_id":' + b"[" * 100_000)
    with pytest.raises(MalformedRequestError):
        bot().parse(deep.to(URL))


FILES = {
    "voice": (FileKind.VOICE, "audio/ogg"),
    "audio": (FileKind.VOICE, "audio/mpeg"),
    "photo": (FileKind.PICTURE, "image/jpeg"),
    "album_photo": (FileKind.PICTURE, "image/jpeg"),
    "video": (FileKind.VIDEO, "video/mp4"),
    "video_note": (FileKind.VIDEO, "video/mp4"),
    "document": (FileKind.DOCUMENT, "application/pdf"),
}


@pytest.mark.parametrize("payload", FILES)
def test_a_file_is_taken_by_its_handle_and_without_its_name(payload: str) -> None:
    (message,) = parsed(payload)
    (file,) = message.files
    assert (file.kind, file.media_type) == FILES[payload]
    assert (file.ref, file.size_bytes, file.content) == ("FILE-MARKER", 1000, None)
    assert "MARKER" not in repr(message)


@pytest.mark.parametrize("payload", sorted(READ.keys() - FILES.keys() - {"voice_with_caption", "photo_with_caption"}))
def test_nothing_else_brings_a_file(payload: str) -> None:
    (message,) = parsed(payload)
    assert message.files == ()


def written(**content: object) -> InboundMessage:
    message = {"chat": {"id": 7, "type": "private"}, "message_id": 1, **content}
    (read,) = bot().parse(webhook_post({"update_id": 1, "message": message}).to(URL)).messages
    return read


def test_of_a_photo_the_largest_size_is_taken() -> None:
    sizes = [{"file_id": name, "file_size": size} for name, size in (("small", 10), ("large", 900), ("middle", 90))]
    assert [file.ref for file in written(photo=sizes).files] == ["large"]


@pytest.mark.parametrize("photo", [[], [7], "x", None, [{"file_id": 7}], [{"file_size": "much"}]])
def test_a_photo_that_cannot_be_read_came_and_cannot_be_fetched(photo: object) -> None:
    (file,) = written(photo=photo).files
    assert (file.ref, file.kind) == (None, FileKind.PICTURE)


@pytest.mark.parametrize(("mime", "kind"), [("image/png", FileKind.PICTURE), ("audio/mp4", FileKind.VOICE)])
def test_a_document_is_what_its_type_says(mime: str, kind: FileKind) -> None:
    (file,) = written(document={"file_id": "x", "mime_type": mime, "file_name": "NAME-MARKER"}).files
    assert (file.kind, file.media_type) == (kind, mime)


def test_a_program_sent_as_a_document_is_of_no_type_that_is_taken() -> None:
    apk = {"file_id": "x", "mime_type": "application/vnd.android.package-archive", "file_name": "photo.jpg.apk"}
    (file,) = written(document=apk).files
    assert file.media_type == "application/octet-stream"


def test_of_their_own_card_only_the_number_is_read() -> None:
    card = {"phone_number": "+12025550142", "first_name": "NAME-MARKER", "user_id": 7, "vcard": "VCARD-MARKER"}
    assert written(contact=card).text == "+12025550142"
    assert written(contact={**card, "user_id": 8}).text == "+12025550142, NAME-MARKER"
