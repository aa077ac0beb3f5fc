"""How urgent a message makes its report: pure. Floor and model together, the higher wins; nothing here lowers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.database.states import ReportKind
from bot.messages.message import MessageKind
from bot.reports.urgency import Urgency, higher_of

_KIND_URGENCY = {
    ReportKind.HELP_REQUEST: Urgency.HIGH,
    ReportKind.TIP: Urgency.STANDARD,
    ReportKind.QUESTION: Urgency.INFO,
    ReportKind.UNCLEAR: Urgency.STANDARD,
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The urgency a message stands for, and why, as codes."""

    urgency: Urgency
    reasons: tuple[str, ...]


def judge(
    *,
    floor: Urgency | None,
    floor_reasons: Iterable[str],
    raised: Iterable[tuple[Urgency, str]],
    kind: ReportKind,
    message_kind: MessageKind,
    language_known: bool,
) -> Verdict:
    """Combine everything known of one message. `raised` is what the engine asked for, with its reasons."""
    found: list[tuple[Urgency, str]] = [(_KIND_URGENCY[kind], f"kind_{kind.value}")]
    if floor is not None:
        found.extend((floor, reason) for reason in floor_reasons)
    found.extend(raised)
    if message_kind.may_tell_something:
        found.append((Urgency.HIGH, f"unreadable_{message_kind.value}"))
    if not language_known:
        found.append((Urgency.HIGH, "unknown_language"))
    urgency = higher_of(*(each for each, _ in found))
    return Verdict(urgency=urgency, reasons=tuple(dict.fromkeys(why for each, why in found if each is urgency)))
