"""Which ways read words aloud, in which languages, and what is worth ringing somebody's telephone for."""

from __future__ import annotations

READ_ALOUD = frozenset({"voice_twilio"})
SPOKEN_LANGUAGES = frozenset({"th", "vi", "en"})  # no voice speaks Khmer or Burmese (docs/channels.md)
LINK_ONLY = frozenset({"apprise"})  # nothing can be answered there: the page carries a link to the console
# Nobody is rung up, at night, to be told that there is nothing to do; it goes by another way, or not at all.
_NO_REASON_TO_CALL = frozenset(
    {
        "taken_by_you",
        "taken_by_other",
        "already_taken",
        "code_not_valid",
        "page_is_over",
        "take_it_first",
        "answer_queued",
        "answer_refused",
        "not_understood",
        "linked",
        "not_known",
        "code_throttled",
        "escalated",
        "escalate_stale",
        "escalate_once",
        "escalate_no_higher",
        "busy_noted",
        "not_yours",
        "nobody_of_that_name",
        "cannot_be_reached",
        "may_not_take",
        "calling",
        "call_under_way",
        "call_heard",
        "call_answered",
        "call_declined",
        "call_unanswered",
        "hand_over_asked",
        "handed_over",
        "hand_over_declined",
        "hand_over_unanswered",
        "hand_over_is_over",
        "declined_by_you",
    }
)


def worth_sending(channel: str, template: str) -> bool:
    """Whether this may go by this way; everything not known here may: a call too many rather than one too few."""
    return channel not in READ_ALOUD or template not in _NO_REASON_TO_CALL


def language_on(channel: str, language: str) -> str:
    """The language of a responder's words on this way: their own, or English where no voice speaks it."""
    return language if channel not in READ_ALOUD or language in SPOKEN_LANGUAGES else "en"
