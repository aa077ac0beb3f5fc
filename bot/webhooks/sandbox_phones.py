"""What arrived on the demo's phones, kept in a table and sealed like everything else; the PhoneStore of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.database.session import Database
from bot.database.tables import SandboxMessage
from bot.messages.message import Button
from bot.privacy.sealing import ServiceKeys, open_with, seal_with

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class PhoneMessage:
    """One message on a phone; `own` when its holder wrote it."""

    id: int
    at: datetime
    own: bool
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = field(repr=False)


class SandboxPhones:
    """The phones of one installation. Each call is a transaction of its own, in a thread."""

    def __init__(self, database: Database, keys: ServiceKeys) -> None:
        self._database = database
        self._keys = keys

    async def put(self, phone: str, text: str, buttons: tuple[Button, ...], key: str) -> str:
        """Show a message on a phone and return its id; the same `key` again shows nothing new, and returns that id."""
        return await self._keep(phone, text, buttons, f"in:{key}", own=False)

    async def note_own(self, phone: str, text: str, key: str) -> None:
        """Remember what the phone's holder wrote, so that the page shows it after it is loaded again."""
        await self._keep(phone, text, (), f"own:{key}", own=True)

    async def remove(self, phone: str, keys: Sequence[str], own_keys: Sequence[str]) -> None:
        """Take messages off a phone, sent ones and own ones."""
        gone = [*(f"in:{key}" for key in keys), *(f"own:{key}" for key in own_keys)]
        which = (SandboxMessage.phone == phone, SandboxMessage.key.in_(gone))
        await self._database.run(lambda session: session.execute(delete(SandboxMessage).where(*which)))

    async def read(self, phone: str, *, after: int, with_own: bool) -> Sequence[PhoneMessage]:
        """Messages of a phone newer than the id `after`, oldest first; the newest ones when there are very many."""

        def load(session: Session) -> Sequence[SandboxMessage]:
            newest_first = (
                select(SandboxMessage)
                .where(SandboxMessage.phone == phone, SandboxMessage.id > after)
                .order_by(SandboxMessage.id.desc())
                .limit(MOST_SHOWN)
            )
            return list(reversed(session.scalars(newest_first).all()))

        opened = [self._open(row) for row in await self._database.run(load)]
        return [message for message in opened if with_own or not message.own]

    async def present(self, phone: str) -> Sequence[int]:
        """Ids of all that is still on a phone."""
        rows = select(SandboxMessage.id).where(SandboxMessage.phone == phone)
        return await self._database.run(lambda session: session.scalars(rows).all())

    async def _keep(self, phone: str, text: str, buttons: tuple[Button, ...], key: str, *, own: bool) -> str:
        body = json.dumps({"text": text, "buttons": [[each.title, each.payload] for each in buttons], "own": own})
        row = {"phone": phone, "key": key, "body_sealed": seal_with(self._keys.staff, body)}

        def store(session: Session) -> int:
            statement = insert(SandboxMessage).values(row).on_conflict_do_nothing().returning(SandboxMessage.id)
            stored = session.scalar(statement)
            if stored is not None:
                return stored
            return session.scalars(select(SandboxMessage.id).where(SandboxMessage.key == key)).one()

        return str(await self._database.run(store))

    def _open(self, row: SandboxMessage) -> PhoneMessage:
        body = json.loads(open_with(self._keys.staff, row.body_sealed))
        return PhoneMessage(
            id=row.id,
            at=row.created_at,
            own=body["own"],
            text=body["text"],
            buttons=tuple(Button(title=title, payload=payload) for title, payload in body["buttons"]),
        )
