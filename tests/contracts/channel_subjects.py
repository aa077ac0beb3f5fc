"""One subject per channel: how to build it, what its provider posts, and which failures its fake can show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.channels.apprise_send import AppriseChannel
from bot.channels.channel import Channel, ProviderRequest
from bot.channels.quiet_http import Timeouts
from bot.channels.sandbox import SandboxChannel
from bot.channels.sms_gateway import SmsGatewayChannel
from bot.channels.sms_twilio import TwilioChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.voice_twilio import TwilioVoiceChannel
from bot.errors import (
    BlockedError,
    FileUnavailableError,
    MisconfiguredError,
    OptedOutError,
    PermanentSendError,
    RetryAfterError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)
from bot.messages.message import Audience, MessageKind
from tests.fakes import ntfy, phones, sms_gateway, telegram, twilio
from tests.fakes.http_provider import Fault, HttpProvider, Posted

NOW = datetime(2026, 9, 22, 2, 14, tzinfo=UTC)
WORDS = "TEXT-MARKER ជួយផង"
# Times out fast enough for a test, slow enough for a busy machine to answer in.
QUICK = Timeouts(connect=timedelta(seconds=2), answer=timedelta(seconds=1), pool=timedelta(seconds=2))

COMMON_FAULTS: dict[Fault, type[SendError]] = {
    Fault.TOO_MANY: RetryAfterError,
    Fault.SERVER_ERROR: TemporarySendError,
    Fault.UNAVAILABLE: TemporarySendError,
    Fault.BAD_GATEWAY: UncertainSendError,
    Fault.TAKEN_THEN_SILENT: UncertainSendError,
    Fault.HANG_UP: UncertainSendError,
    Fault.BAD_ADDRESS: PermanentSendError,
    Fault.BAD_CREDENTIALS: MisconfiguredError,
}


FILE_FAULTS: dict[Fault, type[SendError]] = {
    Fault.TOO_MANY: RetryAfterError,
    Fault.SERVER_ERROR: TemporarySendError,
    Fault.BAD_GATEWAY: UncertainSendError,
    Fault.HANG_UP: UncertainSendError,
    Fault.TAKEN_THEN_SILENT: UncertainSendError,
    Fault.BAD_ADDRESS: FileUnavailableError,
    Fault.BAD_CREDENTIALS: MisconfiguredError,
}


@dataclass(frozen=True, kw_only=True)
class Live:
    """A channel with its provider standing behind it; `provider` is None where there is none."""

    channel: Channel
    provider: HttpProvider | None
    sent_texts: Callable[[], list[str]]
    address: str = ""  # where the provider is part of the address, and is known only now


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the contract suite needs to know of one implementation."""

    name: str
    live: Callable[[], AbstractContextManager[Live]]
    address: str
    secrets: tuple[str, ...]
    url: str
    without_secret: Callable[[], Channel] | None = None  # raises ConfigurationError; None: it has no secret of its own
    posts: Callable[[], Posted] | None = None  # `heard` from `address`, rightly signed; None: it only sends
    post_unreadable: Callable[[], Posted] | None = None  # rightly signed, but no message
    heard: str = WORDS
    signature_header: str = ""
    audience: Audience = Audience.REPORTER  # whom it may reach; a way to reporters also reaches responders
    signs_the_body: bool = True
    kind: MessageKind = MessageKind.TEXT
    faults: Mapping[Fault, type[SendError]] = field(default_factory=dict)
    file_faults: Mapping[Fault, type[SendError]] = field(default_factory=dict)  # of channels that fetch files
    holds_file: Callable[[HttpProvider, bytes], str] | None = None  # the provider has it; its handle
    no_file: str = ""  # a handle of nothing

    def request(self) -> ProviderRequest:
        assert self.posts is not None
        return self.posts().to(self.url)


def _url(name: str) -> str:
    return f"https://sampan.example/webhooks/{name}"


