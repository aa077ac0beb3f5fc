"""Puts a claimed outbox row into its final words and finds its address, at the moment it is sent: a page tells the
minutes of now, a template speaks the language the person has chosen by now."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversation.asking_words import ASKING, asking_words
from bot.conversation.case_desk import template_words
from bot.conversation.handle_message import opener_of
from bot.conversation.hotline_words import NOBODY_YET, TOLD, nobody_yet
from bot.conversation.page_cases import cases_of, earlier_page, refuse_unwanted
from bot.conversation.page_texts import page_words, ranges
from bot.conversation.page_words import BUSY_BUTTON, CONTEXT, TEMPLATES, WAYS, Form, fill
from bot.conversation.wording import Catalogues, Wording
from bot.database.tables import Conversation, InboxMessage, OutboxMessage, Staff, StaffContact
from bot.errors import SealingError, TemporarySendError
from bot.escalation.contact_codes import open_code
from bot.escalation.replies import READY_ANSWERS
from bot.messages.contacts import address_of
from bot.messages.holding import HoldRules
from bot.messages.message import Audience, Button, OutboundMessage
from bot.messages.normalising import to_zawgyi
from bot.messages.outbox import Words
from bot.messages.outbox_claims import still_goes
from bot.messages.read_aloud import LINK_ONLY, READ_ALOUD, language_on
from bot.messages.tellings import told_with
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
    TemporarySendError when it has to be decided anew whether it goes, NotWantedError when a page is not wanted."""
    if row.audience == Audience.REPORTER.value:
        return _for_reporter(session, row, composer)
    return _for_responder(session, row, composer)


def _for_reporter(session: Session, row: OutboxMessage, composer: Composer) -> OutboundMessage:
    assert row.conversation_id is not None
    conversation = session.scalars(select(Conversation).where(Conversation.id == row.conversation_id)).one()
    point, address = address_of(session, conversation.id, composer.keys)
    if not still_goes(session, row, conversation, point, rules=HoldRules.of(composer.settings)):
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
    own_language = staff.language if staff else composer.wording.deployment.default_language.value
    language = language_on(row.channel, own_language)
    reply_to = None
    if row.template == "page":
        words, reply_to = _page(session, row, language, composer)
    elif row.template in ASKING:
        refuse_unwanted(session, row)
        form, url = _form(row, composer), composer.settings.console_url
        words = asking_words(session, row, language, composer.wording.catalogues, composer.keys, form=form, url=url)
    else:
        words = _status(session, row, language, composer)
    return OutboundMessage(
        key=f"{row.key}:{row.attempts}",
        audience=Audience.RESPONDER,
        address=_responder_address(session, row, contact, composer.keys),
        text=words.text,
        buttons=words.buttons,
        reply_to=reply_to,
        language=language,
    )


def _responder_address(session: Session, row: OutboxMessage, contact: StaffContact | None, keys: ServiceKeys) -> str:
    sealed = contact.address_sealed if contact else None
    if sealed is None and row.inbox_id is not None:
        sealed = session.scalar(select(InboxMessage.sender_sealed).where(InboxMessage.id == row.inbox_id))
    if sealed is None:
        raise SealingError("the responder's address was removed")
    return open_with(keys.address, sealed)


def _page(session: Session, row: OutboxMessage, language: str, composer: Composer) -> tuple[Words, str | None]:
    """With what it replies to, where the channel can: only that sounds again."""
    cases = cases_of(session, row, composer.keys)
    earlier = earlier_page(session, row, cases)
    form = _form(row, composer)
    words = page_words(
        composer.wording.catalogues,
        language,
        cases,
        again=earlier is not None,
        form=form,
        url=composer.settings.console_url,
    )
    return words, earlier if form is Form.CHAT else None


def _form(row: OutboxMessage, composer: Composer) -> Form:
    """How the channel of this row brings words to a person, and how they answer."""
    if row.channel in READ_ALOUD:
        return Form.SPOKEN
    if row.channel in LINK_ONLY:
        return Form.LINK
    return Form.SMS if row.channel in composer.writes_as_sms else Form.CHAT


def _status(session: Session, row: OutboxMessage, language: str, composer: Composer) -> Words:
    assert row.template is not None
    values = dict(row.arguments or {})
    if "staff_id" in values:
        values["name"] = session.scalars(select(Staff.name).where(Staff.id == values["staff_id"])).one()
    base = composer.settings.console_url
    values["url"] = f"{base}/cases/{values['number']}" if "number" in values else base
    texts = composer.wording.catalogues
    if "broken_way" in values:
        way = str(values["broken_way"])
        values["way"] = texts.text(language, CONTEXT, WAYS.get(way, way))
    if "code_sealed" in values:
        values["code"] = open_code(str(values["code_sealed"]), composer.keys)
    if len(numbers := told_with(session, row)) > 1:
        return Words(text=fill(texts, language, TEMPLATES["taken_by_others"], {"numbers": ranges(numbers)}))
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
    busy = Button(title=fill(texts, language, BUSY_BUTTON, values), payload=f"BUSY {values['number']} {values['code']}")
    return Words(text="\n".join(lines), buttons=(*buttons, busy))
