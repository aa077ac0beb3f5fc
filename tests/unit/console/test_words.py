"""Every word of the console can be translated, and every code has its words."""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest
import yaml
from babel.messages.extract import extract_from_dir

import bot.console
from bot.console.labels import LANGUAGES, all_labels, labels
from bot.console.rendering import Templates, waiting_words
from bot.conversation.page_words import NO_BUTTON, YES_BUTTON
from bot.conversation.wording import Catalogues
from bot.database.states import AlarmState, Author, OutboxState, ReportKind, ReportState, Safety, StaffRole
from bot.deployment import OfferedLanguage
from bot.messages.message import MessageKind
from bot.reports.urgency import Urgency

CONSOLE = Path(bot.console.__file__).parent
FLOOR = CONSOLE.parent / "reports" / "floor_phrases"


def texts_of_templates() -> set[str]:
    found = extract_from_dir(CONSOLE / "templates", method_map=[("**.html", "jinja2.ext.babel_extract")])
    words = set()
    for _file, _line, text, _comments, context in found:
        if context == "page":
            assert text in (YES_BUTTON, NO_BUTTON), text  # what a page offers by telephone, said the same way here
        else:
            assert context == "console", text
        assert isinstance(text, str)
        words.add(text)
    return words


@pytest.mark.parametrize(
    ("of", "codes"),
    [
        ("urgency", Urgency),
        ("kind", ReportKind),
        ("state", ReportState),
        ("alarm", AlarmState),
        ("safety", Safety),
        ("delivery", OutboxState),
        ("role", StaffRole),
    ],
)
def test_every_code_has_its_words(of: str, codes: type[StrEnum]) -> None:
    assert set(labels(of)) == {code.value for code in codes}


def test_every_author_and_every_kind_of_message_has_its_words() -> None:
    assert set(labels("who")) == {author.value for author in Author} | {"reporter"}
    assert set(labels("message")) == {kind.value for kind in MessageKind} - {"text", "start"}
    assert set(LANGUAGES) == {language.value for language in OfferedLanguage}


def test_every_reason_of_the_floor_has_its_words() -> None:
    books = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FLOOR.glob("*.yml")]
    reasons = {reason for book in books for level in ("critical", "urgent") for reason in book.get(level, {})}
    assert reasons <= set(labels("reason"))


def test_every_action_written_to_the_audit_has_its_words() -> None:
    written: set[str] = set()
    for path in CONSOLE.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditEntry":
                values = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
                written |= {str(value.value) for value in values if isinstance(value, ast.Constant)}
    assert written
    assert written <= set(labels("action"))


def test_what_is_written_in_a_template_is_always_translated() -> None:
    for path in (CONSOLE / "templates").glob("*.html"):
        page = re.sub(r"\{% block page %\}\w+", "", path.read_text(encoding="utf-8"))  # a class, not words
        bare = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", page, flags=re.DOTALL)
        bare = re.sub(r"&[a-z]+;", "", bare).replace("Sampan", "")
        assert not re.search(r"[A-Za-z]{2,}", bare), path.name


def test_placeholders_are_those_of_the_python_format() -> None:
    for text in texts_of_templates() | set(all_labels()):
        assert not re.search(r"%(?!\([a-z]+\)s)", text), text


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h 00 min"), (1439, "23 h 59 min"), (1440, "1 d 0 h"), (4000, "2 d 18 h")],
)
def test_waiting_is_told_coarser_the_longer_it_is(minutes: int, shown: str) -> None:
    form, values = waiting_words(minutes)
    assert form % values == shown


def test_what_is_not_translated_yet_is_english_and_what_is_translated_is_not() -> None:
    templates = Templates(Catalogues({"vi": {("console", "Queue"): "Hàng chờ"}}))
    assert templates.say("vi", "Queue") == "Hàng chờ"
    assert templates.say("vi", "Audit") == "Audit"
    assert "Hàng chờ" in bytes(templates.show("not_found.html", "vi").body).decode()
