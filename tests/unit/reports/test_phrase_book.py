"""The floor's data packs: a deployment's private phrases come on top, and a mistake in them is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.messages.normalising import read
from bot.reports import urgency_floor
from bot.reports.phrase_book import LANGUAGES, load
from bot.reports.urgency import Urgency


@pytest.fixture(autouse=True)
def _public_pack_afterwards() -> Iterator[None]:
    yield
    urgency_floor.warm_up()


def pack(folder: Path, text: str, language: str = "en") -> Path:
    (folder / f"{language}.yml").write_text(text, encoding="utf-8")
    return folder


def test_a_private_phrase_is_heard_beside_the_public_ones(tmp_path: Path) -> None:
    before = urgency_floor.assess(read("the blue lorry sings"))
    urgency_floor.warm_up(pack(tmp_path, "critical:\n  moved_or_sold_soon: [the blue lorry sings]\n"))
    assert before.urgency is None
    assert urgency_floor.assess(read("the blue lorry sings")).reasons == ("moved_or_sold_soon",)
    assert urgency_floor.assess(read("they are beating me right now")).urgency is Urgency.CRITICAL


def test_a_private_pack_may_say_what_does_not_count_and_use_the_public_words(tmp_path: Path) -> None:
    text = 'words: {colour: [blue, green]}\nurgent:\n  confined: ["re:the <colour> lorry"]\n'
    text += "unless: [the green lorry sings]\n"
    urgency_floor.warm_up(pack(tmp_path, text))
    assert urgency_floor.assess(read("the blue lorry sings")).reasons == ("confined",)
    assert urgency_floor.assess(read("the green lorry sings")).urgency is None


def test_after_a_private_pack_the_public_one_is_as_it_was(tmp_path: Path) -> None:
    urgency_floor.warm_up(pack(tmp_path, "critical:\n  moved_or_sold_soon: [the blue lorry sings]\n"))
    urgency_floor.warm_up()
    assert urgency_floor.assess(read("the blue lorry sings")).urgency is None
    assert urgency_floor.assess(read("they are beating me right now")).urgency is Urgency.CRITICAL


FIRST_READ = LANGUAGES[0]  # a mistake in it is met before the other languages are compiled, which takes seconds
MISTAKES = {
    "no YAML": ("critical: [", "YAML"),
    "another key": ("crucial: {}", "words, critical, urgent and unless"),
    "an unknown reason": ("critical:\n  raining: [rain]", "'raining' is not one of the critical reasons"),
    "a reason at another level": ("urgent:\n  weapon: [gun]", "'weapon' is not one of the urgent reasons"),
    "an expression that is none": ('critical:\n  weapon: ["re:(gun"]', "weapon"),
    "words nobody named": ('critical:\n  weapon: ["re:<bagpipe>"]', "<bagpipe>"),
    "a number among phrases": ("critical:\n  weapon: [47]", "weapon"),
}


@pytest.mark.parametrize(("text", "told"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(pack(tmp_path, text, FIRST_READ))
    assert told in str(caught.value)
    assert f"{FIRST_READ}.yml" in str(caught.value)


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        load(tmp_path / "nowhere")
