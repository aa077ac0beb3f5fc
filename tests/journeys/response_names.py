"""Reads a screen back into the names of responses, so that journeys tell what is shown without its words."""

from __future__ import annotations

import re
from functools import cache

from bot.conversation.wording import Wording
from bot.messages.normalising import to_zawgyi
from tests.journeys.telephones import Shown

ZAWGYI = "zawgyi"  # Burmese, in the encoding of old phones
_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")
_NEVER_SAID_SO = frozenset({"status", "hotline_line", "hotline_records_yes", "hotline_records_no", "duty"})


def spoken(language: str) -> str:
    """The language itself, whatever it is written in."""
    return "my" if language == ZAWGYI else language


class ResponseNames:
    """The demo deployment's words, found again."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._patterns = cache(self._compiled)

    def of(self, shown: Shown, language: str, *, sms: bool) -> frozenset[str]:
        """The names, without "utter_", of the responses that look exactly like this in this language: words and
        buttons. More than one where two responses say the same; none when no response says it."""
        return frozenset(
            name
            for name, (pattern, buttons) in self._patterns(language, sms).items()
            if pattern.fullmatch(shown.text) and buttons == shown.buttons
        )

    def values(self, shown: Shown, name: str, language: str, *, sms: bool) -> dict[str, str]:
        """What stands in the placeholders of a response that is shown."""
        found = self._patterns(language, sms)[name][0].fullmatch(shown.text)
        return found.groupdict() if found else {}

    def _compiled(self, language: str, sms: bool) -> dict[str, tuple[re.Pattern[str], tuple[tuple[str, str], ...]]]:
        write = to_zawgyi if language == ZAWGYI else str
        patterns = {}
        for name in self._wording.responses:
            short = name.removeprefix("utter_")
            if short in _NEVER_SAID_SO:
                continue
            words = self._wording.render(name, spoken(language), sms=sms)
            text = _PLACEHOLDER.sub(r"(?P<\1>.*)", re.escape(write(words.text)))
            buttons = tuple((write(each.title), each.payload) for each in words.buttons)
            patterns[short] = (re.compile(text, re.DOTALL), buttons)
        who = f"who_{self._wording.deployment.kind.value}"
        patterns["who"] = patterns[who]
        return patterns
