"""Which language a person is answered in. Pure; what the person chooses by word or button is handled elsewhere."""

from __future__ import annotations

from bot.conversation.languages.heard import Heard
from bot.conversation.languages.scripts import OURS


def choose(heard: Heard, known: str | None, default: str) -> str:
    """The language to answer in: what was surely heard (a script of one language, Vietnamese marks, a whole sentence in
    another language: `Heard.sure`), else what is known, else what was heard, else the deployment's default.

    A few English words or a romanised cry never take a person away from their language, nor does a foreign message, nor
    an English sentence with words of their own language in it. Why one clear sentence is enough, and not two: who is
    answered in the wrong language writes again in the right one, and is back with the next message."""
    if heard.script in OURS and heard.language is not None:
        return heard.language
    if heard.language is not None and heard.sure and known not in heard.languages:
        return heard.language
    return known or heard.language or default
