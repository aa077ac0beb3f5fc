"""Command words: the whole message, in five languages, and the same words for both engines."""

from __future__ import annotations

import json

import pytest
import yaml

from bot.conversation.command_words import FOLDER, Command, bare, find_command
from bot.dialogue.commands import INTENT_OF_KEY
from tests.rasa_environment.served_model import run_inside

LANGUAGES = ("en", "th", "km", "vi", "my")


def test_every_language_has_its_list() -> None:
    assert {path.stem for path in FOLDER.glob("*.yml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key",
    (
        "yes no skip stop wipe person language help tip question status code numbers vanish keep share "
        "start thanks who_are_you insult"
    ).split(),
)
def test_every_list_has_words_for(key: str, language: str) -> None:
    words = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))[key]
    assert [word for word in words if find_command(word, language) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_name_all_five(language: str) -> None:
    names = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))["language_names"]
    assert set(names) == set(LANGUAGES)
    for code, spoken in names.items():
        assert [
            name for name in spoken if find_command(name, language) != Command(intent="choose_language", language=code)
        ] == []


@pytest.mark.parametrize("written", ["1", "1.", "1)", " 1 ", "๑", "១", "១។", "၁", "1!", "(1)"])
def test_a_lone_digit_of_any_script_is_a_number(written: str) -> None:
    assert find_command(written, "th") == Command(intent="number", number=1)


@pytest.mark.parametrize("written", ["11", "1 2", "no 1", "stop it now they hurt me", "", "...", "½"])
def test_what_is_more_or_less_than_a_command_is_none(written: str) -> None:
    assert find_command(written, "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_commands_are_understood_in_every_language(language: str) -> None:
    found = find_command("STOP!", language)
    assert found is not None
    assert found.intent == "stop"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("carriers_word", "intent"),
    [
        ("STOP", "stop"),
        ("STOPALL", "stop"),
        ("UNSUBSCRIBE", "stop"),
        ("START", "greet"),
        ("UNSTOP", "greet"),
        ("YES", "affirm"),
        ("HELP", "help_self"),
        ("END", None),
        ("CANCEL", None),
        ("QUIT", None),
        ("INFO", None),
    ],
)
def test_the_carriers_words_stop_and_start_and_all_others_are_a_persons(
    carriers_word: str, intent: str | None, language: str
) -> None:
    found = find_command(carriers_word, language)
    assert (found.intent if found else None) == intent


def test_case_spaces_and_punctuation_do_not_matter() -> None:
    assert bare("  «Bỏ   QUA»!! ") == "bỏ qua"


@pytest.mark.rasa
def test_both_engines_read_the_same_words_in_the_same_way() -> None:
    written = {
        language: sorted(
            word
            for key, words in yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8")).items()
            if key in INTENT_OF_KEY
            for word in words
        )
        for language in LANGUAGES
    }
    script = (
        "import json, sys; from nlu.components.command_words import FOLDER, look_up, read_words; "
        "words = read_words(FOLDER); written = json.loads(sys.argv[1]); "
        "print(json.dumps({code: [(look_up(words, each, code) or {}).get('intent') for each in told] "
        "for code, told in written.items()}))"
    )
    theirs = json.loads(run_inside("-c", script, json.dumps(written)).stdout)
    ours = {
        language: [found.intent if (found := find_command(word, language)) else None for word in words]
        for language, words in written.items()
    }
    assert theirs == ours
