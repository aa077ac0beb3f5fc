"""How urgent a message makes its report: pure. Floor and model together, the higher wins; nothing here lowers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.database.states import ReportKind
from bot.messages.message import MessageKind
from bot.reports.urgency import Urgency, higher_of

# Every trigger of domain.md 3.2 by its code: the floor sorts its phrases by them, the model is trained to tell them.
# The words that staff read for each stand in bot/console/labels.py.
TRIGGERS: Mapping[str, Urgency] = {
    "violence_now": Urgency.CRITICAL,  # beaten, tortured, raped: now or again and again
    "weapon": Urgency.CRITICAL,
    "suicide": Urgency.CRITICAL,
    "life_threat": Urgency.CRITICAL,  # a body in mortal danger, or a threat to kill
    "child_in_danger": Urgency.CRITICAL,
    "moved_or_sold_soon": Urgency.CRITICAL,  # within about a day
    "contact_discovered": Urgency.CRITICAL,  # captors know that they wrote
    "fire_or_raid": Urgency.CRITICAL,  # trapped, and fire, flood, shooting or a raid
    "confined": Urgency.URGENT,
    "minor_exploited": Urgency.URGENT,
    "sold_or_ransom": Urgency.URGENT,
    "sexual_violence": Urgency.URGENT,  # in the last days
    "medical_refused": Urgency.URGENT,
    "pregnant": Urgency.URGENT,
    "escaped_unsafe": Urgency.URGENT,
    "cry_for_help": Urgency.URGENT,  # a plea without a cause
}
_UNKNOWN_THEME = Urgency.URGENT  # a model that was trained on a theme of its own is still heard
_KIND_URGENCY = {
    ReportKind.HELP_REQUEST: Urgency.HIGH,
    ReportKind.TIP: Urgency.STANDARD,
    ReportKind.QUESTION: Urgency.INFO,
    ReportKind.UNCLEAR: Urgency.STANDARD,
    ReportKind.DRILL: Urgency.INFO,
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The urgency a message stands for, and why, as codes."""

    urgency: Urgency
    reasons: tuple[str, ...]


def of_theme(theme: str) -> Urgency:
    """How urgent a theme is that the model heard."""
    return TRIGGERS.get(theme, _UNKNOWN_THEME)


def judge(
    *,
    floor: Urgency | None,
    floor_reasons: Iterable[str],
    raised: Iterable[tuple[Urgency, str]],
    kind: ReportKind | None,
    message_kind: MessageKind,
    language_known: bool,
    themes: Iterable[str] = (),
    perhaps_urgent: bool = False,
) -> Verdict:
    """Combine everything known of one message. `raised` is what the engine asked for, with its reasons; `themes` are
    the urgent themes the model heard; `perhaps_urgent` is its doubt, which a human should see the same
    day; `kind` is None for what tells nothing, such as a greeting."""
    found: list[tuple[Urgency, str]] = [
        (_KIND_URGENCY[kind], f"kind_{kind.value}") if kind is not None else (Urgency.INFO, "nothing_told")
    ]
    if floor is not None:
        found.extend((floor, reason) for reason in floor_reasons)
    found.extend(raised)
    found.extend((of_theme(theme), theme) for theme in themes)
    if perhaps_urgent:
        found.append((Urgency.HIGH, "perhaps_urgent"))
    if message_kind.may_tell_something:
        found.append((Urgency.HIGH, f"unreadable_{message_kind.value}"))
    if not language_known:
        found.append((Urgency.HIGH, "unknown_language"))
    urgency = higher_of(*(each for each, _ in found))
    return Verdict(urgency=urgency, reasons=tuple(dict.fromkeys(why for each, why in found if each is urgency)))
