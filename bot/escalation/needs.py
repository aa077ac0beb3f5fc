"""What a case asks of the person who takes it: pure. A language is a wish, a conflict is a bar."""

from __future__ import annotations

from dataclasses import dataclass

OFFICIAL = "official"  # among `about`: somebody with an office is part of it


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Of one alarm. `about` are its coded words: the reasons of its urgency, `country:KH`, `official`."""

    language: str | None = None
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of a responder here: the languages they read, and what they may not take."""

    staff_id: int
    reads: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()

    def may_take(self, needs: Needs) -> bool:
        """Whether nothing of the case is among what this person may not take."""
        return not (self.conflicts & needs.about)

    def can_read(self, needs: Needs) -> bool:
        """Whether they read its language; of a case without a known one nobody is asked for more."""
        return needs.language is None or needs.language in self.reads


ANYTHING = Needs()
