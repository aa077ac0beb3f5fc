"""One case in the console. What was being written must survive everything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.console.app import console_app
from bot.console.passwords import Passwords
from bot.console.sessions import IDLE
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import AlarmState, Author, OutboxState, ReportState, Safety, StaffRole
from bot.database.tables import Alarm, AuditEntry, Conversation, OutboxMessage, Report, StaffSession
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.console.browser import Browser, draft_in
from tests.unit.console.conftest import add_account, write

DRAFT = "Stay where you are.\nWe read <you> & wait."


def sent_by_staff(database: Database) -> list[OutboxMessage]:
    with database.transaction() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.author == Author.STAFF)))


def audited(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def opened(signed_in: Browser, case: int) -> Browser:
    """Noor has opened the case."""
    assert signed_in.open(f"/cases/{case}").status_code == 200
    return signed_in


def test_opening_a_case_shows_its_words_and_is_audited(opened: Browser, database: Database) -> None:
    assert "Please help me, they locked the door" in opened.page
    assert audited(database)[-1] == "opened"
    opened.open("/cases/101")
    assert audited(database).count("opened") == 2


def test_a_title_tells_nothing_but_the_number(opened: Browser, database: Database) -> None:
    with database.transaction() as session:
        pseudonym = session.scalars(select(Conversation.pseudonym)).one()
    assert pseudonym in opened.page
    assert re.findall(r"<title>(.*)</title>", opened.page) == ["Case 101"]


def test_a_case_that_does_not_exist_is_not_found(signed_in: Browser) -> None:
    for number in ("999", "9" * 30):
        assert signed_in.open(f"/cases/{number}").status_code == 404
    assert signed_in.open("/cases/x").status_code == 404


def test_words_of_a_reporter_are_never_markup(
    signed_in: Browser, database: Database, keys: ServiceKeys, settings: Settings
) -> None:
    write(database, keys, settings, "evil", "help me they locked the door <script>alert(1)</script>\u202e")
    page = signed_in.open("/cases/101").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_taking_a_case_acknowledges_its_alarm(opened: Browser, database: Database, noor: int) -> None:
    done = opened.follow(opened.send("/cases/101/take"))
    assert "The case is yours." in done.text
    assert "Take this case" not in done.text
    with database.transaction() as session:
        alarm = session.scalars(select(Alarm)).one()
    assert (alarm.state, alarm.owner_id) == (AlarmState.ACKNOWLEDGED, noor)
    assert "acknowledged" in audited(database)


def test_a_case_somebody_has_taken_names_them(
    opened: Browser, database: Database, passwords: Passwords, noor: int
) -> None:
    dara = add_account(database, passwords, "Dara", StaffRole.RESPONDER)
    page = opened.page
    with database.transaction() as session:
        taken = {
            "state": AlarmState.ACKNOWLEDGED,
            "owner_id": dara,
            "acknowledged_at": func.now() - timedelta(minutes=3),
        }
        session.execute(update(Alarm).values(**taken))
    opened.page = page
    assert "Dara took this case already, 3 min ago." in opened.send("/cases/101/take").text


def test_taking_a_case_without_an_alarm_says_so(opened: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Alarm).values(state=AlarmState.STOOD_DOWN))
    assert "There is no open alarm to take." in opened.send("/cases/101/take").text


def test_an_answer_goes_out_and_silences_the_bot(opened: Browser, database: Database, noor: int) -> None:
    done = opened.follow(opened.send("/cases/101/answer", text=DRAFT))
    assert "Your answer is stored." in done.text
    assert "The bot is silent" in done.text
    assert draft_in(done.text) == ""
    [row] = sent_by_staff(database)
    assert row.author_id == noor
    assert "answered" in audited(database)


@pytest.mark.parametrize(
    ("text", "notice"),
    [("", "nothing written"), ("  \n ", "nothing written"), ("x" * 1001, "Too long"), ("ខ" * 1001, "Too long")],
    ids=["nothing", "spaces", "too long", "too long in Khmer"],
)
def test_an_answer_that_cannot_go_is_kept(opened: Browser, database: Database, text: str, notice: str) -> None:
    response = opened.send("/cases/101/answer", text=text)
    assert response.status_code == 422
    assert notice in response.text
    assert draft_in(response.text) == text
    assert sent_by_staff(database) == []


def test_a_newer_message_is_shown_before_an_answer_goes(
    opened: Browser, database: Database, keys: ServiceKeys, settings: Settings
) -> None:
    write(database, keys, settings, "second", "they are coming back")
    response = opened.send("/cases/101/answer", text=DRAFT)
    assert response.status_code == 409
    assert "they are coming back" in response.text
    assert draft_in(response.text) == DRAFT
    assert sent_by_staff(database) == []
    assert opened.send("/cases/101/answer", text=draft_in(response.text)).status_code == 303
    assert len(sent_by_staff(database)) == 1


def test_looking_for_new_messages_keeps_the_draft(
    opened: Browser, database: Database, keys: ServiceKeys, settings: Settings
) -> None:
    write(database, keys, settings, "second", "they are coming back")
    response = opened.send("/cases/101/look", text=DRAFT)
    assert "they are coming back" in response.text
    assert draft_in(response.text) == DRAFT


def test_a_ready_answer_goes_at_once_and_keeps_the_draft(opened: Browser, database: Database) -> None:
    response = opened.send("/cases/101/ready", which="2", text=DRAFT)
    assert "Your answer is stored." in response.text
    assert draft_in(response.text) == DRAFT
    [row] = sent_by_staff(database)
    assert row.template == "utter_ready_answer_2"


@pytest.mark.parametrize("which", ["0", "4", "x", ""])
def test_a_ready_answer_that_does_not_exist_is_refused(opened: Browser, database: Database, which: str) -> None:
    assert opened.send("/cases/101/ready", which=which).status_code == 422
    assert sent_by_staff(database) == []


def test_signing_in_again_brings_the_draft_back(opened: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(StaffSession).values(last_seen_at=func.now() - IDLE - timedelta(seconds=1)))
    response = opened.send("/cases/101/answer", text=DRAFT)
    assert response.status_code == 401
    assert draft_in(response.text) == DRAFT
    response = opened.sign_in("Noor", "wrong password")
    assert draft_in(response.text) == DRAFT
    response = opened.sign_in("Noor")
    assert draft_in(response.text) == DRAFT
    response = opened.send("/cases/101/look")
    assert "You are signed in again. Nothing was sent yet" in response.text
    assert draft_in(response.text) == DRAFT
    assert sent_by_staff(database) == []
    assert opened.send("/cases/101/answer").status_code == 303
    assert len(sent_by_staff(database)) == 1


def test_a_form_without_its_token_does_nothing_and_keeps_the_draft(opened: Browser, database: Database) -> None:
    response = opened.send("/cases/101/answer", text=DRAFT, form_token="0" * 64)
    assert response.status_code == 401
    assert draft_in(response.text) == DRAFT
    assert sent_by_staff(database) == []


def test_another_site_cannot_send_a_form(opened: Browser, database: Database) -> None:
    response = opened.send("/cases/101/answer", {"sec-fetch-site": "cross-site"}, text=DRAFT)
    assert response.status_code == 403
    assert DRAFT not in response.text
    assert sent_by_staff(database) == []


def test_while_the_database_is_away_the_draft_stands_in_a_form_to_send_again(
    opened: Browser, database: Database, keys: ServiceKeys, settings: Settings, wording: Wording, passwords: Passwords
) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1")
    away = Browser(
        console_app(
            database=gone, keys=keys, settings=settings, wording=wording, writes_as_sms=frozenset(), passwords=passwords
        ),
        settings.console_url,
    )
    away.page, away.cookies = opened.page, opened.cookies
    response = away.send("/cases/101/answer", text=DRAFT)
    assert response.status_code == 503
    assert draft_in(response.text) == DRAFT
    opened.page = response.text
    assert opened.send("/cases/101/answer").status_code == 303
    assert len(sent_by_staff(database)) == 1


def test_what_may_not_have_arrived_is_sent_again_with_one_key(opened: Browser, database: Database) -> None:
    opened.send("/cases/101/answer", text=DRAFT)
    with database.transaction() as session:
        staff_words = update(OutboxMessage).where(OutboxMessage.author == Author.STAFF)
        session.execute(staff_words.values(state=OutboxState.UNCERTAIN))
    page = opened.open("/cases/101").text
    assert "May not have arrived" in page
    done = opened.follow(opened.send("/cases/101/resend"))
    assert "It is being sent again." in done.text
    assert [row.state for row in sent_by_staff(database)] == [OutboxState.PENDING]
    opened.page = page
    assert "does not need to be sent again" in opened.follow(opened.send("/cases/101/resend")).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (OutboxState.HELD, "Held until they write and say that it is safe"),
        (OutboxState.DELIVERED, "Delivered"),
        (OutboxState.FAILED, "Could not be delivered"),
        (OutboxState.CANCELLED, "Not sent, no longer wanted"),
    ],
)
def test_every_message_shows_what_became_of_it(
    opened: Browser, database: Database, state: OutboxState, words: str
) -> None:
    opened.send("/cases/101/answer", text=DRAFT)
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(state=state))
    assert words in opened.open("/cases/101").text


def test_a_reporter_who_is_not_safe_is_marked_before_anybody_writes(opened: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Conversation).values(safety=Safety.UNSAFE))
    page = opened.open("/cases/101").text
    assert "Said it is NOT safe to write" in page
    assert "Your words are held until they say that it is safe." in page


def test_giving_back_lets_the_bot_answer_again(opened: Browser, database: Database) -> None:
    assert "/cases/101/give-back" not in list(opened.actions())
    opened.follow(opened.send("/cases/101/answer", text=DRAFT))
    done = opened.follow(opened.send("/cases/101/give-back"))
    assert "The bot answers again." in done.text
    with database.transaction() as session:
        assert session.scalars(select(Conversation.owner_id)).one() is None


def test_closing_takes_a_second_tap_and_ends_the_alarm(opened: Browser, database: Database) -> None:
    assert re.search(r"<details>.*?/cases/101/close.*?</details>", opened.page, re.DOTALL)
    done = opened.follow(opened.send("/cases/101/close"))
    assert "The case is closed." in done.text
    with database.transaction() as session:
        assert session.scalars(select(Report.state)).one() is ReportState.CLOSED
        assert session.scalars(select(Alarm.state)).one() is AlarmState.CLOSED


def test_an_erased_conversation_shows_no_words_and_takes_no_answer(opened: Browser, database: Database) -> None:
    page = opened.page
    with database.transaction() as session:
        session.execute(update(Conversation).values(wipe_asked_at=func.now()))
    shown = opened.open("/cases/101").text
    assert "They erased the conversation" in shown
    assert "they locked the door" not in shown
    assert "/cases/101/answer" not in list(opened.actions())
    opened.page = page
    response = opened.send("/cases/101/answer", text=DRAFT)
    assert response.status_code == 422
    assert "Nothing can be sent any more" in response.text


@pytest.mark.parametrize("path", ["answer", "ready"])
def test_a_thumb_that_taps_twice_sends_once(opened: Browser, database: Database, path: str) -> None:
    page = opened.page
    assert opened.send(f"/cases/101/{path}", text=DRAFT, which="1").status_code in (200, 303)
    opened.page = page
    again = opened.send(f"/cases/101/{path}", text=DRAFT, which="1")
    assert again.status_code == 409
    assert draft_in(again.text) == DRAFT
    assert len(sent_by_staff(database)) == 1
