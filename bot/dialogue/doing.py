"""The one order in which directives stand, however many parts of a turn gave them."""

from typing import Any

ORDER = (
    "choose_language",
    "opt_out",
    "wipe",
    "confirm_safe",
    "declare_unsafe",
    "tell_status",
    "give_code",
    "tell_numbers",
    "keep_chat_empty",
    "record_facts",
    "raise_urgency",
    "call_person",
    "file_report",
)


def in_order(directives: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The directives in the one order of docs/dialogue.md, however many parts of the turn gave them."""
    return sorted(directives, key=lambda directive: ORDER.index(directive["directive"]))
