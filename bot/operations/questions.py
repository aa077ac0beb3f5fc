"""`sampan init`: ask who operates, check, write `deployment.yml` and `sampan.env`. A file of answers will do too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import phonenumbers
import typer
import yaml
from pydantic import ValidationError

from bot.deployment import (
    DEFAULT_COVER_LINE,
    DEFAULT_COVER_NAME,
    DEMO_DEPLOYMENT,
    MOST_DUTIES,
    MOST_TIP_PARTIES,
    Deployment,
    Gateway,
    OfferedLanguage,
    OperatorKind,
    Party,
    Trigger,
    describe,
)
from bot.errors import ConfigurationError
from bot.operations.installation import SETTINGS_FILE
from bot.operations.neutral_lines import problems_with_lines
from bot.privacy.keys_file import write_private_file
from bot.settings import Settings

# Telegram documents no grammar; every token ever issued is the bot's number, a colon and 35 such signs.
_TELEGRAM_TOKEN = re.compile(r"[0-9]{6,12}:[A-Za-z0-9_-]{35}")
_TWILIO_ACCOUNT = re.compile(r"AC[0-9a-f]{32}")  # https://www.twilio.com/docs/glossary/what-is-a-sid


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One line of `sampan.env` that a gateway needs."""

    variable: str
    question: str
    check: Callable[[str], str | None]  # what is wrong, or None
    secret: bool = True
    default: str | None = None


def _telegram_token(value: str) -> str | None:
    return None if _TELEGRAM_TOKEN.fullmatch(value) else "not a bot token (123456789:… from @BotFather)"


def _twilio_account(value: str) -> str | None:
    return None if _TWILIO_ACCOUNT.fullmatch(value) else "not an account SID (AC and 32 hexadecimal digits)"


def _e164(value: str) -> str | None:
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return "not a telephone number with its country code (+66…)"
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number) or canonical != value:
        return "not a telephone number as +, country code and digits only (+66…)"
    return None


def _anything(value: str) -> str | None:
    return None if value.strip() and "\n" not in value and "'" not in value else "empty, or has a quote in it"


NEEDED: Mapping[Gateway, tuple[Setting, ...]] = {
    Gateway.TELEGRAM: (
        Setting(variable="SAMPAN_TELEGRAM__TOKEN", question="Telegram: token of the public bot", check=_telegram_token),
        Setting(
            variable="SAMPAN_TELEGRAM_STAFF__TOKEN",
            question="Telegram: token of the second bot, which pages staff",
            check=_telegram_token,
        ),
    ),
    Gateway.SMS_TWILIO: (
        Setting(
            variable="SAMPAN_TWILIO__ACCOUNT_SID", question="Twilio: account SID", check=_twilio_account, secret=False
        ),
        Setting(variable="SAMPAN_TWILIO__AUTH_TOKEN", question="Twilio: auth token", check=_anything),
        Setting(variable="SAMPAN_TWILIO__SENDER", question="Twilio: your number (+…)", check=_e164, secret=False),
    ),
    Gateway.SMS_GATEWAY: (
        Setting(
            variable="SAMPAN_SMS_GATEWAY__USERNAME", question="SMS Gateway: user name", check=_anything, secret=False
        ),
        Setting(variable="SAMPAN_SMS_GATEWAY__PASSWORD", question="SMS Gateway: password", check=_anything),
        Setting(variable="SAMPAN_SMS_GATEWAY__SIGNING_KEY", question="SMS Gateway: signing key", check=_anything),
    ),
    Gateway.SANDBOX: (),
}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All that `sampan init` writes."""

    deployment: Deployment
    environment: Mapping[str, str] = field(repr=False)


def read_answers(text: str) -> Answers:
    """Answers as YAML: the deployment's fields, and under `settings` the lines of `sampan.env`.

    Raises ConfigurationError that names every wrong field, without its value.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigurationError("the answers are not YAML") from None
    if not isinstance(content, dict):
        raise ConfigurationError("the answers are not a mapping of fields")
    environment = {str(name): str(value) for name, value in (content.pop("settings", None) or {}).items()}
    try:
        deployment = Deployment.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(describe(error)) from None
    return checked(deployment, environment)


def checked(deployment: Deployment, environment: Mapping[str, str]) -> Answers:
    """Check the settings that the deployment's gateways need, and its own lines. Raises ConfigurationError."""
    problems = problems_with_lines(deployment)
    for setting in needed_settings(deployment):
        value = environment.get(setting.variable)
        wrong = "missing" if value is None else setting.check(value)
        if wrong:
            problems.append(f"{setting.variable}: {wrong}")
    problems += [f"{name}: not a setting" for name in environment if not re.fullmatch(r"SAMPAN_[A-Z0-9_]+", name)]
    problems += [
        f"{name}: has a quote or a line break in it" for name, value in environment.items() if _anything(value)
    ]
    if problems:
        raise ConfigurationError("; ".join(dict.fromkeys(problems)))
    return Answers(deployment=deployment, environment=environment)


def needed_settings(deployment: Deployment) -> list[Setting]:
    """The settings without which the deployment's gateways cannot work."""
    return [setting for gateway in deployment.gateways for setting in NEEDED[gateway]]


