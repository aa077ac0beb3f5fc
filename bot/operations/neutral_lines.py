"""The lines that a deployment writes itself are held to the rules of every other word: a stranger reads them."""

from __future__ import annotations

from bot.deployment import Deployment
from bot.errors import ConfigurationError
from bot.operations.words_rules import Message, breaches_of


def problems_with_lines(deployment: Deployment) -> list[str]:
    """What is wrong with the neutral lines, by the rules of words_rules.py; a danger word may not stand anywhere in
    them, because they are one line."""
    problems = []
    for language in deployment.languages:
        lines = {
            "neutral_line": deployment.neutral_line[language],
            "cover_line": deployment.told_to_strangers(language),
        }
        for name, text in lines.items():
            one_line = Message(name=name, language=language.value, text=" ".join(text.split()))
            problems += [f"{breach.name} ({language.value}): {breach.rule}" for breach in breaches_of(one_line)]
    return problems


def check_lines(deployment: Deployment) -> None:
    """Raises ConfigurationError for a line that must reach nobody."""
    if problems := problems_with_lines(deployment):
        raise ConfigurationError("; ".join(dict.fromkeys(problems)))
