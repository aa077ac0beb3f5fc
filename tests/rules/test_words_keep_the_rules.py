"""`sampan words check`: no text breaks a rule, and every rule catches a breach that was planted for it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.conversation.wording import Wording
from bot.deployment import DEMO_DEPLOYMENT, OfferedLanguage
from bot.errors import ConfigurationError
from bot.operations.words import LOCALE, all_breaches, catalogue_path, words_app
from bot.operations.words_page import PAGE, current_page, figures, purposes, totals, two_part_questions
from bot.operations.words_rules import (
    ALLOWED,
    FIRST_QUESTIONS,
    FORBIDDEN_RULES,
    LONGEST,
    MOST_BUTTON_CHARACTERS,
    MOST_UNITS,
    Message,
    breaches_of,
    messages,
    parse_forbidden_words,
    placeholder_breach,
)

SENTENCES = yaml.safe_load((Path(__file__).parent / "planted_words.yml").read_text(encoding="utf-8"))
LANGUAGES = [language.value for language in OfferedLanguage]
THAI = OfferedLanguage.THAI
FILE = Path("th.yml")


def rules_broken(text: str, language: str, *, name: str = "utter_x", buttons: tuple[str, ...] = ()) -> set[str]:
    numbered = tuple((str(number), title) for number, title in enumerate(buttons, start=1))
    message = Message(name=name, language=language, text=text, buttons=numbered)
    return {breach.rule for breach in breaches_of(message)}


@pytest.fixture
def sent_by_a_translator(tmp_path: Path) -> Path:
    """A copy of the catalogues, as a translator sends one."""
    return Path(shutil.copytree(LOCALE, tmp_path / "locale"))


def change(folder: Path, old: str, new: str) -> None:
    path = catalogue_path(THAI, folder)
    words = path.read_text(encoding="utf-8")
    assert old in words
    path.write_text(words.replace(old, new), encoding="utf-8")


def test_no_text_in_any_language_breaks_a_rule() -> None:
    assert [str(breach) for breach in all_breaches()] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", FORBIDDEN_RULES)
def test_every_forbidden_rule_catches_what_was_planted_for_it(rule: str, language: str) -> None:
    planted = SENTENCES["planted"][language][rule]
    assert planted
    assert [sentence for sentence in planted if rule not in rules_broken(sentence, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_looks_like_a_breach_is_none(language: str) -> None:
    broken = {sentence: rules_broken(sentence, language) for sentence in SENTENCES["harmless"][language]}
    assert {sentence: rules for sentence, rules in broken.items() if rules} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_breach_in_a_button_or_behind_a_hidden_space_is_caught_too(language: str) -> None:
    planted = SENTENCES["planted"][language]["names_people"][0]
    assert "names_people" in rules_broken("…", language, buttons=(planted,))
    assert "names_people" in rules_broken("\u200b".join(planted), language)


def test_a_danger_word_is_caught_in_the_first_line_only() -> None:
    assert rules_broken("One question.\nIs anyone in danger?", "en") == set()


@pytest.mark.parametrize("rule", ALLOWED)
def test_an_exception_holds_for_its_message_alone(rule: str) -> None:
    planted = SENTENCES["planted"]["en"][rule][0]
    assert all(rule not in rules_broken(planted, "en", name=name) for name in ALLOWED[rule])
    assert rule in rules_broken(planted, "en", name="utter_filed")


def test_an_exception_names_a_message_that_exists(wording: Wording) -> None:
    assert {name for names in ALLOWED.values() for name in names} - set(wording.responses) == set()


def test_134_units_are_two_parts_and_one_more_is_too_many() -> None:
    assert Message(name="utter_x", language="th", text="ก" * MOST_UNITS).parts == 2
    assert rules_broken("ก" * MOST_UNITS, "th") == set()
    assert rules_broken("ก" * (MOST_UNITS + 1), "th") == {"parts"}


def test_buttons_count_written_out_and_placeholders_at_their_longest() -> None:
    room = MOST_UNITS - len("\n1 = ใช่")
    assert rules_broken("ก" * room, "th", buttons=("ใช่",)) == set()
    assert rules_broken("ก" * (room + 1), "th", buttons=("ใช่",)) == {"parts"}
    assert rules_broken("{details}" + "ก" * (MOST_UNITS - LONGEST["details"]), "th") == set()
    assert rules_broken("{details}" + "ก" * (MOST_UNITS - LONGEST["details"] + 1), "th") == {"parts"}


def test_the_buttons_of_a_chat_are_no_part_of_an_sms_but_keep_every_other_rule() -> None:
    chosen = (("wipe", "x" * MOST_BUTTON_CHARACTERS),) * 3
    message = Message(name="utter_x", language="th", text="ก" * MOST_UNITS, channel="telegram", buttons=chosen)
    assert list(breaches_of(message)) == []
    assert [each.rule for each in breaches_of(replace(message, channel="sms"))] == ["parts"]
    too_long = replace(message, text="ก" * (MOST_UNITS + 1), buttons=(("wipe", SENTENCES["planted"]["th"]["film"][0]),))
    assert {each.rule for each in breaches_of(too_long)} >= {"parts", "film"}


def test_an_english_text_is_counted_as_if_one_letter_were_thai() -> None:
    message = Message(name="utter_x", language="en", text="x" * 120 + "{operator}")
    assert message.parts == 3
    assert rules_broken(message.text, "en") == {"parts"}


def test_a_button_longer_than_what_is_shown_is_caught() -> None:
    assert rules_broken("…", "en", buttons=("x" * MOST_BUTTON_CHARACTERS,)) == set()
    assert rules_broken("…", "en", buttons=("x" * (MOST_BUTTON_CHARACTERS + 1),)) == {"buttons"}


def test_a_placeholder_whose_length_nobody_knows_is_caught() -> None:
    assert rules_broken("Hello {stranger}", "en") == {"placeholders"}


@pytest.mark.parametrize("translation", ["ไม่มี", "{cod}", "{code} {code}", "{code} {name}"])
def test_a_lost_changed_or_added_placeholder_is_caught(translation: str) -> None:
    assert placeholder_breach("th", "utter_return_code", "Number: {code}", translation) is not None
    assert placeholder_breach("th", "utter_return_code", "Number: {code}", "เลข {code}") is None


def test_the_command_is_silent_and_content_with_our_own_words() -> None:
    result = CliRunner().invoke(words_app, ["check"])
    assert (result.exit_code, result.output) == (0, "")


def test_the_command_lists_each_breach_of_a_translator_and_fails(sent_by_a_translator: Path) -> None:
    change(sent_by_a_translator, "เครื่องไหนก็ได้: {code}", "เครื่องไหนก็ได้")
    change(sent_by_a_translator, 'msgid "Erased here.', 'msgid "Erased.')
    change(sent_by_a_translator, 'msgstr "ยินดี ทักมาเมื่อไรก็ได้"', 'msgstr "เราจะช่วยคุณออกมา"')
    result = CliRunner().invoke(words_app, ["check", "--locale", str(sent_by_a_translator)])
    assert result.exit_code == 1
    assert "th  utter_return_code  placeholders: {code} in English, none in:" in result.output
    assert "th  utter_wiped  not translated: Erased here." in result.output
    assert "th  utter_thanks  promise_of_rescue: “เราจะช่วย”" in result.output


def test_a_folder_without_a_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no catalogue at"):
        all_breaches(tmp_path)


@pytest.mark.parametrize("content", [b"what\n", b'msgid "\xff\xfe"\n'])
def test_a_file_that_is_no_catalogue_is_named(sent_by_a_translator: Path, content: bytes) -> None:
    catalogue_path(THAI, sent_by_a_translator).write_bytes(content)
    with pytest.raises(ConfigurationError, match="is no catalogue"):
        all_breaches(sent_by_a_translator)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "is not YAML"),
        ("- escape", "missing or unknown rules"),
        ("escape: ['x']", "missing or unknown rules: asks_about_sexual_violence"),
        (yaml.safe_dump({rule: ["x"] for rule in (*FORBIDDEN_RULES, "shouting")}), "unknown rules: shouting"),
        (yaml.safe_dump({rule: [] for rule in FORBIDDEN_RULES}), "promise_of_rescue needs a list"),
        (yaml.safe_dump({rule: ["("] for rule in FORBIDDEN_RULES}), "is no expression"),
        (yaml.safe_dump({rule: [1] for rule in FORBIDDEN_RULES}), "is no expression"),
    ],
)
def test_a_list_of_forbidden_words_that_is_wrong_says_what(text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        parse_forbidden_words(text, FILE)


def test_the_page_for_reviewers_is_what_the_words_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == current_page(), "stale: run `sampan words copy`"


def test_the_page_holds_every_message_in_every_language(wording: Wording) -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [m for m in messages(wording) if m.text.replace("\n", "<br>") not in page or f"`{m.name}`" not in page]
    assert missing == []
    count, parts = totals(wording)
    assert count * len(LANGUAGES) == len(list(messages(wording)))
    assert all(count <= each <= 2 * count for each in parts.values())


@pytest.mark.parametrize("comment", ["", "# says what it is for, but not where", "# nowhere: a flow that is none"])
def test_a_response_that_does_not_say_what_it_is_for_is_named(comment: str) -> None:
    with pytest.raises(ConfigurationError, match="utter_x needs a comment"):
        purposes(f"responses:\n  utter_x:   {comment}\n    - text: x\n")


def test_the_first_message_is_one_part_in_every_language_and_what_is_not_is_listed(wording: Wording) -> None:
    dear = {(each.name, each.language) for each in two_part_questions(wording)}
    assert {name for name, _ in dear} <= {"utter_ask_danger_now", "utter_ask_danger_now_child"}
    asked = [each for each in messages(wording) if each.name in FIRST_QUESTIONS]
    assert len(asked) == len(FIRST_QUESTIONS) * len(LANGUAGES)
    assert {(each.name, each.language) for each in asked if each.parts > 1} == dear
    listed = PAGE.read_text(encoding="utf-8").partition("## Questions of two parts")[2].partition("## Totals")[0]
    assert listed.count("| `utter_") == len(dear)


def test_the_command_prints_how_many_messages_there_are_and_what_they_cost() -> None:
    count, parts = totals(Wording.load(DEMO_DEPLOYMENT))
    told = figures(Wording.load(DEMO_DEPLOYMENT))
    assert f"{count} messages" in told
    assert all(f"{language} {each}" in told for language, each in parts.items())
    assert "utter_ask_danger_now (km)" in told


def test_the_glossary_has_forty_terms_in_five_languages_each_with_a_source() -> None:
    lines = (PAGE.parent / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    named = {line.split("**")[1] for line in lines if line.startswith("* **")}
    assert len(rows) == len({row[0] for row in rows}) == 40
    assert [row for row in rows if len(row) != len(LANGUAGES) + 1 or not all(row)] == []
    assert [row for row in rows if row[-1] != "own" and not set(row[-1].split()) <= named] == []
