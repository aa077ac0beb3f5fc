"""`sampan hotlines`, as an operator types it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner, Result

from bot.console import accounts
from bot.console.accounts import AccountError
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.database.tables import AuditEntry, HotlineVerification
from bot.operations.hotline_commands import hotlines_app
from bot.reports.hotlines import HotlineError

Command = Callable[..., Result]
OWN = "https://example.org/our-lines"
NUMBER = "+1 202 555 0100"


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one command on an installation where Noor works and Dara does not any more; an error of ours is raised."""
    monkeypatch.setenv("SAMPAN_DATABASE_URL", database.url)
    monkeypatch.setenv("COLUMNS", "160")
    with database.transaction() as session:
        for name in ("Noor", "Dara"):
            accounts.create_account(session, name=name, language="en", role=StaffRole.RESPONDER, password_hash="none")
        accounts.disable_account(session, accounts.find_account(session, "Dara"))

    def command(*words: str) -> Result:
        result = CliRunner().invoke(hotlines_app, list(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


def row_of(listed: Result, key: str) -> str:
    return " ".join(next((line for line in listed.output.splitlines() if f" {key} " in line), "").split())


def test_what_is_listed_at_first_is_not_verified(run: Command) -> None:
    listed = run("list")
    assert "Childline" in row_of(listed, "th_childline")
    assert "never verified" in row_of(listed, "th_childline")
    assert "verified until" not in listed.output


def test_leads_and_lines_without_a_number_are_listed_only_when_asked_for(run: Command) -> None:
    for key in ("th_police", "th_special_investigation", "kh_tpo", "kh_chab_dai"):
        assert row_of(run("list"), key) == ""
        assert "never verified" in row_of(run("list", "--all"), key)


def test_one_country_is_listed_by_its_code(run: Command) -> None:
    listed = run("list", "--country", "kh")
    assert row_of(listed, "kh_aple") != ""
    assert row_of(listed, "th_childline") == ""
    with pytest.raises(HotlineError, match="CN, KH, LA, MM, MY, PH, TH, VN"):
        run("list", "--country", "Thailand")


def test_a_line_is_verified_listed_and_taken_back(run: Command, database: Database) -> None:
    said = run("verify", "th_childline", "--by", "noor", "--number", NUMBER, "--source", OWN, "--days", "30").output
    with database.transaction() as session:
        until = session.scalars(select(func.current_date() + 30)).one()
    assert said == f"th_childline is verified as {NUMBER} until {until}\n"
    row = row_of(run("list"), "th_childline")
    assert NUMBER in row
    assert f"verified until {until}" in row
    assert "told to nobody any more" in run("expire", "th_childline", "--by", "Noor").output
    assert "expired" in row_of(run("list"), "th_childline")
    with database.transaction() as session:
        audit = session.scalars(
            select(AuditEntry.action).where(AuditEntry.detail == "th_childline").order_by(AuditEntry.id)
        ).all()
    assert audit == ["hotline_verified", "hotline_expired"]


def test_without_more_it_is_the_known_number_for_ninety_days(run: Command, database: Database) -> None:
    run("verify", "kh_aple", "--by", "Noor")
    with database.transaction() as session:
        row = session.scalars(select(HotlineVerification)).one()
    assert (row.expires_on - row.verified_on).days == 90
    assert row.source == "aplecambodia.org"


def test_what_was_heard_about_recording_is_kept_with_the_number(run: Command, database: Database) -> None:
    assert "unknown" in row_of(run("list"), "kh_aple").split()
    run("verify", "kh_aple", "--by", "Noor", "--records", "no")
    assert "no" in row_of(run("list"), "kh_aple").split()
    run("verify", "kh_aple", "--by", "Noor")
    assert "unknown" in row_of(run("list"), "kh_aple").split()
    assert run("verify", "kh_aple", "--by", "Noor", "--records", "perhaps").exit_code == 2


def test_what_ran_out_by_itself_is_listed_as_expired(run: Command, database: Database) -> None:
    run("verify", "kh_aple", "--by", "Noor")
    with database.transaction() as session:
        session.execute(update(HotlineVerification).values(expires_on=func.current_date() - 1))
    assert "expired" in row_of(run("list"), "kh_aple")


def test_a_verified_lead_is_listed_without_asking(run: Command) -> None:
    run("verify", "kh_chab_dai", "--by", "Noor", "--number", NUMBER, "--source", OWN)
    assert NUMBER in row_of(run("list"), "kh_chab_dai")


REFUSED = {
    "unknown key": (["verify", "th_nothing", "--by", "Noor"], HotlineError, "there is no hotline 'th_nothing'"),
    "bad number": (["verify", "kh_aple", "--by", "Noor", "--number", "call"], HotlineError, "no telephone number"),
    "lead": (["verify", "th_police", "--by", "Noor"], HotlineError, "give your own with --source"),
    "nobody": (["verify", "kh_aple", "--by", "Somchai"], AccountError, "no account named Somchai"),
    "left": (["verify", "kh_aple", "--by", "Dara"], AccountError, "the account of Dara is disabled"),
    "expire unknown": (["expire", "th_nothing", "--by", "Noor"], HotlineError, "there is no hotline"),
    "expire unverified": (["expire", "kh_aple", "--by", "Noor"], HotlineError, "is not verified"),
    "expire by nobody": (["expire", "kh_aple", "--by", "Somchai"], AccountError, "no account named Somchai"),
}


@pytest.mark.parametrize(("words", "error", "why"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_says_why_and_changes_nothing(
    run: Command, database: Database, words: list[str], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        run(*words)
    with database.transaction() as session:
        assert session.scalars(select(HotlineVerification)).all() == []


def test_nobody_vouches_without_a_name(run: Command) -> None:
    assert run("verify", "kh_aple").exit_code == 2
