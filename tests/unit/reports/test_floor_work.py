"""What anybody may write costs the floor a bounded number of searches: counted over the real phrases, not timed."""

from __future__ import annotations

import pytest

from bot.messages.normalising import read, without_marks
from bot.reports.phrase_book import PhraseBook, load
from bot.reports.phrases import Scan

_LONGEST = 4_096  # characters of Telegram's longest text
_WINDOW = 1_700  # what is searched at once
HOSTILE = {
    "a plea, over and over": "help me ",
    "one word of a pack": "beat",
    "one word of a pack in Thai": "ตี",
    "one word of a pack in Burmese": "ဖတ်",
    "one word of a pack in Khmer": "ជួយ",
    "one word of a pack in Vietnamese": "đánh ",
    "one letter": "a",
    "one letter that folds": "ı",
    "spaces and a letter": "a ",
    "digits": "1",
    "zero-width between all letters": "h\u200be\u200bl\u200bp\u200b ",
    "scripts mixed": "help ช่วย ជួយ ကယ် cứu ",
    "words of many phrases": "they boss beat kill sold girl 12 years lock door police tonight ",
    "half words": "hel me ki be lo so ",
}


@pytest.fixture(scope="module")
def book() -> PhraseBook:
    return load()


def _work(text: str, book: PhraseBook) -> tuple[int, int]:
    """The searches in one window until no phrase of any language finds anything more, as if no hit counted; and the
    places at which a search may begin."""
    searches, places = 0, 0
    for window in {text[:_WINDOW].lower(), without_marks(text[:_WINDOW].lower())}:
        scan = Scan(window, book.lexicon)
        places += sum(len(scan.places(phrase)) for phrase in scan.candidates)
        for rule in book.rules:
            for phrases in (rule.with_marks, rule.without_marks):
                assert phrases is None or all(match.end() > match.start() for match in phrases.matches(scan))
        for unless in book.unless.values():
            for phrase in unless:
                phrase.spans(scan)
        searches += scan.tried
    return searches, places


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_makes_the_floor_try_much(unit: str, book: PhraseBook) -> None:
    """A window of 1,700 letters, some six thousand expressions: ten million places, if each were tried everywhere."""
    text = read((unit * _LONGEST)[:_LONGEST]).text
    searches, places = _work(text, book)
    assert searches <= 1_000
    assert places <= 60_000
