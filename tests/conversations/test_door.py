"""The doors of the walks and of the house are compared; only what takes "not safe" back may differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.engine import Situation, TurnRequest
from bot.messages.message import MessageKind
from tests.conversations.door import Arrived, Kept, arrive, is_heard_alike

KEPT = Kept(language="th")


def _arrived(text: str) -> Arrived:
    return arrive(text, MessageKind.TEXT, KEPT, gap=False)


def _put_as_one(arrived: Arrived) -> TurnRequest:
    """As the house does it, in the language of the conversation."""
    return replace(arrived.request, text="1", language="th", situation=Situation(), channel="telegram")


@pytest.mark.parametrize("unsafe", [True, False])
@pytest.mark.parametrize("text", ["hello", "1", "it is safe", "2"])
def test_what_is_put_as_it_was_written_is_heard_alike(text: str, unsafe: bool) -> None:
    arrived = _arrived(text)
    assert is_heard_alike(arrived.request, arrived, KEPT, unsafe=unsafe)


@pytest.mark.parametrize("text", ["it is safe", "safe", "1."])
def test_what_takes_not_safe_back_may_be_put_as_the_answer_one(text: str) -> None:
    arrived = _arrived(text)
    assert is_heard_alike(_put_as_one(arrived), arrived, KEPT, unsafe=True)
    assert not is_heard_alike(_put_as_one(arrived), arrived, KEPT, unsafe=False), "nothing was to be taken back"


@pytest.mark.parametrize("text", ["hello", "2", "not safe", "yes", "help me, they locked the door"])
def test_nothing_else_is_ever_put_as_the_answer_one(text: str) -> None:
    arrived = _arrived(text)
    for unsafe in (True, False):
        assert not is_heard_alike(_put_as_one(arrived), arrived, KEPT, unsafe=unsafe)
