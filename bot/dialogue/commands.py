"""What the lists of command words (`bot/conversation/command_words/`) stand for, alike for both engines."""

from collections.abc import Mapping

LANGUAGES = ("th", "km", "vi", "my", "en")  # the order of the buttons of utter_choose_language

# A key of the lists → the intent it stands for. Later keys win where two lists of a language share a word.
INTENT_OF_KEY: Mapping[str, str] = {
    "help": "help_self",
    "tip": "report_tip",
    "question": "ask_information",
    "scammed": "ask_information",
    "yes": "affirm",
    "no": "deny",
    "safe": "affirm",
    "not_safe": "deny",
    "skip": "skip",
    "stop": "stop",
    "wipe": "wipe",
    "person": "talk_to_person",
    "language": "choose_language",
    "status": "status",
    "code": "code",
    "numbers": "numbers",
    "vanish": "vanish",
    "keep": "keep",
    "share": "share",
    "start": "greet",  # the carriers' word after "stop": the conversation goes on, and it tells nothing
    "thanks": "thanks",
    "who_are_you": "who_are_you",
    "insult": "insult",
}
# "I was scammed" says what the question is about; which of two it means is asked (utter_ask_scam_kind).
SUBJECT_OF_KEY: Mapping[str, str] = {"scammed": "lost_money"}
# "Safe" is yes to "is it safe" and no to "is anyone in danger".
ABOUT_SAFETY: Mapping[str, bool] = {"safe": True, "not_safe": False}
