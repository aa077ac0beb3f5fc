"""A TCP proxy before a server on a Unix socket. It can begin to swallow: then it goes on taking bytes, passes none on,
and closes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class SwallowingProxy:
    """Stands before one server. `swallow` applies to connections that are open; new ones pass unless `for_all`."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._generation = 0
        self._swallows_all = False
        self.port = 0
        self.connections = 0

    def swallow(self, *, for_all: bool = False) -> None:
        """From now on nothing of the open connections passes."""
        self._generation += 1
        self._swallows_all = for_all

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SwallowingProxy]:
        """Until the block is left; then every connection is cut."""
        tasks: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            with suppress(OSError, asyncio.CancelledError):
                await self._join(reader, writer, self._generation)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, generation: int) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._socket_path)
        try:
            await asyncio.gather(
                self._pass_on(reader, far_writer, generation), self._pass_on(far_reader, writer, generation)
            )
        finally:
            writer.close()
            far_writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, generation: int) -> None:
        while data := await reader.read(65536):
            if self._swallows_all or generation != self._generation:
                continue
            writer.write(data)
            await writer.drain()
        if not self._swallows_all and generation == self._generation:
            writer.close()
