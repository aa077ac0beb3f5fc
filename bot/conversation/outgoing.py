"""Puts a claimed outbox row into its final words and finds its address, at the moment it is sent: a page tells the
minutes of now, a template speaks the language the person has chosen by now."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversation.case_desk import template_words
from bot.conversation.handle_message import opener_of
from bot.conversation.hotline_words import NOBODY_YET, TOLD, nobody_yet
from bot.conversation.page_words import LANGUAGE_NAMES, TAKE_BUTTON, TEMPLATES, fill
from bot.conversation.wording import Catalogues, Wording
from bot.database.session import database_now
from bot.database.tables import Alarm, Conversation, InboxMessage, OutboxMessage, Page, Report, Staff, StaffContact
from bot.errors import SealingError, TemporarySendError
from bot.escalation.replies import READY_ANSWERS
from bot.messages.contacts import address_of
from bot.messages.message import Audience, Button, OutboundMessage
from bot.messages.normalising import to_zawgyi
from bot.messages.outbox import Words, still_goes
from bot.privacy.sealing import ServiceKeys, open_with
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Composer:
    """What composing needs; joined in wiring.py."""

    wording: Wording
    settings: Settings
    writes_as_sms: frozenset[str]
    keys: ServiceKeys = field(repr=False)


def compose(session: Session, row: OutboxMessage, composer: Composer) -> OutboundMessage:
    """The message to hand to the channel. SealingError when its words or its address were erased meanwhile,
    TemporarySendError when it has to be decided anew whether it goes."""
    if row.audience == Audience.REPORTER.value:
        return _for_reporter(session, row, composer)
    return _for_responder(session, row, composer)


def _for_reporter(session: Session, row: OutboxMessage, composer: Composer) -> OutboundMessage:
    assert row.conversation_id is not None
    conversation = session.scalars(select(Conversation).where(Conversation.id == row.conversation_id)).one()
    point, address = address_of(session, conversation.id, composer.keys)
    if not still_goes(session, row, conversation, point, hold_after=composer.settings.hold_after):
        raise TemporarySendError("things changed since it was leased; it is looked at again")
    words = reporter_words(session, row, conversation, composer)
    return OutboundMessage(
        key=row.key, audience=Audience.REPORTER, address=address, text=words.text, buttons=words.buttons
    )


def reporter_words(session: Session, row: OutboxMessage, conversation: Conversation, composer: Composer) -> Words:
    """What a row says to a reporter, in the encoding the person writes in. It does not ask whether the row still goes.
    SealingError when its words were erased."""
    if row.template == NOBODY_YET:
        words = _nobody_yet(session, row, conversation, composer)
    elif row.template is not None:
        words = template_words(session, row, conversation, composer.wording, sms=row.channel in composer.writes_as_sms)
    elif row.body_sealed is not None:
        words = Words.from_json(opener_of(conversation, composer.keys).open(row.body_sealed))
    else:
        raise SealingError("the words were erased")
    write = to_zawgyi if conversation.writes_zawgyi else str
    buttons = tuple(Button(title=write(button.title), payload=button.payload) for button in words.buttons)
    return Words(text=write(words.text), buttons=buttons)


def _nobody_yet(session: Session, row: OutboxMessage, conversation: Conversation, composer: Composer) -> Words:
    """With the telephone lines that are checked at this moment; which they were is kept in the row, for staff."""
    opener = opener_of(conversation, composer.keys)
    words, told = nobody_yet(session, conversation, opener, composer.wording, sms=row.channel in composer.writes_as_sms)
    session.execute(update(OutboxMessage).where(OutboxMessage.id == row.id).values(arguments={TOLD: told}))
    return words


def _for_responder(session: Session, row: OutboxMessage, composer: Composer) -> OutboundMessage:
    contact = session.get(StaffContact, row.staff_contact_id) if row.staff_contact_id else None
    staff = session.get(Staff, contact.staff_id) if contact else None
    language = staff.language if staff else composer.wording.deployment.default_language.value
    reply_to = None
    if row.template == "page":
        words, reply_to = _page(session, row, language, composer)
    else:
        words = _status(session, row, language, composer)
    return OutboundMessage(
        key=f"{row.key}:{row.attempts}",
        audience=Audience.RESPONDER,
        address=_responder_address(session, row, contact, composer.keys),
        text=words.text,
        buttons=words.buttons,
        reply_to=reply_to,
    )


def _responder_address(session: Session, row: OutboxMessage, contact: StaffContact | None, keys: ServiceKeys) -> str:
    sealed = contact.address_sealed if contact else None
    if sealed is None and row.inbox_id is not None:
        sealed = session.scalar(select(InboxMessage.sender_sealed).where(InboxMessage.id == row.inbox_id))
    if sealed is None:
        raise SealingError("the responder's address was removed")
    return open_with(keys.address, sealed)


def _page(session: Session, row: OutboxMessage, language: str, composer: Composer) -> tuple[Words, str | None]:
    page = session.scalars(select(Page).where(Page.id == row.page_id)).one()
    alarm = session.scalars(select(Alarm).where(Alarm.id == page.alarm_id)).one()
    report = session.scalars(select(Report).where(Report.id == alarm.report_id)).one()
    earlier = _earlier_page(session, row, page)
    minutes = int((database_now(session) - alarm.raised_at).total_seconds() // 60)
    code = composer.keys.page_code(page.id)
    values = {
        "number": report.number,
        "urgency": composer.wording.catalogues.text(language, "console", alarm.urgency.capitalize()).upper(),
        "language": LANGUAGE_NAMES.get(report.language or "", "?"),
        "minutes": minutes,
        "code": code,
    }
    texts = composer.wording.catalogues
    text = fill(texts, language, TEMPLATES["page" if earlier is None else "page_again"], values)
    if alarm.drill:
        text = f"{fill(texts, language, TEMPLATES['test_mark'], {})} {text}"
    if row.channel in composer.writes_as_sms:
        return Words(text=f"{text}\n{fill(texts, language, TEMPLATES['page_sms_reply'], values)}"), None
    take = Button(title=fill(texts, language, TAKE_BUTTON, values), payload=f"ACK {report.number} {code}")
    return Words(text=text, buttons=(take,)), earlier


def _earlier_page(session: Session, row: OutboxMessage, page: Page) -> str | None:
    """The last page of this alarm on the same phone: a page that replies to it sounds again, an edit would not."""
    return session.scalar(
        select(OutboxMessage.provider_ref)
        .join(Page, Page.id == OutboxMessage.page_id)
        .where(
            Page.alarm_id == page.alarm_id,
            Page.contact_id == page.contact_id,
            OutboxMessage.id != row.id,
            OutboxMessage.provider_ref.is_not(None),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )


def _status(session: Session, row: OutboxMessage, language: str, composer: Composer) -> Words:
    assert row.template is not None
    values = dict(row.arguments or {})
    if "staff_id" in values:
        values["name"] = session.scalars(select(Staff.name).where(Staff.id == values["staff_id"])).one()
    base = composer.settings.console_url
    values["url"] = f"{base}/cases/{values['number']}" if "number" in values else base
    texts = composer.wording.catalogues
    text = fill(texts, language, TEMPLATES[row.template], values)
    if row.template != "taken_by_you":
        return Words(text=text)
    values["code"] = composer.keys.page_code(int(values["page_id"]))
    return _with_ready_answers(text, values, texts, language, composer, sms=row.channel in composer.writes_as_sms)


def _with_ready_answers(
    text: str, values: dict[str, object], texts: Catalogues, language: str, composer: Composer, *, sms: bool
) -> Words:
    """The numbered answers, in the responder's own language, so that she knows what she sends."""
    answers = {
        which: texts.text(language, name, composer.wording.responses[name][0].text)
        for which in READY_ANSWERS
        if (name := f"utter_ready_answer_{which}")
    }
    lines = [text, fill(texts, language, TEMPLATES["ready_answers"], values)]
    lines += [f"{which} = {answer}" for which, answer in answers.items()]
    if sms:
        return Words(text="\n".join(lines))
    buttons = tuple(
        Button(title=str(which), payload=f"{values['number']} {values['code']} {which}") for which in READY_ANSWERS
    )
    return Words(text="\n".join(lines), buttons=buttons)
