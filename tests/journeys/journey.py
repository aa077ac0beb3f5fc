"""A journey: who writes what, and what the phone must show, by the names of responses. Steps are data; `scene.py` plays
them and holds every journey to what must never happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tests.journeys.scene import Scene


class Step(Protocol):
    """One thing that happens."""

    def play(self, scene: Scene) -> None:
        """Do it and check what comes of it; AssertionError when it is something else."""
        ...


@dataclass(frozen=True, kw_only=True)
class Journey:
    """A story. `name` is a sentence that tells who and what; `channel` is the first phone's."""

    name: str
    language: str
    channel: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Writes:
    """Somebody writes. In the text {code}, {four} and {wrong} stand for the return code they were shown last, its last
    four digits, and four others. `now` is the language of the answer and from then on."""

    text: str = field(repr=False)
    shows: str = ""
    by: str = ""
    now: str = ""

    def play(self, scene: Scene) -> None:
        text = scene.filled_in(self.text)
        phone = scene.telephone(self.by)
        scene.turn(phone, lambda: phone.writes(text), self.shows, text=text, now=self.now)


@dataclass(frozen=True, kw_only=True)
class Chooses:
    """Somebody taps a button, or writes its number by SMS."""

    payload: str
    shows: str = ""
    by: str = ""
    now: str = ""

    def play(self, scene: Scene) -> None:
        phone = scene.telephone(self.by)
        scene.turn(phone, lambda: phone.chooses(self.payload), self.shows, text=self.payload, now=self.now)


@dataclass(frozen=True, kw_only=True)
class Sends:
    """Somebody sends what is not words: voice, photo, location; or taps "start"."""

    kind: str
    shows: str = ""
    by: str = ""

    def play(self, scene: Scene) -> None:
        phone = scene.telephone(self.by)
        scene.turn(phone, lambda: phone.sends(self.kind), self.shows, text="")


@dataclass(frozen=True, kw_only=True)
class Later:
    """Time goes by, for this conversation only."""

    interval: timedelta

    def play(self, scene: Scene) -> None:
        scene.pass_time(self.interval)


@dataclass(frozen=True, kw_only=True)
class Picks:
    """From here on steps without a name are done on another phone, which begins with this one's language."""

    by: str
    channel: str

    def play(self, scene: Scene) -> None:
        scene.pick_up(self.by, self.channel)


def says(text: str, shows: str = "", *, by: str = "", now: str = "") -> Writes:
    """Write words; `shows` are all the responses that answer, in order."""
    return Writes(text=text, shows=shows, by=by, now=now)


def chooses(payload: str | int, shows: str = "", *, by: str = "", now: str = "") -> Chooses:
    """Tap, or write the number."""
    return Chooses(payload=str(payload), shows=shows, by=by, now=now)


def sends(kind: str, shows: str = "", *, by: str = "") -> Sends:
    """Send a voice note, a photo, a location, or "start"."""
    return Sends(kind=kind, shows=shows, by=by)


def later(**interval: float) -> Later:
    """As `timedelta` takes it."""
    return Later(interval=timedelta(**interval))


def picks(by: str, channel: str) -> Picks:
    """Another phone is taken up, by its holder's name in the story."""
    return Picks(by=by, channel=channel)


def told(name: str, language: str, channel: str, *steps: Step) -> Journey:
    """A journey."""
    return Journey(name=name, language=language, channel=channel, steps=steps)
