"""The channels of this installation, built from its settings: only configured ones, one line each."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.channel import Channel
from bot.channels.sandbox import PhoneStore, SandboxChannel
from bot.channels.sms_gateway import SmsGatewayChannel
from bot.channels.sms_twilio import TwilioChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.voice_twilio import TwilioVoiceChannel
from bot.clock import Clock, utc_now
from bot.errors import ConfigurationError
from bot.settings import Settings, TelegramSettings


def build_channels(settings: Settings, phones: PhoneStore | None = None, clock: Clock = utc_now) -> dict[str, Channel]:
    """Every configured channel by its name; ConfigurationError when one is configured in part.

    `phones` is where the sandbox's phones keep what they are sent; without it the sandbox cannot be enabled.
    """
    built = [*_telegram(settings), *_sms(settings, clock), *_for_staff(settings), *_sandbox(settings, phones)]
    return {channel.name: channel for channel in built}


def webhook_url(settings: Settings, channel: str) -> str:
    """The public address a provider posts to, as it must be written in the provider's own settings."""
    return f"{settings.public_url.rstrip('/')}/webhooks/{channel}"


def _telegram(settings: Settings) -> Iterator[Channel]:
    reporters, staff = settings.telegram, settings.telegram_staff
    if reporters.token and staff.token and reporters.token == staff.token:
        message = "telegram and telegram_staff need a bot each: with one token they would take each other's messages"
        raise ConfigurationError(message)
    if reporters.token:
        yield _bot("telegram", reporters, taps=False)
    if staff.token:
        yield _bot("telegram_staff", staff, taps=True)


def _bot(name: str, bot: TelegramSettings, *, taps: bool) -> TelegramChannel:
    return TelegramChannel(
        name=name,
        token=bot.token,
        secret_token=bot.secret_token,
        by_webhook=bot.mode == "webhook",
        taps=taps,
        base_url=bot.base_url,
    )


def _sms(settings: Settings, clock: Clock) -> Iterator[Channel]:
    twilio, gateway = settings.twilio, settings.sms_gateway
    if twilio.sender or ((twilio.account_sid or twilio.auth_token) and not twilio.caller):
        yield TwilioChannel(
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token,
            sender=twilio.sender,
            webhook_url=webhook_url(settings, "sms_twilio"),
            home_region=settings.home_region,
            base_url=twilio.base_url,
            reporter_validity=settings.hold_after,
        )
    if gateway.username or gateway.password or gateway.signing_key:
        yield SmsGatewayChannel(
            username=gateway.username,
            password=gateway.password,
            signing_key=gateway.signing_key,
            base_url=gateway.base_url,
            home_region=settings.home_region,
            clock=clock,
            replay_window=gateway.replay_window,
            reporter_validity=settings.hold_after,
        )


def _for_staff(settings: Settings) -> Iterator[Channel]:
    twilio = settings.twilio
    if twilio.caller:
        yield TwilioVoiceChannel(
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token,
            caller=twilio.caller,
            webhook_url=webhook_url(settings, "voice_twilio"),
            home_region=settings.home_region,
            base_url=twilio.base_url,
        )
    if settings.apprise.enabled:
        # A hundred services in one library: 0.4 s and 26 MB, for those who use it.
        from bot.channels.apprise_send import AppriseChannel

        yield AppriseChannel()


def _sandbox(settings: Settings, phones: PhoneStore | None) -> Iterator[Channel]:
    if not settings.sandbox.enabled:
        return
    if phones is None:
        message = "the sandbox is enabled but has nowhere to keep its phones"
        raise ConfigurationError(message)
    secret, region = settings.sandbox.secret, settings.home_region
    yield SandboxChannel(name="sandbox_sms", secret=secret, store=phones, home_region=region, writes_as_sms=True)
    yield SandboxChannel(name="sandbox_telegram", secret=secret, store=phones, home_region=region)
    yield SandboxChannel(name="sandbox_staff", secret=secret, store=phones, home_region=region, taps=True)
