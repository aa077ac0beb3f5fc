"""What random walks found broken, each as a conversation that both engines must keep to."""

from __future__ import annotations

from tests.conversations.conversations import say, told

_FIRST = say("<what>", "who_can_see", "ask_place", do="record_facts:details")
_AGAIN = say("<what>", "ask_place", do="record_facts:details")
_A_TIP = (
    say("<where>", "ask_when", do="record_facts:place"),
    say("<skip>", "ask_people"),
    say("<skip>", "ask_children"),
)

FOUND_BY_WALKS = (
    told(
        "who leaves out the last question about an offer is not left in silence",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("<1>", "info_job_offer", "ask_departure", do="record_facts:info_topic"),
        say("<where>", "who_is_told", "filed", do="record_facts:departure raise_urgency:HIGH file_report"),
        say("<question>", "who_can_see", "ask_info_topic", do="record_facts:topic"),
        say("<1>", "info_job_offer", "ask_departure", do="record_facts:info_topic"),
        say("<skip>", "thanks"),
        say("<question>", "ask_info_topic", do="record_facts:topic"),
        say("<skip>", "ask_question"),
        say("<skip>", "thanks"),
    ),
    told(
        "a tip is read back although the one before it was not",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<skip>", "who_is_told", "ask_details"),
        _FIRST,
        *_A_TIP,
        say("<skip>", "ask_how_known"),
        say("<skip>", "ask_confirmed"),
        say("<skip>", "filed", do="file_report"),
        say("<tip>", "ask_danger_now", do="record_facts:topic"),
        say("<skip>", "ask_details"),
        _AGAIN,
        *_A_TIP,
        say("<skip>", "ask_how_known"),
        say("<skip>", "ask_confirmed"),
    ),
    told(
        "children are told of after danger: a reason of its own, should the alarm have been closed meanwhile",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<1>", "who_is_told", "ask_details", do="record_facts:danger_now raise_urgency:URGENT"),
        _FIRST,
        *_A_TIP,
        say("<1>", "ask_how_known", do="record_facts:children raise_urgency:URGENT"),
    ),
    told(
        "what was told before a gap is not read back, whoever says that it is safe",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<skip>", "who_is_told", "ask_details"),
        _FIRST,
        *_A_TIP,
        say("<skip>", "ask_how_known"),
        say("<skip>", "ask_confirmed"),
        say("<status>", "ask_safe_now", gap=True),
        say("<yes>", "filed", do="confirm_safe file_report"),
    ),
    told(
        "nor what was told before stop, or before it was not safe",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<skip>", "who_is_told", "ask_details"),
        _FIRST,
        *_A_TIP,
        say("<stop>", "stop", do="opt_out"),
        say("<status>", "ask_safe_now"),
        say("<no>", "not_safe", do="declare_unsafe"),
        say("<status>", "ask_safe_now"),
        say("<yes>", "ask_children", do="confirm_safe"),
        say("<skip>", "ask_how_known"),
        say("<skip>", "filed", do="file_report"),
    ),
    told(
        "after a gap nothing is told about a subject before it is safe, and the subject is asked for again",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_info_topic", do="confirm_safe"),
        say("<2>", "ask_safe_now", gap=True),
        say("<yes>", "who_is_told", "ask_info_topic", do="confirm_safe"),
        say("5", "who_can_see", "ask_scam_kind", do="record_facts:info_topic"),
        say("<1>", "ask_safe_now", gap=True),
        say("<yes>", "ask_scam_kind", do="confirm_safe"),
        say("<1>", "info_lost_money", do="record_facts:scam_kind"),
    ),
    told(
        "whom we may tell, chosen anew after a gap, is asked once more when it is safe",
        say("<share>", "ask_safe_now"),
        say("<1>", "who", "ask_topic", do="confirm_safe"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("<2>", "ask_safe_now", gap=True),
        say("<yes>", "who_can_see", "ask_tell_whom", do="confirm_safe"),
        say("<2>", "choice_kept", "ask_topic", do="record_facts:tell_whom"),
    ),
)
