"""`sampan case`, as staff type it: two people are two passwords."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.console import accounts
from bot.console.accounts import AccountError
from bot.console.passwords import Passwords
from bot.conversation.intake import take_in
from bot.conversation.release_desk import ReleaseNotFoundError, ReleaseRefusedError
from bot.database.session import Database, database_now
from bot.database.states import Choice, ReleaseState, StaffRole
from bot.database.tables import AuditEntry, Release, Report, TellChoice
from bot.operations.case_commands import case_app
from bot.privacy.keys_file import write_private_file
from bot.privacy.sealing import ServiceKeys
from bot.reports.queue_cards import CaseNotFoundError
from bot.settings import Settings
from tests.unit.house import CRY, words_of

Command = Callable[..., Result]
NOORS, DARAS = "a quiet river runs", "a loud river stands"
TO_EMBASSY = ("release", "101", "--to", "embassy", "--reason", "they can reach them")


@pytest.fixture
def run(
    database: Database, keys: ServiceKeys, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run one command on an installation with Noor, Dara and one case whose writer chose the embassy."""
    write_private_file(tmp_path / "keys" / "service.json", keys.to_json())
    monkeypatch.setenv("SAMPAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SAMPAN_DATABASE_URL", database.url)
    monkeypatch.setenv("COLUMNS", "200")
    passwords = Passwords()
    hashes = {"Noor": passwords.hash_now(NOORS), "Dara": passwords.hash_now(DARAS)}  # slow, so not in a transaction
    passwords.close()
    with database.transaction() as session:
        for name, hashed in hashes.items():
            accounts.create_account(session, name=name, language="en", role=StaffRole.RESPONDER, password_hash=hashed)
        take_in(session, words_of(CRY), keys=keys, settings=settings)
        report = session.scalars(select(Report)).one()
        session.add(TellChoice(report_id=report.id, choice=Choice.EMBASSY))

    def command(*words: str, password: str = NOORS) -> Result:
        result = CliRunner().invoke(case_app, list(words), input=f"{password}\n")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


def states(database: Database) -> list[ReleaseState]:
    with database.transaction() as session:
        return list(session.scalars(select(Release.state).order_by(Release.id)))


def test_one_asks_another_agrees_and_it_is_written_down(run: Command, database: Database) -> None:
    assert "waits for a second named person" in run(*TO_EMBASSY, "--by", "Noor").output
    assert "Noor" in run("list").output
    assert "may be told" in run("approve", "101", "1", "--by", "Dara", password=DARAS).output
    assert "is written down as told" in run("done", "101", "1", "--by", "Noor").output
    assert states(database) == [ReleaseState.DONE]
    listed = " ".join(run("show", "101", "--by", "Dara", password=DARAS).output.split())
    assert "embassy" in listed
    assert "they can reach them" in listed
    assert "Noor" not in run("list").output
    with database.transaction() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("release%"))).all()
    assert acts == ["release_asked", "release_agreed", "release_done", "releases_read"]


def test_one_person_cannot_type_two_names(run: Command, database: Database) -> None:
    run(*TO_EMBASSY, "--by", "Noor")
    with pytest.raises(AccountError, match="no active account has this name and password"):
        run("approve", "101", "1", "--by", "Dara", password=NOORS)
    with pytest.raises(ReleaseRefusedError, match="second named person"):
        run("approve", "101", "1", "--by", "Noor")
    assert states(database) == [ReleaseState.ASKED]


def test_wrong_passwords_are_counted_as_at_the_console(run: Command, database: Database) -> None:
    with pytest.raises(AccountError):
        run(*TO_EMBASSY, "--by", "Noor", password="guess")
    with database.transaction() as session:
        accounts.find_account(session, "Noor").login_not_before = database_now(session) + timedelta(minutes=5)
    with pytest.raises(AccountError, match="too many wrong passwords"):
        run(*TO_EMBASSY, "--by", "Noor")
    with database.transaction() as session:
        assert session.scalars(select(AuditEntry.action)).all().count("sign_in_failed") == 1
    assert states(database) == []


def test_the_reasons_of_a_case_are_read_by_a_named_person_and_that_is_written_down(
    run: Command, database: Database
) -> None:
    run(*TO_EMBASSY, "--by", "Noor")
    with pytest.raises(AccountError):
        run("show", "101", "--by", "Dara", password="guess")
    assert run("show", "101").exit_code == 2
    assert "they can reach them" not in run("list").output
    with database.transaction() as session:
        assert "releases_read" not in session.scalars(select(AuditEntry.action)).all()
    assert "they can reach them" in run("show", "101", "--by", "Dara", password=DARAS).output
    with database.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "releases_read")).one()
        report = session.scalars(select(Report)).one()
        dara = accounts.find_account(session, "Dara").id
    assert (entry.staff_id, entry.report_id) == (dara, report.id)


def test_a_disabled_account_does_nothing(run: Command, database: Database) -> None:
    with database.transaction() as session:
        accounts.disable_account(session, accounts.find_account(session, "Noor"))
    with pytest.raises(AccountError):
        run(*TO_EMBASSY, "--by", "Noor")
    assert states(database) == []


def test_it_is_refused_with_the_reason_of_the_rule(run: Command, database: Database) -> None:
    with pytest.raises(ReleaseRefusedError, match="their choice leaves out the police"):
        run("release", "101", "--to", "police", "--reason", "x", "--by", "Noor")
    with pytest.raises(ReleaseRefusedError, match="lists no such duty"):
        run("release", "101", "--to", "police", "--duty", "child_in_danger", "--reason", "x", "--by", "Noor")
    assert states(database) == []


def test_it_is_denied_or_taken_back(run: Command, database: Database) -> None:
    run(*TO_EMBASSY, "--by", "Noor")
    assert "is refused" in run("deny", "101", "1", "--by", "Dara", password=DARAS).output
    run(*TO_EMBASSY, "--by", "Noor")
    assert "is taken back" in run("withdraw", "101", "2", "--by", "Noor").output
    assert states(database) == [ReleaseState.DENIED, ReleaseState.WITHDRAWN]


def test_an_official_is_marked(run: Command, database: Database) -> None:
    assert "an official is involved" in run("official", "101", "--by", "Noor").output
    with database.transaction() as session:
        assert session.scalars(select(Report.official_named_at)).one() is not None


def test_what_does_not_exist_is_said(run: Command) -> None:
    with pytest.raises(CaseNotFoundError):
        run("show", "999", "--by", "Noor")
    with pytest.raises(CaseNotFoundError):
        run("release", "999", "--to", "embassy", "--reason", "x", "--by", "Noor")
    with pytest.raises(ReleaseNotFoundError):
        run("withdraw", "101", "7", "--by", "Noor")


@pytest.mark.parametrize("words", [("release", "101", "--to", "army", "--reason", "x"), TO_EMBASSY])
def test_nobody_acts_without_a_name_or_for_an_unknown_party(run: Command, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
