"""Facts found in messages: tables of whole messages per language with all that is to be found, near misses among them;
the lists themselves; and that no text can take long."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.messages.normalising import read
from tests.rasa_environment.served_model import ROOT, run_inside

pytestmark = pytest.mark.rasa

LANGUAGES = ("en", "th", "vi", "km", "my")
FOLDER = Path(__file__).parent / "entity_cases"
NOW = "2026-11-22T07:00:00+00:00"  # a Sunday; 14:00 in Bangkok, 13:30 in Yangon

# Facts of many texts in one process of the Rasa environment: [[kind, value, text, start, end], ...] for each.
FINDING = """
import json, sys
from datetime import datetime
from nlu.entities import find
asked = json.load(open(sys.argv[1], encoding="utf-8"))
found = [find(text, language=language, now=datetime.fromisoformat(now)) for text, language, now in asked]
print(json.dumps([[[e.entity, e.value, e.text, e.start, e.end] for e in each] for each in found]))
"""

# The calls that a search makes, in Python and into its library, for each of many texts.
COUNTING = """
import json, sys
from datetime import datetime
from nlu.entities import find, numbers
calls = 0
def count(frame, event, argument):
    global calls
    calls += 1
asked = json.load(open(sys.argv[1], encoding="utf-8"))
now = datetime.fromisoformat("2026-11-22T07:00:00+00:00")
find("warm", language="en", now=now)
counts = []
for text in asked:
    find(text, language="en", now=now)
    calls = 0
    sys.setprofile(count)
    find(text, language="en", now=now)
    sys.setprofile(None)
    counts.append(calls)
print(json.dumps(counts))
"""


def cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case with its language."""
    return [
        (language, case)
        for language in LANGUAGES
        for case in yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    ]


def run_with(tmp: Path, code: str, asked: Any) -> Any:
    """What a piece of Python prints as JSON inside the Rasa environment."""
    file = tmp / "asked.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    return json.loads(run_inside("-c", code, str(file)).stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[Any]]]:
    """Facts by message, all asked for at once."""
    everything = cases()
    asked = [(read(case["say"]).text, language, NOW) for language, case in everything]
    answers = run_with(tmp_path_factory.mktemp("entities"), FINDING, asked)
    return {case["say"]: answer for (_, case), answer in zip(everything, answers, strict=True)}


@pytest.mark.parametrize(
    ("language", "case"), [pytest.param(language, case, id=f"{language}: {case['say']}") for language, case in cases()]
)
def test_every_fact_of_a_message_is_found_and_no_other(
    found: dict[str, list[list[Any]]], language: str, case: dict[str, Any]
) -> None:
    expected = sorted((kind, str(value)) for fact in case["find"] for kind, value in fact.items())
    assert sorted((kind, value) for kind, value, *_ in found[case["say"]]) == expected


def test_a_fact_carries_exactly_the_words_it_was_read_from(found: dict[str, list[list[Any]]]) -> None:
    facts = [(read(say).text, fact) for say, all_facts in found.items() for fact in all_facts]
    assert len(facts) > 150
    for text, (_, _, words, start, end) in facts:
        assert words == text[start:end]
        assert words == words.strip() != ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_cases_enough_and_near_misses_among_them(language: str) -> None:
    of_language = [case for code, case in cases() if code == language]
    assert len(of_language) >= 25
    assert sum(not case["find"] for case in of_language) >= 5


@cache
def texts_made_to_be_slow() -> list[str]:
    """2,000 characters each."""
    beginnings = (
        "1 ",
        "12/12 ",
        "@a",
        "0 9 9 ",
        "สอง",
        "a",
        "1",
        "line ",
        "boss called ",
        "tonight ",
        "passport ",
        "(",
        "ည",
    )
    return [(beginning * 2000)[:2000] for beginning in beginnings]


