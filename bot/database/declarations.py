"""What every table is declared with: the common parent, and columns of coded words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase


def coded(enum: type[StrEnum]) -> Enum:
    """A column of coded words, readable in psql."""
    return Enum(enum, native_enum=False, length=24, values_callable=lambda kind: [member.value for member in kind])


class Table(DeclarativeBase):
    """Base of all tables; datetimes are aware."""

    type_annotation_map = {datetime: DateTime(timezone=True), str: Text, bytes: LargeBinary, dict[str, Any]: JSONB}
