"""How tests knock at the public door, and what they find stored behind it."""

from __future__ import annotations

import asyncio

import httpx
from sqlalchemy import select

from bot.database.session import Database
from bot.database.tables import Conversation, InboxMessage
from bot.privacy.sealing import ConversationOpener, ServiceKeys
from bot.webhooks.app import Door, build_app
from tests.fakes.http_provider import Posted
from tests.fakes.telegram import FakeTelegram, webhook_post
from tests.fakes.twilio import FakeTwilio

PUBLIC = "https://door.example"
NUMBER, CHAT = "+12025550111", 7001
NOWHERE = "postgresql+psycopg://nobody:nothing@127.0.0.1:1/none"


def request_to(door: Door, method: str, path: str, posted: Posted | None = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=build_app(door), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://behind.a.proxy") as client:
            body, headers = (posted.body, dict(posted.headers)) if posted else (b"", {})
            return await client.request(method, path, content=body, headers=headers)

    return asyncio.run(ask())


def post_to(door: Door, channel: str, posted: Posted, path: str = "") -> int:
    response = request_to(door, "POST", f"/webhooks/{channel}{path}", posted)
    assert not response.text or response.status_code == 200, "no detail with a refusal"
    return response.status_code


def sms(text: str, sender: str = NUMBER, **more: str) -> Posted:
    return FakeTwilio().inbound(f"{PUBLIC}/webhooks/sms_twilio", sender, text, **more)


def chat(text: str) -> Posted:
    return webhook_post(FakeTelegram().person_writes(CHAT, text))


def stored_texts(database: Database, keys: ServiceKeys) -> list[str]:
    with database.transaction() as session:
        rows = session.execute(
            select(InboxMessage.text_sealed, Conversation.private_key_wrapped)
            .join(Conversation, Conversation.id == InboxMessage.conversation_id)
            .order_by(InboxMessage.id)
        ).all()
    return [ConversationOpener(keys, wrapped).open(sealed) for sealed, wrapped in rows if sealed and wrapped]
