"""`sampan doctor`: is this installation fit to receive people? Each check says what is wrong and what to do.

Nothing is sent to anybody, and no secret, address or text is shown. The providers' side is in provider_checks.py.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.database.migrate import expected_version, present_version
from bot.deployment import Gateway, load_deployment
from bot.errors import SampanError
from bot.escalation.engine_health import EngineHealth, engine_health
from bot.escalation.roster import places
from bot.escalation.roster_store import load_roster, load_ways
from bot.messages.spool import Spool
from bot.operations.installation import SETTINGS_FILE, database_url
from bot.operations.neutral_lines import problems_with_lines
from bot.operations.provider_checks import check_providers
from bot.operations.questions import needed_settings
from bot.operations.rules_told import rules
from bot.operations.supervisor import is_healthy
from bot.operations.verdict import Verdict, failed, passed
from bot.privacy.keys_file import load_service_keys
from bot.settings import Settings

_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, kw_only=True)
class _Check:
    """A named question with one or more answers. A SampanError it raises is an answer too."""

    name: str
    examine: Callable[[], Iterator[Verdict]]


def examine(settings: Settings) -> list[Verdict]:
    """Every check's verdict, in the order in which things should be mended."""
    checks = [
        _Check(name="deployment", examine=lambda: _deployment(settings)),
        _Check(name="settings file", examine=lambda: _settings_file(settings)),
        _Check(name="service keys", examine=lambda: _keys(settings)),
        _Check(name="spool", examine=lambda: _spool(settings)),
        _Check(name="database", examine=lambda: _database(settings)),
        _Check(name="service", examine=lambda: _service(settings)),
        _Check(name="dialogue model", examine=lambda: _rasa(settings)),
        _Check(name="providers", examine=lambda: check_providers(settings)),
    ]
    verdicts: list[Verdict] = []
    for check in checks:
        try:
            verdicts += check.examine()
        except SampanError as error:
            verdicts.append(failed(check.name, str(error), "see the message"))
    return verdicts


def _deployment(settings: Settings) -> Iterator[Verdict]:
    path = settings.deployment_path
    if not path.exists():
        yield failed("deployment", "this is the built-in demo", "describe your own with `sampan init`")
        return
    deployment = load_deployment(path)
    yield passed("deployment", f"{deployment.kind.value} in {deployment.country}")
    for rule in rules(deployment):
        yield passed("who may be told", rule)
    for problem in problems_with_lines(deployment):
        yield failed("neutral lines", problem, "a stranger reads them: write them anew in deployment.yml")
    real = [gateway for gateway in deployment.gateways if gateway is not Gateway.SANDBOX]
    if settings.sandbox.enabled and real:
        yield failed(
            "sandbox",
            "the demo's phones are open beside real gateways",
            "remove `sandbox` from the gateways in deployment.yml and SAMPAN_SANDBOX__ENABLED from sampan.env",
        )
    present = _present_variables(settings)
    for setting in needed_settings(deployment):
        if not present(setting.variable):
            yield failed("gateways", f"{setting.variable} is not set", f"add it to {settings.data_dir / SETTINGS_FILE}")


def _present_variables(settings: Settings) -> Callable[[str], bool]:
    def is_set(variable: str) -> bool:
        section, name = variable.removeprefix("SAMPAN_").lower().split("__")
        return getattr(getattr(settings, section), name) is not None

    return is_set


def _settings_file(settings: Settings) -> Iterator[Verdict]:
    path = settings.data_dir / SETTINGS_FILE
    if not path.exists():
        yield passed("settings file", "none; settings come from the environment alone")
    elif path.stat().st_mode & _READABLE_BY_OTHERS:
        yield failed("settings file", f"{path} can be read by other users", f"chmod 600 {path}")
    else:
        yield passed("settings file", "readable by its owner alone")


def _keys(settings: Settings) -> Iterator[Verdict]:
    load_service_keys(settings.keys_path)
    yield passed("service keys", "present, readable by their owner alone")


def _spool(settings: Settings) -> Iterator[Verdict]:
    Spool(settings.spool_path, load_service_keys(settings.keys_path)).check()
    yield passed("spool", "can be written")


def _database(settings: Settings) -> Iterator[Verdict]:
    engine = create_engine(database_url(settings))
    try:
        yield from _schema(engine)
        with Session(engine) as session:
            yield _on_call(session)
            yield from _engine(engine_health(session))
    except SQLAlchemyError as error:
        # Only the class: the text of such an error can hold the address with its password.
        yield failed("database", type(error).__name__, "is it running, and is SAMPAN_DATABASE_URL right?")
    finally:
        engine.dispose()


def _schema(engine: Engine) -> Iterator[Verdict]:
    present, expected = present_version(engine), expected_version()
    if present == expected:
        yield passed("database", f"reachable, schema {expected}")
    else:
        yield failed("database", f"schema {present or 'is empty'}, expected {expected}", "run `sampan migrate`")


def _on_call(session: Session) -> Verdict:
    now = session.execute(select(func.now())).scalar_one()
    present = {staff_id for _, staff_id in places(now, load_roster(session))}
    reachable = present & {way.staff_id for way in load_ways(session)}
    if not present:
        return failed("on call", "nobody is on call now", "put somebody on the roster with `sampan oncall`")
    if not reachable:
        return failed("on call", f"{len(present)} on call, none reachable", "verify a contact with `sampan oncall`")
    unreachable = len(present - reachable)
    if unreachable:
        return failed("on call", f"{unreachable} of {len(present)} on call cannot be reached", "verify their contacts")
    return passed("on call", f"{len(reachable)} reachable")


def _engine(health: EngineHealth) -> Iterator[Verdict]:
    age = "never" if health.heartbeat_age is None else f"{health.heartbeat_age.total_seconds():.0f} s ago"
    if health.lives:
        yield passed("paging engine", f"last seen {age}")
    else:
        yield failed("paging engine", f"last seen: {age}", "start it with `sampan run`; nobody is paged until then")
    age = "never" if health.audit_age is None else f"{health.audit_age.total_seconds():.0f} s ago"
    if not health.is_audited:
        yield failed("auditor", f"last look: {age}", "it runs beside the workers: see the log for audit_failed")
    elif health.findings:
        yield failed("auditor", f"{health.findings} things are wrong, looked {age}", "see the log for audit_finding")
    else:
        yield passed("auditor", f"found nothing wrong, looked {age}")


def _service(settings: Settings) -> Iterator[Verdict]:
    url = f"http://{settings.host}:{settings.port}/health"
    if is_healthy(url):
        yield passed("service", "answers")
    else:
        yield failed("service", f"no answer at {url}", "start it with `sampan run`")


def _rasa(settings: Settings) -> Iterator[Verdict]:
    if is_healthy(f"http://127.0.0.1:{settings.rasa_port}/health"):
        yield passed("dialogue model", "answers")
    else:
        yield failed(
            "dialogue model", "no answer; fixed questions are asked instead", "see logs/rasa.log, `sampan run`"
        )
