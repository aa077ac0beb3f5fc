"""Keeps the three victims alive: whoever dies is started again at once. Called from the main thread only, because the
kernel ends a child together with the thread that forked it."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bench.chaos.killer import Wiretap
from bench.chaos.points import Victim
from bench.installation import START_TIMEOUT_SECONDS, Installation, answers_at_all, answers_ok, tail
from bot.operations.tethered_process import ProcessPlan, kill_session, spawn, stop

_MOST_FIRST_STARTS = 3


class Processes:
    """`hold_postgres` keeps a dead PostgreSQL down until it is cleared, so that the spool is met."""

    def __init__(self, installation: Installation, wiretap: Wiretap) -> None:
        self._installation = installation
        self._wiretap = wiretap
        self._running: dict[Victim, subprocess.Popen[bytes]] = {}
        self._started_at: dict[Victim, float] = {}
        self._ready: set[Victim] = set()
        self.hold_postgres = False
        self.starts = dict.fromkeys(Victim, 0)

    @property
    def victims(self) -> tuple[Victim, ...]:
        """Whoever takes part."""
        return tuple(Victim) if self._installation.model is not None else (Victim.SERVICE, Victim.POSTGRES)

    def start(self) -> None:
        """Start all of them and wait until they are ready. PostgreSQL runs already and is taken over."""
        self._running[Victim.POSTGRES] = self._installation.postgres_process
        for victim in (Victim.RASA, Victim.SERVICE):
            if victim in self.victims:
                self._start(victim)
        while not all(self.is_ready(victim) for victim in self.victims):
            self.watch()
            time.sleep(0.05)
            if max(self.starts.values()) > _MOST_FIRST_STARTS:
                log_file = self._installation.folder / "logs" / "service.log"
                raise RuntimeError(f"the service does not start:\n{tail(log_file)}")

    def watch(self) -> None:
        """Notice deaths and start again. Returns at once; call it many times a second."""
        for victim in self.victims:
            process = self._running.get(victim)
            if process is not None and process.poll() is None:
                self._notice_readiness(victim)
                continue
            self._ready.discard(victim)
            if process is not None:
                kill_session(process)
                self._running.pop(victim)
            if victim is not Victim.POSTGRES or not self.hold_postgres:
                self._start(victim)

    def is_ready(self, victim: Victim) -> bool:
        """Whether it runs and answers."""
        process = self._running.get(victim)
        return victim in self._ready and process is not None and process.poll() is None

    def stop(self) -> None:
        """End them for good, PostgreSQL last."""
        for victim in (Victim.SERVICE, Victim.RASA):
            if victim in self._running:
                kill_session(self._running.pop(victim))
        postgres = self._running.pop(Victim.POSTGRES)
        stop(postgres, signal.SIGINT, timedelta(seconds=5))

    def _start(self, victim: Victim) -> None:
        self._running[victim] = spawn(self._plan(victim))
        self._started_at[victim] = time.monotonic()
        self.starts[victim] += 1
        known = {each.value: process.pid for each, process in self._running.items()}
        self._wiretap.write(self._wiretap.processes, known)

    def _plan(self, victim: Victim) -> ProcessPlan:
        if victim is Victim.POSTGRES:
            return self._installation.postgres.plan()
        if victim is Victim.RASA:
            return self._installation.rasa_plan()
        return self._installation.service_plan("bench.chaos.killed_service", str(self._wiretap.folder))

    def _notice_readiness(self, victim: Victim) -> None:
        if victim in self._ready:
            return
        if self._probe(victim):
            self._ready.add(victim)
        elif time.monotonic() - self._started_at[victim] > START_TIMEOUT_SECONDS:
            plan = self._plan(victim)
            raise RuntimeError(f"{victim} did not come back:\n{tail(plan.log_file)}")

    def _probe(self, victim: Victim) -> bool:
        installation = self._installation
        if victim is Victim.RASA:
            return answers_ok(f"http://127.0.0.1:{installation.rasa_port}/health")
        if victim is Victim.SERVICE:  # 503 is an answer too: it spools while PostgreSQL is down
            return answers_at_all(f"{installation.url}/health") is not None
        try:
            with installation.database.engine.connect():
                return True
        except SQLAlchemyError:
            return False
