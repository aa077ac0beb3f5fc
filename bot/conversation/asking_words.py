"""What a colleague reads who is asked by name: to come to a case, or to take it over. Numbers and a colleague's name,
never a word of the reporter's."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.page_words import LANGUAGE_NAMES, NO_BUTTON, TEMPLATES, YES_BUTTON, Form, fill, urgency_words
from bot.conversation.wording import Catalogues
from bot.database.tables import Alarm, HandOver, OutboxMessage, Page, Report, ResponderCall, Staff
from bot.messages.message import Button
from bot.messages.outbox import Words
from bot.privacy.sealing import ServiceKeys

ASKING = frozenset({"page_call", "page_hand_over"})


def asking_words(
    session: Session,
    row: OutboxMessage,
    language: str,
    catalogues: Catalogues,
    keys: ServiceKeys,
    *,
    form: Form,
    url: str,
) -> Words:
    """Who asks, for which case, and how to say yes or no to it with the code of this very page."""
    assert row.template is not None
    page, alarm, report, asker = session.execute(
        select(Page, Alarm, Report, Staff.name)
        .join(Alarm, Alarm.id == Page.alarm_id)
        .join(Report, Report.id == Alarm.report_id)
        .outerjoin(ResponderCall, ResponderCall.id == Page.call_id)
        .outerjoin(HandOver, HandOver.id == Page.hand_over_id)
        .join(Staff, Staff.id == func.coalesce(ResponderCall.called_by, HandOver.from_id))
        .where(Page.id == row.page_id)
    ).one()
    waiting = session.scalars(select(func.extract("epoch", func.now() - Alarm.raised_at)).where(Alarm.id == alarm.id))
    values = {
        "name": asker,
        "number": report.number,
        "urgency": urgency_words(catalogues, language, alarm.urgency, drill=alarm.drill),
        "language": LANGUAGE_NAMES.get(report.language or "", "?"),
        "minutes": int(waiting.one()) // 60,
        "code": keys.page_code(page.id),
    }
    return _in_form(row.template, values, language, catalogues, form=form, url=url)


def _in_form(
    template: str, values: Mapping[str, object], language: str, catalogues: Catalogues, *, form: Form, url: str
) -> Words:
    spoken, number, code = form is Form.SPOKEN, values["number"], values["code"]
    text = fill(catalogues, language, TEMPLATES[f"{template}_spoken" if spoken else template], values)
    if form is Form.LINK:
        return Words(text=f"{text}\n{url}/cases/{number}")
    if form is Form.SMS:
        return Words(text=f"{text}\n{fill(catalogues, language, TEMPLATES[f'{template}_sms_reply'], values)}")
    choices = (("YES", YES_BUTTON), ("NO", NO_BUTTON))
    buttons = tuple(
        Button(title=fill(catalogues, language, title, values), payload=f"{word} {number} {code}")
        for word, title in choices
    )
    return Words(text=text, buttons=buttons)
