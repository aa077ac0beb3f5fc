"""What a responder's phone shows: numbers, urgency, language, minutes; never a word of the reporter's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.wording import Catalogues

CONTEXT = "page"
TEMPLATES = {
    "page": "{urgency}: case {number}, language {language}, waiting {minutes} min.",
    "page_again": "Still nobody: {urgency}, case {number}, language {language}, waiting {minutes} min.",
    "page_sms_reply": "To take it, reply: ACK {number} {code}",
    "taken_by_you": "Case {number} is yours. Read and answer: {url}",
    "ready_answers": "Ready answers, reply {number} {code} and the number:",
    "taken_by_other": "Case {number} was taken by {name}.",
    "already_taken": "Case {number} was already taken by {name}, {seconds} s ago.",
    "new_words": "New message in your case {number}.",
    "code_not_valid": "That code does not fit case {number}. Nothing was done.",
    "page_is_over": "This page for case {number} is over. Nothing was done.",
    "take_it_first": "Case {number} is not in your hands now. Nothing was sent.",
    "answer_queued": "Ready answer {ready} for case {number} is stored. It is sent as soon as it is safe.",
    "answer_refused": "The reporter of case {number} erased the conversation. Nothing was sent.",
    "not_understood": "Not understood. To take a case, reply: ACK, its number, its code.",
    "audit_case": "Case {number} is urgent, and paging for it does not work as it should. Take it now: {url}",
    "audit_engine": "The machine that pages stands still. Nobody is woken by it. Look at the queue now: {url}",
    "audit_database": "The database cannot be reached. Nobody is paged now. Call whoever runs the machine.",
    "clock_jumped": "The clock of the database jumped by {seconds} s. Alarms were put right. Have it looked at.",
    "shift_begins": "You are on call now. Open cases: {cases}, urgent ones nobody has: {untaken}. {url}",
    "drill_unanswered": "Test alarm {number} was not taken by anybody in ten minutes.",
    "test_mark": "TEST, no real case.",
    "linked": "This chat is now linked to your account.",
    "not_known": "This chat is not linked. Ask your supervisor for a code and send it here.",
}
LANGUAGE_NAMES = {"th": "ไทย", "km": "ខ្មែរ", "vi": "Tiếng Việt", "my": "မြန်မာ", "en": "English"}
TAKE_BUTTON = "Take case {number}"


def fill(catalogues: Catalogues, language: str, english: str, arguments: Mapping[str, Any]) -> str:
    """Translate, then put the arguments in."""
    text = catalogues.text(language, CONTEXT, english)
    for name, value in arguments.items():
        text = text.replace("{" + name + "}", str(value))
    return text
