"""Who cannot be reached, and providers that fail for a while. Rules 13, 15 and 18 of oncall.md, part B3; see also
test_alarms.py, test_dead_ends.py, test_bundles.py and test_outbox.py."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.database.session import database_now
from bot.database.tables import Staff
from bot.errors import TemporarySendError
from bot.escalation.roster import places
from bot.escalation.roster_store import load_roster
from bot.messages import outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.messages.retry import MAX_SEND_ATTEMPTS, Next, after_failure
from tests.unit.escalation.seen import acknowledge_as, paged
from tests.unit.house import CRY, House


def test_rule_13_whose_account_is_disabled_is_neither_on_call_nor_the_last_resort(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=None)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == dara).values(active=False))
    house.arrives(CRY)
    assert paged(house) == [vanna]
    with house.database.transaction() as session:
        assert places(database_now(session), load_roster(session)) == frozenset(), "nobody thinks that they are there"


def test_rule_15_a_provider_that_fails_on_and_on_is_left_for_the_next_way_before_the_step_is_over(
    house: House,
) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.on_call("Vanna", step=2)
    house.staff_bot.failures.extend([TemporarySendError()] * 50)
    house.arrives(CRY)
    while not house.send() or not house.pages():
        house.pass_time(timedelta(seconds=1))
    assert house.sweep() == 0, "the step is not over"
    assert paged(house) == [dara, dara]
    assert [each.address for each in house.pages()] == ["+12025550122"]
    assert 50 - len(house.staff_bot.failures) == 3, "and it was tried more than once"


def test_rule_15_the_tries_are_bounded_however_long_a_step_lasts() -> None:
    decided = [
        after_failure(
            TemporarySendError(), audience=Audience.RESPONDER, attempts=attempts, patience=timedelta(days=1)
        ).next
        for attempts in range(1, MAX_SEND_ATTEMPTS + 1)
    ]
    assert decided == [Next.AGAIN] * (MAX_SEND_ATTEMPTS - 1) + [Next.GIVE_UP]


def test_rule_18_the_others_of_a_bundle_go_again_when_the_case_that_carried_them_was_taken_meanwhile(
    house: House,
) -> None:
    house.on_call("Dara")
    for sender in ("+12025550131", "+12025550132", "+12025550133"):
        house.arrives(CRY, sender=sender)
    with house.database.transaction() as session:
        lease, rules = house.settings.lease, HoldRules.of(house.settings)
        assert outbox_claims.claim(session, Audience.RESPONDER, lease=lease, rules=rules) is not None
    acknowledge_as(house, house.on_call("Mali", step=None), number=101)
    house.pass_time(lease + timedelta(seconds=1))
    house.tidy()
    house.send()
    [page] = [each for each in house.pages() if each.address == "chat of Dara"]
    assert [line.split()[1] for line in page.text.splitlines() if line.startswith("ACK")] == ["102", "103"]
    assert "You may have had this page before." in page.text
