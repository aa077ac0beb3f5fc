"""Who may be told, on the case's page: asked by one person, agreed to by another, refused in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.console.app import console_app
from bot.console.passwords import Passwords
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import Choice, OutboxState, ReleaseState, ReportKind, StaffRole
from bot.database.tables import AuditEntry, Conversation, OutboxMessage, Release, Report, RuleTold, TellChoice
from bot.deployment import DEMO_DEPLOYMENT, Deployment
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.console.browser import Browser, forms_of
from tests.unit.console.conftest import add_account, write

REASON = "the embassy can send <somebody> & a car"


def bound(wording: Wording) -> Wording:
    """The words of somebody whom a law makes tell the police of a child in danger."""
    content = DEMO_DEPLOYMENT.model_dump(mode="json")
    duty = {"trigger": "child_in_danger", "to": "police", "law": "Child Protection Act"}
    return replace(
        wording,
        deployment=Deployment.model_validate(
            {**content, "duties_to_report": [duty], "no_duty_to_report_checked": False}
        ),
    )


@pytest.fixture
def two(
    database: Database, keys: ServiceKeys, settings: Settings, wording: Wording, passwords: Passwords, noor: int
) -> tuple[Browser, Browser]:
    """Noor and Dara, both signed in, where a law binds the operator."""
    add_account(database, passwords, "Dara", StaffRole.RESPONDER)
    app = console_app(
        database=database,
        keys=keys,
        settings=settings,
        wording=bound(wording),
        writes_as_sms=frozenset({"sandbox_sms"}),
        passwords=passwords,
    )
    browsers = (Browser(app, settings.console_url), Browser(app, settings.console_url))
    for browser, name in zip(browsers, ("Noor", "Dara"), strict=True):
        assert browser.sign_in(name).status_code == 303
    return browsers


def chose(database: Database, choice: Choice) -> None:
    with database.transaction() as session:
        report = session.scalars(select(Report)).one()
        session.add(TellChoice(report_id=report.id, choice=choice))


def was_told(database: Database, keys: ServiceKeys, settings: Settings) -> None:
    """The duty left for their phone, and then they wrote again."""
    with database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        out = OutboxMessage(
            key="told", audience="reporter", channel="sandbox_sms", conversation_id=conversation.id, priority=3,
            state=OutboxState.SENT, sent_at=conversation.created_at,
        )  # fmt: skip
        session.add(out)
        session.flush()
        session.add(RuleTold(conversation_id=conversation.id, outbox_id=out.id, rules=["child_in_danger:police"]))
    write(database, keys, settings, "second", "there is a girl here")


def states(database: Database) -> list[ReleaseState]:
    with database.transaction() as session:
        return list(session.scalars(select(Release.state).order_by(Release.id)))


def test_a_case_shows_that_nobody_outside_may_be_told_before_they_chose(signed_in: Browser, case: int) -> None:
    page = signed_in.open(f"/cases/{case}").text
    assert "Who may be told" in page
    assert "Nobody but our people" in page
    assert "Nothing was chosen that counts here" in page


def test_every_answer_is_shown_with_the_newest_first_in_force(
    signed_in: Browser, case: int, database: Database
) -> None:
    chose(database, Choice.POLICE)
    chose(database, Choice.EMBASSY)
    page = signed_in.open(f"/cases/{case}").text
    history = page.split("All they answered")[1]
    assert history.index("Police") < history.index("An embassy")
    assert "They chose it" in page


def test_what_the_rule_refuses_is_said_and_the_reason_written_stays(
    signed_in: Browser, case: int, database: Database
) -> None:
    signed_in.open(f"/cases/{case}")
    answer = signed_in.send(f"/cases/{case}/release", party="police", reason=REASON)
    assert answer.status_code == 422
    assert "They have chosen nobody outside." in answer.text
    assert next(form for form in forms_of(answer.text) if form.action.endswith("/release")).fields["reason"] == REASON
    assert states(database) == []


@pytest.mark.parametrize("party", ["", "army", "police' or 1=1"])
def test_an_unknown_party_is_refused(signed_in: Browser, case: int, database: Database, party: str) -> None:
    signed_in.open(f"/cases/{case}")
    assert signed_in.send(f"/cases/{case}/release", party=party, reason=REASON).status_code == 422
    assert states(database) == []


def test_what_somebody_else_than_the_person_in_need_chose_waits_for_a_second_person(
    two: tuple[Browser, Browser], case: int, database: Database
) -> None:
    noor, dara = two
    chose(database, Choice.EMBASSY)
    noor.open(f"/cases/{case}")
    shown = noor.follow(noor.send(f"/cases/{case}/release", party="embassy", reason=REASON))
    assert "A second person must agree before anybody is told." in shown.text
    assert "the embassy can send &lt;somebody&gt; &amp; a car" in shown.text
    assert f"/cases/{case}/release-refuse" not in set(noor.actions())
    dara.open(f"/cases/{case}")
    assert "Asked: Noor" in dara.page
    assert "They may be told." in dara.follow(dara.send(f"/cases/{case}/release-agree")).text
    noor.open(f"/cases/{case}")
    assert "Agreed: Dara" in noor.page
    noor.send(f"/cases/{case}/release-done")
    assert states(database) == [ReleaseState.DONE]
    with database.transaction() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("release%"))).all()
    assert acts == ["release_asked", "release_agreed", "release_done"]


def test_whoever_asked_cannot_agree_even_by_hand(two: tuple[Browser, Browser], case: int, database: Database) -> None:
    noor, _ = two
    chose(database, Choice.EMBASSY)
    noor.open(f"/cases/{case}")
    noor.follow(noor.send(f"/cases/{case}/release", party="embassy", reason=REASON))
    answer = noor.send(f"/cases/{case}/release-agree")
    assert answer.status_code == 422
    assert "it takes a second person" in answer.text
    assert states(database) == [ReleaseState.ASKED]


def test_a_second_person_refuses_and_anybody_takes_back(
    two: tuple[Browser, Browser], case: int, database: Database
) -> None:
    noor, dara = two
    chose(database, Choice.EMBASSY)
    for act, by in (("refuse", dara), ("withdraw", dara), ("withdraw", noor)):
        noor.open(f"/cases/{case}")
        noor.send(f"/cases/{case}/release", party="embassy", reason=REASON)
        by.open(f"/cases/{case}")
        assert "It is written down." in by.follow(by.send(f"/cases/{case}/release-{act}")).text
    assert states(database) == [ReleaseState.DENIED, ReleaseState.WITHDRAWN, ReleaseState.WITHDRAWN]


def test_a_duty_is_asked_for_by_name_and_the_page_says_whether_it_was_told(
    two: tuple[Browser, Browser], case: int, database: Database, keys: ServiceKeys, settings: Settings
) -> None:
    noor, _ = two
    assert "They had NOT been told when they last wrote." in noor.open(f"/cases/{case}").text
    answer = noor.send(f"/cases/{case}/release", party="police", duty="child_in_danger", reason=REASON)
    assert "They had not been told of this duty when they last wrote." in answer.text
    was_told(database, keys, settings)
    assert "They had been told when they last wrote." in noor.open(f"/cases/{case}").text
    noor.send(f"/cases/{case}/release", party="police", duty="child_in_danger", reason=REASON)
    assert states(database) == [ReleaseState.ASKED]


def test_marking_an_official_closes_the_police_and_says_why(signed_in: Browser, case: int, database: Database) -> None:
    chose(database, Choice.POLICE)
    signed_in.open(f"/cases/{case}")
    page = signed_in.follow(signed_in.send(f"/cases/{case}/official")).text
    assert "Police are closed until they choose police after this." in page
    assert "Their choice is older than that." in page
    answer = signed_in.send(f"/cases/{case}/release", party="police", reason=REASON)
    assert "An official is named: police only if they choose it after that." in answer.text
    assert states(database) == []


def test_a_form_without_its_token_does_nothing(signed_in: Browser, case: int, database: Database) -> None:
    chose(database, Choice.EMBASSY)
    signed_in.open(f"/cases/{case}")
    answer = signed_in.send(f"/cases/{case}/release", form_token="wrong", party="embassy", reason=REASON)
    assert answer.status_code == 401
    assert states(database) == []


def test_a_release_of_another_case_or_of_none_is_not_found(
    two: tuple[Browser, Browser], case: int, database: Database
) -> None:
    noor, dara = two
    chose(database, Choice.EMBASSY)
    noor.open(f"/cases/{case}")
    noor.send(f"/cases/{case}/release", party="embassy", reason=REASON)
    dara.open(f"/cases/{case}")
    for wrong in ("999", "x", ""):
        dara.open(f"/cases/{case}")
        assert dara.send(f"/cases/{case}/release-agree", release_id=wrong).status_code == 404
    assert states(database) == [ReleaseState.ASKED]


def test_of_an_erased_case_nothing_can_be_asked(signed_in: Browser, case: int, database: Database) -> None:
    chose(database, Choice.EMBASSY)
    signed_in.open(f"/cases/{case}")
    with database.transaction() as session:
        session.scalars(select(Conversation)).one().private_key_wrapped = None
        session.scalars(select(Report)).one().kind = ReportKind.HELP_REQUEST
    answer = signed_in.send(f"/cases/{case}/release", party="embassy", reason=REASON)
    assert "They erased everything: there is nothing to tell." in answer.text
    assert "Ask to tell somebody outside" not in answer.text
