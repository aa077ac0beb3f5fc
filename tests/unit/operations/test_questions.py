"""`sampan init` from a file of answers: checked as a whole, written as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.deployment import DEMO_DEPLOYMENT, OfferedLanguage, Party, load_deployment
from bot.errors import ConfigurationError
from bot.operations.installation import load_settings
from bot.operations.questions import read_answers

TOKEN = "123456789:" + "A" * 35
TELEGRAM = f"""
settings:
  SAMPAN_TELEGRAM__TOKEN: "{TOKEN}"
  SAMPAN_TELEGRAM_STAFF__TOKEN: "{TOKEN[:-1]}B"
"""
TWILIO = f"""
settings:
  SAMPAN_TWILIO__ACCOUNT_SID: AC{"0" * 32}
  SAMPAN_TWILIO__AUTH_TOKEN: secret
  SAMPAN_TWILIO__SENDER: "+66812345678"
"""


def answers(gateway: str, settings: str = "") -> str:
    return DEMO_DEPLOYMENT.to_yaml().replace("- sandbox", f"- {gateway}") + settings


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMPAN_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("gateway", "settings", "complaint"),
    [
        pytest.param("telegram", "", "SAMPAN_TELEGRAM__TOKEN: missing", id="token missing"),
        pytest.param("telegram", TELEGRAM.replace(TOKEN, "123:abc"), "not a bot token", id="token misshapen"),
        pytest.param("sms_twilio", TWILIO.replace("+668", "08"), "country code", id="number without country"),
        pytest.param("sms_twilio", TWILIO.replace("+668", "+66 8"), "digits only", id="number with a space"),
        pytest.param("sms_twilio", TWILIO.replace("AC0", "XX0"), "not an account SID", id="account misshapen"),
        pytest.param("sandbox", "settings: {PATH: /}", "PATH: not a setting", id="foreign variable"),
    ],
)
def test_answers_are_refused_without_repeating_a_value(gateway: str, settings: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_answers(answers(gateway, settings))
    assert complaint in str(refusal.value)
    assert "abc" not in str(refusal.value)


def test_answers_from_stdin_become_files_that_only_the_owner_reads(data: Path) -> None:
    result = CliRunner().invoke(app, ["init", "--answers", "-"], input=answers("telegram", TELEGRAM))
    assert result.exit_code == 0, result.output
    assert (data / "sampan.env").stat().st_mode & 0o777 == 0o600
    assert load_deployment(data / "deployment.yml").operator_name == DEMO_DEPLOYMENT.operator_name
    token = load_settings().telegram.token
    assert token is not None
    assert token.get_secret_value() == TOKEN
    assert TOKEN not in result.output


def test_files_that_exist_are_replaced_only_when_told_to(data: Path) -> None:
    (data / "sampan.env").write_text("SAMPAN_PORT='8100'\n")
    refused = CliRunner().invoke(app, ["init", "--answers", "-"], input=answers("sandbox"))
    assert isinstance(refused.exception, ConfigurationError)
    assert not (data / "deployment.yml").exists()
    forced = CliRunner().invoke(app, ["init", "--answers", "-", "--force"], input=answers("sandbox"))
    assert forced.exit_code == 0
    assert load_settings().sandbox.enabled


def test_a_person_is_asked_again_until_the_answer_can_be_used(data: Path) -> None:
    typed = [
        "km en",
        "en",
        "Khmer name",
        "Us",
        "church",
        "ngo",
        "kh",
        "",
        "n",
        "y",
        "",
        "",
        "",
        "",
        "",
        "",
        "telegram",
        "wrong",
    ]
    typed += [TOKEN, f"{TOKEN[:-1]}B"]
    result = CliRunner().invoke(app, ["init"], input="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    deployment = load_deployment(data / "deployment.yml")
    assert (deployment.country, deployment.home_region, deployment.kind.value) == ("KH", "KH", "ngo")
    assert "not a bot token" in result.output


def test_a_duty_is_asked_for_in_codes_because_reporters_are_told_of_it_in_their_language(data: Path) -> None:
    typed = [
        "en",
        "en",
        "Us",
        "ngo",
        "th",
        "",
        "y",
        "army",
        "police",
        "a child",
        "child_in_danger",
        "Child Act",
        "n",
        "",
    ]
    result = CliRunner().invoke(app, ["init"], input="\n".join([*typed, "", "", "", "sandbox"]) + "\n")
    assert result.exit_code == 0, result.output
    (duty,) = load_deployment(data / "deployment.yml").duties_to_report
    assert (duty.trigger.value, duty.to.value, duty.law) == ("child_in_danger", "police", "Child Act")


def test_whoever_names_no_duty_and_has_asked_no_lawyer_is_refused(data: Path) -> None:
    typed = ["en", "en", "Us", "ngo", "th", "", "n", "n", "", "", "", "", "sandbox"]
    result = CliRunner().invoke(app, ["init"], input="\n".join(typed) + "\n")
    assert "no_duty_to_report_checked must say that a lawyer found none" in str(result.exception)
    assert not (data / "deployment.yml").exists()


ASKED = ["en", "en", "Us", "ngo", "th", "", "n", "y"]  # up to whom tips may go


def test_what_is_left_at_its_default_tells_nobody_and_releases_nothing(data: Path) -> None:
    result = CliRunner().invoke(app, ["init"], input="\n".join([*ASKED, "", "", "", "", "sandbox"]) + "\n")
    assert result.exit_code == 0, result.output
    deployment = load_deployment(data / "deployment.yml")
    assert (deployment.tips_may_go_to, deployment.locked_files_route) == ((), None)
    english = OfferedLanguage.ENGLISH
    assert deployment.told_to_strangers(english) == DEMO_DEPLOYMENT.told_to_strangers(english)


def test_whom_tips_go_to_the_answer_to_strangers_and_the_law_on_files_are_asked_for(data: Path) -> None:
    tips = ["army", "ngo labour police", "none ngo", "Labour, ngo"]
    typed = [*ASKED, *tips, "", "Here is {name}. Write any time.", "Call the child protection unit.", "sandbox"]
    result = CliRunner().invoke(app, ["init"], input="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    assert result.output.count("At most 2 of: ngo embassy labour police child_protection local_authority; or none") == 3
    deployment = load_deployment(data / "deployment.yml")
    assert deployment.tips_may_go_to == (Party.LABOUR, Party.NGO)
    assert deployment.told_to_strangers(OfferedLanguage.ENGLISH) == "Here is an automatic service. Write any time."
    assert deployment.locked_files_route == "Call the child protection unit."


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        pytest.param("This is {name}, the hotline against trafficking", "cover_line (en)", id="a danger word"),
        pytest.param("This is {name}. " + "x" * 50, "longer than one SMS in en", id="too long with the name"),
    ],
)
def test_an_answer_to_strangers_that_must_reach_nobody_is_refused(data: Path, line: str, complaint: str) -> None:
    typed = [*ASKED, "", "", line, "", "sandbox"]
    result = CliRunner().invoke(app, ["init"], input="\n".join(typed) + "\n")
    assert isinstance(result.exception, ConfigurationError)
    assert complaint in str(result.exception)
    assert not (data / "deployment.yml").exists()
