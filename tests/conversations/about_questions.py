"""Conversations about questions: what is told without anything being reported, "I was scammed", and an answer that is
none twice, which brings a person."""

from __future__ import annotations

from tests.conversations.conversations import HELP, say, told

ASKS = (
    say("<question>", "ask_safe_now", do="record_facts:topic"),
    say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
)
AID = (*ASKS, say("6", "who_is_told", "ask_aid_kind", do="record_facts:info_topic"))

ABOUT_QUESTIONS = (
    told(
        "where help is to be had is told by kind, and nothing is filed",
        *AID,
        say("<1>", "info_shelter", do="record_facts:aid_kind"),
        say("<question>", "who_can_see", "ask_info_topic", do="record_facts:topic"),
        say("6", "ask_aid_kind", do="record_facts:info_topic"),
        say("<2>", "info_medical", do="record_facts:aid_kind"),
        say("<question>", "ask_info_topic", do="record_facts:topic"),
        say("6", "ask_aid_kind", do="record_facts:info_topic"),
        say("3", "info_legal", do="record_facts:aid_kind"),
        say("<question>", "ask_info_topic", do="record_facts:topic"),
        say("6", "ask_aid_kind", do="record_facts:info_topic"),
        say("<4>", "info_counselling", do="record_facts:aid_kind"),
        say("<question>", "ask_info_topic", do="record_facts:topic"),
        say("6", "ask_aid_kind", do="record_facts:info_topic"),
        say("5", "info_embassy", do="record_facts:aid_kind"),
    ),
    told(
        "which kind of help is left out, and it does not end in silence",
        *AID,
        say("<skip>", "who_can_see", "thanks"),
    ),
    told(
        "which kind of help is asked again after a gap, and told only once it is safe",
        *AID,
        say("<1>", "ask_safe_now", gap=True),
        say("<yes>", "who_can_see", "ask_aid_kind", do="confirm_safe"),
        say("<1>", "info_shelter", do="record_facts:aid_kind"),
    ),
    told(
        "I was scammed, as the first words, is asked which of two it is",
        say("<scammed>", "ask_safe_now", do="record_facts:info_topic,topic"),
        say("<yes>", "who", "ask_scam_kind", do="confirm_safe"),
        say("<1>", "info_lost_money", do="record_facts:scam_kind"),
    ),
    told(
        "I was scammed, by somebody who was brought to work, becomes a request for help",
        say("<scammed>", "ask_safe_now", do="record_facts:info_topic,topic"),
        say("<yes>", "who", "ask_scam_kind", do="confirm_safe"),
        say("<2>", "who_is_told", "ask_whose", do="record_facts:scam_kind,topic"),
    ),
    told(
        "I was scammed answers what it is about, and what the question is about",
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        say("<yes>", "who", "ask_topic", do="confirm_safe"),
        say("<scammed>", "who_is_told", "ask_scam_kind", do="record_facts:info_topic,question,topic"),
    ),
    told(
        "I was scammed as the subject of a question",
        *ASKS,
        say("<scammed>", "who_is_told", "ask_scam_kind", do="record_facts:info_topic"),
    ),
    told(
        "I was scammed in the middle of a request for help is kept as what happened",
        *HELP,
        say("<scammed>", "who_can_see", "ask_danger_now", do="record_facts:details"),
        say("<yes>", "ask_place", do="record_facts:danger_now raise_urgency:CRITICAL"),
    ),
    told(
        "I was scammed where words are asked for is the answer",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<where>", "ask_details", do="record_facts:place"),
        say("<scammed>", "ask_people", do="record_facts:details"),
    ),
    told(
        "whose it is, answered twice with something else, brings a person and the next question",
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("zzkq", "who_is_told", "ask_whose", do="record_facts:details"),
        say("xqz", "to_person", "ask_danger_now", do="record_facts:details call_person"),
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
    ),
    told(
        "when we may write, answered twice with something else, brings a person and is left out",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<skip>", "ask_details"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_write_back"),
        say("9", "ask_write_back"),
        say("8", "to_person", "ask_tell_whom", do="call_person"),
    ),
    told(
        "children, answered twice with something else, bring a person",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<skip>", "who_is_told", "ask_details"),
        say("<what>", "who_can_see", "ask_place", do="record_facts:details"),
        say("<skip>", "ask_when"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_children"),
        say("9", "ask_children"),
        say("9", "to_person", "ask_how_known", do="call_person"),
    ),
    told(
        "the answer after a wrong one counts, and nobody is called",
        *HELP,
        say("zzkq", "who_can_see", "ask_danger_now", do="record_facts:details"),
        say("<no>", "ask_place", do="record_facts:danger_now"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_write_back"),
        say("9", "ask_write_back"),
        say("<1>", "ask_tell_whom", do="record_facts:write_back"),
    ),
    told(
        "danger after a voice note, before it is safe, answered twice with something else, silently brings a person",
        say("", "words_only", "ask_danger_now", kind="unreadable"),
        say("9", "ask_danger_now"),
        say("9", "ask_safe_now", do="call_person"),
    ),
    told(
        "a question to erase that is answered by something else calls nobody",
        *HELP,
        say("<wipe>", "ask_wipe"),
        say("9", "ask_wipe"),
        say("9", "not_wiped", "ask_danger_now"),
    ),
    told(
        "a place on the map answers where in a tip too",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<no>", "who_is_told", "ask_details", do="record_facts:danger_now"),
        say("<what>", "who_can_see", "ask_place", do="record_facts:details"),
        say("14.1, 100.2", "ask_when", do="record_facts:place", kind="location"),
    ),
)
