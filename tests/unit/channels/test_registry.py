"""Which channels an installation has follows from its settings, and half a setting is an error."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.channels.registry import build_channels, webhook_url
from bot.errors import ConfigurationError
from bot.settings import SandboxSettings, Settings, SmsGatewaySettings, TelegramSettings, TwilioSettings
from tests.fakes.phones import MemoryPhones

pytestmark = pytest.mark.anyio

BOT = TelegramSettings(token=SecretStr("1000000001:test-token-of-nobody"))
STAFF_BOT = TelegramSettings(
    token=SecretStr("1000000002:test-token-of-nobody"), mode="webhook", secret_token=SecretStr("s")
)
TWILIO = TwilioSettings(account_sid="ACtest", auth_token=SecretStr("t"), sender="+12025550199")
GATEWAY = SmsGatewaySettings(username="u", password=SecretStr("p"), signing_key=SecretStr("k"))
SANDBOX = SandboxSettings(enabled=True, secret=SecretStr("s"))


def settings(**channels: object) -> Settings:
    defaults = {
        "telegram": TelegramSettings(),
        "telegram_staff": TelegramSettings(),
        "twilio": TwilioSettings(),
        "sms_gateway": SmsGatewaySettings(),
        "sandbox": SandboxSettings(),
    }
    return Settings.model_construct(**(Settings.model_construct().__dict__ | defaults | channels))


@pytest.mark.parametrize(
    ("channels", "names"),
    [
        pytest.param({}, set(), id="nothing configured"),
        pytest.param({"telegram": BOT}, {"telegram"}, id="a bot that polls"),
        pytest.param({"telegram": BOT, "telegram_staff": STAFF_BOT}, {"telegram", "telegram_staff"}, id="two bots"),
        pytest.param({"twilio": TWILIO}, {"sms_twilio"}, id="Twilio"),
        pytest.param({"sms_gateway": GATEWAY}, {"sms_gateway"}, id="a phone with a SIM"),
        pytest.param(
            {"sandbox": SANDBOX}, {"sandbox_sms", "sandbox_telegram", "sandbox_staff"}, id="the demo's phones"
        ),
    ],
)
async def test_only_configured_channels_are_built(channels: dict[str, object], names: set[str]) -> None:
    built = build_channels(settings(**channels), MemoryPhones())
    assert built.keys() == names
    assert all(name == channel.name for name, channel in built.items())
    for channel in built.values():
        await channel.close()


@pytest.mark.parametrize(
    "channels",
    [
        pytest.param({"telegram": BOT.model_copy(update={"mode": "webhook"})}, id="a webhook without a secret"),
        pytest.param({"telegram": BOT, "telegram_staff": BOT}, id="one token for both bots"),
        pytest.param({"twilio": TwilioSettings(account_sid="ACtest")}, id="Twilio without its token"),
        pytest.param({"twilio": TWILIO.model_copy(update={"sender": None})}, id="Twilio without a sender"),
        pytest.param({"sms_gateway": SmsGatewaySettings(username="u")}, id="a gateway without its password"),
        pytest.param({"sms_gateway": GATEWAY.model_copy(update={"signing_key": None})}, id="a gateway without its key"),
        pytest.param({"sandbox": SandboxSettings(enabled=True)}, id="a sandbox without its secret"),
    ],
)
async def test_a_channel_configured_in_part_refuses_to_start(channels: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        build_channels(settings(**channels), MemoryPhones())


async def test_a_sandbox_with_nowhere_to_keep_its_phones_refuses_to_start() -> None:
    with pytest.raises(ConfigurationError):
        build_channels(settings(sandbox=SANDBOX))


def test_the_webhook_stands_under_the_public_url() -> None:
    configured = settings(public_url="https://sampan.example/")
    assert webhook_url(configured, "telegram") == "https://sampan.example/webhooks/telegram"
