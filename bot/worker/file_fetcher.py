"""Fetches the files of messages from their providers, seals them piece by piece, and has the provider's own copies
deleted. No answer and no alarm waits for it; no transaction is open while a provider is spoken to; nothing is ever on a
disk in the clear."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import TypeGuard

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import DeletesFiles, FetchesFiles
from bot.database.session import Database
from bot.errors import (
    FileTooLargeError,
    FileUnavailableError,
    LeaseLostError,
    RetryAfterError,
    SendError,
    TemporarySendError,
)
from bot.messages import attachments, file_leases
from bot.messages.file_leases import LEASE, ClaimedFile
from bot.messages.file_types import is_something_else
from bot.privacy.file_sealing import PIECE_BYTES, FileSealer
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

log = structlog.get_logger("worker")

_DOWNLOAD_SECONDS = (LEASE - timedelta(minutes=1)).total_seconds()


class _NotTakenError(Exception):
    """Its first bytes say that it is something else than it was announced as."""


class FileFetcher:
    """One consumer; several run side by side. `channels` may hold any; only those that have files are asked."""

    def __init__(
        self, database: Database, channels: Mapping[str, object], keys: ServiceKeys, settings: Settings
    ) -> None:
        self._database = database
        self._channels = {name: channel for name, channel in channels.items() if _fetches(channel)}
        self._keys = keys
        self._settings = settings

    async def work(self) -> bool:
        """Fetch one file, or have one copy deleted. False when none is due."""
        claimed = await self._database.run(self._claim)
        if claimed is None:
            return False
        try:
            await (self._delete(claimed) if claimed.to_delete else self._fetch(claimed))
        except LeaseLostError:
            log.warning("lease_lost", file_id=claimed.id)
        return True

    def _claim(self, session: Session) -> ClaimedFile | None:
        most = self._settings.most_file_bytes_kept
        return file_leases.claim(session, list(self._channels), self._keys, most_kept=most)

    async def _fetch(self, claimed: ClaimedFile) -> None:
        refused: str | None = None
        failure: SendError | None = None
        try:
            async with asyncio.timeout(_DOWNLOAD_SECONDS):
                await self._take_in(claimed)
        except FileTooLargeError:
            refused = attachments.TOO_LARGE
        except _NotTakenError:
            refused = attachments.NOT_TAKEN
        except SendError as error:
            failure = error
        except TimeoutError:
            failure = TemporarySendError("too slow")
        if refused is not None:
            kind = refused
            log.warning("file_refused", file_id=claimed.id, channel=claimed.channel, reason=kind)
            await self._database.run(lambda session: file_leases.refuse(session, claimed, error_kind=kind))
        elif failure is not None:
            await self._put_back(claimed, failure)

    async def _take_in(self, claimed: ClaimedFile) -> None:
        """The whole file, or an error and nothing that counts: pieces without a key are dropped by the next try."""
        sealer, digest, size, number = FileSealer(), hashlib.sha256(), 0, 0
        ahead: bytes | None = None
        source = self._channels[claimed.channel].fetch_file(claimed.ref, self._settings.max_file_bytes)
        async with aclosing(_in_pieces(source)) as pieces:  # type: ignore[type-var]  # it is an async generator
            async for piece in pieces:
                if size == 0 and not claimed.locked and is_something_else(claimed.media_type, piece):
                    raise _NotTakenError
                digest.update(piece)
                size += len(piece)
                if ahead is not None:
                    await self._keep_piece(claimed, number, sealer.seal(ahead, last=False))
                    number += 1
                ahead = piece
        await self._keep_piece(claimed, number, sealer.seal(ahead or b"", last=True))
        await self._database.run(
            lambda session: file_leases.keep(
                session, claimed, secret=sealer.secret, digest=digest.hexdigest(), size_bytes=size
            )
        )
        log.info("file_fetched", file_id=claimed.id, channel=claimed.channel, attempts=claimed.attempts)

    async def _keep_piece(self, claimed: ClaimedFile, number: int, sealed: bytes) -> None:
        await self._database.run(lambda session: file_leases.keep_piece(session, claimed, number, sealed))

    async def _delete(self, claimed: ClaimedFile) -> None:
        channel = self._channels[claimed.channel]
        failure: SendError | None = None
        try:
            if _deletes(channel):
                await channel.delete_file(claimed.ref)
        except SendError as error:
            failure = error
        if failure is not None:
            await self._put_back(claimed, failure)
            return
        await self._database.run(lambda session: file_leases.deleted_at_provider(session, claimed))

    async def _put_back(self, claimed: ClaimedFile, failure: SendError) -> None:
        """Whatever failed is tried for days: wrong credentials may be put right meanwhile."""
        given_up = await self._database.run(
            lambda session: file_leases.put_back(
                session,
                claimed,
                error_kind=failure.kind,
                wait=failure.wait if isinstance(failure, RetryAfterError) else None,
                gone=isinstance(failure, FileUnavailableError),
                tried_for=self._settings.files_tried_for,
            )
        )
        what = "file_not_deleted" if claimed.to_delete else "file_not_fetched"
        said = log.error if given_up else log.warning
        said(what, file_id=claimed.id, channel=claimed.channel, kind=failure.kind, attempts=claimed.attempts)


async def _in_pieces(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """As it is sealed: pieces of one size, the last one shorter."""
    held = bytearray()
    async for each in source:
        held += each
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)


def _fetches(channel: object) -> TypeGuard[FetchesFiles]:
    return hasattr(channel, "fetch_file")


def _deletes(channel: object) -> TypeGuard[DeletesFiles]:
    return hasattr(channel, "delete_file")
