"""What a responder's phone shows: numbers, urgency, language, minutes; never a word of the reporter's."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bot.conversation.wording import Catalogues

CONTEXT = "page"
TEMPLATES = {
    "page": "{urgency}: case {number}, language {language}, waiting {minutes} min.",
    "page_again": "Still nobody: {urgency}, case {number}, language {language}, waiting {minutes} min.",
    "page_spoken": "{urgency}. Case {number}. To take it, press 1.",
    "page_bundle_spoken": "{count} urgent cases waiting. The first: {urgency}. Case {number}. To take it, press 1.",
    "page_bundle_link": "{count} urgent cases waiting, oldest {minutes} min: {numbers}.",
    "page_sms_reply": "To take it, reply: ACK {number} {code}",
    "page_call": "{name} asks for you: {urgency}, case {number}, language {language}, waiting {minutes} min.",
    "page_call_spoken": "{name} asks for you. {urgency}. Case {number}. To come, press 1. If you cannot, press 2.",
    "page_call_sms_reply": "I come: YES {number} {code}. I cannot: NO {number} {code}",
    "page_hand_over": "{name} asks you to take over: {urgency}, case {number}, language {language}.",
    "page_hand_over_spoken": "{name} asks you to take over case {number}. To take it, press 1. If you cannot, press 2.",
    "page_hand_over_sms_reply": "I take it: YES {number} {code}. I cannot: NO {number} {code}",
    "page_bundle": "{count} urgent cases waiting, oldest {minutes} min. To take one, reply: ACK, its number, its code.",
    "page_bundle_line": "ACK {number} {code}: {urgency}, {language}, {minutes} min",
    "page_bundle_more": "And {count} more. Open the console: {url}",
    "page_bundle_more_new": "And {count} more, among them {numbers}. Open the console: {url}",
    "page_may_be_repeat": "You may have had this page before.",
    "page_drill": "TEST",
    "taken_by_you": "Case {number} is yours. Read and answer: {url}",
    "ready_answers": "Ready answers, reply {number} {code} and the number:",
    "taken_by_other": "Case {number} was taken by {name}.",
    "taken_by_others": "Taken by colleagues: cases {numbers}.",
    "already_taken": "Case {number} was already taken by {name}, {seconds} s ago.",
    "new_words": "New message in your case {number}.",
    "code_not_valid": "That code does not fit case {number}. Nothing was done.",
    "page_is_over": "This page for case {number} is over. Nothing was done.",
    "take_it_first": "Case {number} is not in your hands now. Nothing was sent.",
    "answer_queued": "Ready answer {ready} for case {number} is stored. It is sent as soon as it is safe.",
    "answer_refused": "The reporter of case {number} erased the conversation. Nothing was sent.",
    "escalated": "Case {number} was sent on. People woken now: {people}.",
    "escalate_stale": "Case {number} has moved on since that page. Nothing was done.",
    "escalate_once": "Case {number} was sent on by hand before. Nothing was done.",
    "escalate_no_higher": "Case {number}: everybody who can be reached is being woken. Nothing was done.",
    "busy_noted": "Written down: you are at work on case {number}. It stays yours for {minutes} min more.",
    "not_yours": "Case {number} is not in your hands now. Nothing was done.",
    "nobody_of_that_name": "No colleague has that name. Nothing was done for case {number}.",
    "cannot_be_reached": "{name} cannot be reached now. Nothing was done for case {number}.",
    "may_not_take": "{name} may not take case {number}. Nothing was done.",
    "calling": "{name} is being called for case {number}. You are told when they answer.",
    "call_under_way": "{name} is being called for case {number} already.",
    "call_heard": "Your answer is noted. Case {number} is with {owner}.",
    "call_answered": "{name} answered your call for case {number}.",
    "call_declined": "{name} cannot come to case {number}.",
    "call_unanswered": "{name} did not answer your call for case {number}.",
    "hand_over_asked": "{name} is asked to take over case {number}. It stays yours until they say yes.",
    "handed_over": "{name} took over case {number}. It is not yours any more.",
    "hand_over_declined": "{name} cannot take over case {number}. It stays yours.",
    "hand_over_unanswered": "{name} did not answer. Case {number} stays yours.",
    "hand_over_is_over": "You are not asked to take over case {number} any more. Nothing was done.",
    "declined_by_you": "Your no for case {number} was passed on.",
    "exhausted": "Nobody takes case {number}: everybody was tried. Please act: {url}",
    "not_understood": "Not understood. To take a case, reply: ACK, its number, its code.",
    "roster_nobody": "Roster, next {days} days: nobody can be reached in {count} gaps, first {begins} to {ends}.",
    "roster_unread": "Roster, next {days} days: nobody reads {languages} in {count} gaps, first {begins} to {ends}.",
    "contact_code": "Your code: {code}. It is good for ten minutes.",
    "contact_broken": "Pages do not reach you by {way} any more. Please have it mended, and verify it again.",
    "contact_broken_of": "Pages do not reach {name} by {way} any more. Please help to mend it.",
    "code_throttled": "Too many wrong codes. Please try again in an hour.",
    "audit_case": "Case {number} is urgent, and paging for it does not work as it should. Take it now: {url}",
    "audit_engine": "The machine that pages stands still. Nobody is woken by it. Look at the queue now: {url}",
    "audit_database": "The database cannot be reached. Nobody is paged now. Call whoever runs the machine.",
    "clock_jumped": "The clock of the database jumped by {seconds} s. Alarms were put right. Have it looked at.",
    "shift_begins": "You are on call now. Open cases: {cases}, urgent ones nobody has: {untaken}. {url}",
    "drill_unanswered": "Test alarm {number} was not taken by anybody in ten minutes.",
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
UP_BUTTON = "Wake the next one"
BUSY_BUTTON = "I am at work on it"
YES_BUTTON = "Yes, I do it"
NO_BUTTON = "No, I cannot"
BUTTONS = (TAKE_BUTTON, UP_BUTTON, BUSY_BUTTON, YES_BUTTON, NO_BUTTON)


class Form(StrEnum):
    """How words reach a responder, and how they answer."""

    CHAT = "chat"  # with buttons
    SMS = "sms"  # answered by words
    SPOKEN = "spoken"  # answered by keys
    LINK = "link"  # nothing can be answered there: it leads to the console


def urgency_words(catalogues: Catalogues, language: str, urgency: str, *, drill: bool) -> str:
    """A test is called one in the place where the urgency stands."""
    if drill:
        return fill(catalogues, language, TEMPLATES["page_drill"], {})
    return catalogues.text(language, "console", urgency.capitalize()).upper()


def fill(catalogues: Catalogues, language: str, english: str, arguments: Mapping[str, Any]) -> str:
    """Translate, then put the arguments in."""
    text = catalogues.text(language, CONTEXT, english)
    for name, value in arguments.items():
        text = text.replace("{" + name + "}", str(value))
    return text
