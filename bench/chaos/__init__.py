"""The kill soak: service, Rasa and PostgreSQL are killed with SIGKILL at named points while people write."""
