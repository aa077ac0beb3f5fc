"""What every channel's HTTP client has in common."""

from __future__ import annotations

from bot.channels.quiet_http import Timeouts
from bot.settings import Settings


def test_a_sending_ends_before_its_row_is_given_to_another_worker() -> None:
    timeouts = Timeouts()
    longest = timeouts.pool + timeouts.connect + 2 * timeouts.answer
    assert longest < Settings.model_fields["lease"].default
