"""Which of what a turn has gathered is said: nobody reads three messages at once, and one thing is asked at a time."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.dialogue.disclosing import WHO_IS_TOLD

Said = TypeVar("Said")
# It asks for something itself: the open question is said when that was answered (bot/conversation/return_codes.py).
_ASKS_ITSELF = "utter_return_code"
# Which of several is said beside the question when there is no room for all.
_WEIGHT = (
    "utter_suicide_received",
    "utter_urgent_received",
    "utter_not_safe",
    WHO_IS_TOLD,
    "utter_to_person",
    "utter_language_set",
    "utter_filed",
)


def two_at_most(said: Sequence[Said], name_of: Callable[[Said], str]) -> list[Said]:
    """The last, which is the question if there is one, and before it the one that matters most."""
    said = _one_request(said, name_of)
    if len(said) <= 2:
        return list(said)
    *before, last = said
    ranks = {name: rank for rank, name in enumerate(_WEIGHT)}
    return [min(before, key=lambda each: ranks.get(name_of(each), len(ranks))), last]


def _one_request(said: Sequence[Said], name_of: Callable[[Said], str]) -> Sequence[Said]:
    names = [name_of(each) for each in said]
    return said[: names.index(_ASKS_ITSELF) + 1] if _ASKS_ITSELF in names else said
