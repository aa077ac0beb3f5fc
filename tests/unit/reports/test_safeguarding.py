"""What is heard as a child, and as sexual abuse, in five languages; both lock the files of a conversation."""

from __future__ import annotations

import pytest

from bot.messages.normalising import read
from bot.reports.safeguarding import Sign, must_be_locked, signs_in_words, signs_of_facts, signs_of_triggers

CHILD, SEXUAL = {Sign.CHILD}, {Sign.SEXUAL}
HEARD = [
    ("she is 12 and they film her naked", CHILD | SEXUAL),
    ("a 15 year old girl in a brothel", CHILD | SEXUAL),
    ("there is a girl of 12 in that bar, men pay to sleep with her", CHILD | SEXUAL),
    ("my sister 14 has to go with clients", CHILD | SEXUAL),
    ("the girls work 12 hours a day", set()),
    ("there are children here", CHILD),
    ("he raped me", SEXUAL),
    ("they locked the door, we are 15 people", set()),
    ("15 hours a day, no pay", set()),
    ("เด็กอายุ 14 ถูกข่มขืน", CHILD | SEXUAL),
    ("เขายึดพาสปอร์ต", set()),
    ("ក្មេងស្រីអាយុ ១៤ ត្រូវគេរំលោភ", CHILD | SEXUAL),
    ("គេដកលិខិតឆ្លងដែន", set()),
    ("bé gái 13 tuổi bị hiếp", CHILD | SEXUAL),
    ("be gai 13 tuoi bi hiep dam", CHILD | SEXUAL),
    ("họ giữ hộ chiếu", set()),
    ("ကလေးမလေးကို မုဒိမ်းကျင့်", CHILD | SEXUAL),
    ("ပတ်စ်ပို့ သိမ်းထား", set()),
]


@pytest.mark.parametrize(("text", "signs"), HEARD, ids=[text for text, _ in HEARD])
def test_words_tell(text: str, signs: set[Sign]) -> None:
    assert signs_in_words(read(text)) == signs


def test_reasons_of_floor_and_model_tell() -> None:
    assert signs_of_triggers(["minor_exploited", "confined"]) == CHILD
    assert signs_of_triggers(["child_in_danger", "sexual_violence"]) == CHILD | SEXUAL
    assert signs_of_triggers(["weapon", "a theme of tomorrow"]) == set()


@pytest.mark.parametrize(
    ("facts", "signs"),
    [
        ({"children": "yes"}, CHILD),
        ({"children": "no"}, set()),
        ({"heard_age": "14 (สิบสี่)"}, CHILD),
        ({"heard_age": "18"}, set()),
        ({"heard_age": "25\n16~ (about 16)"}, CHILD),
        ({"heard_age": "<18 (under 18)"}, CHILD),
        ({"heard_age": "10-20"}, CHILD),
        ({"heard_age": "24+"}, set()),
        ({"heard_work": "scam\nsex (guests)"}, SEXUAL),
        ({"heard_work": "fishing"}, set()),
    ],
)
def test_answers_and_things_named_tell(facts: dict[str, str], signs: set[Sign]) -> None:
    assert signs_of_facts(facts) == signs


def test_only_both_together_lock() -> None:
    assert must_be_locked(["child", "sexual"])
    assert not must_be_locked(["child"])
    assert not must_be_locked(["sexual"])
    assert not must_be_locked([])
