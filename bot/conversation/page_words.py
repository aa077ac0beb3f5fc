"""What a responder's phone shows: numbers, urgency, language, minutes; never a word of the reporter's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.wording import Catalogues

CONTEXT = "page"
TEMPLATES = {
    "page": "{urgency}: case {number}, language {language}, waiting {minutes} min.",
    "page_again": "Still nobody: {urgency}, case {number}, language {language}, waiting {minutes} min.",
    "page_spoken": "{urgency}. Case {number}. To take it, press 1.",
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
    "contact_code": "Your code: {code}. It is good for ten minutes.",
    "contact_broken": "Pages do not reach you by {way} any more. Please have it mended, and verify it again.",
    "contact_broken_of": "Pages do not reach {name} by {way} any more. Please help to mend it.",
    "code_throttled": "Too many wrong codes. Please try again in an hour.",
    "linked": "This chat is now linked to your account.",
    "not_known": "This chat is not linked. Ask your supervisor for a code and send it here.",
}
LANGUAGE_NAMES = {"th": "ไทย", "km": "ខ្មែរ", "vi": "Tiếng Việt", "my": "မြန်မာ", "en": "English"}
WAYS = {
    "sms_twilio": "SMS",
    "sms_gateway": "SMS",
    "telegram_staff": "Telegram",
    "voice_twilio": "telephone call",
    "apprise": "e-mail or app",
}
TAKE_BUTTON = "Take case {number}"


def fill(catalogues: Catalogues, language: str, english: str, arguments: Mapping[str, Any]) -> str:
    """Translate, then put the arguments in."""
    text = catalogues.text(language, CONTEXT, english)
    for name, value in arguments.items():
        text = text.replace("{" + name + "}", str(value))
    return text