def test_no_text_makes_it_work_without_bound(tmp_path: Path) -> None:
    """Counted, not timed: twice the text costs about twice the calls, never four times."""
    long, half = texts_made_to_be_slow(), [text[:1000] for text in texts_made_to_be_slow()]
    counts = run_with(tmp_path, COUNTING, [*long, *half])
    for text, of_long, of_half in zip(long, counts[: len(long)], counts[len(long) :], strict=True):
        assert of_long < 3 * of_half + 500, text[:12]
        assert of_long < 40 * len(text), text[:12]


def test_words_of_the_lists_are_written_as_messages_arrive() -> None:
    """The door brings every message to one spelling; a list in another would never be found."""
    for file in sorted((ROOT / "nlu/lookups").glob("*.yml")):
        for word in words_of(yaml.safe_load(file.read_text(encoding="utf-8"))):
            assert read(word).text.strip() == word.strip(), f"{file.name}: {word}"


def words_of(content: Any) -> list[str]:
    """All strings in a file's lists."""
    if isinstance(content, str):
        return [content]
    if isinstance(content, dict):
        return [word for value in content.values() for word in words_of(value)]
    return [word for value in content for word in words_of(value)] if isinstance(content, list) else []


def test_zero_width_characters_leave_the_offsets_right(tmp_path: Path) -> None:
    text = "😀 នៅ\u200bប៉ោយ\u200bប៉ែត"
    ((fact,),) = run_with(tmp_path, FINDING, [(text, "km", NOW)])
    assert fact[:2] == ["place", "poipet"]
    assert text[fact[3] : fact[4]] == fact[2] == "ប៉ោយ\u200bប៉ែត"


DEADLINES = [
    (
        "at two in the morning: this night or the next",
        "they move us tonight",
        "en",
        "2026-11-21T19:14:00+00:00",
        "2026-11-22T02:14+07:00/2026-11-23T06:00+07:00",
    ),
    (
        "over the end of the year",
        "they sell me tomorrow",
        "en",
        "2026-12-31T10:00:00+00:00",
        "2027-01-01T00:00+07:00/2027-01-02T00:00+07:00",
    ),
    (
        "a date of spring said in November is of next year",
        "bán em ngày 3 tháng 3",
        "vi",
        NOW,
        "2027-03-03T00:00+07:00/2027-03-04T00:00+07:00",
    ),
    ("a leap day", "จะย้ายวันที่ 29/2/2571", "th", NOW, "2028-02-29T00:00+07:00/2028-03-01T00:00+07:00"),
    ("an ISO date", "they move me 2026-12-01", "en", NOW, "2026-12-01T00:00+07:00/2026-12-02T00:00+07:00"),
    ("a date that passed lately", "they sold me on 20/11", "en", NOW, None),
    ("a past year", "they moved me 25/12/2024", "en", NOW, None),
    ("a day that does not exist", "pay by 31/02/2027", "en", NOW, None),
    (
        "a Thai who writes where the clock of Yangon counts",
        "พรุ่งนี้สองทุ่มเขาจะย้ายเรา",
        "th",
        "2026-11-22T13:30:00+06:30",
        "2026-11-23T20:00+06:30/2026-11-23T20:00+06:30",
    ),
    ("every week", "we must pay every Friday", "en", NOW, None),
    ("last week", "they moved us last Friday", "en", NOW, None),
]


@pytest.fixture(scope="module")
def deadlines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Deadlines by label, all asked for at once."""
    asked = [(text, language, now) for _, text, language, now, _ in DEADLINES]
    answers = run_with(tmp_path_factory.mktemp("deadlines"), FINDING, asked)
    return {
        row[0]: [value for kind, value, *_ in facts if kind == "deadline"]
        for row, facts in zip(DEADLINES, answers, strict=True)
    }


@pytest.mark.parametrize(("label", "expected"), [(row[0], row[4]) for row in DEADLINES])
def test_deadlines_are_counted_from_when_the_message_was_written(
    deadlines: dict[str, list[str]], label: str, expected: str | None
) -> None:
    assert deadlines[label] == ([expected] if expected else [])
