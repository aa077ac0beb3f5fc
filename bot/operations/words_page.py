"""docs/words.md: every message a reporter can read, by flow, in five languages side by side, for one sitting of a
native reader. Generated from domain.yml and the catalogues; nothing in it is written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.channels.sms_segments import utf16_units
from bot.conversation.wording import PROJECT, Wording
from bot.deployment import DEMO_DEPLOYMENT, OfferedLanguage
from bot.errors import ConfigurationError
from bot.operations.words_rules import FIRST_QUESTIONS, Message, messages

PAGE = PROJECT / "docs" / "words.md"
FLOWS: Mapping[str, str] = {
    "opening": "The first words",
    "report": "Help and tips",
    "question": "Information",
    "numbers": "Telephone numbers of others",
    "coming back": "Going on from another phone",
    "cover": "When somebody else has the phone",
    "check-in": "An agreed time",
    "waiting": "What has become of it",
    "any time": "At any time",
    "staff": "From staff",
}
_COLUMNS = (
    OfferedLanguage.ENGLISH,
    OfferedLanguage.THAI,
    OfferedLanguage.KHMER,
    OfferedLanguage.VIETNAMESE,
    OfferedLanguage.BURMESE,
)
_TITLES = {"en": "English", "th": "ไทย", "km": "ខ្មែរ", "vi": "Tiếng Việt", "my": "မြန်မာ"}
_COMMENT = re.compile(r"^  (utter_\w+):[ ]*(?:#(.*))?$", re.MULTILINE)
_HEAD = """# Every word a reporter can read

Written by `sampan words copy` from `domain.yml` and `locale/`; do not edit it, a test fails when it is stale. **No
native reader has reviewed the Thai, Khmer, Vietnamese and Burmese.** If you are one: read a column from top to bottom,
aloud. Is it plain, kind, and short enough for a frightened person with little schooling? Would anything in it harm them
if somebody else read it? Send what you would change, with the name in the first column; the words themselves stand in
`locale/<language>/LC_MESSAGES/sampan.po`, and `sampan words check` tells whether a change keeps the rules.

`{{...}}` is filled in when it is sent. Choices are written out as in an SMS; Telegram shows them as buttons. Under each
stand the SMS parts it costs, with the longest values filled in; two is the most.
"""
_FIRST_QUESTIONS = """## Questions of two parts

The first message and every question about safety take one SMS part of 67 units wherever the language allows it: a part
that is late or lost must not take the choices with it. These are the ones that take two:
"""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Where a message belongs and what it is for: its comment in domain.yml."""

    flow: str
    text: str


def purposes(domain: str) -> Mapping[str, Purpose]:
    """The comment of every response. ConfigurationError names the one without, or with a flow not known."""
    found = {}
    for line in _COMMENT.finditer(domain):
        flow, _, purpose = (each.strip() for each in (line[2] or "").partition(":"))
        if flow not in FLOWS or not purpose:
            raise ConfigurationError(
                f"domain.yml: {line[1]} needs a comment '# <flow>: what it is for'; flows: {', '.join(FLOWS)}"
            )
        found[line[1]] = Purpose(flow=flow, text=purpose)
    return found


def render_page(wording: Wording, domain: str) -> str:
    """The whole page."""
    told = purposes(domain)
    rows = _rows(wording)
    lines = [_HEAD.format()]
    for flow, title in FLOWS.items():
        lines += [f"## {title}\n", *_table([row for row in rows if told[row[0].name].flow == flow], told), ""]
    lines += [_FIRST_QUESTIONS, *_dear_table(two_part_questions(wording)), ""]
    lines += ["## Totals\n", *_totals_table(rows), ""]
    return "\n".join(lines)


def current_page() -> str:
    """The page as it should be now."""
    domain = (PROJECT / "domain.yml").read_text(encoding="utf-8")
    return render_page(Wording.load(DEMO_DEPLOYMENT), domain)


def totals(wording: Wording) -> tuple[int, Mapping[str, int]]:
    """How many messages there are, and how many SMS parts all of them take in each language."""
    rows = _rows(wording)
    return len(rows), _parts(rows)


def figures(wording: Wording) -> str:
    """The same and the dear ones, for a terminal."""
    count, parts = totals(wording)
    counted = ", ".join(f"{language} {each}" for language, each in parts.items())
    dear = [f"{each.name} ({each.language})" for each in two_part_questions(wording)]
    return f"{count} messages\nSMS parts: {counted}\nfirst questions of two parts: {', '.join(dear) or 'none'}"


def two_part_questions(wording: Wording) -> list[Message]:
    """The safe and the danger question, in the languages in which one SMS part does not hold them."""
    return [each for row in _rows(wording) for each in row if each.name in FIRST_QUESTIONS and each.parts > 1]


def _rows(wording: Wording) -> list[list[Message]]:
    """One row per message (a variation is one of its own), one column per language."""
    everything = list(messages(wording))
    count = len(OfferedLanguage)
    grouped = [everything[start : start + count] for start in range(0, len(everything), count)]
    order = [language.value for language in _COLUMNS]
    return [sorted(row, key=lambda message: order.index(message.language)) for row in grouped]


def _parts(rows: Sequence[Sequence[Message]]) -> Mapping[str, int]:
    return {each.value: sum(row[column].parts for row in rows) for column, each in enumerate(_COLUMNS)}


def _table(rows: Sequence[Sequence[Message]], told: Mapping[str, Purpose]) -> Iterator[str]:
    yield "| what it is for | " + " | ".join(_TITLES[each.value] for each in _COLUMNS) + " |"
    yield "|---" * (1 + len(_COLUMNS)) + "|"
    for row in rows:
        only = f" (by {row[0].channel})" if row[0].channel else ""
        first = f"`{row[0].name}`{only}<br>{_cell(told[row[0].name].text)}"
        yield "| " + " | ".join([first, *(_written(message) for message in row)]) + " |"


def _written(message: Message) -> str:
    parts = "1 part" if message.parts == 1 else f"{message.parts} parts"
    return f"{_cell(message.written_out)}<br><sub>{parts}</sub>"


def _totals_table(rows: Sequence[Sequence[Message]]) -> Iterator[str]:
    parts = _parts(rows)
    yield "| | " + " | ".join(_TITLES[each] for each in parts) + " |"
    yield "|---" * (1 + len(parts)) + "|"
    yield f"| SMS parts of all {len(rows)} messages | " + " | ".join(str(each) for each in parts.values()) + " |"


def _dear_table(dear: Sequence[Message]) -> Iterator[str]:
    yield "| question | language | units |"
    yield "|---|---|---|"
    for each in dear:
        yield f"| `{each.name}` | {_TITLES[each.language]} | {utf16_units(each.filled)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")
