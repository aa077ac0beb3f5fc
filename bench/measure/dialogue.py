"""The same conversation, turn by turn, through our Rasa and through stock Rasa, alternating."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.stock.server import say as say_to_stock
from bench.turn import processor_seconds

# English, because stock Rasa's tokenizer splits at spaces only: it would see most of the other four as single words.
CONVERSATION: Sequence[str] = (
    "hello",
    "yes",
    "i need help, they took my passport",
    "no",
    "near the casino in poipet",
    "they lock us in the house",
    "thank you",
)

_NOT_COUNTED = 3  # both sides load something at first use


@dataclass(kw_only=True)
class Turns:
    """Seconds per turn of each side, by the clock and of the process's own processor time, which a busy machine does
    not stretch; and what each said in its last conversation (names and texts of the bot only)."""

    ours: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)
    our_processor: float = 0.0
    stock_processor: float = 0.0
    our_replies: list[list[str]] = field(default_factory=list)
    stock_replies: list[list[str]] = field(default_factory=list)


def converse(our: tuple[str, int], their: tuple[str, int], conversations: int) -> Turns:
    """Hold the conversation again and again; the first ones of each side are not counted. A side is its address and the
    id of its process."""
    (our_url, our_process), (stock_url, stock_process) = our, their
    before = (0.0, 0.0)
    turns = Turns()
    with (
        httpx.Client(base_url=our_url, timeout=30, trust_env=False) as ours,
        httpx.Client(base_url=stock_url, timeout=30, trust_env=False) as stock,
    ):
        for number in range(-_NOT_COUNTED, conversations):
            if number == 0:
                before = processor_seconds(our_process), processor_seconds(stock_process)
            our_seconds, turns.our_replies = _with_ours(ours)
            stock_seconds, turns.stock_replies = _with_stock(stock, f"bench-{number}-{time.time_ns()}")
            if number >= 0:
                turns.ours += our_seconds
                turns.stock += stock_seconds
    taken = conversations * len(CONVERSATION)
    turns.our_processor = (processor_seconds(our_process) - before[0]) / taken
    turns.stock_processor = (processor_seconds(stock_process) - before[1]) / taken
    if not all(turns.our_replies) or not all(turns.stock_replies):
        raise RuntimeError("a side had nothing to say in one of the turns; they cannot be compared")
    return turns


def _with_ours(client: httpx.Client) -> tuple[list[float], list[list[str]]]:
    state: Any = None
    seconds, replies = [], []
    for text in CONVERSATION:
        body = {"state": state, "text": text, "language": "en", "channel": "telegram"}
        started = time.perf_counter()
        answer = client.post("/turn", json=body).raise_for_status().json()
        seconds.append(time.perf_counter() - started)
        state = answer["state"]
        replies.append([each["response"] for each in answer["say"]])
    return seconds, replies


def _with_stock(client: httpx.Client, sender: str) -> tuple[list[float], list[list[str]]]:
    seconds, replies = [], []
    for text in CONVERSATION:
        started = time.perf_counter()
        said = say_to_stock(client, sender, text)
        seconds.append(time.perf_counter() - started)
        replies.append([each.get("text", "") for each in said])
    return seconds, replies
