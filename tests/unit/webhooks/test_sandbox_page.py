"""The demo page's server: it signs what its own page sends and hands it to the public door, and to nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.channels.channel import ProviderRequest
from bot.channels.sandbox import SandboxChannel
from bot.conversation.intake import take_in
from bot.database.session import Database
from bot.errors import ConfigurationError
from bot.messages.message import Button, InboundMessage, MessageKind
from bot.privacy.sealing import ServiceKeys
from bot.settings import SandboxSettings, Settings
from bot.webhooks.sandbox_examples import EXAMPLES, PHONES
from bot.webhooks.sandbox_page import sandbox_routes
from bot.webhooks.sandbox_phones import SandboxPhones
from tests.fakes.http_provider import Answer, HttpProvider, Received

SECRET = "sandbox-secret-of-a-test"
PAGE = {"x-sandbox-page": "1", "sec-fetch-site": "same-origin"}
SMS, TELEGRAM, STAFF = "+447700900142", "demo-telegram", "demo-responder"


class PublicDoor(HttpProvider):
    """Where the page's server must post to, as a provider does; `status` is what it answers."""

    status = 200

    def answer(self, request: Received) -> Answer:
        return Answer(status=self.status)


@pytest.fixture
def door() -> Iterator[PublicDoor]:
    with PublicDoor() as public_door:
        yield public_door


@pytest.fixture
def demo_settings(settings: Settings, door: PublicDoor) -> Settings:
    sandbox = SandboxSettings(enabled=True, secret=SecretStr(SECRET))
    return settings.model_copy(update={"sandbox": sandbox, "public_url": door.url})


@pytest.fixture
def phones(database: Database, keys: ServiceKeys) -> SandboxPhones:
    return SandboxPhones(database, keys)


class Page:
    """Asks the page's server; by default as its own page does."""

    def __init__(self, app: Starlette, url: str) -> None:
        self._transport, self._url = httpx.ASGITransport(app=app), url

    def get(self, path: str, headers: Mapping[str, str] = PAGE) -> httpx.Response:
        return self._ask("GET", path, headers, None)

    def send(self, posted: object, headers: Mapping[str, str] = PAGE) -> int:
        return self._ask("POST", "/sandbox/send", headers, json.dumps(posted).encode()).status_code

    def _ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=self._url) as client:
                return await client.request(method, path, headers=dict(headers), content=content)

        return asyncio.run(ask())


@pytest.fixture
def page(database: Database, phones: SandboxPhones, demo_settings: Settings) -> Page:
    return Page(Starlette(routes=sandbox_routes(database, phones, demo_settings)), demo_settings.public_url)


def parsed(door: PublicDoor, channel: str, phones: SandboxPhones) -> InboundMessage:
    """What the sandbox channel itself makes of the one request that reached the door."""
    [received] = door.received
    assert received.path == f"/webhooks/{channel}"
    request = ProviderRequest(method="POST", url=door.url, headers=received.headers, body=received.body)
    sandbox = SandboxChannel(
        name=channel,
        secret=SecretStr(SECRET),
        store=phones,
        home_region="TH",
        writes_as_sms=channel == "sandbox_sms",
        taps=channel == "sandbox_staff",
    )
    sandbox.verify(request)
    [message] = sandbox.parse(request).messages
    return message


def test_without_the_sandbox_there_is_no_page(database: Database, phones: SandboxPhones, settings: Settings) -> None:
    assert sandbox_routes(database, phones, settings) == []


def test_without_a_secret_there_is_no_demo(database: Database, phones: SandboxPhones, settings: Settings) -> None:
    enabled = settings.model_copy(update={"sandbox": SandboxSettings(enabled=True)})
    with pytest.raises(ConfigurationError):
        sandbox_routes(database, phones, enabled)


def test_the_page_shows_three_phones_and_five_languages(page: Page) -> None:
    html = page.get("/").text
    for channel, phone in PHONES.items():
        assert f'data-channel="{channel}" data-address="{phone.address}"' in html
    assert {example.language for example in EXAMPLES} == {"km", "th", "vi", "my", "en"}
    assert all(example.text in html for example in EXAMPLES)
    assert SECRET not in html


@pytest.mark.parametrize("name", ["page.css", "page.js", "icon.svg"])
def test_the_pages_files_are_served_with_a_strict_policy(page: Page, name: str) -> None:
    response = page.get(f"/sandbox/static/{name}")
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["page.html", "..%2fsandbox_page.py", "x"])
def test_nothing_else_is_served(page: Page, name: str) -> None:
    assert page.get(f"/sandbox/static/{name}").status_code == 404


@pytest.mark.parametrize(("channel", "phone"), [("sandbox_sms", SMS), ("sandbox_telegram", TELEGRAM)])
def test_typed_words_reach_the_public_door_signed(
    page: Page, door: PublicDoor, phones: SandboxPhones, channel: str, phone: str
) -> None:
    assert page.send({"channel": channel, "phone": phone, "text": "សូមជួយផង"}) == 200
    message = parsed(door, channel, phones)
    assert (message.address, message.text, message.kind) == (phone, "សូមជួយផង", MessageKind.TEXT)


