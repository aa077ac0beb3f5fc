"""`sampan doctor` on installations that lack one thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bot.database.migrate import upgrade
from bot.deployment import DEMO_DEPLOYMENT, Gateway
from bot.operations.doctor import examine
from bot.operations.embedded_postgres import temporary_postgres
from bot.operations.service_keys import init_keys
from bot.operations.verdict import Verdict
from bot.settings import Settings
from tests.unit.operations.stub_installation import free_port

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with temporary_postgres() as server:
        upgrade(server.url)
        yield server.url


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    made = Settings(_env_file=None, data_dir=tmp_path, database_url=SecretStr(database), port=free_port())
    made.rasa_port = free_port()
    init_keys(made)
    (tmp_path / "deployment.yml").write_text(DEMO_DEPLOYMENT.to_yaml())
    return made


def by_name(settings: Settings) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in examine(settings)}


def test_it_finds_what_is_well_and_what_is_not(settings: Settings) -> None:
    found = by_name(settings)
    well = {name for name, verdict in found.items() if verdict.ok}
    assert well == {"deployment", "who may be told", "settings file", "service keys", "spool", "database"}
    assert found["on call"].finding == "nobody is on call now"
    assert all(verdict.remedy for verdict in found.values() if not verdict.ok)


def test_it_tells_how_old_the_engine_and_the_audit_are(settings: Settings, database: str) -> None:
    assert by_name(settings)["paging engine"].finding == "last seen: never"
    assert not by_name(settings)["auditor"].ok
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(
            text("insert into engine_heartbeat (process_id, schema_version) values (gen_random_uuid(), 'x')")
        )
        connection.execute(text("insert into auditor_pass (id, looked_at, findings) values (1, now(), 2)"))
    found = by_name(settings)
    assert found["paging engine"].ok
    assert found["auditor"].finding.startswith("2 things are wrong")
    with engine.begin() as connection:
        connection.execute(text("update auditor_pass set findings = 0"))
    assert by_name(settings)["auditor"].ok
    with engine.begin() as connection:
        connection.execute(text("delete from engine_heartbeat"))
        connection.execute(text("delete from auditor_pass"))
    engine.dispose()


def test_somebody_on_call_whose_contact_is_not_verified_does_not_count(settings: Settings, database: str) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO staff (name, language, role, active, failed_logins) "
                "VALUES ('nok', 'th', 'responder', true, 0)"
            )
        )
        connection.execute(text("INSERT INTO roster_entry (staff_id, step_no) SELECT id, 1 FROM staff"))
    assert by_name(settings)["on call"].finding == "1 on call, none reachable"
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO staff_contact (staff_id, channel, rank, verified_at) "
                "SELECT id, 'telegram_staff', 1, now() FROM staff"
            )
        )
    assert by_name(settings)["on call"].ok
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE staff CASCADE"))
    engine.dispose()


@pytest.mark.parametrize("file", ["sampan.env", "keys/service.json"])
def test_a_secret_that_others_can_read_is_found(settings: Settings, file: str) -> None:
    path = settings.data_dir / file
    path.touch()
    path.chmod(0o644)
    name = "settings file" if file == "sampan.env" else "service keys"
    assert "chmod 600" in by_name(settings)[name].finding + by_name(settings)[name].remedy


def test_a_database_that_is_away_is_named_without_its_address(settings: Settings) -> None:
    settings.database_url = SecretStr("postgresql+psycopg://me:very-secret@127.0.0.1:1/sampan")
    verdict = by_name(settings)["database"]
    assert not verdict.ok
    assert "very-secret" not in str(verdict)


def test_a_gateway_without_its_settings_is_found(settings: Settings) -> None:
    real = DEMO_DEPLOYMENT.model_copy(update={"gateways": (Gateway.TELEGRAM,)})
    settings.deployment_path.write_text(real.to_yaml())
    assert by_name(settings)["gateways"].finding == "SAMPAN_TELEGRAM_STAFF__TOKEN is not set"


def test_the_demos_phones_beside_real_gateways_are_found(settings: Settings) -> None:
    both = DEMO_DEPLOYMENT.model_copy(update={"gateways": (Gateway.TELEGRAM, Gateway.SANDBOX)})
    settings.deployment_path.write_text(both.to_yaml())
    settings.sandbox.enabled = True
    assert not by_name(settings)["sandbox"].ok
