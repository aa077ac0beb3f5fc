"""Serves the dialogue over loopback: POST /turn, POST /understand, GET /health.

`python -m nlu.serve --model <file> --port <number>`.

No text leaves the process but in the answer: failures are a bare 500, the log holds classes and places (quiet.py), and
standard output and error lead nowhere once the model is loaded. One turn at a time: prediction holds the processor
anyway, so more throughput is more processes.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import nlu.quiet as quiet  # before Rasa

from aiohttp import web  # isort: skip

from nlu.turn import Dialogue

LOOPBACK = "127.0.0.1"
LARGEST_BODY_BYTES = 64 * 1024
STOP_WITHIN_SECONDS = 5.0
Work = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
log = logging.getLogger(quiet.OWN_LOGGER)


class Server:
    """The routes over one loaded model."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._one_at_a_time = asyncio.Lock()

    def application(self) -> web.Application:
        """The routes; nothing else answers."""
        app = web.Application(client_max_size=LARGEST_BODY_BYTES, middlewares=[loopback_only])
        app.router.add_post("/turn", self.turn)
        app.router.add_post("/understand", self.understand)
        app.router.add_get("/health", self.health)
        return app

    async def health(self, request: web.Request) -> web.Response:
        """Ready, and with which model."""
        return web.json_response({"status": "ok", "model": self._dialogue.fingerprint})

    async def turn(self, request: web.Request) -> web.Response:
        """One turn, or 500 without a word: the bot then takes the turn itself."""
        return await self._answer(request, self._dialogue.take_turn)

    async def understand(self, request: web.Request) -> web.Response:
        """What the model makes of one text, or 500 without a word."""
        return await self._answer(request, self._dialogue.understand)

    async def _answer(self, request: web.Request, work: Work) -> web.Response:
        try:
            body = await request.json()
            async with self._one_at_a_time:
                return web.json_response(await work(body))
        except Exception as error:  # the outermost handler: whatever broke, its message may quote a person
            log.error("turn failed: %s", quiet.without_words(error))
            return web.Response(status=500)


@web.middleware
async def loopback_only(request: web.Request, handler: object) -> web.StreamResponse:
    """Refuse a request that was made for another name: a web page on this machine may know how to resolve one to us."""
    if request.host.rpartition(":")[0] not in (LOOPBACK, "localhost"):
        return web.Response(status=403)
    return await handler(request)  # type: ignore[operator]


async def serve(dialogue: Dialogue, port: int) -> None:
    """Serve until cancelled. Port 0 takes a free one; the log says which."""
    runner = web.AppRunner(Server(dialogue).application(), access_log=None, handle_signals=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port, shutdown_timeout=STOP_WITHIN_SECONDS)
        await site.start()
        bound = runner.addresses[0][1]
        log.info("serving model %s on %s:%s", dialogue.fingerprint, LOOPBACK, bound)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def warm_up(dialogue: Dialogue) -> None:
    """Take one turn for nobody, so that the first person does not wait for what is loaded at first use."""
    await dialogue.take_turn({"state": None, "text": "hello", "language": "en", "channel": "sms"})


def loopback_host(value: str) -> str:
    """The only host there is; for people who try another."""
    if value != LOOPBACK:
        raise argparse.ArgumentTypeError(f"the dialogue is served on {LOOPBACK} only")
    return value


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.serve", description="Serve the dialogue over loopback.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", type=loopback_host, default=LOOPBACK)
    parser.add_argument("--log-level", choices=("DEBUG", "INFO"), default="INFO")
    arguments = parser.parse_args()
    quiet.silence_logs()
    quiet.no_calling_home()
    started = time.monotonic()
    dialogue = Dialogue(arguments.model)
    asyncio.run(warm_up(dialogue))
    quiet.own_log_only()
    logging.getLogger().setLevel(logging.DEBUG if arguments.log_level == "DEBUG" else logging.WARNING)
    log.info("model loaded in %.1f s", time.monotonic() - started)
    try:
        asyncio.run(serve(dialogue, arguments.port))
    except (KeyboardInterrupt, web.GracefulExit):
        log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
