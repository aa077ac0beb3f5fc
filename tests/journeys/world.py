"""A night in a test: the whole service in a thread of its own, every provider a fake on loopback, PostgreSQL real."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
import uvicorn
from pydantic import SecretStr
from sqlalchemy import func

from bot.conversation.engine import DialogueEngine
from bot.database.session import Database
from bot.database.tables import RosterEntry, Staff, StaffContact
from bot.privacy.keys_file import write_private_file
from bot.privacy.sealing import ServiceKeys, seal_with
from bot.settings import Settings, SmsGatewaySettings, TelegramSettings, TwilioSettings
from bot.wiring import Service, build_service, running_workers
from tests.fakes.http_provider import Posted
from tests.fakes.sms_gateway import PASSWORD, SIGNING_KEY, USERNAME, FakeSmsGateway
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram
from tests.fakes.twilio import ACCOUNT, AUTH_TOKEN, OUR_NUMBER, FakeTwilio

PATIENCE_SECONDS = 20.0
STAFF_TOKEN = "2000000002:staff-token-of-nobody"
REPORTER_NUMBER = "+12025550111"
RESPONDER_NUMBER = "+12025550122"
REPORTER_CHAT, RESPONDER_CHAT = 7001, 8001


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a story needs: the providers, and the doors of the running service."""

    telegram: FakeTelegram
    staff_bot: FakeTelegram
    twilio: FakeTwilio
    gateway: FakeSmsGateway
    database: Database
    settings: Settings
    service: Service
    http: httpx.Client
    keys: ServiceKeys = field(repr=False)

    def post(self, channel: str, posted: Posted) -> int:
        """Post to the public door as a provider would; the status."""
        return self.http.post(self.door(channel), content=posted.body, headers=dict(posted.headers)).status_code

    def door(self, channel: str) -> str:
        """The public address of a channel's door."""
        return f"{self.settings.public_url}/webhooks/{channel}"

    def sms_arrives(self, text: str, sender: str = REPORTER_NUMBER) -> None:
        """Somebody writes an SMS to the Twilio number."""
        assert self.post("sms_twilio", self.twilio.inbound(self.door("sms_twilio"), sender, text)) == 200

    def sms_to_the_phone_arrives(self, text: str, sender: str = REPORTER_NUMBER) -> None:
        """Somebody writes an SMS to the phone with a SIM."""
        assert self.post("sms_gateway", self.gateway.inbound(sender, text, datetime.now(UTC))) == 200

    def sms_read(self, count: int, number: str = REPORTER_NUMBER) -> list[str]:
        """At least `count` messages that arrived on a phone through Twilio; fails when they do not come."""
        return eventually(lambda: [sent.text for sent in self.twilio.sent if sent.to == number], count)

    def chat_read(self, count: int, chat: int = REPORTER_CHAT) -> list[str]:
        """At least `count` messages that arrived in a chat with the reporters' bot."""
        return eventually(lambda: [sent.text for sent in self.telegram.sent if sent.chat_id == str(chat)], count)

    def pages_read(self, count: int, chat: int = RESPONDER_CHAT) -> list[str]:
        """At least `count` messages that arrived in a chat with the staff bot."""
        return eventually(lambda: [sent.text for sent in self.staff_bot.sent if sent.chat_id == str(chat)], count)

    def responder_taps(self, title_part: str, chat: int = RESPONDER_CHAT) -> None:
        """Tap the newest button whose title holds these words."""
        found = self._button(title_part, chat)
        assert found is not None, f"no button with {title_part!r}"
        self.staff_bot.person_taps(chat, *found)

    def responder_sees_button(self, title_part: str, chat: int = RESPONDER_CHAT) -> bool:
        """Whether a button whose title holds these words has come to this telephone; another may have it sooner."""
        return self._button(title_part, chat) is not None

    def _button(self, title_part: str, chat: int) -> tuple[str, int] | None:
        for sent in reversed(self.staff_bot.sent):
            for title, data in sent.buttons:
                if sent.chat_id == str(chat) and title_part in title:
                    return data, sent.message_id
        return None

    def on_call(
        self, name: str, *, step: int = 1, chat: int | None = None, number: str | None = None, language: str = "en"
    ) -> int:
        """Put a responder with verified contacts on the roster, open-ended; her account's id."""
        with self.database.transaction() as session:
            staff = Staff(name=name, language=language)
            session.add(staff)
            session.flush()
            session.add(RosterEntry(staff_id=staff.id, step_no=step))
            ways = [("telegram_staff", str(chat))] if chat else []
            ways += [("sms_twilio", number)] if number else []
            for rank, (channel, address) in enumerate(ways, start=1):
                session.add(
                    StaffContact(
                        staff_id=staff.id,
                        channel=channel,
                        rank=rank,
                        address_hash=self.keys.lookup_hash("address", channel, address),
                        address_sealed=seal_with(self.keys.address, address),
                        verified_at=func.now(),
                    )
                )
            return staff.id


