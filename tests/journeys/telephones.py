"""The phones of a journey: each is nobody's, writes as its provider would post it, and shows what the provider was
asked to send to it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from sqlalchemy import select

from bot.database.tables import ContactPoint
from tests.journeys.world import World

PATIENCE_SECONDS = 60.0
TELEGRAM, SMS, SIM = "telegram", "sms_twilio", "sms_gateway"
_AREAS = (206, 212, 213, 303, 305, 312, 404, 415, 503, 512, 602, 617, 702, 713, 808)
_PER_AREA = 100  # 555-0100 to 555-0199 of every area are kept for fiction; in 202 our own numbers stand
_VOICE: dict[str, object] = {"voice": {"file_id": "voice-of-nobody", "file_unique_id": "v1", "duration": 4}}
_PICTURE = {"file_id": "photo-of-nobody", "file_unique_id": "p1", "width": 90, "height": 90}
_PLACE: dict[str, object] = {"location": {"latitude": 13.6586, "longitude": 102.5632}}
FILES: Mapping[str, bytes] = {"voice": b"OggS" + bytes(range(256)), "photo": b"\xff\xd8\xff" + bytes(range(256))}
CONTENTS: Mapping[str, dict[str, object]] = {
    "voice": _VOICE,
    "photo": {"photo": [_PICTURE]},
    "location": _PLACE,
    "start": {"text": "/start"},
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One message as it stands on the screen; `message_id` is Telegram's."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    message_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Telephone:
    """One phone and what its holder can do with it. Whatever is written is stored when the call returns."""

    world: World
    channel: str
    address: str = field(repr=False)

    @property
    def sms(self) -> bool:
        """Whether it shows plain words, without buttons."""
        return self.channel != TELEGRAM

    def shown(self) -> list[Shown]:
        """Everything that arrived on it, in order."""
        if self.channel == TELEGRAM:
            mine = [each for each in self.world.telegram.sent if each.chat_id == self.address]
            return [Shown(text=each.text, buttons=each.buttons, message_id=each.message_id) for each in mine]
        if self.channel == SMS:
            return [Shown(text=each.text) for each in self.world.twilio.sent if each.to == self.address]
        return [Shown(text=each.text) for each in self.world.gateway.sent if each.to == self.address]

    def writes(self, text: str) -> None:
        """Write words."""
        if self.channel == TELEGRAM:
            self._stored(self.world.telegram.person_writes(int(self.address), text)["update_id"])
        elif self.channel == SMS:
            self.world.sms_arrives(text, self.address)
        else:
            self.world.sms_to_the_phone_arrives(text, self.address)

    def chooses(self, payload: str) -> None:
        """Tap the newest button that stands for this number; by SMS, write the number."""
        if self.sms:
            self.writes(payload)
            return
        for each in reversed(self.shown()):
            if payload in (data for _, data in each.buttons):
                tap = self.world.telegram.person_taps(int(self.address), payload, each.message_id)
                self._stored(tap["update_id"])
                return
        raise AssertionError(f"no button for {payload}")

    def sends(self, kind: str) -> None:
        """Send something that is not words; Telegram only, which keeps its file."""
        assert not self.sms, "an SMS is words"
        if kind in FILES:
            self.world.telegram.holds_file(f"{kind}-of-nobody", FILES[kind])
        self._stored(self.world.telegram.person_sends(int(self.address), **CONTENTS[kind])["update_id"])

    def conversation(self) -> UUID | None:
        """The conversation its next message belongs to; None when that would begin one."""
        hashed = self.world.keys.lookup_hash("address", self.channel, self.address)
        where = (ContactPoint.channel == self.channel, ContactPoint.address_hash == hashed)
        with self.world.database.transaction() as session:
            return session.scalar(select(ContactPoint.conversation_id).where(*where))

    def _stored(self, update_id: int) -> None:
        """The bot asks for what comes after an update only once that update is stored."""
        waiting = self.world.telegram
        wait_until("an update was fetched", lambda: all(u["update_id"] != update_id for u in list(waiting.updates)))


class Exchange:
    """Hands out phones that nobody has used in this world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = itertools.count()

    def telephone(self, channel: str) -> Telephone:
        """A fresh phone."""
        number = next(self._numbers)
        address = str(5_000_001 + number) if channel == TELEGRAM else _fictional(number)
        return Telephone(world=self._world, channel=channel, address=address)


def _fictional(number: int) -> str:
    area, line = divmod(number, _PER_AREA)
    return f"+1{_AREAS[area]}5550{100 + line}"


def wait_until(what: str, true: Callable[[], bool]) -> None:
    """Look again and again, without sleeping through it; an AssertionError names what never came."""
    deadline, pause = monotonic() + PATIENCE_SECONDS, threading.Event()
    while not true():
        assert monotonic() < deadline, f"never: {what}"
        pause.wait(0.02)
