"""A GoAlert of somebody's own build, run as it is: its database on a PostgreSQL of ours, its engine as its own process,
and what it is told over its own HTTP interface. Nothing of its code is here."""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, LiteralString

import httpx
import psycopg
from psycopg import sql

from bench.installation import answers_ok, free_port, running
from bot.operations.embedded_postgres import EmbeddedPostgres
from bot.operations.tethered_process import ProcessPlan

_ADMIN, _PASSWORD = "admin", "of-nobody-at-all"
# GoAlert's migrations ask for the extension pgcrypto, which our PostgreSQL does not bring. Of it they use
# gen_random_uuid(), which PostgreSQL has built in by now, and this one function, which no page goes through.
_PGCRYPTO = {
    "pgcrypto.control": "comment = 'what GoAlert uses'\ndefault_version = '1.3'\nrelocatable = true\n",
    "pgcrypto--1.3.sql": "CREATE FUNCTION digest(text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS "
    "$$ SELECT CASE $2 WHEN 'sha512' THEN sha512(convert_to($1, 'UTF8')) "
    "WHEN 'sha256' THEN sha256(convert_to($1, 'UTF8')) END $$;\n"
    "CREATE FUNCTION digest(bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS "
    "$$ SELECT CASE $2 WHEN 'sha512' THEN sha512($1) WHEN 'sha256' THEN sha256($1) END $$;\n",
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How one GoAlert is run; a cycle of 5 s with bundles is its default."""

    cycle_seconds: int = 5
    bundles: bool = True

    @property
    def name(self) -> str:
        """As the table shows it."""
        return f"GoAlert, cycle {self.cycle_seconds} s{'' if self.bundles else ', bundles off'}"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One contact method of somebody."""

    id: str
    staff_id: str


class GoAlertError(RuntimeError):
    """GoAlert refused what it was asked, or did not do it in time."""


class GoAlert:
    """The service, and what an administrator tells it."""

    def __init__(self, http: httpx.Client, database_url: str) -> None:
        self._http = http
        self._database_url = database_url

    def sign_in(self) -> None:
        """As the administrator that `goalert add-user` made."""
        form = {"username": _ADMIN, "password": _PASSWORD}
        answer = self._http.post("/api/v2/identity/providers/basic?noRedirect=1", data=form)
        self._http.headers["authorization"] = f"Bearer {_body(answer).strip()}"

    def ask(self, query: str, given: Mapping[str, object]) -> Any:
        """One GraphQL mutation on `$i`."""
        answer = json.loads(_body(self._http.post("/api/graphql", json={"query": query, "variables": {"i": given}})))
        if answer.get("errors"):
            raise GoAlertError(f"{query.split('(')[0]}: {answer['errors'][0]['message']}")
        return next(iter(answer["data"].values()))

    def person(self) -> str:
        """Somebody new; their id."""
        name = f"user{uuid.uuid4().hex[:10]}"
        given = {"username": name, "password": _PASSWORD, "name": name, "email": f"{name}@example.com", "role": "user"}
        made = self.ask("mutation m($i:CreateUserInput!){createUser(input:$i){id}}", given)
        return str(made["id"])

    def way(self, staff_id: str, url: str, after_minutes: int = 0) -> Way:
        """A webhook of theirs that is told after so many minutes; it has to be verified."""
        given = {
            "userID": staff_id,
            "name": f"hook {after_minutes}",
            "dest": {"type": "builtin-webhook", "args": {"webhook_url": url}},
            "newUserNotificationRule": {"delayMinutes": after_minutes},
        }
        query = "mutation m($i:CreateUserContactMethodInput!){createUserContactMethod(input:$i){id}}"
        return Way(id=str(self.ask(query, given)["id"]), staff_id=staff_id)

    def verify(self, way: Way, code: Callable[[], int | None]) -> None:
        """Let the code be sent, and give it back: `code` reads what arrived."""
        query = "mutation m($i:SendContactMethodVerificationInput!){sendContactMethodVerification(input:$i)}"
        self.ask(query, {"contactMethodID": way.id})
        deadline = time.monotonic() + 60
        while (found := code()) is None:
            if time.monotonic() > deadline:
                raise GoAlertError("no verification code came")
            time.sleep(0.1)
        query = "mutation m($i:VerifyContactMethodInput!){verifyContactMethod(input:$i)}"
        self.ask(query, {"contactMethodID": way.id, "code": found})

    def schedule(self, staff_id: str | None) -> str:
        """Somebody round the clock, or nobody ever; its id."""
        always = [{"target": {"type": "user", "id": staff_id}, "rules": [{"start": "00:00", "end": "00:00"}]}]
        given = {"name": f"schedule {uuid.uuid4()}", "timeZone": "UTC", "targets": always if staff_id else []}
        return str(self.ask("mutation m($i:CreateScheduleInput!){createSchedule(input:$i){id}}", given)["id"])

    def service(self, schedules: list[str], step_minutes: int) -> str:
        """A policy that pages each schedule in turn; the key its alerts are raised with."""
        steps = [{"delayMinutes": step_minutes, "targets": [{"type": "schedule", "id": each}]} for each in schedules]
        name = f"service {uuid.uuid4()}"
        given = {
            "name": name,
            "newEscalationPolicy": {"name": f"policy of {name}", "repeat": 0, "steps": steps},
            "newIntegrationKeys": [{"type": "generic", "name": f"key of {name}"}],
        }
        query = "mutation m($i:CreateServiceInput!){createService(input:$i){integrationKeys{id}}}"
        return str(self.ask(query, given)["integrationKeys"][0]["id"])

    def alert(self, key: str, summary: str) -> int:
        """Raise one; its number. Returns after GoAlert's 200."""
        said, headers = {"token": key, "summary": summary}, {"accept": "application/json"}
        answer = self._http.post("/api/v2/generic/incoming", data=said, headers=headers)
        return int(json.loads(_body(answer))["AlertID"])

    def counted_at(self, ways: list[Way]) -> dict[int, float]:
        """By alert: when the first page left that counts it among others and does not name it, in seconds of the
        epoch. Which alerts a bundle counts stands in GoAlert's database alone."""
        query: LiteralString = (
            "select m.alert_id, extract(epoch from min(p.sent_at))::float8 from outgoing_messages m"
            " join outgoing_messages p on p.id::text = m.status_details"
            " where m.last_status = 'bundled' and p.sent_at is not null and m.contact_method_id::text = any(%s)"
            " group by m.alert_id"
        )
        with psycopg.connect(self._database_url, connect_timeout=5) as connection:
            return dict(connection.execute(query, ([each.id for each in ways],)).fetchall())


def _body(answer: httpx.Response) -> str:
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise GoAlertError(f"{answer.request.url.path}: status {answer.status_code}")
    return answer.text


@contextmanager
def goalert(binary: Path, postgres: EmbeddedPostgres, folder: Path, setting: Setting) -> Iterator[GoAlert]:
    """One GoAlert on a database of its own, with an administrator, webhooks allowed; ended on leaving."""
    database = f"goalert_{setting.cycle_seconds}_{'on' if setting.bundles else 'off'}"
    url = postgres.create_database(database).replace("postgresql+psycopg://", "postgres://", 1)
    _lend_pgcrypto(url, database, folder)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    environment = {**kept, "HOME": str(folder), "GOALERT_DB_URL": url}
    config = {"Webhook": {"Enable": True}, "General": {"DisableMessageBundles": not setting.bundles}}
    for arguments in (
        ["migrate"],
        ["add-user", "--user", _ADMIN, "--pass", _PASSWORD, "--email", "admin@example.com", "--admin"],
        ["set-config", "--allow-empty-data-encryption-key", "--data", json.dumps(config)],
    ):
        done = subprocess.run([str(binary), *arguments], env=environment, cwd=folder, capture_output=True, check=False)
        if done.returncode:
            raise GoAlertError(f"goalert {arguments[0]} failed: {done.stderr.decode(errors='replace')[-500:]}")
    here, cycle = f"127.0.0.1:{free_port()}", f"{setting.cycle_seconds}s"
    base = f"http://{here}"
    plan = ProcessPlan(
        name="goalert",
        command=[str(binary), "--listen", here, "--public-url", base, "--engine-cycle-time", cycle],
        environment=environment,
        folder=folder,
        log_file=folder / "logs" / f"{database}.log",
    )
    client = httpx.Client(base_url=base, timeout=30, trust_env=False, headers={"referer": base})
    with closing(client), running(plan, lambda: answers_ok(f"{base}/health")):
        service = GoAlert(client, url)
        service.sign_in()
        yield service


def _lend_pgcrypto(url: str, database: str, folder: Path) -> None:
    extensions = folder / "lent" / "extension"
    extensions.mkdir(parents=True, exist_ok=True)
    for name, content in _PGCRYPTO.items():
        (extensions / name).write_text(content)
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        where = sql.Literal(f"$system:{extensions.parent}")
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET extension_control_path = {}").format(sql.Identifier(database), where)
        )
