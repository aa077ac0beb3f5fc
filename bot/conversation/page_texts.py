"""Words of a page, for one case or for several: pure. Numbers, urgency, language, minutes, codes; never content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.channels.sms_segments import part_count
from bot.conversation.page_cases import PageCase
from bot.conversation.page_words import LANGUAGE_NAMES, TAKE_BUTTON, TEMPLATES, UP_BUTTON, Form, fill, urgency_words
from bot.conversation.wording import Catalogues
from bot.messages.message import Button
from bot.messages.outbox import Words
from bot.messages.paging_limits import MOST_BUTTONS, MOST_SIGNS, MOST_SMS_PARTS

_MOST_LINES = 40  # more never fit


def page_words(
    texts: Catalogues, language: str, cases: Sequence[PageCase], *, again: bool, form: Form, url: str
) -> Words:
    """The page. `again`: the same telephone was told of its one case before. With several cases it names them in their
    order as long as it keeps the limits, then tells how many more, with the numbers of those nobody was told of."""
    if form is Form.SPOKEN:
        return _spoken(texts, language, cases)
    if form is Form.LINK:
        return _linked(texts, language, cases, again=again, url=url)
    if len(cases) == 1:
        text = _one(texts, language, cases[0], again=again, sms=form is Form.SMS)
    else:
        text = _several(texts, language, cases, sms=form is Form.SMS, url=url)
    if form is Form.SMS:
        return Words(text=text)
    buttons = [
        _button(texts, language, TAKE_BUTTON, case, payload=f"ACK {case.number} {case.code}")
        for case in cases[:MOST_BUTTONS]
    ]
    if len(cases) == 1:
        buttons.append(_button(texts, language, UP_BUTTON, cases[0], payload=f"UP {cases[0].number} {cases[0].code}"))
    return Words(text=text, buttons=tuple(buttons))


def _spoken(texts: Catalogues, language: str, cases: Sequence[PageCase]) -> Words:
    """A voice asks about one case only: the key takes the most urgent one, and no other by mistake."""
    values = {**_values(texts, language, cases[0]), "count": len(cases)}
    text = fill(texts, language, TEMPLATES["page_spoken" if len(cases) == 1 else "page_bundle_spoken"], values)
    return Words(text=text, buttons=(Button(title="1", payload=f"ACK {cases[0].number} {cases[0].code}"),))


def _linked(texts: Catalogues, language: str, cases: Sequence[PageCase], *, again: bool, url: str) -> Words:
    """Codes are of no use where nothing can be answered, and stay out of it."""
    if len(cases) == 1:
        text = _one(texts, language, cases[0], again=again, sms=False)
        return Words(text=f"{text}\n{url}/cases/{cases[0].number}")
    values = {
        "count": len(cases),
        "minutes": max(case.minutes for case in cases),
        "numbers": ranges(case.number for case in cases),
    }
    return Words(text=f"{fill(texts, language, TEMPLATES['page_bundle_link'], values)}\n{url}")


def _button(texts: Catalogues, language: str, title: str, case: PageCase, *, payload: str) -> Button:
    return Button(title=fill(texts, language, title, {"number": case.number}), payload=payload)


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as people write them: "101-103, 105"."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return ", ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)


def _one(texts: Catalogues, language: str, case: PageCase, *, again: bool, sms: bool) -> str:
    values = {**_values(texts, language, case), "language": LANGUAGE_NAMES.get(case.language or "", "?")}
    lines = [fill(texts, language, TEMPLATES["page_again" if again else "page"], values)]
    if case.may_be_repeat:
        lines.append(fill(texts, language, TEMPLATES["page_may_be_repeat"], {}))
    if sms:
        lines.append(fill(texts, language, TEMPLATES["page_sms_reply"], values))
    return "\n".join(lines)


def _several(texts: Catalogues, language: str, cases: Sequence[PageCase], *, sms: bool, url: str) -> str:
    head = [
        fill(
            texts,
            language,
            TEMPLATES["page_bundle"],
            {"count": len(cases), "minutes": max(case.minutes for case in cases)},
        )
    ]
    if any(case.may_be_repeat for case in cases):
        head.append(fill(texts, language, TEMPLATES["page_may_be_repeat"], {}))
    lines = [
        fill(texts, language, TEMPLATES["page_bundle_line"], _values(texts, language, case))
        for case in cases[:_MOST_LINES]
    ]
    for shown in range(len(lines), 0, -1):
        text = "\n".join([*head, *lines[:shown], *_more(texts, language, cases[shown:], url)])
        if _fits(text, sms=sms):
            return text
    # Only the numbers of cases nobody was told of may make a page longer than its limit: they are told all the same.
    return "\n".join([*head, lines[0], *_more(texts, language, cases[1:], url)])


def _more(texts: Catalogues, language: str, cases: Sequence[PageCase], url: str) -> list[str]:
    if not cases:
        return []
    new = [case.number for case in cases if case.first]
    values = {"count": len(cases), "numbers": ranges(new), "url": url}
    return [fill(texts, language, TEMPLATES["page_bundle_more_new" if new else "page_bundle_more"], values)]


def _values(texts: Catalogues, language: str, case: PageCase) -> dict[str, object]:
    return {
        "number": case.number,
        "code": case.code,
        "urgency": urgency_words(texts, language, case.urgency.value, drill=case.drill),
        "language": case.language or "?",
        "minutes": case.minutes,
    }


def _fits(text: str, *, sms: bool) -> bool:
    return part_count(text) <= MOST_SMS_PARTS if sms else len(text) <= MOST_SIGNS