def eventually(look: Callable[[], list[str]], count: int) -> list[str]:
    """What `look` sees once it sees at least `count`; an AssertionError with the number seen when it never does."""
    deadline = monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while len(seen := look()) < count:
        if monotonic() > deadline:
            raise AssertionError(f"{len(seen)} messages came, {count} were expected")
        pause.wait(0.02)
    return seen


@contextmanager
def night(
    database: Database,
    keys: ServiceKeys,
    folder: Path,
    engine: DialogueEngine,
    *,
    afterwards: Callable[[], Awaitable[None]] | None = None,
    **changed: object,
) -> Iterator[World]:
    """Start the service and its fakes; `changed` replaces settings, `afterwards` gives back what the engine holds."""
    with ExitStack() as stack:
        telegram = stack.enter_context(FakeTelegram())
        staff_bot = stack.enter_context(FakeTelegram(STAFF_TOKEN))
        twilio = stack.enter_context(FakeTwilio())
        gateway = stack.enter_context(FakeSmsGateway())
        settings = _settings(folder, telegram, staff_bot, twilio, gateway).model_copy(update=changed)
        if not settings.keys_path.exists():
            write_private_file(settings.keys_path, keys.to_json())
        service = build_service(settings, database.url, engine)
        stack.enter_context(_running(service, afterwards))
        yield World(
            telegram=telegram,
            staff_bot=staff_bot,
            twilio=twilio,
            gateway=gateway,
            database=database,
            settings=settings,
            service=service,
            http=stack.enter_context(httpx.Client(timeout=20)),
            keys=keys,
        )
        for provider in (telegram, staff_bot, twilio, gateway):
            assert not provider.unexpected, "a provider was asked for something it does not know"


def _settings(
    folder: Path, telegram: FakeTelegram, staff_bot: FakeTelegram, twilio: FakeTwilio, gateway: FakeSmsGateway
) -> Settings:
    """An installation whose providers are the fakes."""
    port, console_port = free_port(), free_port()
    return Settings(
        _env_file=None,
        data_dir=folder,
        public_url=f"http://127.0.0.1:{port}",
        console_url=f"http://127.0.0.1:{console_port}",
        port=port,
        console_port=console_port,
        telegram=TelegramSettings(token=SecretStr(TOKEN), secret_token=SecretStr(SECRET), base_url=telegram.url),
        telegram_staff=TelegramSettings(token=SecretStr(STAFF_TOKEN), base_url=staff_bot.url),
        twilio=TwilioSettings(
            account_sid=ACCOUNT, auth_token=SecretStr(AUTH_TOKEN), sender=OUR_NUMBER, base_url=twilio.url
        ),
        sms_gateway=SmsGatewaySettings(
            username=USERNAME,
            password=SecretStr(PASSWORD),
            signing_key=SecretStr(SIGNING_KEY),
            base_url=gateway.url,
        ),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(service: Service, afterwards: Callable[[], Awaitable[None]] | None) -> Iterator[None]:
    """The service's doors and workers in a thread with an event loop of its own, until the block is left."""
    ready = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stopping = asyncio.Event()
        servers = _servers(service)
        async with running_workers(service):
            serving = [asyncio.create_task(server.serve()) for server in servers]
            while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn offers no event
                await asyncio.sleep(0.01)
            stop.append((asyncio.get_running_loop(), stopping))
            ready.set()
            await stopping.wait()
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*serving)
        if afterwards is not None:
            await afterwards()

    def live() -> None:
        try:
            asyncio.run(run())
        finally:
            service.database.dispose()  # only now have the worker threads given their connections back

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    if not ready.wait(PATIENCE_SECONDS):
        raise AssertionError("the service did not start")
    try:
        yield
    finally:
        loop, stopping = stop[0]
        loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the service did not stop"


def _servers(service: Service) -> list[_Server]:
    """Both doors, on the ports of this world."""
    doors = ((service.door_app, service.settings.port), (service.console_app, service.settings.console_port))
    return [
        _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"))
        for app, port in doors
    ]


class _Server(uvicorn.Server):
    """A server in a thread, which may not install signal handlers."""

    def install_signal_handlers(self) -> None:
        """None in a thread."""
