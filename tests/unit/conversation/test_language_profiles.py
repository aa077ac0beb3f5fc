"""The language profiles: made from the samples, and nothing else."""

from __future__ import annotations

import json

import pytest

from bot.conversation.languages.build_profiles import PLANS, build
from bot.conversation.languages.profiles import FOLDER, NAMES, stored

OWN = ("en", "vi", "th-Latn", "km-Latn", "my-Latn", "id", "ms", "tl")


@pytest.mark.parametrize("name", PLANS)
def test_a_committed_profile_is_what_its_samples_give(name: str) -> None:
    assert stored()[name] == build(PLANS[name], name), "run python -m bot.conversation.languages.build_profiles"


def test_no_profile_lies_there_without_a_plan() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(PLANS) == set(NAMES)


@pytest.mark.parametrize("name", OWN)
def test_a_language_has_four_hundred_sentences_and_no_sentence_twice(name: str) -> None:
    lines = (FOLDER / "samples" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    sentences = [line for line in lines if not line.startswith("words:")]
    assert len(set(sentences)) == len(sentences) >= 400


@pytest.mark.parametrize("name", PLANS)
def test_a_profile_has_langdetects_form(name: str) -> None:
    profile = json.loads(stored()[name])
    assert profile["name"] == name
    assert len(profile["n_words"]) == 3
    assert all(1 <= len(gram) <= 3 and count > 0 for gram, count in profile["freq"].items())
