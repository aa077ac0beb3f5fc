"""What staff see and do in a journey: the page that wakes them, the case in the console, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.database.states import AlarmState
from tests.journeys.telephones import wait_until

if TYPE_CHECKING:
    from tests.journeys.scene import Scene

AWAKE = (AlarmState.PAGING, AlarmState.ACKNOWLEDGED)


@dataclass(frozen=True, kw_only=True)
class StaffSee:
    """The newest case of this conversation as it stands. What is None is not looked at."""

    alarm: str | None = None
    reason: str | None = None
    woken: bool | None = None
    urgency: str | None = None
    kind: str | None = None
    filed: bool | None = None
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def play(self, scene: Scene) -> None:
        case = scene.case()
        if self.woken is False:
            assert scene.pages() == [], "somebody was woken for it"
            assert not set(case.alarms) & set(AWAKE) if case else True
        for reason in filter(None, (self.alarm, self.reason)):
            assert case is not None, "there is no case"
            assert reason in case.reasons, f"reasons {case.reasons}"
        if self.alarm is not None:
            wait_until("an alarm for the case", lambda: bool(set(scene.alarms()) & set(AWAKE)))
            wait_until("a page for the case", lambda: scene.pages() != [])
            case = scene.case()  # whoever was only now woken may have been woken for more
        wanted = {"urgency": self.urgency, "kind": self.kind, "filed": self.filed}
        seen = {name: getattr(case, name) if case else None for name, each in wanted.items() if each is not None}
        assert seen == {name: each for name, each in wanted.items() if each is not None}
        told = dict(case.facts) if case else {}
        assert {name: told.get(name) for name in self.facts} == dict(self.facts)


@dataclass(frozen=True, kw_only=True)
class NothingIsKept:
    """No case was opened: nobody has to read anything."""

    def play(self, scene: Scene) -> None:
        assert scene.case() is None, "there is a case"


@dataclass(frozen=True, kw_only=True)
class StaffArePagedAnew:
    """An alarm that somebody had taken is nobody's again, and pages."""

    def play(self, scene: Scene) -> None:
        wait_until("it pages anew", lambda: AlarmState.PAGING in scene.alarms())


@dataclass(frozen=True, kw_only=True)
class StaffTake:
    """The responder taps the button under the page."""

    shows: str = ""

    def play(self, scene: Scene) -> None:
        case = scene.case()
        assert case is not None, "there is no case"
        world, button = scene.stage.world, str(case.number)
        wait_until("a page for the case", lambda: world.responder_sees_button(button))
        scene.noticed(lambda: world.responder_taps(button), self.shows, scene.is_taken)


@dataclass(frozen=True, kw_only=True)
class StaffRead:
    """The responder opens the case in the console, and finds these words there."""

    shows: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)

    def play(self, scene: Scene) -> None:
        case = scene.case()
        assert case is not None, "there is no case"
        page: list[str] = []
        scene.noticed(lambda: page.append(scene.stage.staff().open_case(case.number)), self.shows)
        assert [each for each in self.words if each not in page[0]] == []
        assert not any(phone.address in page[0] for phone in scene.cast.values()), "an address stands in the console"


@dataclass(frozen=True, kw_only=True)
class StaffWrite:
    """The responder answers from the case she has open."""

    text: str = field(repr=False)
    shows: str = ""

    def play(self, scene: Scene) -> None:
        scene.noticed(lambda: scene.stage.staff().answer(self.text), self.shows)


@dataclass(frozen=True, kw_only=True)
class StaffDo:
    """The responder gives the conversation back to the bot ("give-back"), or closes the case ("close"), as the page
    at hand shows it. What they have not seen yet may forbid it."""

    act: str
    shows: str = ""
    refused: bool = False

    def play(self, scene: Scene) -> None:
        done: list[bool] = []
        scene.noticed(lambda: done.append(scene.stage.staff().press(self.act)), self.shows)
        assert done == [not self.refused], f"{self.act} was {'done' if done[0] else 'refused'}"


@dataclass(frozen=True, kw_only=True)
class ModelDies:
    """kill -9 to the Rasa process."""

    def play(self, scene: Scene) -> None:
        scene.stage.model_dies()


@dataclass(frozen=True, kw_only=True)
class ModelIsBack:
    """The supervisor has started it again, and it takes turns."""

    def play(self, scene: Scene) -> None:
        scene.stage.model_comes_back()


@dataclass(frozen=True, kw_only=True)
class AnsweredBy:
    """Who took the last turn."""

    model: bool

    def play(self, scene: Scene) -> None:
        assert scene.last_turn_was_the_models is self.model, "somebody else answered"


def staff_see(
    *,
    alarm: str | None = None,
    reason: str | None = None,
    woken: bool | None = None,
    urgency: str | None = None,
    kind: str | None = None,
    filed: bool | None = None,
    **facts: str,
) -> StaffSee:
    """The case as it must stand; `reason` is one of the coded reasons, `alarm` one for which somebody was paged."""
    return StaffSee(alarm=alarm, reason=reason, woken=woken, urgency=urgency, kind=kind, filed=filed, facts=facts)
