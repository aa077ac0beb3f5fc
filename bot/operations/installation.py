"""The files of one installation under `data_dir`: settings, keys, the sandbox's secret. What they mean is elsewhere."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import SecretStr, ValidationError

from bot.deployment import describe
from bot.errors import ConfigurationError
from bot.operations.embedded_postgres import running_url
from bot.privacy.keys_file import write_private_file
from bot.settings import Settings

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SETTINGS_FILE = "sampan.env"


def data_folder() -> Path:
    """Where the installation's files lie: SAMPAN_DATA_DIR, else `var` under the current folder."""
    return Path(os.environ.get("SAMPAN_DATA_DIR", "var")).absolute()


def load_settings() -> Settings:
    """The settings of this installation, from the environment and data_dir/sampan.env; the environment wins.

    Raises ConfigurationError that names each wrong setting, without its value.
    """
    folder = data_folder()
    try:
        settings = Settings(_env_file=folder / SETTINGS_FILE, data_dir=folder)
    except ValidationError as error:
        raise ConfigurationError(f"settings: {describe(error)}") from None
    secret_file = sandbox_secret_file(settings)
    if settings.sandbox.secret is None and secret_file.exists():
        settings.sandbox.secret = SecretStr(secret_file.read_text().strip())
    return settings


def sandbox_secret_file(settings: Settings) -> Path:
    """Signs what the demo's phones post."""
    return settings.data_dir / "keys" / "sandbox.secret"


def ensure_sandbox_secret(settings: Settings) -> str:
    """The sandbox's secret, made when missing."""
    if settings.sandbox.secret is None:
        path = sandbox_secret_file(settings)
        if not path.exists():
            write_private_file(path, secrets.token_urlsafe(32))
        settings.sandbox.secret = SecretStr(path.read_text().strip())
    return settings.sandbox.secret.get_secret_value()


def database_url(settings: Settings) -> str:
    """The database of this installation: the one that is set, else the embedded one, if it runs.

    Raises ConfigurationError when neither is there; nothing is started.
    """
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    url = running_url(postgres_folder(settings))
    if url is None:
        raise ConfigurationError("the embedded PostgreSQL is not running; start `sampan run`, or `sampan run postgres`")
    return url


def postgres_folder(settings: Settings) -> Path:
    """Where the embedded PostgreSQL keeps its data."""
    return settings.data_dir / "postgres"


def log_folder(settings: Settings) -> Path:
    """Where the logs of all processes lie."""
    return settings.data_dir / "logs"
