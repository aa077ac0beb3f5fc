"""Plays one journey on the stage, and after each step looks for what must never happen in any of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from bot.conversation.command_words import find_command
from bot.database.states import AlarmState, Author, InboxState, OutboxState
from bot.database.tables import InboxMessage, OutboxMessage
from bot.messages.normalising import read
from bot.privacy.return_codes import last_four
from tests.journeys.cases import Case, newest_case, pages_about
from tests.journeys.journey import Journey
from tests.journeys.response_names import spoken
from tests.journeys.stage import Stage
from tests.journeys.telephones import Shown, Telephone, wait_until

READS_BACK = "ask_confirmed"
SHORTEST_TOLD = 10  # characters; shorter texts are answers and commands
MOST_OF_THE_BOT = 2
ASKED_IN_A_ROW = 2
KEPT_ASKING = frozenset({"ask_safe_now", "choose_language"})  # held open, because nothing may be said without them


class Scene:
    """One journey while it is played."""

    def __init__(self, stage: Stage, journey: Journey) -> None:
        self.stage = stage
        self.journey = journey
        self.cast: dict[str, Telephone] = {}
        self.conversations: dict[UUID, None] = {}  # the writer's, wherever a return code took them
        self.of_all: set[UUID] = set()  # and those of everybody else on the stage
        self.told: list[tuple[str, str]] = []  # whose phone, and what was written there in words of their own
        self.last_turn_was_the_models = False
        self._languages: dict[str, str] = {}
        self._asked: dict[str, tuple[str, int]] = {}
        self._told_before_a_gap = 0
        self._code = ""
        self._holder = ""
        self.pick_up("the writer", journey.channel)

    def play(self) -> None:
        """Every step of the story."""
        for number, step in enumerate(self.journey.steps, start=1):
            try:
                step.play(self)
            except AssertionError as error:
                raise AssertionError(f"step {number}, {step}: {error}") from error

    # Phones.

    def pick_up(self, name: str, channel: str) -> None:
        """Go on with this phone; one that nobody used before, if the story has not had it yet."""
        if name not in self.cast:
            self.cast[name] = self.stage.exchange.telephone(channel)
            self._languages[name] = self._languages.get(self._holder, self.journey.language)
        self._holder = name

    def telephone(self, name: str) -> Telephone:
        """The phone of this holder, or the one in use."""
        return self.cast[name or self._holder]

    def holder_of(self, phone: Telephone) -> str:
        """Whose it is."""
        return next(name for name, each in self.cast.items() if each is phone)

    def filled_in(self, text: str) -> str:
        """A text with the return code they were shown."""
        four = last_four(self._code)
        wrong = f"{(int(four or 0) + 1111) % 10000:04}"
        return text.replace("{code}", self._code).replace("{four}", four).replace("{wrong}", wrong)

    # Turns.

    def turn(self, phone: Telephone, act: Callable[[], None], shows: str, *, text: str, now: str = "") -> None:
        """Somebody writes; nothing but these responses comes, on this phone and no other."""
        name, before, turns = self.holder_of(phone), self._counts(), self.stage.witness.turns
        self.handled(phone, act)
        self.last_turn_was_the_models = self.stage.witness.turns > turns
        self._languages[name] = now or self._languages[name]
        self._compare(before, {name: shows.split()})
        self.note_questions(name, shows.split(), text)
        if len(text) >= SHORTEST_TOLD:
            self.told.append((name, text))

    def noticed(self, act: Callable[[], object], shows: str, done: Callable[[], bool] = lambda: True) -> None:
        """Staff do something; these responses come to the phone in use."""
        before = self._counts()
        act()
        wait_until("what staff did was done", done)
        self._settle(self.telephone(""))
        self._compare(before, {self._holder: shows.split()})

    def pass_time(self, interval: timedelta) -> None:
        """For the conversations of this journey only."""
        self.stage.pass_time(list(self.conversations), interval)
        self._told_before_a_gap = len(self.told)

    def handled(self, phone: Telephone, act: Callable[[], None]) -> None:
        """Do it, and wait until what it sent is in the inbox and nothing of it is left to do now."""
        arrived = self._arrived(phone)
        act()
        wait_until("the message was stored", lambda: self._arrived(phone) > arrived)
        self._follow(phone)
        self._settle(phone)

    def _arrived(self, phone: Telephone) -> int:
        """Messages of everybody in this journey. A door may also have put one into the spool first."""
        self.of_all.update(filter(None, [phone.conversation()]))
        rows = select(func.count()).select_from(InboxMessage).where(InboxMessage.conversation_id.in_(self.of_all))
        with self.stage.database.transaction() as session:
            return session.scalar(rows) or 0

    def _counts(self) -> dict[str, int]:
        return {name: len(phone.shown()) for name, phone in self.cast.items()}

    def _follow(self, phone: Telephone) -> None:
        found = phone.conversation()
        if found is not None and (phone is self.cast["the writer"] or found in self.conversations):
            self.conversations[found] = None

    def _settle(self, phone: Telephone) -> None:
        """Until nothing of this conversation is left to do now."""

        def quiet() -> bool:
            if self._is_busy():
                return False
            known = len(self.of_all)
            self.of_all.update(filter(None, [phone.conversation()]))  # a return code may have led to another
            return len(self.of_all) == known or not self._is_busy()

        wait_until("the turn was done", quiet)
        self._follow(phone)

    def _is_busy(self) -> bool:
        waiting = exists().where(
            InboxMessage.conversation_id.in_(self.of_all),
            InboxMessage.state == InboxState.PENDING,
        )
        leaving = exists().where(
            OutboxMessage.conversation_id.in_(self.of_all),
            OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.SENDING]),
        )
        with self.stage.database.transaction() as session:
            return bool(session.scalar(select(or_(waiting, leaving))))

    # What the screens show.

    def names(self, name: str, shown: Shown) -> frozenset[str]:
        """Which responses a message on this phone may be."""
        return self.stage.names.of(shown, self._languages[name], sms=self.cast[name].sms)

    def _compare(self, before: dict[str, int], wanted: dict[str, list[str]]) -> None:
        for name, phone in self.cast.items():
            new = phone.shown()[before.get(name, 0) :]
            expected = wanted.get(name, [])
            seen = [self.names(name, each) for each in new]
            fits = len(seen) == len(expected) and all(one in names for one, names in zip(expected, seen, strict=True))
            told = [" or ".join(sorted(names)) or f"?? {each.text}" for names, each in zip(seen, new, strict=True)]
            assert fits, f"{name} sees {told} instead of {expected}; the outbox: {self._outbox()}"
            for each, response in zip(new, expected, strict=True):
                self._look_at(name, each, response)

    def _outbox(self) -> list[str]:
        """How the last messages of all phones stand, for whoever has to find out why one is missing."""
        rows = select(OutboxMessage).where(OutboxMessage.conversation_id.in_(self.of_all)).order_by(OutboxMessage.id)
        with self.stage.database.transaction() as session:
            last = session.scalars(rows).all()[-4:]
            return [f"{row.author.value} {row.state.value} {row.error_kind}" for row in last]

    def _look_at(self, name: str, shown: Shown, response: str) -> None:
        """Nobody is shown what was written on another phone, or before a gap; and nothing is read back unasked."""
        if response == "return_code":
            values = self.stage.names.values(shown, response, self._languages[name], sms=self.cast[name].sms)
            self._code = "".join(values["code"].split())
        for number, (writer, text) in enumerate(self.told):
            may_be_read_back = response == READS_BACK and writer == name and number >= self._told_before_a_gap
            assert may_be_read_back or text not in shown.text, "what was told is shown again"

    def note_questions(self, name: str, shows: list[str], text: str) -> None:
        """An AssertionError when the same question is asked a third time, though nobody went astray."""
        last = shows[-1] if shows else ""
        before, times = self._asked.get(name, ("", 0))
        language = self._languages[name]
        digression = find_command(read(text).text, spoken(language)) is not None
        if last != before or not last.startswith("ask_") or last in KEPT_ASKING:
            self._asked[name] = (last, 1)
        elif not digression:
            self._asked[name] = (last, times + 1)
            assert times + 1 <= ASKED_IN_A_ROW, f"{last} was asked again and again"

    # What staff have.

    def case(self) -> Case | None:
        """The newest case of this journey's writer."""
        return newest_case(self.stage, self.conversations)

    def pages(self, number: int | None = None) -> list[str]:
        """What responders were sent about a case; the newest one when no number is given."""
        case = self.case()
        number = number or (case.number if case else None)
        return pages_about(self.stage, number) if number is not None else []

    def alarms(self) -> tuple[AlarmState, ...]:
        """Of the newest case, as they stand now."""
        case = self.case()
        return case.alarms if case else ()

    def is_taken(self) -> bool:
        """Whether a responder has the newest case."""
        return AlarmState.ACKNOWLEDGED in self.alarms()

    def most_said_at_once(self) -> int:
        """The most messages by which the bot answered one message."""
        counted = (
            select(func.count(OutboxMessage.id).label("messages"))
            .where(OutboxMessage.conversation_id.in_(self.conversations), OutboxMessage.author == Author.BOT)
            .group_by(OutboxMessage.inbox_id)
            .subquery()
        )
        with self.stage.database.transaction() as session:
            return session.scalar(select(func.max(counted.c.messages))) or 0