def _telegram(name: str, *, staff: bool) -> Subject:
    secret = SecretStr(telegram.SECRET)

    @contextmanager
    def live() -> Iterator[Live]:
        with telegram.FakeTelegram() as fake:
            channel = TelegramChannel(
                name=name,
                token=SecretStr(fake.token),
                secret_token=secret,
                by_webhook=True,
                taps=staff,
                base_url=fake.url,
                timeouts=QUICK,
            )
            yield Live(channel=channel, provider=fake, sent_texts=lambda: [sent.text for sent in fake.sent])

    message = {"chat": {"id": 7_000_000_001, "type": "private"}, "from": telegram.person(7_000_000_001), "text": WORDS}
    return Subject(
        name=name,
        live=live,
        without_secret=lambda: TelegramChannel(name=name, token=SecretStr(telegram.TOKEN), by_webhook=True),
        posts=lambda: telegram.webhook_post({"update_id": 900_000_001, "message": message}),
        post_unreadable=lambda: telegram.webhook_post({"message": message}),
        address="7000000001",
        secrets=(telegram.TOKEN, telegram.SECRET),
        url=_url(name),
        signature_header="x-telegram-bot-api-secret-token",
        signs_the_body=False,
        faults=COMMON_FAULTS | {Fault.BLOCKED: BlockedError, Fault.GARBAGE: UncertainSendError},
        file_faults=FILE_FAULTS,
        holds_file=_telegram_holds,
        no_file="file-of-nobody",
    )


def _telegram_holds(provider: HttpProvider, content: bytes) -> str:
    assert isinstance(provider, telegram.FakeTelegram)
    return provider.holds_file("HANDLE-MARKER_1", content)


def _twilio_holds(provider: HttpProvider, content: bytes) -> str:
    assert isinstance(provider, twilio.FakeTwilio)
    return provider.holds_media(content)


def _twilio() -> Subject:
    url = _url("sms_twilio")
    signer = twilio.FakeTwilio()

    def build(base_url: str, token: str | None) -> TwilioChannel:
        return TwilioChannel(
            account_sid=twilio.ACCOUNT,
            auth_token=SecretStr(token) if token is not None else None,
            sender=twilio.OUR_NUMBER,
            webhook_url=url,
            home_region="TH",
            base_url=base_url,
            timeouts=QUICK,
        )

    @contextmanager
    def live() -> Iterator[Live]:
        with twilio.FakeTwilio() as fake:
            channel = build(fake.url, twilio.AUTH_TOKEN)
            yield Live(channel=channel, provider=fake, sent_texts=lambda: [sent.text for sent in fake.sent])

    return Subject(
        name="sms_twilio",
        live=live,
        without_secret=lambda: build("http://127.0.0.1:9", ""),
        posts=lambda: signer.inbound(url, "+12025550111", WORDS, MessageSid="SM-contract", SmsSid="SM-contract"),
        post_unreadable=lambda: signer.signed(url, {"Body": WORDS, "From": "+12025550111"}),
        address="+12025550111",
        secrets=(twilio.AUTH_TOKEN,),
        url=url,
        signature_header="x-twilio-signature",
        faults=COMMON_FAULTS | {Fault.BLOCKED: OptedOutError, Fault.GARBAGE: UncertainSendError},
        file_faults=FILE_FAULTS,
        holds_file=_twilio_holds,
        no_file="MM0/ME0",
    )


def _gateway() -> Subject:
    signer = sms_gateway.FakeSmsGateway()

    def build(base_url: str, key: str | None) -> SmsGatewayChannel:
        return SmsGatewayChannel(
            username=sms_gateway.USERNAME,
            password=SecretStr(sms_gateway.PASSWORD),
            signing_key=SecretStr(key) if key is not None else None,
            base_url=base_url,
            home_region="TH",
            clock=lambda: NOW,
            timeouts=QUICK,
        )

    @contextmanager
    def live() -> Iterator[Live]:
        with sms_gateway.FakeSmsGateway() as fake:
            channel = build(fake.url, sms_gateway.SIGNING_KEY)
            yield Live(channel=channel, provider=fake, sent_texts=lambda: [sent.text for sent in fake.sent])

    return Subject(
        name="sms_gateway",
        live=live,
        without_secret=lambda: build("http://127.0.0.1:9", None),
        posts=lambda: signer.inbound("+12025550111", WORDS, NOW, event_id="event-contract"),
        post_unreadable=lambda: signer.signed(json.dumps({"event": "sms:received", "id": "x"}).encode(), NOW),
        address="+12025550111",
        secrets=(sms_gateway.PASSWORD, sms_gateway.SIGNING_KEY),
        url=_url("sms_gateway"),
        signature_header="x-signature",
        # A repeat under the same id is harmless to the gateway, so an unreadable answer to a 2xx counts as taken.
        faults=COMMON_FAULTS,
    )


