"""Alembic's folder; one file per migration under versions/, named in order."""
