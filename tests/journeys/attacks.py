"""Steps of those whom nobody wants to help: guessing codes, and floods that are to bury a quiet case."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.database.states import InboxState
from bot.database.tables import Alarm, InboxMessage, ReturnCode
from bot.privacy.return_codes import draw_code
from tests.journeys.telephones import SIM, SMS, Telephone, wait_until

if TYPE_CHECKING:
    from tests.journeys.scene import Scene

PAGED_WITHIN_SECONDS = 10.0  # on a machine that is busy with the flood
_HANDS = 6  # how many of the flood's messages are on their way at once
JUNK = ("hello", "what is this", "asdf asdf", "buy cheap watches", "zzkq", "😀😀", "1", "2", "test", "who are you")
CRIES = ("help me they locked the door", "they beat us every day help", "ช่วยด้วย โดนขัง ออกไม่ได้", "cuu em, ho nhot em")


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """So many codes with the right check digits, one after another: nothing is found, and then nothing is looked up."""

    tries: int
    until: str
    after: str

    def play(self, scene: Scene) -> None:
        phone = scene.telephone("")
        with scene.stage.database.transaction() as session:
            before = session.scalar(select(func.count()).select_from(ReturnCode))
        for number in range(self.tries):
            shows = self.until if number < self.tries - 1 else self.after
            scene.turn(phone, lambda: phone.writes(draw_code()), shows, text="")
        with scene.stage.database.transaction() as session:
            assert session.scalar(select(func.count()).select_from(ReturnCode)) == before


@dataclass(frozen=True, kw_only=True)
class Flood:
    """One phone writes `own` messages and `strangers` phones write two cries each; in the middle of it the holder of
    the phone in use writes `text`. Somebody is woken for that within seconds, while the flood is still being read, and
    it is answered before it."""

    own: int
    strangers: int
    text: str = field(repr=False)
    shows: str

    def play(self, scene: Scene) -> None:
        flood = self._flood(scene)
        with ThreadPoolExecutor(_HANDS) as hands:
            first = [hands.submit(phone.writes, text) for phone, text in flood[: len(flood) // 2]]
            rest = [hands.submit(phone.writes, text) for phone, text in flood[len(flood) // 2 :]]
            for each in first:
                each.result()
            began = monotonic()
            phone = scene.telephone("")
            scene.turn(phone, lambda: phone.writes(self.text), self.shows, text=self.text)
            wait_until("a page for the quiet case", lambda: scene.pages() != [])
            seconds, unread = monotonic() - began, _unread(scene)
            for each in rest:
                each.result()
        assert seconds < PAGED_WITHIN_SECONDS, f"paged after {seconds:.1f} seconds"
        assert unread > 0, "the flood was over before: nothing was shown"
        scene.stage.say(
            f"a quiet case under a flood of {len(flood)}: paged in {seconds:.1f} s, {unread} messages still unread"
        )
        wait_until("the flood was read", lambda: _unread(scene) == 0)
        with scene.stage.database.transaction() as session:
            alarms = session.scalar(select(func.count()).select_from(Alarm)) or 0
        assert alarms > self.strangers, "a cry in the flood was muted"

    def _flood(self, scene: Scene) -> Sequence[tuple[Telephone, str]]:
        exchange = scene.stage.exchange
        one = exchange.telephone(SMS)
        strangers = [exchange.telephone(SIM) for _ in range(self.strangers)]
        own = [(one, f"{JUNK[number % len(JUNK)]} {number}") for number in range(self.own)]
        cries = [(phone, CRIES[number % len(CRIES)]) for number, phone in enumerate(strangers * 2)]
        # Spread evenly: what one phone writes alone would be read in order, one after another, and crowd out nobody.
        every = max(1, len(own) // len(cries))
        mixed = list[tuple[Telephone, str]]()
        for number, message in enumerate(own):
            mixed.append(message)
            if number % every == 0 and cries:
                mixed.append(cries.pop())
        return [*mixed, *cries]


def _unread(scene: Scene) -> int:
    with scene.stage.database.transaction() as session:
        waiting = select(func.count()).select_from(InboxMessage).where(InboxMessage.state == InboxState.PENDING)
        return session.scalar(waiting) or 0
