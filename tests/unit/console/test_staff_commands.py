"""`sampan staff` and `sampan oncall`, as an operator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.console.accounts import AccountError
from bot.console.passwords import WeakPasswordError
from bot.database.session import Database
from bot.database.tables import OutboxMessage, Staff, StaffContact
from bot.errors import ConfigurationError
from bot.escalation.contact_codes import open_code
from bot.escalation.wall_time import RosterError
from bot.operations.contact_commands import staff_channel
from bot.operations.demo_people import ensure_demo_people
from bot.operations.oncall_commands import oncall_app
from bot.operations.staff_commands import staff_app
from bot.privacy.keys_file import write_private_file
from bot.privacy.sealing import ServiceKeys
from bot.settings import SandboxSettings, Settings, SmsGatewaySettings, TelegramSettings, TwilioSettings

Command = Callable[..., Result]
PASSWORD = "a quiet river runs\n"


@pytest.fixture
def run(database: Database, keys: ServiceKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one command on this installation; an error of ours is raised."""
    write_private_file(tmp_path / "keys" / "service.json", keys.to_json())
    monkeypatch.setenv("SAMPAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SAMPAN_DATABASE_URL", database.url)
    monkeypatch.setenv("SAMPAN_SMS_GATEWAY__USERNAME", "gateway")
    monkeypatch.setenv("SAMPAN_TELEGRAM_STAFF__TOKEN", "1:staff")
    runner = CliRunner()

    def command(*words: str, typed: str = "") -> Result:
        group, *rest = words
        apps = {"staff": staff_app, "oncall": oncall_app}
        result = runner.invoke(apps[group], rest, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


def test_an_account_a_contact_and_a_shift_make_somebody_reachable(run: Command, database: Database) -> None:
    assert run("staff", "add", "Noor", "--language", "km", typed=PASSWORD).exit_code == 0
    assert run("oncall", "show").exit_code == 1
    assert "nothing reaches Noor yet" in run("oncall", "add", "Noor").output
    assert "NOT REACHABLE" in run("oncall", "show").output
    assert run("staff", "contact", "add", "noor", "sms", "081 234 5678", "--vouched").exit_code == 0
    shown = run("oncall", "show")
    assert shown.exit_code == 0
    assert "yes, by sms_gateway" in shown.output
    with database.transaction() as session:
        assert session.scalars(select(Staff.language)).one() == "km"


def test_a_telegram_contact_prints_the_code_to_send(run: Command, database: Database) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    code = run("staff", "contact", "add", "Noor", "telegram").output.split()[-1]
    assert len(code) == 8
    listed = run("staff", "contact", "list", "Noor").output
    assert "waits for its code" in listed
    assert code not in listed
    with database.transaction() as session:
        number = session.scalars(select(StaffContact.id)).one()
    assert run("staff", "contact", "remove", "Noor", str(number)).exit_code == 0
    assert "telegram_staff" not in run("staff", "list").output


def _sent_code(database: Database, keys: ServiceKeys) -> str:
    """What the worker would send."""
    with database.transaction() as session:
        row = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
        assert row.template == "contact_code"
        assert row.arguments is not None
        return open_code(row.arguments["code_sealed"], keys).replace(" ", "")


def test_a_number_is_used_once_the_code_that_arrived_there_was_typed_in(
    run: Command, database: Database, keys: ServiceKeys
) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    run("oncall", "add", "Noor")
    added = run("staff", "contact", "add", "Noor", "sms", "081 234 5678").output
    assert "nothing else goes there until" in added
    code = _sent_code(database, keys)
    assert code not in added
    assert run("oncall", "show").exit_code == 1
    with database.transaction() as session:
        number = str(session.scalars(select(StaffContact.id)).one())
    assert run("staff", "contact", "code", "Noor", number).exit_code == 1, "once a minute"
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert run("staff", "contact", "verify", "Noor", number, wrong).exit_code == 1
    with database.transaction() as session:
        assert session.scalars(select(StaffContact.code_tries)).one() == 1, "a wrong try counts, whatever follows"
    assert run("staff", "contact", "verify", "Noor", number, code).exit_code == 0
    assert "yes, by sms_gateway" in run("oncall", "show").output


def test_after_five_wrong_codes_a_new_one_is_needed(run: Command, database: Database, keys: ServiceKeys) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    run("staff", "contact", "add", "Noor", "sms", "081 234 5678")
    code = _sent_code(database, keys)
    for _ in range(5):
        run("staff", "contact", "verify", "Noor", "1", f"{(int(code) + 1) % 10**6:06d}")
    refused = run("staff", "contact", "verify", "Noor", "1", code)
    assert refused.exit_code == 1
    assert "send a new one" in refused.output


def test_an_apprise_address_is_asked_for_and_never_shown(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPAN_APPRISE__ENABLED", "true")
    run("staff", "add", "Noor", typed=PASSWORD)
    address = "ntfys://user:PASSWORD-MARKER@push.example.org/topic"
    said = run("staff", "contact", "add", "Noor", "apprise", typed=f"{address}\n").output
    said += run("staff", "contact", "list", "Noor").output
    assert "waits for its code" in said
    assert "MARKER" not in said
    for words, typed in ((["apprise", address], ""), (["apprise"], "file:///etc/passwd\n")):
        with pytest.raises(AccountError) as refused:
            run("staff", "contact", "add", "Noor", *words, typed=typed)
        assert "MARKER" not in str(refused.value)
        assert "passwd" not in str(refused.value)


def test_a_call_and_an_order_of_ways(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPAN_TWILIO__CALLER", "+12025550199")
    run("staff", "add", "Noor", typed=PASSWORD)
    run("staff", "contact", "add", "Noor", "sms", "081 234 5678", "--vouched")
    run("staff", "contact", "add", "Noor", "voice", "081 234 5678", "--vouched")
    run("oncall", "add", "Noor")
    assert "yes, by sms_gateway" in run("oncall", "show").output
    assert run("staff", "contact", "order", "Noor", "2", "1").exit_code == 0
    assert "yes, by voice_twilio" in run("oncall", "show").output


def test_a_chat_cannot_be_vouched_for(run: Command) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    with pytest.raises(AccountError):
        run("staff", "contact", "add", "Noor", "telegram", "--vouched")


def test_no_command_shows_a_number(run: Command) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    said = run("staff", "contact", "add", "Noor", "sms", "+66812345678").output
    said += run("staff", "contact", "list", "Noor").output + run("staff", "list").output
    assert "5678" not in said


@pytest.mark.parametrize("number", [None, "hello", "1300", "TRUEMOVE"])
def test_a_number_nothing_can_be_sent_to_is_refused(run: Command, number: str | None) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    with pytest.raises(AccountError):
        run("staff", "contact", "add", "Noor", "sms", *([number] if number else []))


def test_a_short_password_is_refused_and_no_account_is_made(run: Command, database: Database) -> None:
    with pytest.raises(WeakPasswordError):
        run("staff", "add", "Noor", typed="short\n")
    with database.transaction() as session:
        assert session.scalars(select(Staff)).all() == []


def test_a_password_can_be_set_and_an_account_disabled(run: Command, database: Database) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    with database.transaction() as session:
        before = session.scalars(select(Staff.password_hash)).one()
    run("staff", "password", "Noor", typed="another quiet river\n")
    run("staff", "disable", "Noor")
    with database.transaction() as session:
        staff = session.scalars(select(Staff)).one()
    assert staff.password_hash != before
    assert not staff.active


def test_a_shift_has_its_times(run: Command) -> None:
    run("staff", "add", "Noor", typed=PASSWORD)
    run("oncall", "add", "Noor", "--step", "2", "--from", "2026-11-22T20:00+07:00", "--until", "2026-11-23T08:00+07:00")
    shown = " ".join(run("oncall", "show").output.split())
    assert "Asia/Bangkok" in shown
    assert "2026-11-22 20:00" in shown
    with pytest.raises(RosterError):
        run("oncall", "add", "Noor", "--from", "tonight")
    assert "1 entries removed" in run("oncall", "remove", "Noor", "--step", "2").output


@pytest.mark.parametrize(
    ("asked", "exact"),
    [("sms", "sms_twilio"), ("sms_twilio", "sms_twilio"), ("telegram", "telegram_staff"), ("sandbox_staff", None)],
)
def test_a_way_names_one_configured_channel(asked: str, exact: str | None) -> None:
    settings = Settings(
        _env_file=None,
        twilio=TwilioSettings(account_sid="AC1"),
        telegram_staff=TelegramSettings(token=SecretStr("1:staff")),
    )
    if exact is None:
        with pytest.raises(ConfigurationError):
            staff_channel(settings, asked)
    else:
        assert staff_channel(settings, asked) == exact


def test_sms_must_be_said_exactly_where_there_are_two_gateways() -> None:
    both = Settings(
        _env_file=None, twilio=TwilioSettings(account_sid="AC1"), sms_gateway=SmsGatewaySettings(username="gateway")
    )
    with pytest.raises(ConfigurationError):
        staff_channel(both, "sms")
    assert staff_channel(both, "sms_gateway") == "sms_gateway"


def test_the_demo_has_one_responder_once(database: Database, keys: ServiceKeys, settings: Settings) -> None:
    write_private_file(settings.keys_path, keys.to_json())
    demo = settings.model_copy(update={"sandbox": SandboxSettings(enabled=True)})
    for _ in range(2):
        ensure_demo_people(demo, database.url)
    with database.transaction() as session:
        assert session.scalars(select(Staff.name)).all() == ["Noor"]
        assert session.scalars(select(StaffContact.channel)).all() == ["sandbox_staff"]