def write_answers(answers: Answers, settings: Settings, *, force: bool) -> tuple[Path, Path]:
    """Write both files. Raises ConfigurationError when one exists and `force` is not given; then neither is written."""
    files = (settings.deployment_path, settings.data_dir / SETTINGS_FILE)
    existing = [str(path) for path in files if path.exists()]
    if existing and not force:
        raise ConfigurationError(f"{' and '.join(existing)} exist; nothing was written (--force replaces them)")
    lines = [f"{name}='{value}'" for name, value in answers.environment.items()]
    lines.append(f"SAMPAN_HOME_REGION='{answers.deployment.home_region}'")
    if Gateway.SANDBOX in answers.deployment.gateways:
        lines.append("SAMPAN_SANDBOX__ENABLED='true'")
    write_private_file(files[0], answers.deployment.to_yaml(), replace=True)
    write_private_file(files[1], "\n".join(lines) + "\n", replace=True)
    return files


def ask() -> Answers:
    """Ask a person at the terminal; a wrong answer is asked again."""
    languages = _ask_list("Languages offered", [language.value for language in OfferedLanguage])
    content: dict[str, Any] = {"languages": languages}
    content["default_language"] = _ask_choice("Language when we cannot tell", languages, languages[0])
    content["operator_name"] = {code: typer.prompt(f"Your name in {code}, 24 characters at most") for code in languages}
    content["kind"] = _ask_choice("You are", [kind.value for kind in OperatorKind], OperatorKind.NGO.value)
    content["country"] = typer.prompt("Country whose law applies (two letters, TH KH VN MM …)").strip().upper()
    content["home_region"] = (
        typer.prompt("Country of numbers without a code", default=content["country"]).strip().upper()
    )
    content["duties_to_report"] = _ask_duties()
    content["no_duty_to_report_checked"] = not content["duties_to_report"] and typer.confirm(
        "Has a lawyer checked that no law makes you tell an authority?", default=False
    )
    content["tips_may_go_to"] = _ask_tip_parties()
    content["neutral_line"] = {code: _ask_neutral_line(code) for code in languages}
    content["cover_line"] = {code: _ask_cover_line(code) for code in languages}
    content["locked_files_route"] = _ask_locked_files_route()
    content["gateways"] = _ask_list("Gateways", [gateway.value for gateway in Gateway])
    try:
        deployment = Deployment.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(f"{describe(error)}; nothing was written") from None
    return checked(deployment, {setting.variable: _ask_setting(setting) for setting in needed_settings(deployment)})


def _ask_duties() -> list[dict[str, str]]:
    """Reporters are told of these in their own language, so both answers are of a list."""
    duties: list[dict[str, str]] = []
    while typer.confirm(f"Does {'another' if duties else 'a'} law make you tell an authority?", default=False):
        duties.append(
            {
                "to": _ask_choice("  Who must be told", list(Party), Party.POLICE),
                "trigger": _ask_choice("  Of what", list(Trigger), Trigger.CHILD_IN_DANGER),
                "law": typer.prompt("  Which law says so"),
            }
        )
        if len(duties) == MOST_DUTIES:
            break
    return duties


def _ask_tip_parties() -> list[str]:
    """Nobody unless named: those whom a tip is about were asked nothing."""
    parties = list(Party)
    limit = f"at most {MOST_TIP_PARTIES} of: {' '.join(parties)}; or none"
    while True:
        answer = str(typer.prompt(f"Who may be told what somebody saw ({limit})", default="none"))
        chosen = _listed(answer)
        if chosen == ["none"]:
            return []
        if set(chosen) <= set(parties) and len(chosen) <= MOST_TIP_PARTIES:
            return chosen
        typer.echo(limit.capitalize())


def _ask_cover_line(code: str) -> str:
    language = OfferedLanguage(code)
    question = f'Answer to a stranger who asks who this is, in {code} ({{name}}: "{DEFAULT_COVER_NAME[language]}")'
    return str(typer.prompt(question, default=DEFAULT_COVER_LINE[language]))


def _ask_locked_files_route() -> str | None:
    question = "What the law asks of files with a child and abuse; staff read it (empty: none can be released)"
    return str(typer.prompt(question, default="", show_default=False)).strip() or None


def _ask_neutral_line(code: str) -> str:
    example = DEMO_DEPLOYMENT.neutral_line[OfferedLanguage(code)]
    return str(typer.prompt(f"Line sent when it is not safe to write, in {code}", default=example))


def _ask_choice(question: str, choices: list[str], default: str) -> str:
    while True:
        answer = str(typer.prompt(f"{question} ({', '.join(choices)})", default=default)).strip().lower()
        if answer in choices:
            return answer
        typer.echo(f"One of: {', '.join(choices)}")


def _ask_list(question: str, choices: list[str]) -> list[str]:
    while True:
        answer = str(typer.prompt(f"{question} (some of: {' '.join(choices)})"))
        chosen = _listed(answer)
        if chosen and set(chosen) <= set(choices):
            return chosen
        typer.echo(f"Some of: {' '.join(choices)}")


def _listed(answer: str) -> list[str]:
    return list(dict.fromkeys(answer.lower().replace(",", " ").split()))


def _ask_setting(setting: Setting) -> str:
    while True:
        value = str(typer.prompt(setting.question, hide_input=setting.secret, default=setting.default)).strip()
        wrong = setting.check(value)
        if wrong is None:
            return value
        typer.echo(wrong)
