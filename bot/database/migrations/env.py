"""What Alembic runs. The advisory lock keeps two starting processes from migrating at once."""

from alembic import context
from sqlalchemy import create_engine, text

from bot.database.tables import Table

_LOCK = 7270611  # any number, the same for all processes of this service


def run() -> None:
    """Run the migrations in one transaction."""
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection, connection.begin():
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.configure(connection=connection, target_metadata=Table.metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
