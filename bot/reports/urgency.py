"""How soon a human must see something; domain.md 3.2. Raised by anything, lowered only by a named human."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    """Ordered from least to most urgent; compare with `higher_of`, `pages` or `rank`."""

    INFO = "INFO"  # a question, thanks, a redirect: nobody waits for it
    STANDARD = "STANDARD"  # within three days
    HIGH = "HIGH"  # the same day
    URGENT = "URGENT"  # page now, acknowledged within 30 minutes
    CRITICAL = "CRITICAL"  # page now, acknowledged within 5 minutes

    @property
    def rank(self) -> int:
        """0 (INFO) to 4 (CRITICAL)."""
        return list(Urgency).index(self)

    @property
    def pages(self) -> bool:
        """Whether this urgency wakes a responder."""
        return self.rank >= Urgency.URGENT.rank


def higher_of(first: Urgency, *others: Urgency) -> Urgency:
    """The most urgent of all given: the floor and the model never outvote each other downwards."""
    return max((first, *others), key=lambda urgency: urgency.rank)
