"""What a message names, as facts for staff, and the deadline it tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation.engine import Entity, Understanding
from bot.conversation.heard_facts import deadline_of, heard_facts


def understanding(*entities: tuple[str, str, str]) -> Understanding:
    return Understanding(
        intent="help_self",
        entities=tuple(Entity(entity=entity, value=value, text=text) for entity, value, text in entities),
    )


def test_each_value_stands_with_the_words_it_came_from() -> None:
    heard = understanding(("place", "poipet", "ปอยเปต"), ("place", "bavet", "บาเวต"), ("people", "4", "4"))
    assert heard_facts(heard) == {"heard_place": "poipet (ปอยเปต)\nbavet (บาเวต)", "heard_people": "4"}


def test_what_is_named_twice_is_one_fact() -> None:
    assert heard_facts(understanding(("weapon", "gun", "gun"), ("weapon", "gun", "gun"))) == {"heard_weapon": "gun"}


def test_a_language_that_is_named_is_no_fact() -> None:
    assert heard_facts(understanding(("language", "th", "thai"))) == {}


DEADLINES = {
    "an interval begins with its start": (
        ["2026-11-22T18:00+07:00/2026-11-23T05:00+07:00"],
        datetime(2026, 11, 22, 11, 0, tzinfo=UTC),
    ),
    "the earliest counts": (
        ["2026-11-25T00:00+07:00/2026-11-26T00:00+07:00", "2026-11-23T00:00+07:00/2026-11-24T00:00+07:00"],
        datetime(2026, 11, 22, 17, 0, tzinfo=UTC),
    ),
    "what is no time is left out": (["tonight"], None),
    "what has no zone is left out": (["2026-11-22T18:00"], None),
    "none told": ([], None),
}


@pytest.mark.parametrize(("values", "expected"), DEADLINES.values(), ids=DEADLINES.keys())
def test_the_deadline_is_an_instant(values: list[str], expected: datetime | None) -> None:
    assert deadline_of(understanding(*(("deadline", value, "soon") for value in values))) == expected
