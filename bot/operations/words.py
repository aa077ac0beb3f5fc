"""Gathers every word a person reads from where it is written once (domain.yml, page_words.py, the console) and brings
the catalogues in locale/ up to date: new texts are added empty, texts that are gone are dropped, translations stay.
What the words may not be stands in words_rules.py, how they are laid out for a reader in words_page.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import PoFileError, read_po, write_po

from bot.console.labels import all_labels
from bot.console.rendering import WAITING_FORMS
from bot.conversation.page_words import BUTTONS, CONTEXT, TEMPLATES, WAYS
from bot.conversation.wording import NEVER_TRANSLATED, PROJECT, Catalogues, Wording
from bot.deployment import DEMO_DEPLOYMENT, OfferedLanguage
from bot.errors import ConfigurationError
from bot.operations.words_page import FLOWS, PAGE, current_page, figures, purposes
from bot.operations.words_rules import Breach, breaches_of, messages, placeholder_breach

_CONSOLE = PROJECT / "bot" / "console"
LOCALE = PROJECT / "locale"
_KEYWORDS = {"pgettext": ((1, "c"), 2), "say": (2,)}
_NOT_REVIEWED = "Not yet reviewed by a native reader."
_METHODS = [("**.html", "jinja2"), ("**.py", "python")]
_TO_RESPONDERS = "To a responder's phone, also by SMS: short; no word of what a reporter wrote."
_ON_THE_CONSOLE = "For staff, on the console; reporters never read it."

words_app = typer.Typer(help="The catalogues in locale/: what is still to be translated.", no_args_is_help=True)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One English text and where it belongs."""

    context: str
    english: str


def notes() -> dict[str, str]:
    """What a translator has to know of a text, by its context: who reads it when, and that a button is short."""
    domain = (PROJECT / "domain.yml").read_text(encoding="utf-8")
    told = {name: f"{FLOWS[purpose.flow]}: {purpose.text}" for name, purpose in purposes(domain).items()}
    return {**told, CONTEXT: _TO_RESPONDERS, "console": _ON_THE_CONSOLE}


def all_sources() -> list[Source]:
    """Every text, in a stable order, each once."""
    found = [*_dialogue(), *_pages(), *_console()]
    return list(dict.fromkeys(found))


def _dialogue() -> Iterator[Source]:
    responses = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    for name, variations in responses.items():
        if name == NEVER_TRANSLATED:
            continue
        for variation in variations:
            yield Source(context=name, english=variation["text"])
            for button in variation.get("buttons", ()):
                yield Source(context=name, english=button["title"])


def _pages() -> Iterator[Source]:
    for english in (*TEMPLATES.values(), *BUTTONS, *dict.fromkeys(WAYS.values())):
        yield Source(context=CONTEXT, english=english)


def _console() -> Iterator[Source]:
    for english in (*all_labels(), *WAITING_FORMS):
        yield Source(context="console", english=english)
    extracted = extract_from_dir(_CONSOLE, method_map=_METHODS, keywords=_KEYWORDS)
    for _file, _line, message, _comments, context in extracted:
        yield Source(context=context or "console", english=message if isinstance(message, str) else message[0])


def catalogue_path(language: OfferedLanguage, locale: Path = LOCALE) -> Path:
    """Where the words of a language lie."""
    return locale / language.value / "LC_MESSAGES" / "sampan.po"


def untranslated(language: OfferedLanguage, locale: Path = LOCALE) -> list[Source]:
    """What a language still lacks."""
    catalogue = _read(language, locale)
    return [source for source in all_sources() if not _translation(catalogue, source)]


def _read(language: OfferedLanguage, locale: Path = LOCALE) -> Catalog:
    path = catalogue_path(language, locale)
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language.value, abort_invalid=True)
    except FileNotFoundError:
        raise ConfigurationError(f"there is no catalogue at {path}") from None
    except (PoFileError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is no catalogue: {error}") from None


def _translation(catalogue: Catalog, source: Source) -> str:
    entry = catalogue.get(source.english, context=source.context)
    return str(entry.string) if entry is not None and entry.string else ""


def all_breaches(locale: Path = LOCALE) -> list[Breach]:
    """Every rule that the words in this folder break; what is not translated is one too, and is judged in English."""
    found = [breach for language in OfferedLanguage for breach in _catalogue_breaches(language, locale)]
    ours = Wording.load(DEMO_DEPLOYMENT)
    theirs = Wording(responses=ours.responses, catalogues=Catalogues.load(locale), deployment=ours.deployment)
    return [*found, *(breach for message in messages(theirs) for breach in breaches_of(message))]


def _catalogue_breaches(language: OfferedLanguage, locale: Path) -> Iterator[Breach]:
    for source in untranslated(language, locale):
        yield Breach(language=language.value, name=source.context, rule="not translated", detail=source.english)
    for entry in _read(language, locale):
        if entry.id and entry.string:
            breach = placeholder_breach(language.value, str(entry.context), str(entry.id), str(entry.string))
            if breach is not None:
                yield breach


@words_app.command()
def update() -> None:
    """Add what is new to every catalogue, empty (English: as it is), drop what is gone, and note what each is for."""
    sources, told = all_sources(), notes()
    for language in OfferedLanguage:
        old = _read(language)
        new = Catalog(locale=language.value, fuzzy=False)
        for source in sources:
            english = source.english if language is OfferedLanguage.ENGLISH else ""
            new.add(
                source.english,
                _translation(old, source) or english,
                context=source.context,
                auto_comments=[told[source.context]] if source.context in told else [],
            )
        with catalogue_path(language).open("wb") as file:
            file.write(_header(language).encode())
            write_po(file, new, width=0, omit_header=True)


def _header(language: OfferedLanguage) -> str:
    """Without dates and names, so that a file changes only when its words do."""
    reviewed = "English is the source." if language is OfferedLanguage.ENGLISH else _NOT_REVIEWED
    return (
        f"# Words of Sampan in {language.name.capitalize()}: the dialogue, pages to responders, the console.\n"
        f"# {reviewed}\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language.value}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )


@words_app.command()
def missing() -> None:
    """List what is not translated yet; exit code 1 when there is anything."""
    count = 0
    for language in OfferedLanguage:
        for source in untranslated(language):
            count += 1
            typer.echo(f"{language.value}  {source.context}: {source.english}")
    raise typer.Exit(1 if count else 0)


@words_app.command()
def check(
    locale: Annotated[Path, typer.Option(help="A folder with catalogues, such as one a translator sent.")] = LOCALE,
) -> None:
    """List what breaks a rule: untranslated, placeholders, parts, buttons, forbidden words; exit code 1 if any."""
    found = all_breaches(locale)
    for breach in found:
        typer.echo(str(breach))
    raise typer.Exit(1 if found else 0)


@words_app.command()
def copy() -> None:
    """Write docs/words.md, every message to a reporter in five languages side by side, for whoever reviews them."""
    PAGE.write_text(current_page(), encoding="utf-8")
    typer.echo(f"wrote {PAGE.relative_to(PROJECT)}: {figures(Wording.load(DEMO_DEPLOYMENT))}")
