"""The rule of who may be told, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from bot.database.states import Choice
from bot.deployment import Party, Trigger
from bot.reports.release import SENTENCES, Outcome, Standing, Why, Wish, Writer, may_release

CHILD_TO_POLICE = frozenset({(Trigger.CHILD_IN_DANGER, Party.POLICE)})
BOUND = {"duties_listed": CHILD_TO_POLICE, "duties_told": CHILD_TO_POLICE}
LISTED_ONLY = {"duties_listed": CHILD_TO_POLICE}
TIPS = {"tips_listed": frozenset({Party.POLICE, Party.NGO}), "tips_told": frozenset({Party.POLICE, Party.NGO})}
OFFICIAL = {"official": True}
OFFICIAL_THEN_CHOSEN = {"official": True, "chosen_after_official": True}
OWN, OTHER, TIP = Writer.IN_NEED, Writer.FOR_ANOTHER, Writer.TIP
YES, SECOND, NO = Outcome.ALLOWED, Outcome.NEEDS_SECOND, Outcome.REFUSED
DUTY = {"duty": Trigger.CHILD_IN_DANGER}
ELSEWHERE = {**DUTY, "other_authority": True}

# label: whose word, what they chose, what else stands, whom to tell, how, what comes of it, why
ROWS: dict[str, tuple[Writer, Choice | None, dict[str, Any], Party, dict[str, Any], Outcome, Why]] = {
    "nothing chosen is ours only": (OWN, None, {}, Party.NGO, {}, NO, Why.NOTHING_CHOSEN),
    "nothing chosen, police": (OWN, None, {}, Party.POLICE, {}, NO, Why.NOTHING_CHOSEN),
    "ours only, police": (OWN, Choice.OURS, {}, Party.POLICE, {}, NO, Why.NEVER_POLICE),
    "ours only, aid group": (OWN, Choice.OURS, {}, Party.NGO, {}, NO, Why.CHOSE_OTHERWISE),
    "aid group chosen": (OWN, Choice.NGO, {}, Party.NGO, {}, YES, Why.CHOSEN),
    "embassy chosen": (OWN, Choice.EMBASSY, {}, Party.EMBASSY, {}, YES, Why.CHOSEN),
    "labour chosen": (OWN, Choice.LABOUR, {}, Party.LABOUR, {}, YES, Why.CHOSEN),
    "police chosen": (OWN, Choice.POLICE, {}, Party.POLICE, {}, YES, Why.CHOSEN),
    "embassy is not police": (OWN, Choice.EMBASSY, {}, Party.POLICE, {}, NO, Why.NEVER_POLICE),
    "police is not everybody": (OWN, Choice.POLICE, {}, Party.LABOUR, {}, NO, Why.CHOSE_OTHERWISE),
    "police is not child protection": (OWN, Choice.POLICE, {}, Party.CHILD_PROTECTION, {}, NO, Why.CHOSE_OTHERWISE),
    "chosen for somebody else": (OTHER, Choice.POLICE, {}, Party.POLICE, {}, SECOND, Why.CHOSEN_FOR_ANOTHER),
    "chosen by who saw it": (TIP, Choice.LABOUR, {}, Party.LABOUR, {}, SECOND, Why.CHOSEN_FOR_ANOTHER),
    "a duty against never police": (OWN, Choice.OURS, BOUND, Party.POLICE, DUTY, SECOND, Why.DUTY),
    "a duty where nothing was chosen": (OWN, None, BOUND, Party.POLICE, DUTY, SECOND, Why.DUTY),
    "a duty is asked for, never assumed": (OWN, Choice.OURS, BOUND, Party.POLICE, {}, NO, Why.NEVER_POLICE),
    "a duty not told before": (OWN, Choice.OURS, LISTED_ONLY, Party.POLICE, DUTY, NO, Why.DUTY_NOT_TOLD),
    "a duty not told, police chosen": (OWN, Choice.POLICE, LISTED_ONLY, Party.POLICE, DUTY, NO, Why.DUTY_NOT_TOLD),
    "a duty to somebody else": (OWN, Choice.OURS, BOUND, Party.EMBASSY, DUTY, NO, Why.DUTY_NOT_LISTED),
    "another duty than the listed one": (
        OWN, Choice.OURS, BOUND, Party.POLICE, {"duty": Trigger.DANGER_TO_LIFE}, NO, Why.DUTY_NOT_LISTED,
    ),
    "told once, listed no more": (
        OWN, Choice.OURS, {"duties_told": CHILD_TO_POLICE}, Party.POLICE, DUTY, NO, Why.DUTY_NOT_LISTED,
    ),
    "a duty in a tip": (TIP, Choice.OURS, BOUND, Party.POLICE, DUTY, SECOND, Why.DUTY),
    "official, police chosen before": (OWN, Choice.POLICE, OFFICIAL, Party.POLICE, {}, NO, Why.OFFICIAL_CLOSES_POLICE),
    "official, police chosen after": (
        OWN, Choice.POLICE, OFFICIAL_THEN_CHOSEN, Party.POLICE, {}, SECOND, Why.CHOSEN_THOUGH_OFFICIAL,
    ),
    "official, marking another authority is no choice": (
        OWN, Choice.POLICE, OFFICIAL, Party.POLICE, {"other_authority": True}, NO, Why.OFFICIAL_CLOSES_POLICE,
    ),
    "official, embassy chosen before": (
        OWN, Choice.EMBASSY, OFFICIAL, Party.EMBASSY, {}, SECOND, Why.CHOSEN_THOUGH_OFFICIAL,
    ),
    "official, duty to the same police": (
        OWN, Choice.OURS, {**BOUND, **OFFICIAL}, Party.POLICE, DUTY, NO, Why.OFFICIAL_OTHER_AUTHORITY,
    ),
    "official, duty to another authority": (
        OWN, Choice.OURS, {**BOUND, **OFFICIAL}, Party.POLICE, ELSEWHERE, SECOND, Why.DUTY_OTHER_AUTHORITY,
    ),
    "official, duty to another authority, not told": (
        OWN, Choice.OURS, {**LISTED_ONLY, **OFFICIAL}, Party.POLICE, ELSEWHERE, NO, Why.DUTY_NOT_TOLD,
    ),
    "a tip where tips may go": (TIP, None, TIPS, Party.POLICE, {}, SECOND, Why.TIP_RULE),
    "a tip where tips may not go": (TIP, None, TIPS, Party.EMBASSY, {}, NO, Why.NOTHING_CHOSEN),
    "a tip without a rule": (TIP, None, {}, Party.POLICE, {}, NO, Why.NOTHING_CHOSEN),
    "a tip, rule not told": (TIP, None, {"tips_listed": TIPS["tips_listed"]}, Party.POLICE, {}, NO, Why.TIP_NOT_TOLD),
    "a tip, but they chose nobody": (TIP, Choice.OURS, TIPS, Party.NGO, {}, NO, Why.CHOSE_OTHERWISE),
    "a tip, but they left out the police": (TIP, Choice.NGO, TIPS, Party.POLICE, {}, NO, Why.NEVER_POLICE),
    "a tip of an official": (TIP, None, {**TIPS, **OFFICIAL}, Party.POLICE, {}, NO, Why.OFFICIAL_CLOSES_POLICE),
    "a tip of an official, to an aid group": (TIP, None, {**TIPS, **OFFICIAL}, Party.NGO, {}, SECOND, Why.TIP_RULE),
    "the tip rule is not for who needs help": (OWN, None, TIPS, Party.POLICE, {}, NO, Why.NOTHING_CHOSEN),
    "nor for who asks for another": (OTHER, None, TIPS, Party.NGO, {}, NO, Why.NOTHING_CHOSEN),
    "erased, though chosen": (OWN, Choice.POLICE, {"erased": True}, Party.POLICE, {}, NO, Why.ERASED),
    "erased, though a duty": (OWN, None, {**BOUND, "erased": True}, Party.POLICE, DUTY, NO, Why.ERASED),
}  # fmt: skip


@pytest.mark.parametrize(("writer", "chosen", "stands", "party", "how", "outcome", "why"), ROWS.values(), ids=ROWS)
def test_the_rule(
    writer: Writer,
    chosen: Choice | None,
    stands: dict[str, Any],
    party: Party,
    how: dict[str, Any],
    outcome: Outcome,
    why: Why,
) -> None:
    wish, standing = Wish(party=party, **how), Standing(writer=writer, chosen=chosen, **stands)
    verdict = may_release(wish, standing)
    assert (verdict.outcome, verdict.why) == (outcome, why)
    agreed = may_release(wish, standing, second_agreed=True)
    assert agreed.outcome is (YES if outcome is SECOND else outcome)
    assert agreed.why is why


def test_no_case_is_told_to_police_against_the_choice_but_by_a_listed_duty_told_and_agreed() -> None:
    """Every combination there is, not only the rows above."""
    allowed = [
        (wish, standing)
        for standing in every_standing()
        for wish in every_wish(Party.POLICE)
        if standing.chosen not in (None, Choice.POLICE) and may_release(wish, standing).outcome is not NO
    ]
    assert allowed
    for wish, standing in allowed:
        assert wish.duty is not None
        assert (wish.duty, Party.POLICE) in standing.duties_listed & standing.duties_told
        assert may_release(wish, standing).outcome is SECOND
        assert wish.other_authority or not standing.official


def test_one_person_alone_releases_only_what_the_person_in_need_chose() -> None:
    for standing in every_standing():
        for party in Party:
            for wish in every_wish(party):
                if may_release(wish, standing).outcome is YES:
                    assert standing.writer is OWN
                    assert standing.chosen is not None
                    assert standing.chosen.value == party.value
                    assert not standing.official


def test_every_reason_has_a_sentence_and_a_row() -> None:
    assert set(SENTENCES) == set(Why)
    assert {row[-1] for row in ROWS.values()} == set(Why)


def every_standing() -> list[Standing]:
    facts: list[dict[str, Any]] = [{}, BOUND, LISTED_ONLY, TIPS, {**BOUND, **TIPS}]
    officials: list[dict[str, Any]] = [{}, OFFICIAL, OFFICIAL_THEN_CHOSEN]
    return [
        Standing(writer=writer, chosen=chosen, **about, **named, erased=erased)
        for writer in Writer
        for chosen in (None, *Choice)
        for about in facts
        for named in officials
        for erased in (False, True)
    ]


def every_wish(party: Party) -> list[Wish]:
    return [
        Wish(party=party, duty=duty, other_authority=elsewhere)
        for duty in (None, *Trigger)
        for elsewhere in (False, True)
    ]
