"""The English words for coded values that staff see; each is a msgid of the catalogues, context "console"."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"km": "ខ្មែរ", "th": "ไทย", "vi": "Tiếng Việt", "my": "မြန်မာ", "en": "English"}

_LABELS: Mapping[str, Mapping[str, str]] = {
    "urgency": {
        "CRITICAL": "Critical",
        "URGENT": "Urgent",
        "HIGH": "High",
        "STANDARD": "Standard",
        "INFO": "Info",
    },
    "kind": {
        "help_request": "Asks for help",
        "tip": "Tip",
        "question": "Question",
        "unclear": "Not clear yet",
    },
    "state": {"open": "Open", "closed": "Closed"},
    "alarm": {
        "waiting": "Danger question asked",
        "paging": "Nobody has taken it yet",
        "acknowledged": "Taken",
        "closed": "Alarm ended",
        "stood_down": "No danger, they said",
    },
    "safety": {
        "unknown": "Has not said yet whether it is safe to write",
        "safe": "Said it is safe to write",
        "unsafe": "Said it is NOT safe to write",
        "returned": "Wrote again; has not said yet whether it is safe",
    },
    "message": {
        "location": "A place on the map",
        "voice": "A voice message, which cannot be played here",
        "photo": "A photo or file, which was not kept",
        "sticker": "A sticker",
        "contact": "A contact card, which was not kept",
        "empty": "An empty message",
        "tap": "A button",
    },
    "delivery": {
        "pending": "Waiting to be sent",
        "sending": "Being sent",
        "sent": "Sent",
        "delivered": "Delivered",
        "held": "Held until it is safe",
        "uncertain": "May not have arrived",
        "failed": "Could not be delivered",
        "cancelled": "Not sent, no longer wanted",
    },
    "reason": {
        "child_in_danger": "a child in danger",
        "contact_discovered": "somebody found out that they wrote",
        "life_threat": "threat to life",
        "moved_or_sold_soon": "to be moved or sold soon",
        "suicide": "may harm themselves",
        "violence_now": "violence now",
        "weapon": "a weapon",
        "confined": "locked in or held",
        "cry_for_help": "a cry for help",
        "escaped_unsafe": "escaped, not safe yet",
        "medical_refused": "ill or hurt, no doctor allowed",
        "minor_exploited": "a minor exploited",
        "sexual_violence": "sexual violence",
        "sold_or_ransom": "sold, or ransom asked",
        "unknown_language": "language not recognised",
        "kind_help_request": "asks for help",
        "kind_tip": "a tip",
        "kind_question": "a question",
        "kind_unclear": "not clear yet",
        "no_answer_to_danger_question": "no answer to the danger question",
        "danger_now": "says there is danger now",
        "message_not_handled": "a message could not be handled",
        "unreadable_voice": "a voice message",
        "unreadable_photo": "a photo or file",
        "unreadable_sticker": "a sticker",
        "unreadable_contact": "a contact card",
    },
    "fact": {
        "place": "Place",
        "details": "What happened",
        "question": "Question",
        "danger_now": "Danger now",
        "topic": "About",
    },
    "topic": {"help": "Asks for help", "tip": "Tip", "question": "Question"},
    "notice": {
        "newer": "A newer message came while you were writing; it is above. Nothing was sent, your words are below.",
        "too_long": "Too long to send. Shorten it, please. Nothing was sent.",
        "empty": "There is nothing written yet. Nothing was sent.",
        "erased": "They erased the conversation. Nothing can be sent any more.",
        "refused": "That could not be sent.",
        "queued": "Your answer is stored. It is sent as soon as it is safe to send.",
        "taken": "The case is yours.",
        "nothing_to_take": "There is no open alarm to take. You can read and answer all the same.",
        "given_back": "The bot answers again.",
        "closed": "The case is closed.",
        "resent": "It is being sent again.",
        "not_uncertain": "That message does not need to be sent again any more.",
        "resumed": "You are signed in again. Nothing was sent yet, your words are below.",
    },
    "action": {
        "signed_in": "Signed in",
        "signed_out": "Signed out",
        "sign_in_failed": "Wrong password",
        "account_created": "Account made",
        "account_disabled": "Account disabled",
        "password_set": "Password set",
        "audit_seen": "Looked at the audit",
        "opened": "Read the case",
        "answered": "Answered",
        "acknowledged": "Took the alarm",
        "closed": "Closed the case",
        "resent": "Sent a message again",
        "contact_added": "A phone was added",
        "contact_removed": "A phone was removed",
        "shift_added": "Put on the roster",
        "shift_removed": "Taken off the roster",
        "contact_linked": "Linked a phone",
        "took_over": "Took over from the bot",
        "gave_back": "Gave back to the bot",
    },
    "who": {"reporter": "Reporter", "bot": "Bot", "staff": "Staff", "system": "Automatic notice"},
    "role": {"responder": "Responder", "supervisor": "Supervisor"},
}


def labels(of: str) -> Mapping[str, str]:
    """The words of one kind of code."""
    return _LABELS[of]


def all_labels() -> tuple[str, ...]:
    """Every English word above, for the catalogues."""
    return tuple(word for words in _LABELS.values() for word in words.values())
