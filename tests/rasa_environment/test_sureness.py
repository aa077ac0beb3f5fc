"""How sure the model must be before its word is a command, or no answer at all."""

from __future__ import annotations

import pytest

from bot.dialogue.childhood import SURELY
from nlu.message import read_message, settle_intent

NEED_SURENESS = "stop wipe talk_to_person choose_language status code numbers vanish keep insult who_is_this".split()
TURN = {"urgent": False, "suicidal": False, "gap": False}


@pytest.mark.parametrize("intent", [*NEED_SURENESS, "affirm", "deny"])
def test_from_eight_in_ten_on_the_models_word_counts(intent: str) -> None:
    assert settle_intent({"intent": {"name": intent, "confidence": 0.8}}) == intent
    assert settle_intent({"intent": {"name": intent, "confidence": 0.79}}) == "nlu_fallback"


@pytest.mark.parametrize("intent", ["stop", "wipe", "choose_language", "status", "talk_to_person"])
def test_urgent_words_are_no_command_by_a_guess(intent: str) -> None:
    """The model heard "I do not want to live any more" as "stop", and was sure of it."""
    guessed = {"intent": {"name": intent, "confidence": 0.99}}
    assert settle_intent(guessed, urgent=True) == "nlu_fallback"
    assert settle_intent({**guessed, "command": {"exact": True}}, urgent=True) == intent


@pytest.mark.parametrize("intent", ["help_self", "report_tip", "thanks", "greet"])
def test_what_costs_nothing_needs_no_sureness(intent: str) -> None:
    assert settle_intent({"intent": {"name": intent, "confidence": 0.5}}) == intent


@pytest.mark.parametrize(
    ("subject", "age", "child"),
    [("self", "15", SURELY), ("self", "31", None), ("other", "15", None), ("both", "15", None), (None, "15", None)],
)
def test_an_age_below_18_in_a_message_about_nobody_else_is_a_childs(
    subject: str | None, age: str, child: str | None
) -> None:
    named = [{"entity": "age", "value": age}]
    named += [{"entity": "subject", "value": subject}] if subject else []
    parsed = {"intent": {"name": "help_self", "confidence": 0.9}, "entities": named, "text": "they took me"}
    assert read_message(parsed, TURN).child == child
