"""Whole nights told as stories: the service over real HTTP, its providers as fakes, PostgreSQL real."""
