"""Which rules a reporter was told before they wrote on. A rule counts once the message that told it has left, and once
the person has written after it: they knew it, and went on."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.database.states import OutboxState
from bot.database.tables import InboxMessage, OutboxMessage, RuleTold
from bot.deployment import Party, Trigger

_TIP = "tip"


def duty_code(trigger: Trigger, party: Party) -> str:
    """How a duty is written in `rule_told.rules`."""
    return f"{trigger.value}:{party.value}"


def tip_code(party: Party) -> str:
    """How "what you saw may be told to them" is written there."""
    return f"{_TIP}:{party.value}"


def note_rules(session: Session, conversation_id: UUID, outbox_id: int, rules: list[str]) -> None:
    """This message tells these rules; nothing is noted where there are none to tell."""
    if rules:
        session.add(RuleTold(conversation_id=conversation_id, outbox_id=outbox_id, rules=rules))


def rules_known(session: Session, conversation_id: UUID) -> frozenset[str]:
    """The codes of all rules that had reached them when they wrote last."""
    wrote_after = exists().where(
        InboxMessage.conversation_id == conversation_id, InboxMessage.received_at > OutboxMessage.sent_at
    )
    rows = session.scalars(
        select(RuleTold.rules)
        .join(OutboxMessage, OutboxMessage.id == RuleTold.outbox_id)
        .where(RuleTold.conversation_id == conversation_id)
        .where(OutboxMessage.state.in_([OutboxState.SENT, OutboxState.DELIVERED]))
        .where(wrote_after)
    )
    return frozenset(code for rules in rows for code in rules)


def duties_in(codes: frozenset[str]) -> frozenset[tuple[Trigger, Party]]:
    """The duties among them; what this version does not know is left out."""
    pairs = (code.split(":") for code in codes if not code.startswith(f"{_TIP}:"))
    return frozenset(
        (Trigger(trigger), Party(party)) for trigger, party in pairs if trigger in set(Trigger) and party in set(Party)
    )


def tips_in(codes: frozenset[str]) -> frozenset[Party]:
    """The parties among them that tips may go to."""
    parties = (code.removeprefix(f"{_TIP}:") for code in codes if code.startswith(f"{_TIP}:"))
    return frozenset(Party(party) for party in parties if party in set(Party))
