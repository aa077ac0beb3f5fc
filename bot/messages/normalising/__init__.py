"""Text as it can be compared: pure, and it never fails. The original stays sealed beside it.

reading.py reads a message (start there), canonical.py brings each script to one spelling, zawgyi.py tells Burmese
encodings apart and converts both ways."""

from bot.messages.normalising.canonical import canonical
from bot.messages.normalising.myanmar_block import minority_language
from bot.messages.normalising.patterns import canonical_pattern
from bot.messages.normalising.reading import Reading, read, warm_up
from bot.messages.normalising.vietnamese import without_marks
from bot.messages.normalising.zawgyi import Encoding, to_zawgyi

__all__ = [
    "Encoding",
    "Reading",
    "canonical",
    "canonical_pattern",
    "minority_language",
    "read",
    "to_zawgyi",
    "warm_up",
    "without_marks",
]
