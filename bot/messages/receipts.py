"""What a provider says later of a message it took; it moves a row forward only (oncall.md rule 17)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.database.states import OutboxState
from bot.database.tables import OutboxMessage
from bot.messages.message import Receipt, ReceiptState
from bot.privacy.sealing import ServiceKeys


def record_receipt(session: Session, receipt: Receipt, keys: ServiceKeys) -> int | None:
    """Note what the provider says later; never backwards. The row's id; None when the message is unknown or already
    further."""
    state = {
        ReceiptState.DELIVERED: OutboxState.DELIVERED,
        ReceiptState.FAILED: OutboxState.FAILED,
        ReceiptState.OPTED_OUT: OutboxState.FAILED,
        ReceiptState.GONE: OutboxState.FAILED,
    }.get(receipt.state)
    values: dict[str, Any] = {"receipt_rank": receipt.state.rank}
    if state is not None:
        values["state"] = state
    if state is OutboxState.FAILED:
        values["error_kind"] = "receipt_" + receipt.state.value
    return session.scalar(
        update(OutboxMessage)
        .where(
            OutboxMessage.channel == receipt.channel,
            OutboxMessage.provider_key == keys.lookup_hash("provider", receipt.channel, receipt.provider_id),
            OutboxMessage.receipt_rank < receipt.state.rank,
        )
        .values(**values)
        .returning(OutboxMessage.id)
    )