def test_a_reporters_button_sends_its_payload(page: Page, door: PublicDoor, phones: SandboxPhones) -> None:
    assert page.send({"channel": "sandbox_telegram", "phone": TELEGRAM, "text": "បាន", "button": "1"}) == 200
    message = parsed(door, "sandbox_telegram", phones)
    assert (message.text, message.kind) == ("1", MessageKind.TEXT)


def test_a_responders_button_is_a_tap(page: Page, door: PublicDoor, phones: SandboxPhones) -> None:
    assert page.send({"channel": "sandbox_staff", "phone": STAFF, "text": "Take", "button": "ACK 101 4F7K"}) == 200
    message = parsed(door, "sandbox_staff", phones)
    assert (message.text, message.kind) == ("ACK 101 4F7K", MessageKind.TAP)
    assert message.callback_id


def test_what_the_door_refuses_is_told_and_not_shown_as_sent(
    page: Page, door: PublicDoor, phones: SandboxPhones
) -> None:
    door.status = 503
    assert page.send({"channel": "sandbox_sms", "phone": SMS, "text": "help"}) == 502
    with door.down():
        assert page.send({"channel": "sandbox_sms", "phone": SMS, "text": "help"}) == 502
    assert asyncio.run(phones.read(SMS, after=0, with_own=True)) == []


@pytest.mark.parametrize(
    ("posted", "status"),
    [
        ({"channel": "telegram", "phone": SMS, "text": "x"}, 404),
        ({"channel": "sandbox_sms", "text": "x"}, 400),
        ({"phone": SMS, "text": "x"}, 400),
        ([], 400),
        ({"channel": "sandbox_sms", "phone": SMS, "text": "x" * 2_000_000}, 413),
    ],
    ids=["a real channel", "no phone", "no channel", "no object", "too large"],
)
def test_what_cannot_be_sent_never_reaches_the_door(page: Page, door: PublicDoor, posted: object, status: int) -> None:
    assert page.send(posted) == status
    assert door.received == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-sandbox-page": "1", "sec-fetch-site": "cross-site"},
        {"x-sandbox-page": "1", "sec-fetch-site": "same-site"},
        {"x-sandbox-page": "1", "host": "evil.example"},
        {"x-sandbox-token": "wrong"},
        {"x-sandbox-token": ""},
    ],
    ids=["no header of ours", "another site", "a neighbour", "another name of this machine", "wrong", "empty"],
)
def test_nobody_else_can_send_or_read(page: Page, door: PublicDoor, headers: dict[str, str]) -> None:
    assert page.send({"channel": "sandbox_sms", "phone": SMS, "text": "x"}, headers) == 403
    assert page.get(f"/sandbox/phones/{SMS}", headers).status_code == 403
    assert page.get("/sandbox/queue", headers).status_code == 403
    assert door.received == []


def test_who_knows_the_secret_may_read_from_a_terminal(page: Page, phones: SandboxPhones) -> None:
    asyncio.run(phones.put(SMS, "hello \ud800", (Button(title="Yes", payload="1"),), "key"))
    asyncio.run(phones.note_own(SMS, "own words", "key"))
    response = page.get(f"/sandbox/phones/{SMS}?after=0", {"x-sandbox-token": SECRET})
    [message] = response.json()["messages"]
    assert message["text"] == "hello \ud800"
    assert message["buttons"] == [{"title": "Yes", "payload": "1"}]
    assert set(message) == {"id", "text", "buttons", "at", "own"}
    after = page.get(f"/sandbox/phones/{SMS}?after={message['id']}", {"x-sandbox-token": SECRET})
    assert after.json()["messages"] == []


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, ""])
def test_a_place_that_is_no_number_is_refused(page: Page, after: str) -> None:
    assert page.get(f"/sandbox/phones/{SMS}?after={after}").status_code == 400


def test_the_queue_holds_codes_and_times_and_no_words(
    page: Page, database: Database, keys: ServiceKeys, demo_settings: Settings
) -> None:
    cry = InboundMessage(channel="sandbox_sms", provider_id="1", address=SMS, text="Help me, they locked the door")
    with database.transaction() as session:
        take_in(session, cry, keys=keys, settings=demo_settings)
    response = page.get("/sandbox/queue")
    [card] = response.json()["cards"]
    assert card["number"] == 101
    assert (card["urgency"], card["language"], card["state"]) == ("URGENT", "en", "paging")
    assert set(card) == {"number", "pseudonym", "urgency", "language", "state", "owner", "waiting_seconds"}
    assert "locked" not in response.text


def test_while_the_database_is_away_the_page_is_told_so(demo_settings: Settings, keys: ServiceKeys) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1")
    away = Page(
        Starlette(routes=sandbox_routes(gone, SandboxPhones(gone, keys), demo_settings)), demo_settings.public_url
    )
    assert away.get("/").status_code == 200
    assert away.get("/sandbox/queue").status_code == 503
