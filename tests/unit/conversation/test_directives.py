"""Directives of an engine's answer: exactly as expected, or refused."""

from __future__ import annotations

import pytest

from bot.conversation.directives import KeepChatEmpty, parse_directive
from bot.errors import EngineError


@pytest.mark.parametrize("wanted", [True, False])
def test_whether_the_chat_is_to_empty_itself_is_read(wanted: bool) -> None:
    assert parse_directive({"directive": "keep_chat_empty", "wanted": wanted}) == KeepChatEmpty(wanted=wanted)


@pytest.mark.parametrize("raw", [{}, {"wanted": None}, {"wanted": "no"}, {"wanted": 1}])
def test_anything_but_wanted_or_not_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(EngineError):
        parse_directive({"directive": "keep_chat_empty", **raw})
