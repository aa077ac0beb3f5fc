"""Turns a response's name into words: English from domain.yml (or from the code), the other languages from the
catalogues in locale/. Where a channel has no buttons the choices are written out as "1 = Yes"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from babel.messages.pofile import read_po

from bot.deployment import Deployment, OfferedLanguage
from bot.messages.message import Button
from bot.messages.outbox import Words

PROJECT = Path(__file__).parents[2]
NEVER_TRANSLATED = "utter_choose_language"
FOR_A_CHILD = "_child"  # after the name of a response: the same in simpler words


class Catalogues:
    """The words of all languages, by language, context and English text."""

    def __init__(self, texts: Mapping[str, Mapping[tuple[str, str], str]]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, folder: Path = PROJECT / "locale") -> Catalogues:
        """Read locale/<language>/LC_MESSAGES/sampan.po of every language."""
        texts: dict[str, dict[tuple[str, str], str]] = {}
        for language in OfferedLanguage:
            path = folder / language.value / "LC_MESSAGES" / "sampan.po"
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language.value)
            texts[language.value] = {
                (str(entry.context or ""), str(entry.id)): str(entry.string)
                for entry in catalogue
                if entry.id and entry.string
            }
        return cls(texts)

    def text(self, language: str, context: str, english: str) -> str:
        """The words in this language; the English ones where a translation is missing (a failing test, not a crash)."""
        return self._texts.get(language, {}).get((context, english), english)


@dataclass(frozen=True, kw_only=True)
class Response:
    """One response of domain.yml in English; `channel` is None for all channels that have no variation of their own."""

    text: str
    channel: str | None
    buttons: tuple[Button, ...]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Everything needed to put a response into words for one deployment."""

    responses: Mapping[str, tuple[Response, ...]] = field(repr=False)
    catalogues: Catalogues = field(repr=False)
    deployment: Deployment

    @classmethod
    def load(cls, deployment: Deployment, domain: Path = PROJECT / "domain.yml") -> Wording:
        """Read domain.yml and the catalogues."""
        raw = yaml.safe_load(domain.read_text(encoding="utf-8"))["responses"]
        responses = {name: tuple(_response(each) for each in variations) for name, variations in raw.items()}
        return cls(responses=responses, catalogues=Catalogues.load(), deployment=deployment)

    def render(
        self, name: str, language: str, *, sms: bool, arguments: Mapping[str, Any] | None = None, child: bool = False
    ) -> Words:
        """The words of a response, the simpler ones for a child where there are any. Raises KeyError for a name that
        domain.yml does not have."""
        if name == "utter_who":
            name = f"utter_who_{self.deployment.kind.value}"
        if name == "utter_not_safe":
            return Words(text=self.deployment.neutral_line[self._offered(language)])
        if name == "utter_who_is_this":
            return Words(text=self.deployment.told_to_strangers(self._offered(language)))
        if child and name + FOR_A_CHILD in self.responses:
            name += FOR_A_CHILD
        response = self._variation(name, sms)
        values = {"operator": self.deployment.operator_name[self._offered(language)], **(arguments or {})}
        text = self._translate(name, language, response.text)
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        buttons = tuple(
            Button(title=self._translate(name, language, button.title), payload=button.payload)
            for button in response.buttons
        )
        if sms and buttons:
            written = "\n".join(f"{button.payload} = {button.title}" for button in buttons)
            return Words(text=f"{text}\n{written}")
        return Words(text=text, buttons=buttons)

    def as_person(self, text: str, language: str, *, sms: bool) -> Words:
        """A human's words, marked as a human's."""
        return self.render("utter_person_writes", language, sms=sms, arguments={"words": text})

    def _offered(self, language: str) -> OfferedLanguage:
        wanted = OfferedLanguage(language)
        return wanted if wanted in self.deployment.operator_name else self.deployment.default_language

    def _variation(self, name: str, sms: bool) -> Response:
        variations = self.responses[name]
        own = [each for each in variations if each.channel == ("sms" if sms else "telegram")]
        return (own or [each for each in variations if each.channel is None])[0]

    def _translate(self, name: str, language: str, english: str) -> str:
        return english if name == NEVER_TRANSLATED else self.catalogues.text(language, name, english)


def _response(raw: Mapping[str, Any]) -> Response:
    buttons = tuple(Button(title=each["title"], payload=each["payload"]) for each in raw.get("buttons", ()))
    return Response(text=raw["text"], channel=raw.get("channel"), buttons=buttons)
