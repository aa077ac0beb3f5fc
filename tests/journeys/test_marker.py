"""The marker test: whatever happens to a message, its words and who wrote it stand sealed in the database and nowhere
else: in no log line at the most talkative level, on no error, in no plain column."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from time import monotonic

import pytest
import structlog
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from bot.conversation.engine import TurnAnswer, TurnRequest
from bot.conversation.scripted_engine import ScriptedEngine
from bot.database.session import Database
from bot.database.tables import Conversation, InboxMessage, OutboxMessage, StaffContact
from bot.errors import EngineError
from bot.privacy.logs import configure_logs
from bot.privacy.sealing import ConversationOpener, ServiceKeys
from tests.fakes.http_provider import Fault, Posted
from tests.fakes.telegram import webhook_post
from tests.journeys.world import RESPONDER_CHAT, World, night

WORDS = "MARKERWORDS77"
CRY = f"help me, they locked the door {WORDS}"
NUMBER, DIGITS = "+12025550173", "2025550173"
CHAT = 770077007700
# Whatever stands in names, in what a provider knows of the sender, and in ids.
MARKERS = (
    WORDS,
    DIGITS,
    str(CHAT),
    "NAME-MARKER",
    "SURNAME-MARKER",
    "USERNAME_MARKER",
    "zz-marker",
    "CITY-MARKER",
    "ZIP-MARKER",
    "STATE-MARKER",
    "IDMARKER77",
)


class SometimesBroken:
    """An engine that fails in its own way over a word, quoting what it was given, as libraries do."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        logging.getLogger("some.library").debug("asked about %s", request.text)
        if "poison" in request.text:
            raise ValueError(f"cannot read {request.text!r}")
        if "refused" in request.text:
            raise EngineError(f"bad turn {request.text!r}")
        return await ScriptedEngine().take_turn(request)


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything this process prints, with every logger at its most talkative; put back afterwards."""
    root = logging.getLogger()
    handlers, level, last_resort = root.handlers[:], root.level, logging.lastResort
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    with redirect_stderr(StringIO()) as printed, redirect_stdout(printed):
        configure_logs("debug")
        root.setLevel(logging.DEBUG)
        yield printed
    root.handlers[:], logging.lastResort = handlers, last_resort
    root.setLevel(level)
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    structlog.reset_defaults()


@pytest.fixture
def world(database: Database, keys: ServiceKeys, tmp_path: Path, logged: object) -> Iterator[World]:
    with night(database, keys, tmp_path, SometimesBroken()) as running:
        running.on_call("Dara", chat=RESPONDER_CHAT)
        yield running


def _columns_with_markers(database: Database) -> list[str]:
    """Every text, JSON and byte column of every table in which a marker stands, read by PostgreSQL itself."""
    found = []
    with database.engine.connect() as connection:
        columns = connection.execute(
            text(
                "select table_name, column_name, data_type from information_schema.columns "
                "where table_schema = 'public' order by 1, 2"
            )
        ).all()
        for table, column, kind in columns:
            read = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            for marker in MARKERS:
                hit = f'select count(*) from "{table}" where {read} ilike :marker'  # names come from the catalogue
                if connection.execute(text(hit), {"marker": f"%{marker}%"}).scalar_one():
                    found.append(f"{table}.{column}: {marker}")
    return found


def _eventually(what: str, true: object) -> None:
    assert callable(true)
    deadline, pause = monotonic() + 30, threading.Event()
    while not true():
        assert monotonic() < deadline, f"never: {what}"
        pause.wait(0.05)


def _nothing_open(database: Database) -> bool:
    with database.transaction() as session:
        inbox = (
            select(func.count())
            .select_from(InboxMessage)
            .where(InboxMessage.state == "pending", InboxMessage.attempts == 0)
        )
        outbox = (
            select(func.count())
            .select_from(OutboxMessage)
            .where(OutboxMessage.state.in_(["pending", "sending"]), OutboxMessage.attempts == 0)
        )
        return session.scalar(inbox) == 0 and session.scalar(outbox) == 0


def _settled(world: World, logged: StringIO) -> str:
    """Wait until everything was tried, then check the database and hand over what was printed."""
    _eventually("everything was tried", lambda: _nothing_open(world.database))
    assert _columns_with_markers(world.database) == []
    printed = logged.getvalue()
    assert [marker for marker in MARKERS if marker.lower() in printed.lower()] == []
    return printed


def _sms(world: World, words: str, **more: str) -> Posted:
    return world.twilio.inbound(world.door("sms_twilio"), NUMBER, words, **more)


def test_the_search_itself_finds_a_marker(database: Database, keys: ServiceKeys) -> None:
    """A search that finds nothing anywhere would prove nothing."""
    with database.engine.begin() as connection:
        connection.execute(text("insert into poll_offset (channel, next_offset) values (:m, 1)"), {"m": WORDS})
        connection.execute(
            text("insert into sandbox_message (phone, key, body_sealed) values ('x', 'x', :b)"), {"b": WORDS.encode()}
        )
    assert _columns_with_markers(database) == [
        f"poll_offset.channel: {WORDS}",
        f"sandbox_message.body_sealed: {WORDS}",
    ]


def test_all_goes_well_and_the_marker_is_sealed_and_nowhere_else(world: World, logged: StringIO) -> None:
    assert world.post("sms_twilio", _sms(world, CRY, MessageSid="IDMARKER77")) == 200
    world.telegram.person_writes(CHAT, CRY)
    world.sms_read(2, NUMBER)
    world.chat_read(2, CHAT)
    world.pages_read(2)
    world.responder_taps("10")
    world.sms_to_the_phone_arrives(CRY, NUMBER)
    for words in ("1", f"in the house {WORDS}", "wipe", "1"):
        assert world.post("sms_twilio", _sms(world, words)) == 200
    _settled(world, logged)
    with world.database.transaction() as session:
        rows = session.execute(
            select(InboxMessage.text_sealed, Conversation.private_key_wrapped).join(
                Conversation, Conversation.id == InboxMessage.conversation_id
            )
        ).all()
        opened = [ConversationOpener(world.keys, key).open(words) for words, key in rows if words and key]
    assert any(WORDS in each for each in opened), "it is there, sealed"


def test_kinds_nobody_can_read_leave_nothing_of_what_their_sender_is_called(world: World, logged: StringIO) -> None:
    contents = (
        {"voice": {"file_id": WORDS, "file_unique_id": WORDS, "duration": 2}},
        {"contact": {"phone_number": NUMBER, "first_name": WORDS}},
        {"location": {"latitude": 13.7, "longitude": 100.5}},
        {"sticker": {"file_id": WORDS, "emoji": "x"}},
    )
    for content in contents:
        world.telegram.person_sends(CHAT, **content)
    world.chat_read(4, CHAT)
    _settled(world, logged)


def test_an_engine_that_quotes_what_it_was_given_when_it_fails(world: World, logged: StringIO) -> None:
    assert world.post("sms_twilio", _sms(world, f"poison {WORDS}")) == 200
    world.telegram.person_writes(CHAT, f"refused {WORDS}")
    _eventually("a failed turn", lambda: _attempts(world.database) >= 2)
    assert "message_failed" in _settled(world, logged)


def _attempts(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.sum(InboxMessage.attempts))) or 0


@pytest.mark.parametrize(
    "fault", [Fault.SERVER_ERROR, Fault.BLOCKED, Fault.BAD_ADDRESS, Fault.HANG_UP, Fault.GARBAGE, Fault.TOO_MANY]
)
def test_a_provider_that_fails_on_every_side(world: World, logged: StringIO, fault: Fault) -> None:
    world.twilio.fail_next(fault)
    world.telegram.fail_next(fault)
    world.staff_bot.fail_next(fault)
    assert world.post("sms_twilio", _sms(world, CRY)) == 200
    world.telegram.person_writes(CHAT, CRY)
    _eventually("both were handled", lambda: _attempts(world.database) >= 2)
    assert "failed" in _settled(world, logged)


def test_a_request_nobody_signed_and_one_nobody_can_read(world: World, logged: StringIO) -> None:
    forged = _sms(world, CRY)
    assert (
        world.post("sms_twilio", Posted(headers={**forged.headers, "x-twilio-signature": WORDS}, body=forged.body))
        == 403
    )
    assert world.post("telegram", webhook_post({"message": {"text": CRY}}, secret=WORDS)) == 403
    assert world.post("telegram", webhook_post([CRY])) == 400
    assert world.post(WORDS, forged) == 404
    huge = Posted(headers=forged.headers, body=WORDS.encode() * 200_000)
    assert world.post("sms_twilio", huge) == 413
    assert "request_refused" in _settled(world, logged)
    with world.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(InboxMessage)) == 0


@contextmanager
def _out_of_reach(database: Database) -> Iterator[None]:
    """Every connection is cut and none is let in, until the block is left."""
    url = make_url(database.url)
    control = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with control.connect() as connection:
        connection.execute(text(f'alter database "{url.database}" with allow_connections false'))
        try:
            connection.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
                {"name": url.database},
            )
            yield
        finally:
            connection.execute(text(f'alter database "{url.database}" with allow_connections true'))
    control.dispose()


def test_a_database_that_goes_away_under_a_message(world: World, logged: StringIO, tmp_path: Path) -> None:
    assert world.post("sms_twilio", _sms(world, CRY)) == 200
    with _out_of_reach(world.database):
        assert world.post("sms_twilio", _sms(world, f"they are coming {WORDS}")) == 200
        spooled = list((tmp_path / "spool").glob("*.sealed"))
        assert spooled, "it went to the spool"
        assert all(WORDS.encode() not in path.read_bytes() for path in spooled)
    _eventually("it is stored after all", lambda: _attempts(world.database) >= 2)
    assert "spooled" in _settled(world, logged)


def test_a_responders_number_and_words_are_sealed_too(world: World, logged: StringIO) -> None:
    world.staff_bot.person_writes(CHAT, f"let me in {WORDS}")
    _eventually("a stranger is answered", lambda: any(sent.chat_id == str(CHAT) for sent in world.staff_bot.sent))
    world.staff_bot.person_writes(RESPONDER_CHAT, f"what is this {WORDS}")
    world.pages_read(1)
    _settled(world, logged)
    with world.database.transaction() as session:
        for contact in session.scalars(select(StaffContact)):
            assert contact.address_sealed is not None
            assert str(RESPONDER_CHAT).encode() not in contact.address_sealed
