"""The durable outbox: in order, fenced, held, at most once to a reporter and at least once to a responder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.conversation import case_desk
from bot.database.states import Author, OutboxState, Safety
from bot.database.tables import ContactPoint, Conversation, OutboxMessage
from bot.errors import LeaseLostError, TemporarySendError, UncertainSendError
from bot.escalation.ownership import take_over
from bot.messages import outbox, outbox_claims, receipts
from bot.messages.holding import HoldRules
from bot.messages.message import Audience, Receipt, ReceiptState, SendResult
from bot.messages.outbox import Words
from bot.messages.outbox_claims import ClaimedOut
from bot.reports.report_store import lock_conversation
from tests.unit.house import CRY, OTHER_REPORTER, House

LEASE = timedelta(seconds=20)


def _claim(house: House, audience: Audience = Audience.REPORTER) -> ClaimedOut | None:
    with house.database.transaction() as session:
        return outbox_claims.claim(session, audience, lease=LEASE, rules=HoldRules.of(house.settings))


def _say(
    house: House, *texts: str, key: str = "k", author: Author = Author.SYSTEM, written_for: int | None = None
) -> list[int]:
    with house.database.transaction() as session:
        conversation = lock_conversation(session, house.conversation().id)
        return outbox.say(
            session,
            conversation,
            [Words(text=each) for each in texts],
            key=key,
            author=author,
            written_for=written_for,
        )


@pytest.fixture
def talking(house: House) -> House:
    """A reporter who has just written and was answered."""
    house.hears("hello")
    house.sms.sent.clear()
    return house


def _states(house: House) -> dict[int, OutboxState]:
    with house.database.transaction() as session:
        return {row.id: row.state for row in session.scalars(select(OutboxMessage))}


def test_words_to_one_person_leave_in_order(talking: House) -> None:
    _say(talking, "one", "two", "three")
    talking.send()
    assert [each.text for each in talking.sms.sent] == ["one", "two", "three"]


def test_a_word_that_must_be_tried_again_is_not_overtaken(talking: House) -> None:
    talking.sms.failures.append(TemporarySendError())
    _say(talking, "one", "two")
    talking.send()
    assert talking.sms.sent == []
    talking.pass_time(timedelta(seconds=2))
    talking.send()
    assert [each.text for each in talking.sms.sent] == ["one", "two"]


def test_one_person_is_sent_one_message_at_a_time_and_others_do_not_wait(talking: House) -> None:
    ids = _say(talking, "one", "two")
    first = _claim(talking)
    assert first is not None
    assert first.row.id == ids[0]
    assert _claim(talking) is None
    talking.arrives("hello", sender=OTHER_REPORTER)
    talking.handle()
    other = _claim(talking)
    assert other is not None
    assert other.row.conversation_id != first.row.conversation_id


def test_what_waits_before_an_urgent_reply_is_as_urgent(talking: House) -> None:
    with talking.database.transaction() as session:
        mine = lock_conversation(session, talking.conversation().id)
        outbox.say_template(session, mine, "utter_nobody_yet", key="status", author=Author.SYSTEM)
    talking.arrives("hello", sender=OTHER_REPORTER)
    talking.handle()
    with talking.database.transaction() as session:
        mine = lock_conversation(session, mine.id)
        outbox.say(session, mine, [Words(text="now")], key="urgent", author=Author.BOT, priority=outbox.URGENT_REPLY)
    first = _claim(talking)
    assert first is not None
    assert first.row.key == "status"


def test_the_same_cause_is_queued_once(talking: House) -> None:
    assert len(_say(talking, "one", "two", key="same")) == 2
    assert _say(talking, "one", "two", key="same") == []


def test_a_human_who_takes_over_silences_what_the_bot_still_wanted_to_say(house: House) -> None:
    staff_id = house.on_call("Dara")
    house.arrives(CRY)
    house.handle()
    with house.database.transaction() as session:
        report = house.report()
        conversation = lock_conversation(session, report.conversation_id)
        take_over(session, conversation, report, staff_id=staff_id)
    house.send()
    assert house.said() == []
    assert set(house.outbox_states(report.conversation_id)) == {"cancelled"}


def test_the_bots_words_for_a_turn_that_a_human_interrupted_are_cancelled_in_the_claim(talking: House) -> None:
    now = talking.conversation().version
    _say(talking, "stale", key="stale", author=Author.BOT, written_for=now - 1)
    _say(talking, "fresh", key="fresh", author=Author.BOT, written_for=now)
    _say(talking, "a truth", key="truth")
    talking.send()
    assert [each.text for each in talking.sms.sent] == ["fresh", "a truth"]
    assert OutboxState.CANCELLED in _states(talking).values()


def test_a_row_whose_conversation_is_being_changed_waits_instead_of_slipping_past_the_fence(talking: House) -> None:
    _say(talking, "bot", author=Author.BOT, written_for=talking.conversation().version)
    with talking.database.transaction() as session:
        lock_conversation(session, talking.conversation().id)
        assert _claim(talking) is None
    assert _claim(talking) is not None


HELD_CASES = {
    "just wrote, never asked": (0, Safety.UNKNOWN, False, True),
    "just wrote, safe": (0, Safety.SAFE, False, True),
    "just wrote, not safe": (0, Safety.UNSAFE, False, False),
    "just came back": (0, Safety.RETURNED, False, False),
    "just wrote, opted out": (0, Safety.SAFE, True, False),
    "eleven minutes ago, safe": (11, Safety.SAFE, False, False),
}


@pytest.mark.parametrize(("minutes", "safety", "opted_out", "goes"), HELD_CASES.values(), ids=HELD_CASES)
def test_every_word_to_a_reporter_passes_the_held_check(
    talking: House, minutes: int, safety: Safety, opted_out: bool, goes: bool
) -> None:
    talking.change(Conversation, safety=safety)
    if opted_out:
        with talking.database.transaction() as session:
            session.execute(update(ContactPoint).values(opted_out_at=func.now()))
    talking.pass_time(timedelta(minutes=minutes))
    [row] = _say(talking, "an answer", author=Author.STAFF)
    talking.send()
    assert _states(talking)[row] is (OutboxState.SENT if goes else OutboxState.HELD)
    assert len(talking.sms.sent) == goes


def test_what_is_held_stands_before_nothing_and_leaves_when_it_is_safe(talking: House) -> None:
    talking.pass_time(timedelta(minutes=11))
    [held] = _say(talking, "an answer", author=Author.STAFF)
    talking.send()
    assert _states(talking)[held] is OutboxState.HELD
    assert talking.hears("hello again") == [talking.wording.render("utter_ask_safe_now", "en", sms=True).text]
    assert _states(talking)[held] is OutboxState.HELD
    assert talking.hears("1")[0] == "an answer"


def test_rule_16_a_send_to_a_reporter_that_may_have_left_is_not_repeated_without_a_human(talking: House) -> None:
    talking.sms.failures.append(UncertainSendError())
    ids = _say(talking, "one", "two")
    talking.send()
    talking.pass_time(timedelta(hours=1))
    talking.tidy()
    talking.send()
    assert _states(talking)[ids[0]] is OutboxState.UNCERTAIN
    assert [each.text for each in talking.sms.sent] == ["two"], "an uncertain word stands before nothing"


def test_rule_16_one_key_sends_an_uncertain_message_again_once(talking: House) -> None:
    talking.sms.failures.append(UncertainSendError())
    [row] = _say(talking, "one")
    talking.send()
    staff_id = talking.on_call("Dara")
    talking.arrives(CRY)  # so that there is a case to open
    number = talking.report().number
    with talking.database.transaction() as session:
        assert case_desk.resend_uncertain(session, number, row, staff_id=staff_id)
    with talking.database.transaction() as session:
        assert not case_desk.resend_uncertain(session, number, row, staff_id=staff_id)
    talking.send()
    assert [each.text for each in talking.sms.sent].count("one") == 1
    assert _states(talking)[row] is OutboxState.SENT


@pytest.mark.parametrize(
    ("harmless", "expected"),
    [(frozenset[str](), OutboxState.UNCERTAIN), (frozenset({"sms"}), OutboxState.PENDING)],
    ids=["may have left", "the provider recognises a repeat"],
)
def test_a_reporters_message_whose_sender_died(talking: House, harmless: frozenset[str], expected: OutboxState) -> None:
    [row] = _say(talking, "one")
    lost = _claim(talking)
    assert lost is not None
    with talking.database.transaction() as session:
        outbox_claims.recover_expired_leases(session, harmless_repeats=harmless)
    assert _states(talking)[row] is OutboxState.SENDING, "its lease has not run out"
    talking.pass_time(LEASE + timedelta(seconds=1))
    with talking.database.transaction() as session:
        outbox_claims.recover_expired_leases(session, harmless_repeats=harmless)
    assert _states(talking)[row] is expected
    with pytest.raises(LeaseLostError), talking.database.transaction() as session:
        outbox_claims.record_sent(session, lost, SendResult(provider_id="late"), talking.keys)


@pytest.mark.parametrize("ended_by", ["take-over", "not safe any more"])
def test_words_that_may_have_left_are_never_said_to_be_cancelled_or_held(talking: House, ended_by: str) -> None:
    """Their sender died, the provider would recognise a repeat, but they are not to be repeated any more."""
    [row] = _say(talking, "one")
    assert _claim(talking) is not None
    talking.pass_time(LEASE + timedelta(seconds=1))
    with talking.database.transaction() as session:
        outbox_claims.recover_expired_leases(session, harmless_repeats=frozenset({"sms"}))
        if ended_by == "take-over":
            session.execute(update(OutboxMessage).values(expect_version=99))
        else:
            session.execute(update(Conversation).values(safety=Safety.UNSAFE))
    talking.send()
    assert _states(talking)[row] is OutboxState.UNCERTAIN
    assert talking.sms.sent == []


def test_rule_18_a_page_whose_sender_died_is_sent_again(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    assert _claim(house, Audience.RESPONDER) is not None
    house.pass_time(LEASE + timedelta(seconds=1))
    house.tidy()
    assert house.send() >= 1
    assert len(house.pages()) == 1


def test_rule_17_receipts_never_run_backwards(talking: House) -> None:
    [row] = _say(talking, "one")
    talking.send()

    def receipt(state: ReceiptState, provider_id: str = "sms-1") -> int | None:
        with talking.database.transaction() as session:
            return receipts.record_receipt(
                session, Receipt(channel="sms", provider_id=provider_id, state=state), talking.keys
            )

    assert not receipt(ReceiptState.DELIVERED, "unknown")
    assert receipt(ReceiptState.SENT)
    assert receipt(ReceiptState.DELIVERED)
    assert not receipt(ReceiptState.DELIVERED), "the same again is nothing new"
    assert not receipt(ReceiptState.SENT)
    assert not receipt(ReceiptState.ACCEPTED)
    assert _states(talking)[row] is OutboxState.DELIVERED


def test_first_pages_leave_before_pages_again_and_those_before_statuses(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    with house.database.transaction() as session:
        outbox.tell_responder(
            session, key="status", channel="telegram_staff", contact_id=1, template="linked", arguments={}
        )
    house.send()  # page 1 and the status
    house.pass_time(timedelta(seconds=61))
    assert house.sweep() == 1  # page 2: again
    with house.database.transaction() as session:
        outbox.tell_responder(
            session, key="status 2", channel="telegram_staff", contact_id=1, template="linked", arguments={}
        )
    house.arrives(CRY, sender=OTHER_REPORTER)  # page 3: first
    order = []
    while (claimed := _claim(house, Audience.RESPONDER)) is not None:
        order.append((claimed.row.priority, claimed.row.page_id))
    assert order == [(outbox.FIRST_PAGE, 3), (outbox.REPEATED_PAGE, 2), (outbox.STATUS, None)]


def test_no_number_of_words_to_reporters_stands_before_a_page(house: House) -> None:
    house.on_call("Dara")
    for number in range(20):
        house.arrives("hello", sender=f"+1202555200{number}")
    house.handle()
    house.arrives(CRY)
    claimed = _claim(house, Audience.RESPONDER)
    assert claimed is not None
    assert claimed.row.page_id is not None


def test_a_page_that_is_no_longer_wanted_is_cancelled_in_the_claim(house: House) -> None:
    staff_id = house.on_call("Dara")
    house.arrives(CRY)
    with house.database.transaction() as session:
        case_desk.close_case(session, house.report().number, staff_id=staff_id)
    assert house.send() == 0
    assert _states(house) == {1: OutboxState.CANCELLED}


def test_a_page_holds_no_words_even_for_the_database(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    with pytest.raises(Exception, match="no_content_in_pages"), house.database.transaction() as session:
        session.execute(update(OutboxMessage).values(body_sealed=b"words"))


def test_reporters_words_are_sealed_in_the_row(talking: House) -> None:
    [row_id] = _say(talking, "MARKER")
    with talking.database.transaction() as session:
        row = session.get_one(OutboxMessage, row_id)
        assert row.body_sealed is not None
        assert b"MARKER" not in row.body_sealed
    talking.send()
    with talking.database.transaction() as session:
        assert session.get_one(OutboxMessage, row_id).provider_ref is None, "a provider's id leads to the person"
