"""The staff's door: its own app, sessions, permissions and pages."""
