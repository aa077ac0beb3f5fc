"""What the words may not be, in any language: a lost placeholder, more than two SMS parts, a button that is cut off,
and what a person in danger must never be told or asked (`bot/conversation/forbidden_words/`). Pure but for reading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.channels.sms_segments import PART_UNITS, Encoding, part_count, utf16_units
from bot.conversation.wording import NEVER_TRANSLATED, PROJECT, Catalogues, Response, Wording
from bot.deployment import LONGEST_OPERATOR_NAME, OfferedLanguage
from bot.errors import ConfigurationError

FORBIDDEN = PROJECT / "bot" / "conversation" / "forbidden_words"
FORBIDDEN_RULES = (
    "promise_of_rescue",
    "escape",
    "fight",
    "film",
    "pay_or_not_pay",
    "hide",
    "break",
    "names_people",
    "asks_for_name",
    "asks_for_selfie",
    "asks_for_passport",
    "invites_media",
    "asks_about_sexual_violence",
    "blames",
    "asks_for_pictures",
    "sends_somewhere",
    "asks_to_keep_secret",
    "danger_in_first_line",
)
_FIRST_LINE = "danger_in_first_line"
# Where a rule does not hold, and why.
ALLOWED: Mapping[str, frozenset[str]] = {
    # Whoever offers to get lost money back takes more of it. It is not about ransom, of which we say nothing.
    "pay_or_not_pay": frozenset({"utter_info_lost_money"}),
    # "Tell nobody" is a button there: what they may ask of us.
    "asks_to_keep_secret": frozenset({"utter_ask_tell_whom", "utter_ask_tell_whom_official"}),
    # Who we are must be said, and is said only to somebody who answered that it is safe.
    _FIRST_LINE: frozenset({"utter_who_ngo", "utter_who_government", "utter_who_police"})
    # Never a message of their own: they stand below the first line of utter_who_is_told_duty.
    | {"utter_duty_child_in_danger", "utter_duty_danger_to_life", "utter_duty_every_report", "utter_party_police"},
}
PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)s")
MOST_UNITS = 2 * PART_UNITS[Encoding.UCS2]  # 134 UTF-16 units: two parts even where one letter is outside GSM-7
MOST_BUTTON_CHARACTERS = 20
_READ_BACK, _HOTLINE_NAME, _HOTLINE_NUMBER, _COUNTRY, _RECORDS = 24, 24, 20, 14, 22
# The most that can stand in place of each. What staff write themselves is measured in the console, so `words` is none;
# `lines` is one hotline, which is all that fits.
LONGEST: Mapping[str, int] = {
    "operator": LONGEST_OPERATOR_NAME,
    **dict.fromkeys(("details", "place", "when", "people"), _READ_BACK),
    "megabytes": 3,
    "code": 19,  # sixteen digits in groups of four
    "words": 0,
    "country": _COUNTRY,
    "name": _HOTLINE_NAME,
    "number": _HOTLINE_NUMBER,
    "records": _RECORDS,
    "lines": 105,
    # Of deployment.yml; every pair that it allows is measured by a test.
    "trigger": 20,
    "party": 18,
    "duties": 68,
    "parties": 58,
    "time": 12,  # "23.11. 08:00"
}
# The first words anybody gets, and what is asked about danger: one SMS part where the language allows it.
FIRST_QUESTIONS = ("utter_ask_safe_now", "utter_ask_danger_now", "utter_ask_danger_now_child")
IN_CHATS = "telegram"  # of a variation: it is never sent by SMS
_FILLER = "ก"  # outside GSM-7, as names and places are: the dearest case
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060"))  # Thai and Khmer hide word boundaries in them


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message to a reporter in one language: what is sent by SMS, placeholders still in it."""

    name: str
    language: str
    text: str
    channel: str | None = None  # of which it is the variation; None: of all that have none of their own
    buttons: tuple[tuple[str, str], ...] = ()  # what is answered, what is read

    @property
    def written_out(self) -> str:
        """As it is sent where there are no buttons."""
        return "\n".join([self.text, *(f"{payload} = {title}" for payload, title in self.buttons)])

    @property
    def filled(self) -> str:
        """As it is sent, with the longest values that it can have: what is said in chats only has its buttons there."""
        sent = self.text if self.channel == IN_CHATS else self.written_out
        return PLACEHOLDER.sub(
            lambda found: _FILLER * LONGEST.get(found[0].strip("{}"), 0), unicodedata.normalize("NFC", sent)
        )

    @property
    def parts(self) -> int:
        """SMS parts, at the most."""
        return part_count(self.filled)


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A rule that a text breaks, and where."""

    language: str
    name: str
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.language}  {self.name}  {self.rule}: {self.detail}"


def messages(wording: Wording) -> Iterator[Message]:
    """Every message that a reporter can read, in every language, in the order of domain.yml."""
    for name, variations in wording.responses.items():
        for response in variations:
            for language in OfferedLanguage:
                yield _message(wording.catalogues, name, response, language.value)


def _message(catalogues: Catalogues, name: str, response: Response, language: str) -> Message:
    def put(english: str) -> str:
        return english if name == NEVER_TRANSLATED else catalogues.text(language, name, english)

    return Message(
        name=name,
        language=language,
        text=put(response.text),
        channel=response.channel,
        buttons=tuple((button.payload, put(button.title)) for button in response.buttons),
    )


def breaches_of(message: Message) -> Iterator[Breach]:
    """Every rule that one message breaks."""

    def breach(rule: str, detail: str) -> Breach:
        return Breach(language=message.language, name=message.name, rule=rule, detail=detail)

    for found in PLACEHOLDER.findall(message.written_out):
        if found.strip("{}") not in LONGEST:
            yield breach("placeholders", f"how long {found} can be is not known (LONGEST in words_rules.py)")
    units = utf16_units(message.filled)
    if units > MOST_UNITS:
        yield breach("parts", f"{units} units, {MOST_UNITS} are two parts: {_one_line(message.written_out)}")
    for _, title in message.buttons:
        if len(title) > MOST_BUTTON_CHARACTERS:
            yield breach("buttons", f"{len(title)} characters, {MOST_BUTTON_CHARACTERS} are shown: {title}")
    for rule, patterns in forbidden_words(message.language).items():
        if message.name not in ALLOWED.get(rule, ()):
            hit = _first_hit(patterns, message, rule)
            if hit is not None:
                yield breach(rule, f"“{hit}” in: {_one_line(message.text)}")


def placeholder_breach(language: str, name: str, english: str, translation: str) -> Breach | None:
    """What a translation lost or made up; None when it has the placeholders of the English."""
    wanted, there = sorted(PLACEHOLDER.findall(english)), sorted(PLACEHOLDER.findall(translation))
    if wanted == there:
        return None
    detail = f"{' '.join(wanted) or 'none'} in English, {' '.join(there) or 'none'} in: {_one_line(translation)}"
    return Breach(language=language, name=name, rule="placeholders", detail=detail)


def _first_hit(patterns: tuple[re.Pattern[str], ...], message: Message, rule: str) -> str | None:
    text = message.text.split("\n")[0] if rule == _FIRST_LINE else message.written_out
    plain = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return next((found[0].strip() for pattern in patterns if (found := pattern.search(plain))), None)


def _one_line(text: str) -> str:
    return text.replace("\n", " / ")


@cache
def forbidden_words(language: str) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """The expressions of every rule in this language."""
    path = FORBIDDEN / f"{language}.yml"
    return parse_forbidden_words(path.read_text(encoding="utf-8"), path)


def parse_forbidden_words(text: str, path: Path) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """Read one file. Raises ConfigurationError that names the rule that is missing, unknown, empty or no expression."""
    try:
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path.name} is not YAML: {error}") from None
    if not isinstance(content, dict) or set(content) != set(FORBIDDEN_RULES):
        found = set(content) if isinstance(content, dict) else set()
        wrong = ", ".join(sorted(str(name) for name in found ^ set(FORBIDDEN_RULES)))
        raise ConfigurationError(f"{path.name}: missing or unknown rules: {wrong}")
    return {rule: tuple(_compiled(path, rule, content[rule])) for rule in FORBIDDEN_RULES}


def _compiled(path: Path, rule: str, patterns: object) -> Iterator[re.Pattern[str]]:
    if not isinstance(patterns, list) or not patterns:
        raise ConfigurationError(f"{path.name}: {rule} needs a list of at least one expression")
    for pattern in patterns:
        try:
            yield re.compile(unicodedata.normalize("NFC", pattern), re.IGNORECASE)
        except (re.error, TypeError) as error:
            raise ConfigurationError(f"{path.name}: {rule}: {pattern!r} is no expression: {error}") from None
