"""Rudeness, thanks, small talk, and distress again and again: a word, and back to the point."""

from __future__ import annotations

from tests.conversations.conversations import HELP, SAFE, say, told

MANNERS = (
    told(
        "urgent later is told whenever it comes up again, and the form goes on",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<where>", "urgent_received", "ask_details", do="record_facts:place", urgent=True),
        say("<what>", "ask_people", do="record_facts:details", urgent=True),
        say("<4>", "ask_write_back", do="record_facts:people"),
        say("zzkq", "urgent_received", "ask_write_back", do="record_facts:details", urgent=True),
    ),
    told(
        "who wants to die is answered warmly each time, also in the middle of other urgent words",
        say("zzkq", "urgent_received", "ask_safe_now", do="record_facts:details,topic", urgent=True),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("xqz", "urgent_received", "ask_whose", do="record_facts:details", urgent=True),
        say(
            "vvk",
            "suicide_received",
            "ask_danger_now",
            do="record_facts:details call_person",
            urgent=True,
            suicidal=True,
        ),
        say("xqz vvk", "suicide_received", "ask_danger_now", do="record_facts:details", urgent=True, suicidal=True),
    ),
    told(
        "rudeness is answered kindly, the question stays open and nothing counts against them",
        say("<insult>", "ask_safe_now"),
        say("<insult>", "ask_safe_now"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("<insult>", "insult", "ask_whose"),
        say("<insult>", "insult", "ask_whose"),
        say("<insult>", "insult", "ask_whose"),
        say("<2>", "who_is_told", "ask_danger_now", do="record_facts:whose"),
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<insult>", "insult", "ask_place"),
        say("<where>", "ask_details", do="record_facts:place"),
    ),
    told(
        "rudeness that is urgent is no rudeness",
        say("<insult>", "urgent_received", "ask_safe_now", do="record_facts:topic", urgent=True),
    ),
    told(
        "who writes here is told to nobody who has not said that it is safe, then at any time",
        say("<who>", "ask_safe_now"),
        say("<who>", "ask_safe_now"),
        SAFE,
        say("<who>", "who", "ask_topic"),
        say("<1>", "who_is_told", "ask_whose", do="record_facts:topic"),
        say("<who>", "ask_safe_now", gap=True),
    ),
    told(
        "thanks and the carriers' START tell nothing, and cost nothing",
        say("<thanks>", "ask_safe_now"),
        say("<start>", "ask_safe_now"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("<thanks>", "thanks", "ask_whose"),
        say("<start>", "who_is_told", "ask_whose"),
        say("<stop>", "stop", do="opt_out"),
        say("<start>", "ask_safe_now"),
    ),
    told(
        "who asks for a person is told that one is called once it is safe, and a person is called at once",
        say("<person>", "ask_safe_now", do="call_person"),
        say("<yes>", "to_person", "ask_topic", do="confirm_safe"),
        say("<2>", "who", "ask_danger_now", do="record_facts:topic"),
    ),
    told(
        "another hand that says yes after a silence is not told that a person was asked for",
        say("<person>", "ask_safe_now", do="call_person"),
        say("<status>", "ask_safe_now", gap=True),
        say("<yes>", "who", "ask_topic", do="confirm_safe"),
    ),
    told(
        "thanks and START are no answer to a question in free words",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<thanks>", "thanks", "ask_place"),
        say("<start>", "ask_place"),
        say("<where>", "ask_details", do="record_facts:place"),
        say("<thanks>", "thanks", "ask_details"),
        say("<what>", "ask_people", do="record_facts:details"),
    ),
)
