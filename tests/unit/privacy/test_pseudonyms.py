"""Names staff can say aloud."""

from __future__ import annotations

import re

from bot.privacy.pseudonyms import draw_pseudonym


def test_a_pseudonym_is_two_words_and_a_number_and_drawn_at_random() -> None:
    names = {draw_pseudonym() for _ in range(200)}
    assert len(names) > 190
    assert all(re.fullmatch(r"[a-z]+ [a-z]+ [1-9]\d", name) for name in names)