def _sandbox(name: str, *, sms: bool) -> Subject:
    def build(secret: str | None, store: phones.MemoryPhones) -> SandboxChannel:
        return SandboxChannel(
            name=name,
            secret=SecretStr(secret) if secret is not None else None,
            store=store,
            home_region="TH",
            writes_as_sms=sms,
            taps=name == "sandbox_staff",
        )

    @contextmanager
    def live() -> Iterator[Live]:
        store = phones.MemoryPhones()
        channel = build(phones.SECRET, store)
        yield Live(channel=channel, provider=None, sent_texts=lambda: [shown.text for shown in store.shown.values()])

    address = "+12025550111" if sms else "phone-7"
    return Subject(
        name=name,
        live=live,
        without_secret=lambda: build(None, phones.MemoryPhones()),
        posts=lambda: phones.page_posts({"id": "post-contract", "from": address, "text": WORDS}),
        post_unreadable=lambda: phones.page_posts({"text": WORDS}),
        address=address,
        secrets=(phones.SECRET,),
        url=_url(name),
        signature_header="x-sandbox-signature",
    )


def _voice() -> Subject:
    url = _url("voice_twilio")
    pressed = f"{url}?number=198&code=4F7K&language=th"
    signer = twilio.FakeTwilio()

    def build(base_url: str, token: str | None) -> TwilioVoiceChannel:
        return TwilioVoiceChannel(
            account_sid=twilio.ACCOUNT,
            auth_token=SecretStr(token) if token is not None else None,
            caller=twilio.OUR_NUMBER,
            webhook_url=url,
            home_region="TH",
            base_url=base_url,
            timeouts=QUICK,
        )

    @contextmanager
    def live() -> Iterator[Live]:
        with twilio.FakeTwilio() as fake:
            channel = build(fake.url, twilio.AUTH_TOKEN)
            yield Live(channel=channel, provider=fake, sent_texts=lambda: [call.text for call in fake.calls])

    return Subject(
        name="voice_twilio",
        live=live,
        without_secret=lambda: build("http://127.0.0.1:9", ""),
        posts=lambda: signer.key(pressed, "1"),
        post_unreadable=lambda: signer.signed(pressed, {"Digits": "1", "To": "+12025550111"}),
        heard="ACK 198 4F7K",
        address="+12025550111",
        secrets=(twilio.AUTH_TOKEN, "CITY"),
        url=pressed,
        signature_header="x-twilio-signature",
        audience=Audience.RESPONDER,
        faults=COMMON_FAULTS | {Fault.GARBAGE: UncertainSendError},
    )


def _apprise() -> Subject:
    @contextmanager
    def live() -> Iterator[Live]:
        with ntfy.FakeNtfy() as fake:
            channel = AppriseChannel(timeouts=QUICK)
            texts = lambda: [published.text for published in fake.sent]  # noqa: E731
            yield Live(channel=channel, provider=fake, sent_texts=texts, address=fake.address)

    return Subject(
        name="apprise",
        live=live,
        address=ntfy.TOPIC,
        secrets=(ntfy.PASSWORD, "127.0.0.1"),
        url=_url("apprise"),
        audience=Audience.RESPONDER,
        # The library does not tell how long to wait; the login stands in the address, so a refused one is its fault.
        faults=COMMON_FAULTS | {Fault.TOO_MANY: TemporarySendError, Fault.BAD_CREDENTIALS: PermanentSendError},
    )


SUBJECTS = (
    _telegram("telegram", staff=False),
    _telegram("telegram_staff", staff=True),
    _twilio(),
    _gateway(),
    _voice(),
    _apprise(),
    _sandbox("sandbox_sms", sms=True),
    _sandbox("sandbox_telegram", sms=False),
    _sandbox("sandbox_staff", sms=False),
)
