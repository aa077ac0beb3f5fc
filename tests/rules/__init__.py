"""Tests of the house rules themselves."""
