"""The arithmetic of the language figures, on invented outcomes."""

from __future__ import annotations

from bench.language.messages import Labelled
from bench.language.understanding import LATER_LABELS, Outcome, figures
from bot.dialogue.commands import INTENT_OF_KEY


def outcome(meant: str, said: str) -> Outcome:
    message = Labelled(text="invented", language="en", intent=meant, theme="weapon")
    return Outcome(message=message, intent=said, pages=True, floor_pages=False)


def test_labels_added_later_are_counted_apart_and_together() -> None:
    found = figures(
        [
            outcome("help_self", "help_self"),
            outcome("help_self", "status"),  # a first label is one by what was meant, whatever was said
            outcome("report_tip", "report_tip"),
            outcome("status", "status"),
            outcome("insult", "nlu_fallback"),
        ]
    )
    assert (found.intents.part, found.intents.whole) == (3, 5)
    assert (found.intents_of_the_first_labels.part, found.intents_of_the_first_labels.whole) == (2, 3)
    assert (found.intents_of_the_later_labels.part, found.intents_of_the_later_labels.whole) == (1, 2)


def test_without_later_labels_their_row_is_of_nothing() -> None:
    found = figures([outcome("help_self", "help_self")])
    assert found.intents_of_the_first_labels == found.intents
    assert found.intents_of_the_later_labels.whole == 0


def test_the_later_labels_are_labels() -> None:
    assert set(INTENT_OF_KEY.values()) | {"who_is_this", "insult"} >= LATER_LABELS
