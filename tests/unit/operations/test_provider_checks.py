"""What `sampan doctor` finds at the providers, and that it repeats no secret."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.operations.provider_checks import check_providers
from bot.operations.verdict import Verdict
from bot.settings import Settings, SmsGatewaySettings, TelegramSettings, TwilioSettings

TOKEN = "123456789:" + "A" * 35
PUBLIC = "https://sampan.example.org"
SENDER = "+66812345678"


def settings(**parts: Any) -> Settings:
    return Settings(_env_file=None, public_url=PUBLIC, **parts)


def verdicts(configured: Settings, answers: dict[str, Any]) -> list[Verdict]:
    """The verdicts when the provider answers so; a part of the address decides, what is not listed is 401."""

    def answer(request: httpx.Request) -> httpx.Response:
        known = [content for part, content in answers.items() if part in str(request.url)]
        return httpx.Response(200, json=known[0]) if known else httpx.Response(401)

    return list(check_providers(configured, httpx.MockTransport(answer)))


def failures(found: list[Verdict]) -> list[str]:
    return [f"{verdict.name}: {verdict.finding}" for verdict in found if not verdict.ok]


def telegram(url: str = "", **more: Any) -> dict[str, Any]:
    return {"getMe": {"ok": True, "result": {}}, "getWebhookInfo": {"ok": True, "result": {"url": url, **more}}}


def twilio(*, url: str = f"{PUBLIC}/webhooks/sms_twilio", service: bool = False) -> dict[str, Any]:
    return {
        "IncomingPhoneNumbers": {"incoming_phone_numbers": [{"phone_number": SENDER, "sms_url": url}]},
        "/Accounts/": {"status": "active"},
        "/PhoneNumbers": {"phone_numbers": [{"phone_number": SENDER}]},
        "messaging.twilio.com/v1/Services": {"services": [{"sid": "MG1"}] if service else []},
    }


TWILIO = TwilioSettings(account_sid="AC" + "0" * 32, auth_token=SecretStr("very-secret"), sender=SENDER)
TWILIO_OFF = TWILIO.model_copy(update={"keyword_answers_off": True})
SERVICE = TWILIO_OFF.model_copy(update={"sender": "MG" + "0" * 32})
POLLING = TelegramSettings(token=SecretStr(TOKEN))
WEBHOOK = TelegramSettings(token=SecretStr(TOKEN), mode="webhook", secret_token=SecretStr("s"))


@pytest.mark.parametrize(
    ("bot", "answers", "expected"),
    [
        pytest.param(POLLING, telegram(), [], id="polling, no webhook"),
        pytest.param(POLLING, telegram("https://else.example"), ["telegram: a webhook is set elsewhere"], id="taken"),
        pytest.param(WEBHOOK, telegram(f"{PUBLIC}/webhooks/telegram"), [], id="our webhook"),
        pytest.param(WEBHOOK, telegram(), ["telegram: no webhook is set"], id="webhook missing"),
        pytest.param(POLLING, {}, ["telegram: the provider answered 401"], id="wrong token"),
        pytest.param(
            WEBHOOK,
            telegram(f"{PUBLIC}/webhooks/telegram", last_error_date=1),
            ["telegram: Telegram could not deliver lately"],
            id="delivery failing",
        ),
    ],
)
def test_telegram(bot: TelegramSettings, answers: dict[str, Any], expected: list[str]) -> None:
    found = verdicts(settings(telegram=bot), answers)
    assert failures(found) == expected
    assert TOKEN not in str(found)


@pytest.mark.parametrize(
    ("configured", "answers", "expected"),
    [
        pytest.param(TWILIO_OFF, twilio(), [], id="all well"),
        pytest.param(TWILIO, twilio(), ["twilio keywords: Twilio answers HELP and STOP"], id="keyword answers on"),
        pytest.param(
            TWILIO_OFF, twilio(service=True), ["twilio keywords: the number is in a Messaging"], id="in a service"
        ),
        pytest.param(SERVICE, twilio(), ["twilio keywords: the number is in a Messaging"], id="sending as a service"),
        pytest.param(TWILIO_OFF, twilio(url="x"), ["twilio number: its messages do not come"], id="not our webhook"),
        pytest.param(TWILIO_OFF, {}, ["twilio: the provider answered 401"], id="wrong secret"),
    ],
)
def test_twilio(configured: TwilioSettings, answers: dict[str, Any], expected: list[str]) -> None:
    found = verdicts(settings(twilio=configured), answers)
    assert [line.startswith(start) for line, start in zip(failures(found), expected, strict=True)] == [True] * len(
        expected
    )
    assert "very-secret" not in str(found)


def test_the_phone_with_a_sim_must_send_its_messages_to_us() -> None:
    gateway = SmsGatewaySettings(username="u", password=SecretStr("very-secret"))
    ours = {"url": f"{PUBLIC}/webhooks/sms_gateway", "event": "sms:received"}
    assert failures(verdicts(settings(sms_gateway=gateway), {"/webhooks": [ours]})) == []
    assert len(failures(verdicts(settings(sms_gateway=gateway), {"/webhooks": []}))) == 1


def test_a_provider_that_cannot_be_reached_is_a_finding() -> None:
    def unreachable(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {TOKEN}")

    found = list(check_providers(settings(telegram=POLLING), httpx.MockTransport(unreachable)))
    assert failures(found) == ["telegram: no usable answer from the provider (ConnectError)"]


def test_providers_that_post_to_us_need_https() -> None:
    plain = settings(twilio=TWILIO_OFF).model_copy(update={"public_url": "http://sampan.example.org"})
    answers = twilio(url="http://sampan.example.org/webhooks/sms_twilio")
    assert failures(verdicts(plain, answers)) == ["public address: SAMPAN_PUBLIC_URL is not https"]
