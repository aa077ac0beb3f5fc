"""`sampan keys init`. What the keys open, and how to keep a copy of them, stands in docs/operators.md."""

from __future__ import annotations

from bot.operations.installation import ensure_sandbox_secret
from bot.privacy.keys_file import create_service_keys
from bot.settings import Settings


def init_keys(settings: Settings) -> None:
    """Make the service keys and the sandbox's secret. Raises ConfigurationError when there are keys already."""
    create_service_keys(settings.keys_path)
    if settings.sandbox.enabled:
        ensure_sandbox_secret(settings)


def ensure_keys(settings: Settings) -> None:
    """For the demo, where nothing real is at stake: make what is missing."""
    if not settings.keys_path.exists():
        create_service_keys(settings.keys_path)
    ensure_sandbox_secret(settings)
