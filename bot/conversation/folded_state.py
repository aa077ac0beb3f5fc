"""The state of a conversation between two turns, as both engines keep it (docs/dialogue.md). Data, and its check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from bot.errors import EngineError

VERSION = 1
RECENT_INTENTS = 4
LOOPS = (None, "report_form", "wipe_form", "language_form")


@dataclass(frozen=True, kw_only=True)
class Slots:
    """What is known of the conversation; None where a question is open."""

    safe_now: bool | None = None
    told_who: bool = False
    topic: str | None = None
    danger_now: bool | None = None
    place: str | None = field(default=None, repr=False)
    details: str | None = field(default=None, repr=False)
    question: str | None = field(default=None, repr=False)
    wipe_confirmed: bool | None = None
    language_choice: str | None = None
    misses: int = 0
    filed: bool = False
    skipped: tuple[str, ...] = ()
    urgent_said: bool = False
    danger_first: bool = False


@dataclass(frozen=True, kw_only=True)
class FoldedState:
    """Slots, the open form and its question, the last few intents."""

    slots: Slots = Slots()
    loop: str | None = None
    requested: str | None = None
    recent: tuple[str, ...] = ()

    @property
    def asking(self) -> str | None:
        """The question the reporter was asked last and has not answered."""
        return self.requested if self.loop else None

    def to_json(self) -> dict[str, Any]:
        """The STATE of docs/dialogue.md."""
        return {
            "v": VERSION,
            "slots": {**asdict(self.slots), "skipped": list(self.slots.skipped)},
            "loop": self.loop,
            "requested_slot": self.asking,
            "rejected": False,
            "recent": list(self.recent[-RECENT_INTENTS:]),
        }


_NAMES = frozenset(each.name for each in fields(Slots))


def read_state(raw: Mapping[str, Any] | None) -> FoldedState:
    """The state of an earlier turn, by either engine; None is the beginning. EngineError when it is no state."""
    if raw is None:
        return FoldedState()
    try:
        slots = dict(raw["slots"])
        if raw["v"] != VERSION or raw["loop"] not in LOOPS or not set(slots) <= _NAMES:
            raise EngineError("the state is of another version")
        return FoldedState(
            slots=replace(Slots(**slots), skipped=tuple(slots.get("skipped") or ())),
            loop=raw["loop"],
            requested=raw["requested_slot"],
            recent=tuple(raw.get("recent") or ()),
        )
    except (KeyError, TypeError):
        raise EngineError("the state cannot be read") from None
