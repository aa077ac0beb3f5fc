"""Run one of PostgreSQL's own tools (pg_dump, pg_restore, psql) on this installation's database:
`python -m bot.operations.database_tool pg_dump …`. The password travels in the environment, never on a command line."""

from __future__ import annotations

import os
import shutil
import sys

from sqlalchemy import make_url

from bot.errors import ConfigurationError, SampanError
from bot.operations.installation import database_url, load_settings
from bot.operations.postgres_location import wheel_programs

TOOLS = ("pg_dump", "pg_restore", "psql")


def environment_for(url: str) -> dict[str, str]:
    """libpq's variables for a SQLAlchemy URL (https://www.postgresql.org/docs/current/libpq-envars.html)."""
    parsed = make_url(url)
    host = parsed.host or parsed.query.get("host")
    port = parsed.port or parsed.query.get("port")
    wanted = {
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": parsed.username,
        "PGPASSWORD": parsed.password,
        "PGDATABASE": parsed.database,
        "PGSSLMODE": parsed.query.get("sslmode"),
        "PGSSLROOTCERT": parsed.query.get("sslrootcert"),
    }
    return {name: str(value) for name, value in wanted.items() if value is not None}


def main(arguments: list[str]) -> None:
    """Become the tool. Raises ConfigurationError when it is not one of ours or no database can be had."""
    if not arguments or arguments[0] not in TOOLS:
        raise ConfigurationError(f"one of {', '.join(TOOLS)} is expected")
    tool, *rest = arguments
    environment = {**os.environ, **environment_for(database_url(load_settings()))}
    if tool == "pg_restore":  # without it, pg_restore only prints what it would do
        rest = ["--dbname", environment["PGDATABASE"], *rest]
    bundled = wheel_programs() / tool
    program = str(bundled) if bundled.exists() else shutil.which(tool)
    if program is None:
        raise ConfigurationError(f"{tool} was not found")
    os.execve(program, [tool, *rest], environment)  # noqa: S606 - there is no shell on purpose


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SampanError as error:
        sys.exit(f"database_tool: {error}")
