"""Facts in a message, as staff need them: places, people, ages, deadlines, money and the rest. Pure Python, no Rasa.

`find` is all that others need; the word lists lie in nlu/lookups."""

from nlu.entities.entity import Entity
from nlu.entities.finding import KINDS, find, warm_up

__all__ = ["KINDS", "Entity", "find", "warm_up"]
