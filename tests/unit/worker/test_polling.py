"""Polling: what cannot be stored waits on disk, and stands before nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import select

from bot.channels.channel import Delivery, ProviderRequest
from bot.database.tables import InboxMessage, PollOffset
from bot.messages.message import InboundMessage, OutboundMessage, SendResult
from bot.messages.spool import Spool
from bot.worker.polling import Poller
from tests.unit.house import House


class _Waiting:
    """A polling channel at which these messages wait."""

    name = "telegram"
    writes_as_sms = False

    def __init__(self, *messages: InboundMessage) -> None:
        self._messages = messages

    def verify(self, request: ProviderRequest) -> None:
        """Never posted to."""

    def parse(self, request: ProviderRequest) -> Delivery:
        return Delivery()

    async def send(self, message: OutboundMessage) -> SendResult:
        return SendResult(provider_id="1")

    async def close(self) -> None:
        """Nothing to give back."""

    async def poll(self, offset: int) -> tuple[tuple[InboundMessage, ...], int]:
        return self._messages, 7


def test_a_message_that_cannot_be_stored_goes_to_the_spool_and_the_next_one_is_stored(
    house: House, tmp_path: Path
) -> None:
    broken = InboundMessage(channel="telegram", provider_id=1, address="7001", text="hi")  # type: ignore[arg-type]
    whole = InboundMessage(channel="telegram", provider_id="2", address="7002", text="hello")
    spool = Spool(tmp_path / "spool", house.keys)
    spool.check()
    poller = Poller(_Waiting(broken, whole), house.database, spool, house.keys, house.settings)
    asyncio.run(poller.work())
    with house.database.transaction() as session:
        assert len(session.scalars(select(InboxMessage)).all()) == 1
        assert session.scalars(select(PollOffset.next_offset)).one() == 7
    assert [message.address for _path, message in spool.waiting()] == ["7001"]
