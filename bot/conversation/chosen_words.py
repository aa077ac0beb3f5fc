"""Whoever writes the words of a choice instead of its number has chosen it, in their language or in English: by SMS the
choices stand written out, and on Telegram somebody may type what a button says. Nothing is guessed: the whole message
has to be those words."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.command_words import EVERYBODYS, bare, find_command
from bot.conversation.engine import TurnRequest
from bot.conversation.wording import Wording
from bot.dialogue.questions import CHOICES


def as_a_number(request: TurnRequest, wording: Wording) -> TurnRequest:
    """The request with the number of the choice whose words it is; any other request as it came. Command words go
    first: they mean the same at every question."""
    asked = request.state.get("requested_slot") if request.state is not None and request.state.get("loop") else None
    if asked not in CHOICES or request.situation.kind != "text" or find_command(request.text, request.language):
        return request
    written = bare(request.text)
    for language in (request.language, EVERYBODYS):
        for button in wording.render(f"utter_ask_{asked}", language, sms=False).buttons:
            if bare(button.title) == written:
                return replace(request, text=button.payload)
    return request
