"""The public door: what is refused leaves no trace, what is taken is on a disk before anybody says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from starlette.types import Message

from bot.database.session import Database
from bot.database.tables import Alarm, AuditorPass, EngineHeartbeat, InboxMessage, Table
from bot.errors import ConfigurationError
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.webhooks.app import Door, build_app
from bot.worker.spool_loop import SpoolFlusher
from tests.fakes.http_provider import Posted
from tests.fakes.sms_gateway import FakeSmsGateway
from tests.fakes.telegram import webhook_post
from tests.fakes.twilio import ACCOUNT, FakeTwilio
from tests.unit.house import CRY, House, count, words_of
from tests.unit.webhooks.posting import NUMBER, PUBLIC, chat, post_to, request_to, sms, stored_texts


def _rows(door: Door) -> int:
    """Rows of all tables together."""
    with door.database.transaction() as session:
        return sum(count(session, mapper.class_) for mapper in Table.registry.mappers)


def _flush(door: Door, database: Database) -> bool:
    return asyncio.run(SpoolFlusher(door.spool, database, door.keys, door.settings).work())


def _with_header(posted: Posted, name: str, value: str | None) -> Posted:
    headers = {key: each for key, each in posted.headers.items() if key != name}
    return Posted(headers=headers | ({name: value} if value is not None else {}), body=posted.body)


def _gateway(text: str) -> Posted:
    return FakeSmsGateway().inbound(NUMBER, text, datetime.now(UTC))


FORGED = {
    "twilio, no signature": ("sms_twilio", _with_header(sms(CRY), "x-twilio-signature", None)),
    "twilio, wrong signature": ("sms_twilio", _with_header(sms(CRY), "x-twilio-signature", "AAAA")),
    "twilio, signed for another address": (
        "sms_twilio",
        FakeTwilio().inbound("https://elsewhere.example/webhooks/sms_twilio", NUMBER, CRY),
    ),
    "twilio, signed by another token": (
        "sms_twilio",
        FakeTwilio(auth_token="other").inbound(f"{PUBLIC}/webhooks/sms_twilio", NUMBER, CRY),
    ),
    "twilio, altered after signing": ("sms_twilio", replace(sms(CRY), body=sms(CRY).body + b"&NumMedia=1")),
    "telegram, no secret": ("telegram", _with_header(chat(CRY), "x-telegram-bot-api-secret-token", None)),
    "telegram, wrong secret": ("telegram", _with_header(chat(CRY), "x-telegram-bot-api-secret-token", "no")),
    "telegram, empty secret": ("telegram", _with_header(chat(CRY), "x-telegram-bot-api-secret-token", "")),
    "gateway, wrong key": ("sms_gateway", FakeSmsGateway(signing_key="no").inbound(NUMBER, CRY, datetime.now(UTC))),
    "gateway, an hour old": (
        "sms_gateway",
        FakeSmsGateway().inbound(NUMBER, CRY, datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    "nonsense, unsigned": ("sms_twilio", Posted(headers={}, body=b"\xff\x00")),
}


@pytest.mark.parametrize(("channel", "posted"), FORGED.values(), ids=FORGED)
def test_what_the_provider_did_not_sign_is_refused_and_leaves_nothing(
    door: Door, channel: str, posted: Posted, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post_to(door, channel, posted) == 403
    assert _rows(door) == 0
    assert list(door.spool.waiting()) == []
    assert "locked" not in "".join(capsys.readouterr())


# Made when a test runs: a signature is good for five minutes.
MALFORMED: dict[str, tuple[str, Callable[[], Posted]]] = {
    "telegram, no JSON": ("telegram", lambda: webhook_post("x")),
    "telegram, broken JSON": ("telegram", lambda: Posted(headers=webhook_post(1).headers, body=b'{"update_id": ')),
    "telegram, not UTF-8": ("telegram", lambda: Posted(headers=webhook_post(1).headers, body=b"\xff\xfe\xfd")),
    "telegram, nested too deep": ("telegram", lambda: Posted(headers=webhook_post(1).headers, body=b"[" * 100_000)),
    "twilio, no sender": (
        "sms_twilio",
        lambda: FakeTwilio().signed(
            f"{PUBLIC}/webhooks/sms_twilio", {"AccountSid": ACCOUNT, "Body": "x", "MessageSid": "1"}
        ),
    ),
    "gateway, a list": ("sms_gateway", lambda: FakeSmsGateway().signed(b"[1]", datetime.now(UTC))),
    "gateway, no payload": (
        "sms_gateway",
        lambda: FakeSmsGateway().signed(b'{"event": "sms:received"}', datetime.now(UTC)),
    ),
}


@pytest.mark.parametrize(("channel", "posted"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_signed_and_cannot_be_read_is_a_400_without_detail(
    door: Door, channel: str, posted: Callable[[], Posted]
) -> None:
    assert post_to(door, channel, posted()) == 400
    assert _rows(door) == 0


def test_an_unknown_channel_and_an_unknown_path_are_404_and_a_get_is_405(door: Door) -> None:
    assert request_to(door, "POST", "/webhooks/carrier_pigeon").status_code == 404
    assert request_to(door, "POST", "/somewhere").status_code == 404
    assert request_to(door, "GET", "/webhooks/sms_twilio").status_code == 405
    assert request_to(door, "GET", "/docs").status_code == 404


def _ask(door: Door, headers: list[tuple[bytes, bytes]], chunks: int, chunk: bytes) -> tuple[int, int]:
    """Post chunk by chunk through ASGI; the status and how many chunks were read."""
    read = 0
    statuses: list[int] = []

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": chunk, "more_body": read < chunks}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/webhooks/sms_twilio",
        "raw_path": b"/webhooks/sms_twilio",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "server": ("door.example", 443),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(build_app(door)(scope, receive, send))
    return statuses[0], read


def test_a_body_that_says_it_is_too_large_is_refused_before_a_byte_is_read(door: Door) -> None:
    assert _ask(door, [(b"content-length", b"400001")], 10, b"x" * 100_000) == (413, 0)


def test_a_body_that_does_not_say_its_size_is_refused_as_soon_as_it_is_too_large(door: Door) -> None:
    assert _ask(door, [], 1000, b"x" * 100_000) == (413, 5)


def test_a_body_that_lies_about_its_size_is_refused_as_soon_as_it_is_too_large(door: Door) -> None:
    assert _ask(door, [(b"content-length", b"10")], 1000, b"x" * 100_000) == (413, 5)


@pytest.mark.parametrize("length", [b"", b"-1", b"abc", b"1e9", "²".encode("latin-1"), b"9" * 5000])
def test_a_content_length_that_is_none_is_no_crash(door: Door, length: bytes) -> None:
    status, _ = _ask(door, [(b"content-length", length)], 1, b"x")
    assert status in (403, 413)


def test_a_client_that_hangs_up_is_no_crash(door: Door) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/sms_twilio",
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "https",
        "server": ("door.example", 443),
    }
    asyncio.run(build_app(door)(scope, receive, send))
    assert sent[0]["status"] == 400


def test_it_is_committed_before_the_answer(door: Door) -> None:
    assert post_to(door, "sms_twilio", sms(CRY)) == 200
    with door.database.transaction() as session:
        assert (count(session, InboxMessage), count(session, Alarm)) == (1, 1)


def test_twilio_gets_an_empty_answer_so_that_it_says_nothing_by_itself(door: Door) -> None:
    response = request_to(door, "POST", "/webhooks/sms_twilio", sms("hello"))
    assert response.text.endswith("<Response/>")
    assert response.headers["content-type"].startswith("text/xml")


def test_the_same_webhook_a_hundred_times_is_one_message(door: Door) -> None:
    posted = sms(CRY, MessageSid="SM-same")
    assert {post_to(door, "sms_twilio", posted) for _ in range(100)} == {200}
    with door.database.transaction() as session:
        assert (count(session, InboxMessage), count(session, Alarm)) == (1, 1)


def test_a_receipt_for_an_unknown_message_is_taken_and_changes_nothing(door: Door) -> None:
    fields = {"MessageSid": "SM-unknown", "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    posted = FakeTwilio().signed(f"{PUBLIC}/webhooks/sms_twilio/receipt", fields)
    assert post_to(door, "sms_twilio", posted, "/receipt") == 200
    assert _rows(door) == 0


def test_health_says_whether_the_database_would_take_a_message(door: Door, down: Database) -> None:
    ok = request_to(door, "GET", "/health")
    assert (ok.status_code, ok.json()) == (200, {"status": "ok"})
    bad = request_to(replace(door, database=down), "GET", "/health")
    assert (bad.status_code, bad.json()) == (503, {"status": "spooling"})


def test_ready_says_whether_anybody_would_be_paged(door: Door, down: Database) -> None:
    idle = request_to(door, "GET", "/ready")
    assert (idle.status_code, idle.json()["status"], idle.json()["engine_seconds"]) == (503, "not_ready", None)
    with door.database.transaction() as session:
        session.add(EngineHeartbeat(process_id=uuid4(), schema_version="x"))
        session.add(AuditorPass(id=1, looked_at=func.now()))
    ready = request_to(door, "GET", "/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert 0 <= ready.json()["audit_seconds"] < 60
    with door.database.transaction() as session:
        session.get_one(AuditorPass, 1).looked_at = func.now() - timedelta(minutes=5)
    assert request_to(door, "GET", "/ready").status_code == 503
    assert request_to(replace(door, database=down), "GET", "/ready").json() == {"status": "spooling"}


def test_while_the_database_is_down_messages_wait_on_the_disk_and_are_stored_once_in_order(
    door: Door, down: Database
) -> None:
    closed = replace(door, database=down)
    assert post_to(closed, "sms_twilio", sms("one", MessageSid="1")) == 200
    assert post_to(closed, "sms_twilio", sms("two", MessageSid="2")) == 200
    assert post_to(closed, "sms_twilio", sms("one", MessageSid="1")) == 200
    assert post_to(closed, "sms_twilio", sms(CRY, MessageSid="3")) == 200
    assert len(list(door.spool.waiting())) == 4
    assert _flush(door, door.database)
    assert stored_texts(door.database, door.keys) == ["one", "two", CRY]
    assert list(door.spool.waiting()) == []
    assert not _flush(door, door.database)
    with door.database.transaction() as session:
        assert count(session, Alarm) == 1, "an urgent message alarms from the spool too"


def test_flushing_while_the_database_is_still_down_keeps_everything(door: Door, down: Database) -> None:
    post_to(replace(door, database=down), "sms_twilio", sms("one"))
    with pytest.raises(Exception, match="OperationalError"):
        _flush(door, down)
    assert len(list(door.spool.waiting())) == 1


def test_what_waited_in_the_spool_was_received_when_it_came(door: Door, down: Database, house: House) -> None:
    post_to(replace(door, database=down), "sms_twilio", sms("one"))
    [path] = door.settings.spool_path.glob("*.sealed")
    long_ago = f"{int(path.name.split('-')[0]) - 3600 * 10**9:020d}-x.sealed"
    path.rename(path.with_name(long_ago))
    _flush(door, door.database)
    with door.database.transaction() as session:
        row = session.scalars(select(InboxMessage)).one()
        assert 3590 < (row.due_at - row.received_at).total_seconds() < 3660


def test_a_full_spool_asks_the_provider_to_try_again(door: Door, down: Database) -> None:
    closed = replace(door, database=down)
    assert [post_to(closed, "sms_twilio", sms(str(number), MessageSid=str(number))) for number in range(9)] == [
        *[200] * 8,
        503,
    ]


def test_a_spool_that_went_away_asks_the_provider_to_try_again(door: Door, down: Database) -> None:
    door.settings.spool_path.rmdir()
    assert post_to(replace(door, database=down), "sms_twilio", sms("one")) == 503


def test_a_receipt_while_the_database_is_down_asks_the_provider_to_try_again(door: Door, down: Database) -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    posted = FakeTwilio().signed(f"{PUBLIC}/webhooks/sms_twilio/receipt", fields)
    assert post_to(replace(door, database=down), "sms_twilio", posted, "/receipt") == 503


def test_the_door_is_not_opened_when_the_spool_cannot_be_written(tmp_path: Path, keys: ServiceKeys) -> None:
    (tmp_path / "spool").write_text("a file in the way")
    with pytest.raises(ConfigurationError):
        Spool(tmp_path / "spool", keys).check()


def test_a_fault_of_ours_while_storing_costs_no_message(door: Door, keys: ServiceKeys) -> None:
    broken = replace(door, keys=replace(keys, address=b"too short"))
    assert post_to(broken, "sms_twilio", sms(CRY)) == 200
    assert _rows(door) == 0
    assert _flush(door, door.database)
    assert stored_texts(door.database, keys) == [CRY]


def test_one_message_of_the_spool_that_cannot_be_stored_does_not_stand_before_the_others(
    door: Door, keys: ServiceKeys
) -> None:
    door.spool.put(words_of("one"))
    flusher = SpoolFlusher(door.spool, door.database, replace(keys, address=b"too short"), door.settings)
    assert asyncio.run(flusher.work()) is False
    door.spool.put(words_of("two"))
    assert _flush(door, door.database)
    assert stored_texts(door.database, keys) == ["one", "two"]
