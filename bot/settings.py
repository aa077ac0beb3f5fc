"""Every setting of a running installation, read from the environment (SAMPAN_...) and `var/sampan.env`.

Who operates, and what a reporter is told about them, is not here: that is `deployment.yml` (operations/deployment.py).
"""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TelegramSettings(BaseModel):
    """One Telegram bot."""

    token: SecretStr | None = None
    mode: Literal["poll", "webhook"] = "poll"
    secret_token: SecretStr | None = None  # X-Telegram-Bot-Api-Secret-Token; webhook mode refuses to start without
    base_url: str = "https://api.telegram.org"


class TwilioSettings(BaseModel):
    """One Twilio number or messaging account."""

    account_sid: str | None = None
    auth_token: SecretStr | None = None
    sender: str | None = None  # the E.164 number messages leave from
    caller: str | None = None  # the number that calls responders; None: nobody is called
    keyword_answers_off: bool = False  # the operator switched Twilio's own answers to HELP and STOP off
    base_url: str = "https://api.twilio.com"


class SmsGatewaySettings(BaseModel):
    """A phone with a SIM running SMS Gateway for Android."""

    username: str | None = None
    password: SecretStr | None = None
    signing_key: SecretStr | None = None  # HMAC key of the app's webhooks
    base_url: str = "https://api.sms-gate.app/3rdparty/v1"
    replay_window: timedelta = timedelta(minutes=5)


class AppriseSettings(BaseModel):
    """Ways to wake responders by ntfy, e-mail, Slack, Pushover and others; each address is an Apprise URL."""

    enabled: bool = False


class SandboxSettings(BaseModel):
    """The phones of the demo page and of `sampan chat`."""

    enabled: bool = False
    secret: SecretStr | None = None  # made by `sampan keys init`; signs what the page posts


class Settings(BaseSettings):
    """Everything an operator can set; defaults are those of the demo on one machine."""

    model_config = SettingsConfigDict(
        env_prefix="SAMPAN_", env_nested_delimiter="__", env_file="var/sampan.env", extra="ignore"
    )

    data_dir: Path = Path("var")
    database_url: SecretStr | None = None  # None: the embedded PostgreSQL under data_dir
    keys_file: Path | None = None  # None: data_dir/keys/service.json
    floor_pack: Path | None = None  # a folder with phrases of the urgency floor that are not for the public
    deployment_file: Path | None = None  # None: data_dir/deployment.yml, else the built-in demo deployment
    public_url: str = "http://127.0.0.1:8000"  # what providers sign; the scheme and host they see
    host: str = "127.0.0.1"
    port: int = 8000
    console_host: str = "127.0.0.1"
    console_port: int = 8001
    console_url: str = "http://127.0.0.1:8001"
    rasa_port: int = 5005
    engine_timeout: timedelta = timedelta(seconds=2.5)
    hold_after: timedelta = timedelta(minutes=10)  # later than this after the reporter's last word, a message is held
    safe_window_kept_for: timedelta = timedelta(days=7)  # after their last word; phones change hands
    cover_after: timedelta = timedelta(minutes=30)  # later than this, only the safe word opens what it protects
    check_in_grace: timedelta = timedelta(minutes=10)  # an agreed word may be this late before staff are alarmed
    unanswered_danger_question: timedelta = timedelta(minutes=2)
    step_timeout: timedelta = timedelta(seconds=60)  # nobody acknowledged: the next person
    acknowledgement_lease: timedelta = timedelta(minutes=10)
    many_messages: int = Field(default=20, ge=1)  # of one sender in a minute: beyond, one answer serves several
    page_loops: int = 3  # how often the whole roster is gone through before the last resort
    lease: timedelta = timedelta(seconds=20)
    audit_patience: timedelta = timedelta(seconds=90)  # no page tried for this long: the auditor tells everybody
    dead_man_url: SecretStr | None = (
        None  # asked for after every audit that found nothing; elsewhere, its silence alarms
    )
    nightly_drill: time | None = None  # local time of the deployment: a test alarm once a night; None: never
    max_body_bytes: int = 1_048_576
    max_file_bytes: int = 20 * 1024 * 1024  # what Telegram gives to a bot at the most
    max_files_a_day: int = 40  # of one conversation; a flood of files must not fill the disk
    most_file_bytes_kept: int = 10 * 1024**3  # of all cases together; then files wait at their providers
    files_tried_for: timedelta = timedelta(days=7)  # a provider that is down that long has lost a file for us
    files_kept_for: timedelta = timedelta(days=90)  # after the case was closed
    home_region: str = "TH"  # the country in which a number without +.. is read (phonenumbers)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    telegram: TelegramSettings = Field(default_factory=TelegramSettings)
    telegram_staff: TelegramSettings = Field(default_factory=TelegramSettings)
    twilio: TwilioSettings = Field(default_factory=TwilioSettings)
    sms_gateway: SmsGatewaySettings = Field(default_factory=SmsGatewaySettings)
    apprise: AppriseSettings = Field(default_factory=AppriseSettings)
    sandbox: SandboxSettings = Field(default_factory=SandboxSettings)

    @property
    def keys_path(self) -> Path:
        """Where the service keys lie."""
        return self.keys_file or self.data_dir / "keys" / "service.json"

    @property
    def deployment_path(self) -> Path:
        """Where the deployment's own policy lies."""
        return self.deployment_file or self.data_dir / "deployment.yml"

    @property
    def spool_path(self) -> Path:
        """Where messages wait, encrypted, while the database is down."""
        return self.data_dir / "spool"
