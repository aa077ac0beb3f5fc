"""Where messages wait, encrypted, while the database is down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import utc_now
from bot.database.states import FileKind
from bot.errors import ConfigurationError, SpoolFullError
from bot.messages.message import InboundMessage, MessageKind, SentFile
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys, seal_with
from tests.unit.house import words_of

FULL = InboundMessage(
    channel="telegram",
    provider_id="900000001",
    address="7001",
    text="ช่วยด้วย \x00 \ud800",
    kind=MessageKind.VOICE,
    sent_at=datetime(2026, 11, 22, 2, 14, tzinfo=UTC),
    callback_id="tap-1",
    chat_message_id="42",
    files=(
        SentFile(kind=FileKind.VOICE, media_type="audio/ogg", ref="handle", size_bytes=9, stays_at_provider=True),
        SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", content=b"\x00\xff"),
    ),
    completes_earlier=True,
)


@pytest.fixture
def spool(tmp_path: Path, keys: ServiceKeys) -> Spool:
    made = Spool(tmp_path / "spool", keys, max_files=5)
    made.check()
    return made


def _texts(spool: Spool) -> list[str]:
    return [message.text for _, message in spool.waiting()]


def test_a_message_comes_back_whole(spool: Spool) -> None:
    spool.put(FULL)
    [(_, message)] = spool.waiting()
    assert message == FULL


def test_messages_come_back_in_order_and_are_gone_when_done(spool: Spool) -> None:
    for content in "abcd":
        spool.put(words_of(content))
    assert _texts(spool) == ["a", "b", "c", "d"]
    for path, _ in spool.waiting():
        spool.done(path)
        spool.done(path)  # a second process was done with it too
    assert _texts(spool) == []


def test_a_waiting_message_knows_when_it_came_in(spool: Spool) -> None:
    before = utc_now()
    spool.put(FULL)
    [(path, _)] = spool.waiting()
    assert before - timedelta(seconds=1) <= spool.received_at(path) <= utc_now() + timedelta(seconds=1)


def test_nothing_readable_lies_on_the_disk(spool: Spool, tmp_path: Path) -> None:
    spool.put(words_of("MARKER", sender="MARKER", provider_id="MARKER"))
    for path in (tmp_path / "spool").iterdir():
        assert b"MARKER" not in path.read_bytes()
        assert "MARKER" not in path.name
        assert path.suffix == ".sealed"


def test_the_spool_is_bounded(spool: Spool) -> None:
    for content in "abcde":
        spool.put(words_of(content))
    with pytest.raises(SpoolFullError):
        spool.put(words_of("f"))
    assert _texts(spool) == list("abcde")


def test_a_disk_that_cannot_be_written_is_an_error_and_never_a_success(tmp_path: Path, keys: ServiceKeys) -> None:
    gone = Spool(tmp_path / "never made", keys)
    with pytest.raises(SpoolFullError) as caught:
        gone.put(words_of("MARKER"))
    assert "MARKER" not in str(caught.value)


def test_an_unwritable_place_is_noticed_at_the_start(tmp_path: Path, keys: ServiceKeys) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError):
        Spool(tmp_path / "file", keys).check()
    with pytest.raises(ConfigurationError):
        Spool(tmp_path / "file" / "below", keys).check()


def test_checking_leaves_nothing_behind(spool: Spool, tmp_path: Path) -> None:
    spool.check()
    assert list((tmp_path / "spool").iterdir()) == []


UNREADABLE = {
    "altered bytes": lambda keys: b"damaged",
    "another installation's": lambda keys: seal_with(ServiceKeys.generate().spool, "{}"),
    "no JSON": lambda keys: seal_with(keys.spool, "{"),
    "of another version": lambda keys: seal_with(keys.spool, '{"channel": "sms"}'),
    "of an unknown kind": lambda keys: seal_with(
        keys.spool,
        '{"channel": "sms", "provider_id": "1", "address": "1", "text": "", "kind": "dream", "sent_at": null, '
        '"callback_id": null}',
    ),
    "with an unknown field": lambda keys: seal_with(
        keys.spool, '{"channel": "sms", "kind": "text", "sent_at": null, "surprise": 1}'
    ),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_nobody_can_read_is_set_aside_and_stands_before_nothing(  # type: ignore[no-untyped-def]
    spool: Spool, tmp_path: Path, keys: ServiceKeys, content
) -> None:
    bad = tmp_path / "spool" / "00000000000000000001-bad.sealed"
    bad.write_bytes(content(keys))
    spool.put(FULL)
    assert [message for _, message in spool.waiting()] == [FULL]
    assert bad.with_suffix(".unreadable").exists(), "never deleted"
    assert not bad.exists()
