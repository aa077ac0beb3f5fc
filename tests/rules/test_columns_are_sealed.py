"""A column that can hold words or bytes is sealed, a keyed hash, or stands below with the reason why it is neither."""

from __future__ import annotations

from sqlalchemy import Enum, LargeBinary, String
from sqlalchemy.types import ARRAY, JSON

from bot.database.tables import Table

SEALED = ("_sealed", "_wrapped", "_hash")
HARMLESS = {
    "*.channel": "a channel's name",
    "*.language": "a language code",
    "*.kind": "a coded word",
    "*.urgency": "a coded word",
    "*.reason": "a coded word",
    "*.error_kind": "a coded word",
    "*.broken_reason": "a coded word",
    "*.template": "the name of a text",
    "*.audience": "a coded word",
    "*.provider_key": "a keyed hash of the provider's id",
    "outbox.key": "made by us; makes a repeat harmless",
    "outbox.provider_ref": "the provider's id of a message we sent; needed to match its receipt",
    "outbox.arguments": "numbers, codes and names of templates; the words are in body_sealed",
    "inbox.floor_urgency": "a coded word",
    "inbox.floor_reasons": "coded words",
    "report.urgency_reasons": "coded words",
    "attachment.media_type": "one of file_types.py",
    "attachment.release_reason": "a coded word",
    "contact_point.safe_zone": "the name of a time zone",
    "conversation.signs": "coded words",
    "conversation.pseudonym": "two random words",
    "conversation.public_key": "public",
    "staff.name": "the name a staff member works under",
    "hotline_verification.key": "a key of hotlines.yml",
    "hotline_verification.number": "a public number, nobody's own",
    "hotline_verification.source": "where a public number is published",
    "hotline_verification.records": "a coded word",
    "staff.reads": "language codes",
    "staff.conflicts": "coded words",
    "rotation.name": "what a rotation is called",
    "rotation.zone": "an IANA zone",
    "rotation.weekdays": "numbers",
    "holiday.name": "what a holiday is called",
    "oncall_policy.body": "times, counts and staff ids",
    "alarm.about": "coded words",
    "alarm_event.detail": "numbers and coded words",
    "engine_heartbeat.schema_version": "a migration's number",
    "rule_told.rules": "codes of deployment.yml's duties and of parties",
    "release.why": "a coded word",
    "audit.action": "a coded word",
    "audit.detail": "a coded word",
    "sandbox_message.phone": "the name of a demo phone; there are no such rows in a deployment",
    "sandbox_message.key": "makes a repeat harmless",
}


def test_every_column_that_can_hold_words_is_sealed_or_known_to_be_harmless() -> None:
    found = []
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            free = isinstance(column.type, String | LargeBinary | ARRAY | JSON) and not isinstance(column.type, Enum)
            known = f"{table.name}.{column.name}" in HARMLESS or f"*.{column.name}" in HARMLESS
            if free and not known and not column.name.endswith(SEALED):
                found.append(f"{table.name}.{column.name}")
    assert found == []


def test_the_list_of_harmless_columns_names_only_columns_that_exist() -> None:
    present = {f"{table.name}.{column.name}" for table in Table.metadata.sorted_tables for column in table.columns}
    present |= {f"*.{name.split('.')[1]}" for name in present}
    assert set(HARMLESS) - present == set()
