"""Stock Rasa on our data with its default configuration: trained once, a quarter of an hour or more, kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.stock.environment import ensure_environment
from bench.stock.project import write_project
from bench.stock.training import ensure_trained


def ensure_model(epochs: int, say: Callable[[str], None]) -> Path:
    """The model of the present data, trained when there is none; it lies in its project's folder."""
    ensure_environment(say)
    return ensure_trained(write_project(epochs), [], say)
