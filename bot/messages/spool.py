"""Where messages wait, encrypted and on disk, while the database is down. One file per message, written aside,
fsynced, then renamed, so that a file that is there is whole. The worker stores them in order once it is back."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import time_ns
from typing import Any
from uuid import uuid4

from bot.database.states import FileKind
from bot.errors import ConfigurationError, SealingError, SpoolFullError
from bot.messages.message import InboundMessage, MessageKind, SentFile
from bot.privacy.sealing import ServiceKeys, open_with, seal_with

_SUFFIX = ".sealed"


class Spool:
    """A bounded folder of sealed messages."""

    def __init__(self, folder: Path, keys: ServiceKeys, *, max_files: int = 50_000) -> None:
        self._folder = folder
        self._keys = keys
        self._max_files = max_files

    def check(self) -> None:
        """Raise ConfigurationError when nothing can be written: the service then refuses to start."""
        probe = self._folder / f"probe-{uuid4().hex}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise ConfigurationError(f"the spool folder cannot be written: {error.strerror}") from None

    def put(self, message: InboundMessage) -> None:
        """On return the message is on the disk. SpoolFullError when it is not: the provider must try again."""
        if sum(1 for _ in self._folder.glob("*" + _SUFFIX)) >= self._max_files:
            raise SpoolFullError("the spool holds as much as it may")
        name = f"{time_ns():020d}-{uuid4().hex}"
        aside, final = self._folder / (name + ".part"), self._folder / (name + _SUFFIX)
        try:
            with aside.open("wb") as file:
                file.write(seal_with(self._keys.spool, _to_json(message)))
                file.flush()
                os.fsync(file.fileno())
            aside.rename(final)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise SpoolFullError(f"the spool cannot be written: {error.strerror}") from None

    def waiting(self) -> Iterator[tuple[Path, InboundMessage]]:
        """What waits, oldest first. A file that cannot be opened is set aside under another name, never deleted."""
        for path in sorted(self._folder.glob("*" + _SUFFIX)):
            try:
                yield path, _from_json(open_with(self._keys.spool, path.read_bytes()))
            except FileNotFoundError:
                continue  # another process stored it a moment ago
            except (SealingError, ValueError, KeyError, TypeError):
                path.rename(path.with_suffix(".unreadable"))

    def received_at(self, path: Path) -> datetime:
        """When a waiting message came in; what it says of itself is the provider's clock."""
        return datetime.fromtimestamp(int(path.name.split("-")[0]) / 1e9, UTC)

    def done(self, path: Path) -> None:
        """The message is committed; its file goes."""
        path.unlink(missing_ok=True)


def _to_json(message: InboundMessage) -> str:
    return json.dumps(
        {
            "channel": message.channel,
            "provider_id": message.provider_id,
            "address": message.address,
            "text": message.text,
            "kind": message.kind.value,
            "sent_at": message.sent_at.isoformat() if message.sent_at else None,
            "callback_id": message.callback_id,
            "chat_message_id": message.chat_message_id,
            "completes_earlier": message.completes_earlier,
            "files": [_file_to_json(each) for each in message.files],
        }
    )


def _file_to_json(file: SentFile) -> dict[str, object]:
    return {
        "kind": file.kind.value,
        "media_type": file.media_type,
        "ref": file.ref,
        "size_bytes": file.size_bytes,
        "stays_at_provider": file.stays_at_provider,
        "content": None if file.content is None else base64.b64encode(file.content).decode(),
    }


def _from_json(body: str) -> InboundMessage:
    raw = json.loads(body)
    sent_at = datetime.fromisoformat(raw["sent_at"]) if raw["sent_at"] else None
    files = tuple(_file_from_json(each) for each in raw.get("files", ()))
    return InboundMessage(**{**raw, "kind": MessageKind(raw["kind"]), "sent_at": sent_at, "files": files})


def _file_from_json(raw: dict[str, Any]) -> SentFile:
    content = None if raw["content"] is None else base64.b64decode(raw["content"], validate=True)
    return SentFile(**{**raw, "kind": FileKind(raw["kind"]), "content": content})
