"""The held-out messages stay what they were when they were committed, and training has never seen their frames."""

from __future__ import annotations

import collections
import hashlib

import pytest

from bench.language.frames import in_language, shared_frames
from bench.language.messages import HELDOUT, LANGUAGES, heldout, training
from bot.messages.normalising import read
from bot.reports.triage import TRIGGERS

THEMES = frozenset(TRIGGERS) - {"cry_for_help"}
KEY_INTENTS = ("help_self", "help_other", "report_tip")
TYPINGS = {"plain", "sms", "dialect", "nomarks", "roman", "mixed"}


def test_the_files_are_those_that_were_committed() -> None:
    lines = (HELDOUT / "SHA256SUMS").read_text().splitlines()
    noted = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {
        str(path.relative_to(HELDOUT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in HELDOUT.rglob("*.txt")
    }
    assert found == noted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_theme_and_key_intent_has_forty_messages(language: str) -> None:
    messages = list(heldout(language))
    themes = collections.Counter(message.theme for message in messages if message.theme)
    intents = collections.Counter(message.intent for message in messages if message.intent and not message.theme)
    assert set(themes) == THEMES
    assert min(themes.values()) >= 40
    assert min(intents[intent] for intent in KEY_INTENTS) >= 40
    assert sum(message.near_miss is not None for message in messages) >= 200
    assert {message.typing for message in messages} <= TYPINGS


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_held_out_text_shares_a_frame_with_training(language: str) -> None:
    assert in_language(language) == []


FRAMES = {
    "another place": ("they lock us in a house in Poipet", "they lock us in a house in Bavet", True),
    "another number": ("we are 4 girls and we owe 5000 usd", "we are 12 girls and we owe 300 usd", True),
    "a word of politeness": ("please come to the second floor now", "come to the second floor now", True),
    "punctuation": ("come to the second floor now!!!", "come to the second floor, now", True),
    "one letter": ("the guard took my phone this morning", "the guards took my phone this morning", True),
    "another sentence": ("the guard took my phone this morning", "my brother cannot leave the boat", False),
}


@pytest.mark.parametrize(("one", "other", "shared"), FRAMES.values(), ids=FRAMES.keys())
def test_what_counts_as_the_same_frame(one: str, other: str, shared: bool) -> None:
    assert (list(shared_frames([one], [other])) == [other]) is shared


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_has_sixty_examples_of_each_theme_and_key_intent_and_thirty_of_the_rest(language: str) -> None:
    messages = list(training(language))
    themes = collections.Counter(message.theme for message in messages if message.theme)
    intents = collections.Counter(message.intent for message in messages)
    assert {theme: count for theme, count in themes.items() if theme in THEMES and count < 60} == {}
    assert {intent: count for intent, count in intents.items() if count < (60 if intent in KEY_INTENTS else 30)} == {}
    assert set(themes) == set(TRIGGERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_is_written_as_the_model_will_read_it(language: str) -> None:
    assert [message.text for message in training(language) if read(message.text).text != message.text] == []
