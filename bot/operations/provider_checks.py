"""What `sampan doctor` asks the providers: are the credentials good, do messages come to us, does the provider answer
people in our place? Only questions; nothing is changed and nothing is sent to anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx

from bot.channels.registry import webhook_url
from bot.errors import ConfigurationError
from bot.operations.verdict import Verdict, failed, passed
from bot.settings import Settings, TelegramSettings, TwilioSettings

_TIMEOUT_S = 10.0

# "HELP", "INFO", "YES", "END", "CANCEL" and "QUIT" are a person's words. Twilio answers them itself on ordinary
# numbers unless its support has switched that off for the account (https://www.twilio.com/docs/api/errors/23002);
# no API tells whether it has. In a Messaging Service, Advanced Opt-Out answers, and STOP, HELP and START cannot be
# removed from it (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out).
_KEYWORD_REMEDY = (
    "ask Twilio's support to disable its built-in opt-out keyword handling for the account, send HELP to your number "
    "to see that only Sampan answers, then set SAMPAN_TWILIO__KEYWORD_ANSWERS_OFF=true"
)


def check_providers(settings: Settings, transport: httpx.BaseTransport | None = None) -> Iterator[Verdict]:
    """Verdicts for each provider that is configured."""
    with httpx.Client(timeout=_TIMEOUT_S, transport=transport) as client:
        for name, bot in (("telegram", settings.telegram), ("telegram_staff", settings.telegram_staff)):
            if bot.token is not None:
                yield from _telegram(client, name, bot, webhook_url(settings, name))
        if settings.twilio.account_sid and settings.twilio.auth_token:
            yield from _twilio(client, settings.twilio, webhook_url(settings, "sms_twilio"))
        if settings.sms_gateway.username and settings.sms_gateway.password:
            yield _sms_gateway(client, settings)
    if settings.public_url.startswith("http://") and _needs_public_address(settings):
        yield failed("public address", "SAMPAN_PUBLIC_URL is not https", "providers post to it over the open internet")


def _needs_public_address(settings: Settings) -> bool:
    by_webhook = "webhook" in (settings.telegram.mode, settings.telegram_staff.mode)
    return by_webhook or settings.twilio.account_sid is not None or settings.sms_gateway.username is not None


def _ask(client: httpx.Client, url: str, credentials: tuple[str, str] | None = None) -> Any:
    """The answer's JSON. The error names the status or the class of the failure, never the address: a bot's token
    is part of it."""
    try:
        answer = client.get(url, auth=credentials)
        answer.raise_for_status()
        return answer.json()
    except httpx.HTTPStatusError as error:
        raise ConfigurationError(f"the provider answered {error.response.status_code}") from None
    except (httpx.HTTPError, json.JSONDecodeError) as error:
        raise ConfigurationError(f"no usable answer from the provider ({type(error).__name__})") from None


def _telegram(client: httpx.Client, name: str, bot: TelegramSettings, ours: str) -> Iterator[Verdict]:
    assert bot.token is not None
    address = f"{bot.base_url.rstrip('/')}/bot{bot.token.get_secret_value()}"
    try:
        _ask(client, f"{address}/getMe")
        info = _ask(client, f"{address}/getWebhookInfo")["result"]
    except ConfigurationError as error:
        yield failed(name, str(error), "is the token right, and can this machine reach Telegram?")
        return
    yield passed(name, "the token is good")
    wanted = ours if bot.mode == "webhook" else ""
    if info.get("url", "") != wanted:
        found = "a webhook is set elsewhere" if info.get("url") else "no webhook is set"
        yield failed(name, found, "start `sampan run`, which sets it; if it stays, another program uses this bot")
    elif info.get("last_error_date"):
        yield failed(name, "Telegram could not deliver lately", "see getWebhookInfo, and that the address is reachable")
    if bot.mode == "webhook" and bot.secret_token is None:
        yield failed(name, "webhook without a secret token", f"set SAMPAN_{name.upper()}__SECRET_TOKEN")


def _twilio(client: httpx.Client, twilio: TwilioSettings, ours: str) -> Iterator[Verdict]:
    assert twilio.account_sid is not None
    assert twilio.auth_token is not None
    credentials = (twilio.account_sid, twilio.auth_token.get_secret_value())
    base = twilio.base_url.rstrip("/")
    try:
        account = _ask(client, f"{base}/2010-04-01/Accounts/{twilio.account_sid}.json", credentials)
        numbers = _ask(
            client,
            f"{base}/2010-04-01/Accounts/{twilio.account_sid}/IncomingPhoneNumbers.json?PageSize=1000",
            credentials,
        )["incoming_phone_numbers"]
        in_service = _is_in_messaging_service(client, base, credentials, twilio.sender)
    except ConfigurationError as error:
        yield failed("twilio", str(error), "are account SID and auth token right?")
        return
    if account.get("status") == "active":
        yield passed("twilio", "the account is active")
    else:
        yield failed("twilio", "the account is not active", "see Twilio's console")
    if not _is_service_id(twilio.sender):
        yield _twilio_number([number for number in numbers if number.get("phone_number") == twilio.sender], ours)
    if in_service:
        yield failed(
            "twilio keywords", "the number is in a Messaging Service, which answers HELP itself", _KEYWORD_REMEDY
        )
    elif not twilio.keyword_answers_off:
        yield failed("twilio keywords", "Twilio answers HELP and STOP in our place unless told not to", _KEYWORD_REMEDY)
    else:
        yield passed("twilio keywords", "stated to be off (no API can tell)")


def _twilio_number(found: list[dict[str, Any]], ours: str) -> Verdict:
    if not found:
        return failed("twilio number", "SAMPAN_TWILIO__SENDER is not a number of this account", "correct it")
    if found[0].get("sms_url") != ours or found[0].get("sms_method", "POST") != "POST":
        return failed("twilio number", "its messages do not come to us", f"set its webhook to {ours} with POST")
    return passed("twilio number", "its messages come to us")


def _is_in_messaging_service(client: httpx.Client, base: str, credentials: tuple[str, str], sender: str | None) -> bool:
    """https://www.twilio.com/docs/messaging/api/service-phonenumber-resource"""
    if _is_service_id(sender):
        return True
    messaging = f"{base.replace('//api.', '//messaging.', 1)}/v1/Services"
    for service in _ask(client, f"{messaging}?PageSize=1000", credentials)["services"]:
        pool = _ask(client, f"{messaging}/{service['sid']}/PhoneNumbers?PageSize=1000", credentials)
        if any(number.get("phone_number") == sender for number in pool["phone_numbers"]):
            return True
    return False


def _is_service_id(sender: str | None) -> bool:
    return sender is not None and sender.startswith("MG")


def _sms_gateway(client: httpx.Client, settings: Settings) -> Verdict:
    """https://docs.sms-gate.app/features/webhooks/: the registered webhooks of the phone."""
    gateway = settings.sms_gateway
    assert gateway.username is not None
    assert gateway.password is not None
    credentials = (gateway.username, gateway.password.get_secret_value())
    try:
        registered = _ask(client, f"{gateway.base_url.rstrip('/')}/webhooks", credentials)
    except ConfigurationError as error:
        return failed("sms gateway", str(error), "are user name and password right, and is the phone's app running?")
    ours = webhook_url(settings, "sms_gateway")
    if not any(hook.get("url") == ours and hook.get("event") == "sms:received" for hook in registered):
        return failed("sms gateway", "received messages do not come to us", f"register {ours} for sms:received")
    return passed("sms gateway", "received messages come to us")
