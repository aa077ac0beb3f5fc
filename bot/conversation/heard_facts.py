"""What a message names, as facts for staff: each value with the words it came from. Pure; sealing is the caller's."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.engine import Understanding

FACT = "heard_"  # before the entity's name, so that what was heard never mixes with what was answered
_NO_FACT = frozenset({"language"})


def heard_facts(understanding: Understanding) -> dict[str, str]:
    """Fact → a line per thing named: `poipet (ปอยเปต)`; the words alone where they are the value."""
    facts: dict[str, list[str]] = {}
    for each in understanding.entities:
        if each.entity not in _NO_FACT:
            line = each.value if each.value == each.text else f"{each.value} ({each.text})"
            facts.setdefault(FACT + each.entity, []).append(line)
    return {name: "\n".join(dict.fromkeys(lines)) for name, lines in facts.items()}


def deadline_of(understanding: Understanding) -> datetime | None:
    """When the earliest thing they announce may begin: the start of the interval that the value tells (ISO 8601)."""
    starts = []
    for each in understanding.entities:
        if each.entity == "deadline":
            try:
                start = datetime.fromisoformat(each.value.partition("/")[0])
            except ValueError:
                continue  # a model of another version; the words themselves are in the facts
            if start.tzinfo is not None:
                starts.append(start)
    return min(starts, default=None)
