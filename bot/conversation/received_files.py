"""Files as a conversation sees them: taken in at the door, locked where a child and sexual abuse were named, and what
the reporter is truthfully told of them. That a person is woken never waits for a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.engine import Say
from bot.database.states import FileKind, FileState
from bot.database.tables import Conversation, InboxMessage, Report
from bot.messages import attachments
from bot.messages.attachments import Limits
from bot.messages.inbox import Claimed
from bot.messages.message import InboundMessage, MessageKind
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import read_facts, record_facts
from bot.reports.safeguarding import must_be_locked, signs_of_facts, signs_of_triggers
from bot.settings import Settings

WORDS_ONLY = "utter_words_only"  # what the dialogue says of everything that is not text
_REFUSED = {
    attachments.TOO_LARGE: "utter_file_too_large",
    attachments.TOO_MANY: "utter_file_too_many",
    attachments.NOT_TAKEN: "utter_file_not_taken",
}
_TAKEN = {
    FileKind.VOICE: "utter_voice_taken",
    FileKind.PICTURE: "utter_picture_taken",
    FileKind.VIDEO: "utter_video_taken",
    FileKind.DOCUMENT: "utter_document_taken",
}
_LOCKED = "utter_file_locked"
_SAID_ONCE = frozenset({_LOCKED, *_TAKEN.values()})
CONTACT_FACT = "contact"
_ONE_ALBUM = timedelta(seconds=30)  # its pictures come as messages of their own, within a few seconds


def take_files(
    session: Session,
    message: InboundMessage,
    conversation_id: UUID,
    inbox_id: int,
    signs: Iterable[str],
    settings: Settings,
) -> None:
    """Note what a stored message names, and its files. What came with an earlier message is put to that one, and
    needs no answer of its own."""
    conversation = session.get_one(Conversation, conversation_id)
    note_signs(session, conversation, signs)
    belongs_to = inbox_id
    if message.completes_earlier:
        earlier = attachments.announced_without_file(session, conversation_id, message.channel, inbox_id)
        if earlier is not None:
            belongs_to = earlier
            attachments.mark_handled(session, inbox_id)
    attachments.note_files(
        session,
        conversation_id,
        belongs_to,
        message.files,
        channel=message.channel,
        locked=must_be_locked(conversation.signs),
        limits=Limits(most_bytes=settings.max_file_bytes, most_a_day=settings.max_files_a_day),
    )


def note_signs(session: Session, conversation: Conversation, signs: Iterable[str]) -> None:
    """Something was named. From the moment on at which a child and sexual abuse both were, every file of the
    conversation is locked, also one that came before, or was opened before; and so is what the same phone had sent
    before it went on here by a return code."""
    known = dict.fromkeys([*conversation.signs, *(str(sign) for sign in signs)])
    if len(known) == len(conversation.signs):
        return
    conversation.signs = list(known)
    if must_be_locked(known):
        attachments.lock_files(session, conversation.id)
    for earlier in session.scalars(select(Conversation).where(Conversation.continued_in == conversation.id)):
        note_signs(session, earlier, known)


def note_what_was_told(
    session: Session,
    conversation: Conversation,
    report: Report,
    claimed: Claimed,
    themes: Iterable[str],
    opener: ConversationOpener,
) -> None:
    """A shared contact is a fact of the case; and what the model heard, or was answered, may lock the files."""
    if card := _card(claimed, opener):
        record_facts(report, {CONTACT_FACT: card}, conversation=conversation, opener=opener)
    triggers = [*claimed.floor_reasons, *themes]
    signs = signs_of_triggers(triggers) | signs_of_facts(read_facts(report, opener))
    note_signs(session, conversation, signs)


def _card(claimed: Claimed, opener: ConversationOpener) -> str:
    """The contact that was shared; "" when none was, or nothing of it could be read."""
    if claimed.kind is not MessageKind.CONTACT or claimed.text_sealed is None:
        return ""
    return opener.open(claimed.text_sealed)


def true_words(
    session: Session, claimed: Claimed, said: list[Say], opener: ConversationOpener, settings: Settings
) -> list[Say]:
    """The dialogue knows that something came which no machine reads; what became of it is known here. Of an album
    only the first picture is answered: the question that follows was just asked."""
    if all(each.response != WORDS_ONLY for each in said):
        return said
    name = "utter_contact_taken" if _card(claimed, opener) else _reception(session, claimed)
    if name in _SAID_ONCE and _just_said(session, claimed, name):
        return []
    taken = Say(response=name, arguments={"megabytes": str(settings.max_file_bytes // 1024**2)})
    return [taken if each.response == WORDS_ONLY else each for each in said]


def _reception(session: Session, message: Claimed | InboxMessage) -> str:
    """A refusal goes before all: of what was refused nobody will look at anything."""
    files = attachments.files_of(session, message.id)
    refusals = [each.error_kind for each in files if each.state is FileState.REFUSED]
    if refusals:
        return _REFUSED.get(refusals[0] or "", WORDS_ONLY)
    came = [each for each in files if each.state is not FileState.FAILED]
    if not came:
        return WORDS_ONLY
    if any(each.locked_at is not None for each in came):
        return _LOCKED
    return _TAKEN[came[0].kind]


def _just_said(session: Session, claimed: Claimed, name: str) -> bool:
    """Whether the message right before this one was answered in the same words, a moment ago."""
    before = session.scalar(
        select(InboxMessage)
        .where(InboxMessage.conversation_id == claimed.conversation_id, InboxMessage.id < claimed.id)
        .order_by(InboxMessage.id.desc())
        .limit(1)
    )
    if before is None or claimed.received_at - before.received_at > _ONE_ALBUM:
        return False
    return _reception(session, before) == name
