"""One served model for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rasa_environment.served_model import ServedModel


@pytest.fixture(scope="session")
def served_model() -> Iterator[ServedModel]:
    """A server that nothing is broken in."""
    server = ServedModel()
    yield server
    server.stop()
