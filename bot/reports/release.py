"""Whether somebody outside may be told of a case: the rule, pure. Why it is as it is stands in
docs/decisions/0008-who-may-be-told.md; rows and people are in bot/conversation/release_desk.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.database.states import Choice
from bot.deployment import Party, Trigger


class Writer(StrEnum):
    """Whose word it is, as far as they said."""

    IN_NEED = "in_need"  # the person in need, about themselves
    FOR_ANOTHER = "for_another"  # somebody else asks for help for them, or nobody knows who it is about
    TIP = "tip"  # somebody tells what they saw or know


class Outcome(StrEnum):
    """What becomes of the wish to tell somebody."""

    ALLOWED = "allowed"  # may be told
    NEEDS_SECOND = "needs_second"  # may be told once a second named person agrees
    REFUSED = "refused"  # may not be told


class Why(StrEnum):
    """The reason, as a code; SENTENCES and the console have the words."""

    CHOSEN = "chosen"
    CHOSEN_FOR_ANOTHER = "chosen_for_another"
    CHOSEN_THOUGH_OFFICIAL = "chosen_though_official"
    DUTY = "duty"
    DUTY_OTHER_AUTHORITY = "duty_other_authority"
    TIP_RULE = "tip_rule"
    ERASED = "erased"
    NOTHING_CHOSEN = "nothing_chosen"
    CHOSE_OTHERWISE = "chose_otherwise"
    NEVER_POLICE = "never_police"
    OFFICIAL_CLOSES_POLICE = "official_closes_police"
    OFFICIAL_OTHER_AUTHORITY = "official_other_authority"
    DUTY_NOT_LISTED = "duty_not_listed"
    DUTY_NOT_TOLD = "duty_not_told"
    TIP_NOT_TOLD = "tip_not_told"


SENTENCES: dict[Why, str] = {
    Why.CHOSEN: "they chose it themselves",
    Why.CHOSEN_FOR_ANOTHER: "it was chosen by somebody else than the person in need, so a second person must agree",
    Why.CHOSEN_THOUGH_OFFICIAL: "an official is named, and they chose it all the same; a second person must agree",
    Why.DUTY: "a law of deployment.yml demands it and they were told of it before; a second person must agree",
    Why.DUTY_OTHER_AUTHORITY: "a law demands it, to another authority than the official's; a second person must agree",
    Why.TIP_RULE: "what somebody saw may go there, and they were told so; a second person must agree",
    Why.ERASED: "they erased everything, so there is nothing to tell",
    Why.NOTHING_CHOSEN: "they have chosen nobody outside",
    Why.CHOSE_OTHERWISE: "they chose somebody else, or nobody",
    Why.NEVER_POLICE: "their choice leaves out the police",
    Why.OFFICIAL_CLOSES_POLICE: "an official is named; police only if they choose police after that",
    Why.OFFICIAL_OTHER_AUTHORITY: "an official is named; a duty goes to another authority, marked as such, or nowhere",
    Why.DUTY_NOT_LISTED: "deployment.yml lists no such duty to this party",
    Why.DUTY_NOT_TOLD: "they had not been told of this duty before they last wrote",
    Why.TIP_NOT_TOLD: "they had not been told that what they saw may go there",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the rule says, and why."""

    outcome: Outcome
    why: Why


@dataclass(frozen=True, kw_only=True)
class Wish:
    """To tell this party; for a duty, or without one. `other_authority`: another one than the named official's."""

    party: Party
    duty: Trigger | None = None
    other_authority: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands of a case when somebody wishes to tell. `chosen` is the newest answer, None before any; `duties_told`
    and `tips_told` are what they had read when they wrote last; `duties_listed` is deployment.yml as it is now."""

    writer: Writer
    chosen: Choice | None = None
    official: bool = False  # one is said to be part of it
    chosen_after_official: bool = False  # and the newest answer came after that
    duties_listed: frozenset[tuple[Trigger, Party]] = frozenset()
    duties_told: frozenset[tuple[Trigger, Party]] = frozenset()
    tips_listed: frozenset[Party] = frozenset()
    tips_told: frozenset[Party] = frozenset()
    erased: bool = False


def may_release(wish: Wish, standing: Standing, *, second_agreed: bool = False) -> Verdict:
    """The rule. `second_agreed`: another named person than the one who asked has agreed."""
    verdict = _judge(wish, standing)
    if second_agreed and verdict.outcome is Outcome.NEEDS_SECOND:
        return Verdict(outcome=Outcome.ALLOWED, why=verdict.why)
    return verdict


def _judge(wish: Wish, standing: Standing) -> Verdict:
    if standing.erased:
        return _refused(Why.ERASED)
    if wish.duty is not None:
        return _for_duty(wish, wish.duty, standing)
    if standing.chosen is not None and standing.chosen.value == wish.party.value:
        return _as_chosen(wish, standing)
    if standing.chosen is None and standing.writer is Writer.TIP and wish.party in standing.tips_listed:
        return _by_tip_rule(wish, standing)
    if wish.party is Party.POLICE and standing.chosen is not None:
        return _refused(Why.NEVER_POLICE)
    return _refused(Why.NOTHING_CHOSEN if standing.chosen is None else Why.CHOSE_OTHERWISE)


def _for_duty(wish: Wish, duty: Trigger, standing: Standing) -> Verdict:
    """It goes before every choice, which is why two people must agree and the person must have known."""
    if (duty, wish.party) not in standing.duties_listed:
        return _refused(Why.DUTY_NOT_LISTED)
    if (duty, wish.party) not in standing.duties_told:
        return _refused(Why.DUTY_NOT_TOLD)
    if standing.official and wish.party in _OF_THE_STATE:
        if not wish.other_authority:
            return _refused(Why.OFFICIAL_OTHER_AUTHORITY)
        return _needs_second(Why.DUTY_OTHER_AUTHORITY)
    return _needs_second(Why.DUTY)


def _as_chosen(wish: Wish, standing: Standing) -> Verdict:
    if standing.official:
        if wish.party is Party.POLICE and not standing.chosen_after_official:
            return _refused(Why.OFFICIAL_CLOSES_POLICE)
        return _needs_second(Why.CHOSEN_THOUGH_OFFICIAL)
    if standing.writer is not Writer.IN_NEED:
        return _needs_second(Why.CHOSEN_FOR_ANOTHER)
    return Verdict(outcome=Outcome.ALLOWED, why=Why.CHOSEN)


def _by_tip_rule(wish: Wish, standing: Standing) -> Verdict:
    """The people a tip is about were asked nothing, so two people look at what it would do to them."""
    if standing.official and wish.party in _OF_THE_STATE:
        return _refused(Why.OFFICIAL_CLOSES_POLICE)
    return _needs_second(Why.TIP_RULE) if wish.party in standing.tips_told else _refused(Why.TIP_NOT_TOLD)


# Whom an official may work for, or know. Who the official is of is in words only staff can judge.
_OF_THE_STATE = frozenset({Party.POLICE, Party.LABOUR, Party.CHILD_PROTECTION, Party.LOCAL_AUTHORITY})


def _refused(why: Why) -> Verdict:
    return Verdict(outcome=Outcome.REFUSED, why=why)


def _needs_second(why: Why) -> Verdict:
    return Verdict(outcome=Outcome.NEEDS_SECOND, why=why)
